//! B102: `exec` runs code from a string.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B102",
        name: "exec_used",
        severity: "MEDIUM",
        cwe: Cwe(78),
        summary: "exec runs code from a string; use a table of functions",
    },
    advice: Advice {
        why: "Whoever can influence the string runs code with the rights of the program.",
        flagged: "`exec(request.data)`",
        safer: "a table of functions, or `ast.literal_eval` for data",
        reference: "https://docs.python.org/3/library/functions.html#exec",
    },
    triggers: &[Trigger::Calls(&["exec"], check)],
};

#[expect(clippy::unnecessary_wraps, reason = "the signature of call checks")]
fn check(_: &Call<'_>) -> Option<Issue> {
    Some(Issue::new(
        Severity::Medium,
        Confidence::High,
        "Use of exec detected.",
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn calls_of_exec_are_flagged() {
        flags("def f(s):\n    exec(s, {})\n", &["B102:2:4"]);
        assert_eq!(weight("exec('')\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn methods_and_mentions_are_accepted() {
        accepts("cursor.exec(x)\nf = exec\nprint('exec(x)')\n");
    }
}
