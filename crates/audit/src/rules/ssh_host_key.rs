//! B507: SSH that trusts any host key.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;
use crate::syntax::Expr;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B507",
        name: "ssh_no_host_key_verification",
        severity: "HIGH",
        cwe: Cwe(295),
        summary: "unknown host keys trusted; use RejectPolicy and known hosts",
    },
    advice: Advice {
        why: "Whoever sits on the way can pose as the server.",
        flagged: "`client.set_missing_host_key_policy(paramiko.AutoAddPolicy())`",
        safer: "`client.load_system_host_keys()` with the default `RejectPolicy`",
        reference: "https://docs.paramiko.org/en/stable/api/client.html",
    },
    triggers: &[Trigger::Segment("set_missing_host_key_policy", check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.last_segment() != "set_missing_host_key_policy" {
        return None;
    }
    let policy = match call.args().first()? {
        Expr::Call(made) => &made.func,
        other => other,
    };
    let name = match policy {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return None,
    };
    let trusts = matches!(name, "AutoAddPolicy" | "WarningPolicy");
    if !trusts || !call.imports.is_imported_like("paramiko") {
        return None;
    }
    let message = "Paramiko call with policy set to automatically trust the unknown host key.";
    let line = call.keyword_position("set_missing_host_key_policy");
    Some(Issue::new(Severity::High, Confidence::Medium, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn trusting_policies_are_flagged() {
        flags(
            "import paramiko\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy)\n",
            &["B507:2:0"],
        );
        assert_eq!(
            weight("from paramiko import x\nc.set_missing_host_key_policy(WarningPolicy())\n"),
            "HIGH/MEDIUM"
        );
    }

    #[test]
    fn rejection_is_accepted() {
        accepts("import paramiko\nc.set_missing_host_key_policy(paramiko.RejectPolicy)\n");
        accepts("c.set_missing_host_key_policy(AutoAddPolicy)\n");
    }
}
