//! B107: a string literal as the default of a parameter named like a password.

use scrl_record::Cwe;

use super::password_name::{issue, promises_secret};
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::scan::{Report, Site};
use crate::syntax::{Expr, Kind, Node, Parameters, Stmt};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B107",
        name: "hardcoded_password_default",
        severity: "LOW",
        cwe: Cwe(259),
        summary: "password as a default; make the parameter required",
    },
    advice: Advice {
        why: "Callers that forget the argument use a secret that everyone knows.",
        flagged: "`def connect(password=\"hunter2\")`",
        safer: "`def connect(password)`",
        reference: "https://cwe.mitre.org/data/definitions/259.html",
    },
    triggers: &[Trigger::Node(Kind::FunctionDef, check)],
};

fn check<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let Node::Stmt(Stmt::FunctionDef(def)) = site.node else {
        return;
    };
    if let Some(secret) = secret_default(&def.parameters) {
        report.add(info, site, issue(secret));
    }
}

/// The first literal default of a parameter named like a password.
///
/// Bandit pairs the parameters after `/` with the defaults of all positional ones, counted from the end; where
/// there are more defaults than such parameters it pairs from the start. Both are kept.
fn secret_default(parameters: &Parameters) -> Option<&str> {
    let defaults: Vec<&Expr> = parameters
        .posonlyargs
        .iter()
        .chain(&parameters.args)
        .filter_map(|parameter| parameter.default.as_deref())
        .collect();
    let without = parameters.args.len().saturating_sub(defaults.len());
    let pairs = parameters.args.iter().skip(without).zip(defaults);
    pairs
        .into_iter()
        .find_map(|(parameter, default)| match default {
            Expr::StringLiteral(literal) if promises_secret(&parameter.parameter.name) => {
                Some(literal.value.to_str())
            }
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn default_passwords_are_flagged_at_the_definition() {
        flags("@a\ndef f(x, password='x'): pass\n", &["B107:2:0"]);
        assert_eq!(weight("def f(token='x'): pass\n"), "LOW/MEDIUM");
    }

    #[test]
    fn other_defaults_are_accepted() {
        accepts("def f(password=None, user='x', *, token='y'): pass\n");
        accepts("async def f(password='x'): pass\nlambda password='x': 0\n");
    }

    #[test]
    fn defaults_of_positional_only_parameters_shift_the_pairs_as_in_bandit() {
        flags("def f(a='x', /, password=1): pass\n", &["B107:1:0"]);
    }
}
