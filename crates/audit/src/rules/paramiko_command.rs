//! B601: a command sent over SSH.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B601",
        name: "paramiko_calls",
        severity: "MEDIUM",
        cwe: Cwe(78),
        summary: "command run by a remote shell; quote what goes into it",
    },
    advice: Advice {
        why: "The shell at the other end gives meaning to `;` and `|` in whatever becomes part of the command.",
        flagged: "`client.exec_command(\"ls \" + path)`",
        safer: "`client.exec_command(\"ls -- \" + shlex.quote(path))`",
        reference: "https://docs.python.org/3/library/shlex.html#shlex.quote",
    },
    triggers: &[Trigger::Segment("exec_command", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.last_segment() != "exec_command" || !call.imports.is_imported_like("paramiko") {
        return None;
    }
    let message =
        "Possible shell injection via Paramiko call, check inputs are properly sanitized.";
    Some(Issue::new(Severity::Medium, Confidence::Medium, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn remote_commands_are_flagged() {
        flags("import paramiko\nc.exec_command('ls')\n", &["B601:2:0"]);
        assert_eq!(
            weight("from paramiko import c\nc.exec_command(x)\n"),
            "MEDIUM/MEDIUM"
        );
    }

    #[test]
    fn other_libraries_are_accepted() {
        accepts("c.exec_command('ls')\nimport paramiko\nexec_command.run(x)\n");
    }
}
