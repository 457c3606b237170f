//! Any bytes as what `scrl audit` reads beside sources: configuration, `.bandit`, a baseline, a notebook.
#![no_main]
#![allow(dead_code, reason = "the readers of the command line, of which only the parsing is fuzzed")]

#[path = "../../crates/cli/src/commands/audit/bandit_names.rs"]
mod bandit_names;
#[path = "../../crates/cli/src/commands/audit/baseline.rs"]
mod baseline;
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
use scrl_audit::{Module, Profile};

fn quoted(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// The command line says this on standard error.
fn say(_: &str) {}

const SOURCE: &str = "import os\nassert os.system(input('/tmp'))\ntry:\n    f()\nexcept E:\n    pass\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    match kind {
        b'y' | b't' => {
            if let Ok(read) = config::parse(text, *kind == b't') {
                let profile = Profile::new(read.settings);
                let _ = Module::parse(SOURCE).scan(&profile, "fuzz.py");
            }
        }
        b'i' => {
            let _ = ini::parse(text).map(|ini| ini.is_true("ignore-nosec"));
        }
        b'b' => {
            let _ = baseline::parse(bytes);
        }
        _ => {
            if let Ok(cells) = notebook::code(bytes) {
                assert_eq!(cells.lines.len(), cells.places.len());
                assert_eq!(cells.lines.len(), cells.text.lines().count());
            }
        }
    }
});
