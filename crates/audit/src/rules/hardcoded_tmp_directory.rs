//! B108: a fixed path in a directory that everyone can write to.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::issue::Issue;
use crate::scan::{Report, Site};
use crate::syntax::Kind;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B108",
        name: "hardcoded_tmp_directory",
        severity: "MEDIUM",
        cwe: Cwe(377),
        summary: "fixed path in a shared directory; use tempfile",
    },
    advice: Advice {
        why: "Another user may put a file or a link there first.",
        flagged: "`open(\"/tmp/report\", \"w\")`",
        safer: "`tempfile.NamedTemporaryFile()`",
        reference: "https://docs.python.org/3/library/tempfile.html",
    },
    triggers: &[Trigger::Node(Kind::Str, check)],
};

fn check<'a>(info: &RuleInfo, site: &Site<'_, 'a>, report: &mut Report<'a>) {
    let Some(text) = site.node.as_str() else {
        return;
    };
    let shared = &report.settings.tmp_dirs;
    if shared.iter().any(|directory| text.starts_with(directory)) {
        let message = "Probable insecure usage of temp file/directory.";
        report.add(
            info,
            site,
            Issue::new(Severity::Medium, Confidence::Medium, message),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn paths_in_shared_directories_are_flagged() {
        flags(
            "open('/tmp/x')\nf(f'/var/tmp/{x}')\n",
            &["B108:1:5", "B108:2:2"],
        );
        assert_eq!(weight("x = '/dev/shm/y'\n"), "MEDIUM/MEDIUM");
    }

    #[test]
    fn other_strings_are_accepted() {
        accepts("'/tmp is no code here'\nopen('/home/tmp')\nopen(b'/tmp/x')\n");
    }
}
