//! B606: a process started without a shell, to be checked for where its arguments come from.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B606",
        name: "start_process_with_no_shell",
        severity: "LOW",
        cwe: Cwe(78),
        summary: "process started; check where its arguments come from",
    },
    advice: Advice {
        why: "The program started may itself be dangerous with hostile arguments.",
        flagged: "`os.execv(path, args)`",
        safer: "a fixed program, arguments checked against a list",
        reference: "https://docs.python.org/3/library/os.html#process-management",
    },
    triggers: &[Trigger::Configured(|settings| &settings.no_shell, check)],
};

#[expect(clippy::unnecessary_wraps, reason = "the signature of call checks")]
fn check(_: &Call<'_>) -> Option<Issue> {
    let message = "Starting a process without a shell.";
    Some(Issue::new(Severity::Low, Confidence::Medium, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn started_processes_are_flagged() {
        flags(
            "os.execv(x, y)\nos.spawnl(m, x)\n",
            &["B606:1:0", "B606:2:0"],
        );
        assert_eq!(weight("os.startfile(x)\n"), "LOW/MEDIUM");
    }

    #[test]
    fn other_functions_are_accepted() {
        accepts("os.fork()\nexecv(x, y)\n");
    }
}
