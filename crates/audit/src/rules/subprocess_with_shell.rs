//! B602: `subprocess` with a shell.

use scrl_record::{Confidence, Cwe, Severity};

use super::shell_argument::{has_shell, severity_of_command};
use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B602",
        name: "subprocess_popen_with_shell_equals_true",
        severity: "LOW, HIGH",
        cwe: Cwe(78),
        summary: "subprocess with shell=True; pass a list of arguments",
    },
    advice: Advice {
        why: "The shell gives meaning to `;`, `|`, `$( )` in whatever becomes part of the command.",
        flagged: "`subprocess.run(\"ls \" + path, shell=True)`",
        safer: "`subprocess.run([\"ls\", \"--\", path])`",
        reference: "https://docs.python.org/3/library/subprocess.html#security-considerations",
    },
    triggers: &[Trigger::Configured(|settings| &settings.subprocess, check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if !has_shell(call)? || call.args().is_empty() || call.arguments_break_bandit() {
        return None;
    }
    let severity = severity_of_command(call);
    let message = match severity {
        Severity::Low => {
            "subprocess call with shell=True seems safe, but may be changed in the future, \
             consider rewriting without shell"
        }
        _ => "subprocess call with shell=True identified, security issue.",
    };
    let line = call.keyword_position("shell");
    Some(Issue::new(severity, Confidence::High, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn a_shell_is_flagged_on_the_line_of_the_argument() {
        flags("subprocess.run(x,\n    shell=True)\n", &["B602:2:0"]);
        assert_eq!(weight("subprocess.run(x, shell=True)\n"), "HIGH/HIGH");
        assert_eq!(weight("subprocess.run('/bin/ls', shell=1)\n"), "LOW/HIGH");
        flags("subprocess.run(f'{x}', shell=flag)\n", &["B602:1:0"]);
    }

    #[test]
    fn no_positional_command_is_accepted_as_in_bandit() {
        accepts("subprocess.run(args=x, shell=True)\n");
    }
}
