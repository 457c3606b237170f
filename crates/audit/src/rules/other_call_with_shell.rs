//! B604: a function outside `subprocess` that takes `shell=` and is given a true one.

use scrl_record::{Confidence, Cwe, Severity};

use super::shell_argument::has_shell;
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B604",
        name: "any_other_function_with_shell_equals_true",
        severity: "MEDIUM",
        cwe: Cwe(78),
        summary: "function call with shell=True; pass a list of arguments",
    },
    advice: Advice {
        why: "Such wrappers usually hand the argument on to `subprocess`.",
        flagged: "`run_command(text, shell=True)`",
        safer: "`run_command([\"ls\", path])`",
        reference: "https://docs.python.org/3/library/subprocess.html#security-considerations",
    },
    triggers: &[Trigger::Keyword("shell", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call
        .settings
        .subprocess
        .iter()
        .any(|name| name == call.name)
        || !has_shell(call)?
    {
        return None;
    }
    let message = "Function call with shell=True parameter identified, possible security issue.";
    let line = call.keyword_position("shell");
    Some(Issue::new(Severity::Medium, Confidence::Low, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn a_true_shell_argument_is_flagged() {
        flags("f(x,\n  shell=True)\n", &["B604:2:0"]);
        flags("f(shell=0,\n  shell=True)\n", &["B604:1:0"]);
        assert_eq!(weight("a().run(shell='y')\n"), "MEDIUM/LOW");
    }

    #[test]
    fn a_false_one_is_accepted() {
        accepts("f(x, shell=False)\nf(x, shell='')\nf(shell)\nf(x, shell=[])\n");
    }
}
