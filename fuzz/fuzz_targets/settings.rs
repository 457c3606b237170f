//! Any bytes as what `scrl audit` reads beside sources; what is asked of them stands in `checks/settings.rs`.
#![no_main]
#![allow(dead_code, reason = "the readers of the command line, of which only the parsing is fuzzed")]

#[path = "../../crates/cli/src/commands/audit/bandit_names.rs"]
mod bandit_names;
#[path = "../../crates/cli/src/commands/audit/baseline.rs"]
mod baseline;
#[path = "../checks/settings.rs"]
mod check;
#[path = "../../crates/cli/src/commands/audit/config.rs"]
mod config;
#[path = "../../crates/cli/src/commands/audit/ini.rs"]
mod ini;
#[path = "../../crates/cli/src/commands/audit/notebook.rs"]
mod notebook;

/// What a baseline is taken from.
mod examine {
    pub(super) struct FileReport {
        pub(super) name: String,
        pub(super) findings: Vec<scrl_audit::Located>,
    }
}

use std::path::Path;

use libfuzzer_sys::fuzz_target;

fn quoted(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// The command line says this on standard error.
fn say(_: &str) {}

fuzz_target!(|bytes: &[u8]| {
    check::any_bytes(bytes);
});
