//! Any bytes as what `scrl audit` reads beside sources: configuration, `.bandit`, a baseline, a notebook. The first
//! byte says as which.
//!
//! Run by the target `settings` without end, and by the tests of the command line over the corpus that is kept.

use scrl_audit::{Module, Profile};

use super::{baseline, config, ini, notebook};

const SOURCE: &str =
    "import os\nassert os.system(input('/tmp'))\ntry:\n    f()\nexcept E:\n    pass\n";

/// Reads the bytes; whether they were accepted. Panics where something is wrong.
pub(crate) fn any_bytes(bytes: &[u8]) -> bool {
    let Some((kind, bytes)) = bytes.split_first() else {
        return false;
    };
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    match kind {
        b'y' | b't' => {
            let read = config::parse(text, *kind == b't');
            let profile = read.map(|read| Profile::new(read.settings));
            let scan = profile.map(|profile| Module::parse(SOURCE).scan(&profile, "fuzz.py"));
            scan.is_ok()
        }
        b'i' => ini::parse(text)
            .map(|ini| ini.is_true("ignore-nosec"))
            .is_ok(),
        b'b' => baseline::parse(bytes).is_ok(),
        _ => {
            let cells = notebook::code(bytes);
            if let Ok(cells) = &cells {
                assert_eq!(cells.lines.len(), cells.places.len());
                assert_eq!(cells.lines.len(), cells.text.lines().count());
            }
            cells.is_ok()
        }
    }
}
