//! Finds and reads the development data beside the workspace, which is not part of the repository.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use flate2::read::GzDecoder;
use serde_json::Value;

/// The records of a gzipped JSON Lines file under the shared data folder; `None`, said aloud, where it is absent.
#[expect(clippy::print_stderr, reason = "a skipped test says so aloud")]
pub(crate) fn records(file: &str) -> Option<Vec<Value>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(opened) = File::open(root.join(file)) else {
        eprintln!("SKIPPED: {file}: shared data absent");
        return None;
    };
    let lines = BufReader::new(GzDecoder::new(opened)).lines();
    let parse = |line: std::io::Result<String>| serde_json::from_str(&line.unwrap()).unwrap();
    Some(lines.map(parse).collect())
}
