//! B106: a string literal passed as an argument named like a password.

use scrl_record::Cwe;

use super::password_name::{issue, promises_secret};
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::{Expr, Ranged};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B106",
        name: "hardcoded_password_funcarg",
        severity: "LOW",
        cwe: Cwe(259),
        summary: "password in the source; read it from the environment",
    },
    advice: Advice {
        why: "Whoever reads the source has the secret.",
        flagged: "`connect(user=\"root\", password=\"hunter2\")`",
        safer: "`connect(user=\"root\", password=os.environ[\"PASSWORD\"])`",
        reference: "https://cwe.mitre.org/data/definitions/259.html",
    },
    triggers: &[Trigger::EveryCall(check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    for keyword in &call.node.arguments.keywords {
        let Expr::StringLiteral(literal) = &keyword.value else {
            continue;
        };
        // Bandit fails on `**"text"` and drops what may follow.
        let name = keyword.arg.as_ref()?;
        if promises_secret(name) {
            return Some(issue(literal.value.to_str()).on_line_of(Some(literal.start())));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn the_first_literal_password_is_flagged_on_its_own_line() {
        flags("f(a,\n  password='x', token='y')\n", &["B106:2:0"]);
        assert_eq!(weight("f(pwd='x')\n"), "LOW/MEDIUM");
    }

    #[test]
    fn variables_and_other_names_are_accepted() {
        accepts("f(password=pw, user='x')\nf('password')\nf(**'x', password='y')\n");
    }
}
