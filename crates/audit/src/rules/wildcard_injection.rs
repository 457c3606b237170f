//! B609: a wildcard in a command that takes dangerous options.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::literal::printed_element;
use crate::syntax::Expr;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B609",
        name: "linux_commands_wildcard_injection",
        severity: "HIGH",
        cwe: Cwe(155),
        summary: "wildcard given to chown, chmod, tar or rsync; name the files",
    },
    advice: Advice {
        why: "A file named `--checkpoint-action=exec=sh x` becomes an option of the command.",
        flagged: "`os.system(\"tar cf a.tar *\")`",
        safer: "`subprocess.run([\"tar\", \"cf\", \"a.tar\", \"--\", *names])`",
        reference: "https://cwe.mitre.org/data/definitions/155.html",
    },
    triggers: &[
        Trigger::Configured(|settings| &settings.shell, check),
        Trigger::Configured(|settings| &settings.subprocess, check),
    ],
};

const RISKY: [&str; 4] = ["chown", "chmod", "tar", "rsync"];

fn check(call: &Call<'_>) -> Option<Issue> {
    let is_shell = call.settings.shell.iter().any(|name| name == call.name);
    if !is_shell && !asks_for_shell(call) {
        return None;
    }
    let command = match call.arg(0)? {
        Value::Text(text) => text.to_owned(),
        Value::Other(Expr::List(list)) if !call.arg_breaks_bandit(0) => {
            let words = list.elts.iter().map(printed_element);
            words.fold(String::new(), |command, word| command + " " + &word)
        }
        _ => return None,
    };
    if !command.contains('*') || !RISKY.iter().any(|risky| command.contains(risky)) {
        return None;
    }
    let message = format!("Possible wildcard injection in call: {}", call.name);
    let line = call.keyword_position("shell");
    Some(Issue::new(Severity::High, Confidence::Medium, message).on_line_of(line))
}

fn asks_for_shell(call: &Call<'_>) -> bool {
    !call.keywords_break_bandit() && call.keyword_value("shell") == Some(Value::Text("True"))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn wildcards_are_flagged() {
        flags("os.system('/bin/tar cf x *')\n", &["B605:1:0", "B609:1:0"]);
        flags(
            "subprocess.run(['/bin/chown', 'root', '*'],\n  shell=True)\n",
            &["B602:2:0", "B609:2:0"],
        );
    }

    #[test]
    fn other_commands_are_accepted() {
        assert_eq!(weight("os.system('/bin/ls *')\n"), "LOW/HIGH");
        assert_eq!(weight("subprocess.run('/bin/tar *')\n"), "LOW/HIGH");
        accepts("f('/bin/tar *')\n");
    }
}
