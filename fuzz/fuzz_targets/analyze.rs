//! Any bytes as a source file; what is asked of it stands in `checks/analyze.rs`.
#![no_main]

#[allow(dead_code, reason = "the tests count what was seen")]
#[path = "../checks/analyze.rs"]
mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    check::any_bytes(bytes);
});
