//! B202: a tar archive unpacked without looking at its members.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::{Expr, class_name};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B202",
        name: "tarfile_unsafe_members",
        severity: "LOW, MEDIUM, HIGH",
        cwe: Cwe(22),
        summary: "tar archive unpacked as it is; pass filter=\"data\"",
    },
    advice: Advice {
        why: "A member named `../../etc/cron.d/x` is written where its name says.",
        flagged: "`archive.extractall(path)`",
        safer: "`archive.extractall(path, filter=\"data\")`",
        reference: "https://docs.python.org/3/library/tarfile.html#tarfile.TarFile.extractall",
    },
    triggers: &[Trigger::EveryCall(check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if !call.last_segment().contains("extractall")
        || !call.imports.is_imported("tarfile")
        || call.keywords_break_bandit()
        || filters_data(call)
    {
        return None;
    }
    let Some(members) = call.first_keyword("members") else {
        let message = "tarfile.extractall used without any validation. Please check and discard \
                       dangerous members.";
        return Some(Issue::new(Severity::High, Confidence::High, message));
    };
    match &members.value {
        Expr::Call(function) => {
            // Bandit fails on a function that is no bare name.
            let Expr::Name(name) = &*function.func else {
                return None;
            };
            let message = format!(
                "Usage of tarfile.extractall(members=function(tarfile)). Make sure your function \
                 properly discards dangerous members {{'Function': '{}'}}).",
                name.id
            );
            Some(Issue::new(Severity::Low, Confidence::Low, message))
        }
        other => Some(unknown_members(other)),
    }
}

fn unknown_members(members: &Expr) -> Issue {
    // Bandit also prints the address of the node, which tells nothing.
    let shown = match members {
        Expr::Name(name) => format!("'{}'", name.id),
        other => format!("<ast.{} object>", class_name(other)),
    };
    let message = format!(
        "Found tarfile.extractall(members=?) but couldn't identify the type of members. Check if \
         the members were properly validated {{'Other': {shown}}})."
    );
    Issue::new(Severity::Medium, Confidence::Medium, message)
}

fn filters_data(call: &Call<'_>) -> bool {
    let filter = call.first_keyword("filter").map(|keyword| &keyword.value);
    matches!(filter, Some(Expr::StringLiteral(text)) if text.value.to_str() == "data")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn unchecked_members_are_flagged() {
        flags("import tarfile\nt.extractall()\n", &["B202:2:0"]);
        assert_eq!(weight("import tarfile\nt.extractall(p)\n"), "HIGH/HIGH");
        assert_eq!(
            weight("import tarfile\nt.extractall(members=f(t))\n"),
            "LOW/LOW"
        );
        assert_eq!(
            weight("import tarfile\nt.extractall(members=[x], filter='tar')\n"),
            "MEDIUM/MEDIUM"
        );
    }

    #[test]
    fn filtered_archives_and_other_libraries_are_accepted() {
        accepts("import tarfile\nt.extractall(p, filter='data')\n");
        accepts("import zipfile\nz.extractall()\n");
        accepts("import tarfile\nt.extractall(members=a.b())\n");
    }
}
