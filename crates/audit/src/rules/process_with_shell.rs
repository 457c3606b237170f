//! B605: a command handed to a shell.

use scrl_record::{Confidence, Cwe, Severity};

use super::shell_argument::severity_of_command;
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B605",
        name: "start_process_with_a_shell",
        severity: "LOW, HIGH",
        cwe: Cwe(78),
        summary: "command run by a shell; use subprocess with a list",
    },
    advice: Advice {
        why: "The shell gives meaning to `;`, `|`, `$( )` in whatever becomes part of the command.",
        flagged: "`os.system(\"ls \" + path)`",
        safer: "`subprocess.run([\"ls\", \"--\", path])`",
        reference: "https://docs.python.org/3/library/os.html#os.system",
    },
    triggers: &[Trigger::Configured(|settings| &settings.shell, check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.args().is_empty() || call.positional_break_bandit() {
        return None;
    }
    let severity = severity_of_command(call);
    let message = match severity {
        Severity::Low => {
            "Starting a process with a shell: Seems safe, but may be changed in the future, \
             consider rewriting without shell"
        }
        _ => "Starting a process with a shell, possible injection detected, security issue.",
    };
    Some(Issue::new(severity, Confidence::High, message))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn commands_for_a_shell_are_flagged() {
        flags("import os as o\no.system(x)\n", &["B605:2:0"]);
        assert_eq!(weight("os.popen(f'{x}')\n"), "HIGH/HIGH");
        assert_eq!(weight("os.system('/bin/ls')\n"), "LOW/HIGH");
    }

    #[test]
    fn no_command_is_accepted() {
        accepts("os.system()\nos.system(command=x)\nsystem(x)\nos.getcwd()\n");
    }
}
