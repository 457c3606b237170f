//! Any bytes as a source file: decoding, parsing, both modes, the outline; every position must lie in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scrl_audit::{Mode, Module, Profile, decode};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else {
        return;
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
    let _ = module.findings(Mode::Strict);
    let _ = module.outline();
    let _ = module.code_lines();
});
