//! What an interpreter is, wherever it lies: part of the names of cached results.

use std::path::Path;
use std::process::Command;

use crate::python::PythonError;

/// Its build, the C library, and every package it can import, with the hashes of the package's files where the
/// installer wrote them down.
const INQUIRY: &str = "\
import hashlib, importlib.metadata, json, platform, sys
packages = sorted(
    (package.metadata['Name'] or '', package.version or '',
     hashlib.sha256((package.read_text('RECORD') or '').encode('utf-8', 'replace')).hexdigest())
    for package in importlib.metadata.distributions())
print(json.dumps([sys.version, platform.machine(), platform.libc_ver(), packages]))";

/// Asks the interpreter at `executable`.
pub(crate) fn of(executable: &Path) -> Result<String, PythonError> {
    let command = || executable.display().to_string();
    let output = Command::new(executable)
        .args(["-I", "-B", "-c", INQUIRY])
        .output()
        .map_err(|source| PythonError::Start {
            command: command(),
            source,
        })?;
    if !output.status.success() || output.stdout.is_empty() {
        return Err(PythonError::Answer {
            command: command(),
            answer: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
