//! The two words of every rule's tests: what is flagged, and what is accepted.

use crate::{Mode, Module};

/// Asserts that Bandit mode reports exactly these `id:line:column` on a source that parses.
pub(crate) fn flags(source: &str, expected: &[&str]) {
    let module = Module::parse(source);
    assert_eq!(module.syntax_error(), None, "{source}");
    let found: Vec<String> = module
        .findings(Mode::Bandit)
        .iter()
        .map(|finding| format!("{}:{}:{}", finding.id, finding.line, finding.column))
        .collect();
    assert_eq!(found, expected, "{source}");
}

/// Asserts that Bandit mode reports nothing on a source that parses.
pub(crate) fn accepts(source: &str) {
    flags(source, &[]);
}

/// Severity and confidence of the only finding, such as `HIGH/LOW`.
pub(crate) fn weight(source: &str) -> String {
    let findings = Module::parse(source).findings(Mode::Bandit);
    assert_eq!(findings.len(), 1, "{source}: {findings:?}");
    format!("{}/{}", findings[0].severity, findings[0].confidence)
}
