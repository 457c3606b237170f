//! B103: a mode that lets others write or run a file.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::literal::printed;
use crate::syntax::{Expr, Number};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B103",
        name: "set_bad_file_permissions",
        severity: "MEDIUM, HIGH",
        cwe: Cwe(732),
        summary: "file that others may write or run; give the owner alone rights",
    },
    advice: Advice {
        why: "Any user of the machine can change the file, or run what was put there.",
        flagged: "`os.chmod(path, 0o777)`",
        safer: "`os.chmod(path, 0o600)`",
        reference: "https://docs.python.org/3/library/os.html#os.chmod",
    },
    triggers: &[Trigger::EveryCall(check)],
};

const OTHERS_WRITE: u64 = 0o002;
/// Write or execute for the group or for others.
const DANGEROUS: u64 = 0o033;

fn check(call: &Call<'_>) -> Option<Issue> {
    let [file, mode] = call.args() else {
        return None;
    };
    if !call.last_segment().contains("chmod") {
        return None;
    }
    let mode = integer(mode)?;
    if mode & DANGEROUS == 0 || call.arg_breaks_bandit(0) {
        return None;
    }
    let severity = if mode & OTHERS_WRITE == 0 {
        Severity::Medium
    } else {
        Severity::High
    };
    let file = match call.arg(0) {
        None | Some(Value::Unknown) => "NOT PARSED".to_owned(),
        Some(_) => printed(file),
    };
    let message = format!("Chmod setting a permissive mask 0o{mode:o} on file ({file}).");
    Some(Issue::new(severity, Confidence::High, message))
}

/// A mode of 2^64 or more is no mode.
fn integer(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::NumberLiteral(node) => match &node.value {
            Number::Int(int) => int.as_u64(),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn rights_of_others_are_flagged() {
        flags(
            "os.chmod(p, 0o777)\nfchmod(f, 0o010)\n",
            &["B103:1:0", "B103:2:0"],
        );
        assert_eq!(weight("os.chmod(p, 0o002)\n"), "HIGH/HIGH");
        assert_eq!(weight("os.chmod(p, 0o001)\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn rights_of_the_owner_are_accepted() {
        accepts("os.chmod(p, 0o700)\nos.chmod(p, 0o644)\nos.chmod(p, mode)\n");
        accepts("os.chmod(p, stat.S_IRWXO)\np.chmod(0o777)\nos.chmod(p, 511.0)\n");
    }
}
