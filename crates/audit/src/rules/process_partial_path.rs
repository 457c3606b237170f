//! B607: a program named without its path.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::Expr;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B607",
        name: "start_process_with_partial_path",
        severity: "LOW",
        cwe: Cwe(78),
        summary: "program named without its path; give the full path",
    },
    advice: Advice {
        why: "Whoever controls `PATH` or the working directory chooses what runs.",
        flagged: "`subprocess.run([\"ls\"])`",
        safer: "`subprocess.run([\"/bin/ls\"])`",
        reference: "https://cwe.mitre.org/data/definitions/426.html",
    },
    triggers: &[
        Trigger::Configured(|settings| &settings.subprocess, check),
        Trigger::Configured(|settings| &settings.shell, check),
        Trigger::Configured(|settings| &settings.no_shell, check),
    ],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    let command = match call.args().first()? {
        Expr::List(list) => list.elts.first()?,
        other => other,
    };
    let Expr::StringLiteral(path) = command else {
        return None;
    };
    if is_full_path(path.value.to_str()) || call.positional_break_bandit() {
        return None;
    }
    let message = "Starting a process with a partial executable path";
    Some(Issue::new(Severity::Low, Confidence::High, message))
}

/// Bandit's `^(?:[A-Za-z](?=\:)|[\\\/\.])`: a drive letter, or a first character of a path.
fn is_full_path(path: &str) -> bool {
    match path.as_bytes() {
        [b'/' | b'\\' | b'.', ..] => true,
        [letter, b':', ..] => letter.is_ascii_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn programs_without_a_path_are_flagged() {
        flags("os.execl('ls', 'ls')\n", &["B606:1:0", "B607:1:0"]);
        flags("subprocess.run(['ls', x])\n", &["B603:1:0", "B607:1:0"]);
        flags("os.system('')\n", &["B605:1:0", "B607:1:0"]);
    }

    #[test]
    fn full_paths_and_variables_are_accepted() {
        assert_eq!(weight("subprocess.run(['/bin/ls'])\n"), "LOW/HIGH");
        assert_eq!(weight("subprocess.run(('ls',))\n"), "LOW/HIGH");
        assert_eq!(weight("subprocess.run([])\n"), "LOW/HIGH");
        assert_eq!(weight("os.system('C:\\\\ls')\n"), "LOW/HIGH");
        accepts("f(['ls'])\n");
    }
}
