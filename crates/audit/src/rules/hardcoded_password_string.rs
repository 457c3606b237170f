//! B105: a string literal assigned to, or compared with, something named like a password.

use scrl_record::Cwe;

use super::password_name::{issue, promises_secret};
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::literal::printed_constant;
use crate::scan::{Report, Site};
use crate::syntax::{Expr, Kind, Node, Ranged, Stmt};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B105",
        name: "hardcoded_password_string",
        severity: "LOW",
        cwe: Cwe(259),
        summary: "password in the source; read it from the environment",
    },
    advice: Advice {
        why: "Whoever reads the source has the secret, and it cannot be changed without a release.",
        flagged: "`password = \"hunter2\"`, `{\"token\": \"abc\"}`, `if pwd == \"x\"`",
        safer: "`password = os.environ[\"PASSWORD\"]`",
        reference: "https://cwe.mitre.org/data/definitions/259.html",
    },
    triggers: &[
        Trigger::Node(Kind::Str, check_string),
        Trigger::Node(Kind::Dict, check_dict),
    ],
};

/// Assignments, subscripts and comparisons, seen from the string.
fn check_string<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let Some(own) = site.node.as_str() else {
        return;
    };
    let secret = match site.above(1) {
        Some(Node::Stmt(Stmt::Assign(assign))) => {
            assign.targets.iter().any(names_secret).then_some(own)
        }
        Some(Node::Expr(Expr::Subscript(_))) if promises_secret(own) => match site.above(2) {
            Some(Node::Stmt(Stmt::Assign(assign))) => string(&assign.value),
            _ => None,
        },
        Some(Node::Expr(Expr::Compare(compare))) if names_secret(&compare.left) => {
            compare.comparators.first().and_then(string)
        }
        _ => None,
    };
    if let Some(secret) = secret {
        report.add(info, site, issue(secret));
    }
}

/// Dictionary displays, seen from the display: each key once, whatever their number. Any constant counts, `None` too.
fn check_dict<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let Some(Expr::Dict(dict)) = site.node.as_expr() else {
        return;
    };
    for item in &dict.items {
        let Some(key @ Expr::StringLiteral(literal)) = &item.key else {
            continue;
        };
        if promises_secret(literal.value.to_str())
            && let Some(secret) = printed_constant(&item.value)
        {
            report.add_at(info, key.range(), site.node, issue(&secret));
        }
    }
}

fn names_secret(target: &Expr) -> bool {
    match target {
        Expr::Name(name) => promises_secret(&name.id),
        Expr::Attribute(attribute) => promises_secret(&attribute.attr),
        _ => false,
    }
}

fn string(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn assigned_passwords_are_flagged() {
        flags(
            "password = 'x'\nself.db_pwd = 'y'\n",
            &["B105:1:11", "B105:2:14"],
        );
        flags("config['secret'] = 'y'\n", &["B105:1:7"]);
        assert_eq!(weight("token = 'x'\n"), "LOW/MEDIUM");
    }

    #[test]
    fn passwords_in_dictionaries_are_flagged() {
        flags(
            "f({'a': 1, 'password': 'x', 'token': None})\n",
            &["B105:1:11", "B105:1:28"],
        );
    }

    #[test]
    fn compared_passwords_are_flagged() {
        flags("if password == 'x': pass\n", &["B105:1:15"]);
        flags("x.token == 'a' == 'b'\n", &["B105:1:11", "B105:1:18"]);
    }

    #[test]
    fn secrets_from_elsewhere_are_accepted() {
        accepts("password = os.environ['PW']\npassword = input('Password: ')\n");
        accepts("{'password': read()}\nif 'x' == password: pass\npassword: str = 'x'\n");
        accepts("passenger = 'x'\nd[x] = 'y'\nd['password'] = y\n");
    }
}
