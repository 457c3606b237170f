//! The log of a run: one line of JSON for each step in `log.jsonl`, and the same for `TensorBoard`.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::tensorboard::EventFile;

/// Numbers of a step by name.
pub type Numbers = Vec<(&'static str, f64)>;

/// The log of a run.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    lines: File,
    events: EventFile,
}

impl Log {
    /// Goes on with the log in a folder after `step`: what was logged later belongs to steps that will be done again.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn open(folder: &Path, step: u64) -> Result<Self, Error> {
        let path = folder.join("log.jsonl");
        let failed = Error::file;
        let old = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.map_err(failed(&path))?,
        };
        let is_kept = |line: &&str| {
            let line: Option<Value> = serde_json::from_str(line).ok();
            line.and_then(|line| line["step"].as_u64())
                .is_some_and(|at| at <= step)
        };
        let kept: String = old
            .lines()
            .filter(is_kept)
            .flat_map(|line| [line, "\n"])
            .collect();
        let new = folder.join("log.jsonl.new");
        fs::write(&new, kept).map_err(failed(&new))?;
        fs::rename(&new, &path).map_err(failed(&path))?;
        let lines = OpenOptions::new().append(true).open(&path);
        let starts = fs::read_dir(folder).map_err(failed(folder))?;
        let starts = starts
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("events."))
            .count();
        Ok(Self {
            lines: lines.map_err(failed(&path))?,
            events: EventFile::create(folder, now(), starts as u32).map_err(failed(folder))?,
            path,
        })
    }

    /// Writes the numbers of a step.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&mut self, step: u64, numbers: &[(&'static str, f64)]) -> Result<(), Error> {
        let mut line = Map::from_iter([("step".to_owned(), json!(step))]);
        line.extend(
            numbers
                .iter()
                .map(|(name, number)| ((*name).to_owned(), json!(number))),
        );
        let line = format!("{}\n", Value::Object(line));
        let written = self.lines.write_all(line.as_bytes());
        written.map_err(Error::file(&self.path))?;
        let events = self.events.write(now(), step, numbers);
        events.map_err(Error::file(&self.path))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}
