//! What a reader kept and what it left out, so that nothing is dropped silently.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::Error;

/// How many skipped records are remembered one by one; all are counted.
pub const SKIPPED_LISTED: usize = 100;

/// One record or stream that a lenient reader left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// The record, from 0; absent when the file as a whole is meant.
    pub index: Option<u64>,
    /// The whole error message.
    pub message: String,
}

/// The tally of a reader. `read` is `kept + skipped + repeated`; a cut record counts as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records met.
    pub read: u64,
    /// Records handed on.
    pub kept: u64,
    /// Records left out.
    pub skipped: u64,
    /// Records of later files that an earlier one has to the letter; neither kept nor skipped.
    pub repeated: u64,
    /// Records left out, by [`Error::name`].
    pub by_reason: BTreeMap<&'static str, u64>,
    /// The first [`SKIPPED_LISTED`] left out, in order.
    pub examples: Vec<Skipped>,
    /// Files that are empty or of which the rest was not read, with the reason.
    pub incomplete: Vec<Skipped>,
}

impl Summary {
    /// Whether every record of every file was kept.
    pub fn is_complete(&self) -> bool {
        self.skipped == 0 && self.incomplete.is_empty()
    }

    pub(crate) fn keep(&mut self) {
        self.read += 1;
        self.kept += 1;
    }

    pub(crate) fn repeat(&mut self) {
        self.read += 1;
        self.repeated += 1;
    }

    pub(crate) fn skip(&mut self, error: &Error) {
        let skipped = Skipped::from(error);
        if skipped.index.is_some() {
            self.read += 1;
            self.skipped += 1;
            *self.by_reason.entry(error.name()).or_default() += 1;
        }
        if !matches!(error, Error::Record { .. }) {
            self.incomplete.push(skipped.clone());
        }
        if self.examples.len() < SKIPPED_LISTED {
            self.examples.push(skipped);
        }
    }
}

impl From<&Error> for Skipped {
    fn from(error: &Error) -> Self {
        let (path, index) = match error {
            Error::Record { path, index, .. }
            | Error::Stream { path, index, .. }
            | Error::Truncated { path, index }
            | Error::Broken { path, index, .. } => (path.clone(), Some(*index)),
            Error::Open { path, .. }
            | Error::Unsupported { path, .. }
            | Error::Empty { path }
            | Error::IdList { path, .. }
            | Error::NoFolders { path } => (path.clone(), None),
            Error::UnknownFormat(_) => (PathBuf::new(), None),
        };
        Self {
            path,
            index,
            message: error.to_string(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "read {}, kept {}, skipped {}",
            self.read, self.kept, self.skipped
        )?;
        for (position, (reason, count)) in self.by_reason.iter().enumerate() {
            let mark = if position == 0 { ": " } else { ", " };
            write!(f, "{mark}{count} {reason}")?;
        }
        if self.repeated > 0 {
            let count = self.repeated;
            write!(
                f,
                "; {count} stand in several files, alike, and are taken once"
            )?;
        }
        for file in &self.incomplete {
            write!(f, "\n{}", file.message)?;
        }
        Ok(())
    }
}
