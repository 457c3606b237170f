//! Runs the real binary in a folder of its own, on small files of our own.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub(crate) mod processes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// The binary under test.
pub(crate) const SCRL: &str = env!("CARGO_BIN_EXE_scrl");

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; absent when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same, when it ended with `code`.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

/// A folder for one test. Commands run in it, so messages hold no paths of this machine.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// With `problems.jsonl`, `samples.jsonl`, `apps_plus.json` and `seed_results.jsonl`.
    pub(crate) fn with_fixtures() -> Self {
        let place = Self::empty();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        for entry in fs::read_dir(fixtures).unwrap() {
            let entry = entry.unwrap();
            fs::copy(
                entry.path(),
                place.path(entry.file_name().to_str().unwrap()),
            )
            .unwrap();
        }
        place
    }

    /// With the starter suite as `problems.jsonl` and `samples.jsonl`.
    pub(crate) fn with_starter_suite() -> Self {
        let place = Self::empty();
        for name in ["problems.jsonl", "samples.jsonl"] {
            let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../suites/starter");
            fs::copy(suite.join(name), place.path(name)).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// `scrl` with arguments that hold no spaces themselves.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(SCRL);
        command
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn scrl(&self, arguments: &str) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Starts the command and leaves it running, without anybody reading what it says.
    pub(crate) fn start(&self, arguments: &str) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Whole lines of `name`; 0 while it is not there.
    pub(crate) fn lines(&self, name: &str) -> usize {
        fs::read(self.path(name)).map_or(0, |bytes| bytes.split(|byte| *byte == b'\n').count() - 1)
    }

    /// Waits until `name` has `count` lines; false when `child` ends before.
    pub(crate) fn wait_for_lines(&self, name: &str, count: usize, child: &mut Child) -> bool {
        while self.lines(name) < count {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            sleep(Duration::from_millis(1));
        }
        true
    }
}

/// `graded.jsonl` without what is measured: CPU time, wall time and memory. All else stays byte for byte.
pub(crate) fn without_measured(graded: &str) -> String {
    ["\"cpu_ms\":", "\"wall_ms\":", "\"peak_mib\":"]
        .iter()
        .fold(graded.to_owned(), |text, key| {
            let mut parts = text.split(key);
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |kept, part| {
                let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e');
                kept + key + part.trim_start_matches(number)
            })
        })
}

/// Says that a test did not run, and what the machine lacks.
// Standard error is where the test runner's user looks.
#[allow(clippy::print_stderr)]
pub(crate) fn skipped(lacks: &str) {
    eprintln!("SKIPPED: {lacks}");
}
