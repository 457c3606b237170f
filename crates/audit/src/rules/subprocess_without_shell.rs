//! B603: `subprocess` without a shell, to be checked for where its arguments come from.

use scrl_record::{Confidence, Cwe, Severity};

use super::shell_argument::has_shell;
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B603",
        name: "subprocess_without_shell_equals_true",
        severity: "LOW",
        cwe: Cwe(78),
        summary: "subprocess call; check where its arguments come from",
    },
    advice: Advice {
        why: "The program started may itself be dangerous with hostile arguments.",
        flagged: "`subprocess.run([tool, user_input])`",
        safer: "a fixed program, arguments checked against a list",
        reference: "https://docs.python.org/3/library/subprocess.html#security-considerations",
    },
    triggers: &[Trigger::Configured(|settings| &settings.subprocess, check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if has_shell(call)? {
        return None;
    }
    let message = "subprocess call - check for execution of untrusted input.";
    let line = call.keyword_position("shell");
    Some(Issue::new(Severity::Low, Confidence::High, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn calls_without_a_shell_are_flagged() {
        flags(
            "subprocess.run(x)\nsubprocess.call(x,\n  shell=False)\n",
            &["B603:1:0", "B603:3:0"],
        );
        flags(
            "subprocess.run(x, shell=None)\nsubprocess.run(x, shell=0)\n",
            &["B603:1:0", "B603:2:0"],
        );
        assert_eq!(weight("subprocess.Popen(x, **options)\n"), "LOW/HIGH");
    }

    #[test]
    fn other_functions_are_accepted() {
        accepts("run(x)\nself.subprocess.run(x)\nsubprocess.list2cmdline(x)\n");
    }
}
