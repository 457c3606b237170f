//! Any bytes as a source file: decoding, parsing, both modes, the outline, the constants; every position must lie in the text.
//!
//! Run by the target `analyze` without end, and by the tests of `scrl-audit` over the corpus that is kept.

use scrl_audit::{Mode, Module, Profile, decode};

/// What was seen of one source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) parses: bool,
    /// Findings of both modes.
    pub(crate) findings: usize,
}

/// Examines one source; panics where something is wrong.
pub(crate) fn any_bytes(bytes: &[u8]) -> Seen {
    let Ok(text) = decode(bytes) else {
        return Seen::default();
    };
    let module = Module::parse(&text);
    let lines = text.split(['\n', '\r']).count() as u32;
    let scan = module.scan(Profile::bandit(), "fuzz.py");
    assert!(module.parses() || scan.findings.is_empty());
    for located in &scan.findings {
        // Python splits lines for B613 at more characters than its parser does.
        let is_text = located.finding.id == "B613";
        assert!(is_text || (1..=lines).contains(&located.finding.line));
    }
    let strict = module.findings(Mode::Strict);
    for finding in &strict {
        assert!((1..=lines).contains(&finding.line));
    }
    let _ = module.outline();
    let _ = module.code_lines();
    let _ = module.constants();
    Seen {
        parses: module.parses(),
        findings: scan.findings.len() + strict.len(),
    }
}
