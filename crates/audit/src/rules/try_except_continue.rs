//! B112: `except` of everything whose body is only `continue`.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::{Kind, Stmt, only_statement};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B112",
        name: "try_except_continue",
        severity: "LOW",
        cwe: Cwe(703),
        summary: "every exception swallowed by continue; catch what you expect",
    },
    advice: Advice {
        why: "Errors, attacks among them, pass unseen.",
        flagged: "`except Exception: continue`",
        safer: "`except KeyError: continue`, or log what happened",
        reference: "https://docs.python.org/3/tutorial/errors.html#handling-exceptions",
    },
    triggers: &[Trigger::Node(Kind::ExceptHandler, check)],
};

fn check<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    if let Some(Stmt::Continue(_)) =
        only_statement(site.node, report.settings.continue_typed_exception)
    {
        let message = "Try, Except, Continue detected.";
        report.add(
            info,
            site,
            Issue::new(Severity::Low, Confidence::High, message),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    fn handler(head: &str, body: &str) -> String {
        format!("for i in x:\n    try:\n        f()\n    {head}:\n        {body}\n")
    }

    #[test]
    fn swallowing_everything_is_flagged() {
        flags(&handler("except", "continue"), &["B112:4:4"]);
        flags(&handler("except Exception as e", "continue"), &["B112:4:4"]);
        assert_eq!(weight(&handler("except", "continue")), "LOW/HIGH");
    }

    #[test]
    fn typed_or_handled_exceptions_are_accepted() {
        accepts(&handler("except ValueError", "continue"));
        accepts(&handler("except (Exception, KeyError)", "continue"));
        accepts(&handler("except", "'why'; continue"));
        accepts(&handler("except", "break"));
    }
}
