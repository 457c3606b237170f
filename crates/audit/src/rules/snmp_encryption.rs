//! B509: SNMPv3 without encryption.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::Call;
use crate::issue::Issue;

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B509",
        name: "snmp_weak_cryptography",
        severity: "MEDIUM",
        cwe: Cwe(319),
        summary: "SNMPv3 without encryption; give both keys",
    },
    advice: Advice {
        why: "Without a privacy key the data travels in the clear.",
        flagged: "`UsmUserData(\"user\")`",
        safer: "`UsmUserData(\"user\", auth_key, privacy_key)`",
        reference: "https://docs.lextudio.com/pysnmp/",
    },
    triggers: &[Trigger::Calls(&["pysnmp.hlapi.UsmUserData"], check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    let message =
        "You should not use SNMPv3 without encryption. noAuthNoPriv & authNoPriv is insecure";
    let line = call.keyword_position("UsmUserData");
    (call.args().len() < 3)
        .then(|| Issue::new(Severity::Medium, Confidence::High, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn missing_keys_are_flagged() {
        flags(
            "from pysnmp.hlapi import UsmUserData as U\nU('u', a)\n",
            &["B509:2:0"],
        );
        assert_eq!(weight("pysnmp.hlapi.UsmUserData()\n"), "MEDIUM/HIGH");
    }

    #[test]
    fn both_keys_are_accepted() {
        accepts("pysnmp.hlapi.UsmUserData('u', a, b)\nUsmUserData('u')\n");
    }
}
