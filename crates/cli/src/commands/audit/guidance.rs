//! What a reviewer is told about a finding beside its place: what was found, why it matters, how to fix it.

use scrl_audit::{advice, strict_rules};
use scrl_record::Finding;

/// Why a rule matters and what to write instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guidance {
    pub(super) why: &'static str,
    pub(super) fix: &'static str,
}

/// The guidance of a rule of either mode.
pub(super) fn guidance(id: &str) -> Option<Guidance> {
    if let Some(advice) = advice(id) {
        let (why, fix) = (advice.why, advice.safer);
        return Some(Guidance { why, fix });
    }
    let rule = strict_rules().iter().find(|rule| rule.id == id)?;
    let (why, fix) = (rule.why, rule.fix);
    Some(Guidance { why, fix })
}

/// What was found, without the fix that messages of strict mode end in.
pub(super) fn found(finding: &Finding) -> &str {
    let message = finding.message.trim_end();
    guidance(&finding.id)
        .and_then(|guidance| message.strip_suffix(guidance.fix))
        .and_then(|rest| rest.strip_suffix("; "))
        .unwrap_or(message)
}
