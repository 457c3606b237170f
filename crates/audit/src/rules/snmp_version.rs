//! B508: SNMP in its first two versions.

use scrl_record::{Confidence, Cwe, Severity};

use super::{Advice, Rule, RuleInfo, Trigger};
use crate::call::{Call, Value};
use crate::issue::Issue;
use crate::syntax::{Expr, Number};

pub(super) const RULE: Rule = Rule {
    info: RuleInfo {
        id: "B508",
        name: "snmp_insecure_version",
        severity: "MEDIUM",
        cwe: Cwe(319),
        summary: "SNMPv1 or SNMPv2c; use SNMPv3",
    },
    advice: Advice {
        why: "Community strings and data travel in the clear.",
        flagged: "`CommunityData(\"public\", mpModel=0)`",
        safer: "`UsmUserData(user, auth_key, privacy_key)`",
        reference: "https://docs.lextudio.com/pysnmp/",
    },
    triggers: &[Trigger::Calls(&["pysnmp.hlapi.CommunityData"], check)],
};

fn check(call: &Call<'_>) -> Option<Issue> {
    if call.keywords_break_bandit() {
        return None;
    }
    let Some(Value::Other(Expr::NumberLiteral(model))) = call.keyword_value("mpModel") else {
        return None;
    };
    let is_old = match &model.value {
        Number::Int(int) => matches!(int.as_u64(), Some(0 | 1)),
        Number::Float(float) => [0.0, 1.0].contains(float),
        Number::Complex { imag, .. } => *imag == 0.0,
    };
    let message = "The use of SNMPv1 and SNMPv2 is insecure. You should use SNMPv3 if able.";
    let line = call.keyword_position("CommunityData");
    is_old.then(|| Issue::new(Severity::Medium, Confidence::High, message).on_line_of(line))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{accepts, flags, weight};

    #[test]
    fn old_versions_are_flagged() {
        flags(
            "from pysnmp.hlapi import *\nfrom pysnmp.hlapi import CommunityData\nCommunityData('p', mpModel=1)\n",
            &["B508:3:0"],
        );
        assert_eq!(
            weight("pysnmp.hlapi.CommunityData(mpModel=0)\n"),
            "MEDIUM/HIGH"
        );
    }

    #[test]
    fn other_models_are_accepted() {
        accepts("pysnmp.hlapi.CommunityData('p')\npysnmp.hlapi.CommunityData(mpModel=2)\n");
    }
}
