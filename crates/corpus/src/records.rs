//! A stream of typed records with one policy for bad ones.

use std::fmt;
use std::iter::FusedIterator;

use crate::{Error, Summary};

/// What to do with a bad record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Stop at the first.
    #[default]
    Strict,
    /// Skip it, count it, go on with the next; a file that cannot be read further keeps what was read before.
    Lenient,
}

/// An iterator over the records of one or more files, in order, holding one at a time.
///
/// Strict: the first error ends it. Lenient: errors are counted in [`Records::summary`] instead of yielded, except
/// those of the call itself: a file that cannot be opened, is no known container, or is no APPS folder.
///
/// ```no_run
/// # use std::path::PathBuf;
/// # use scrl_corpus::{Mode, read_problems};
/// let mut records = read_problems(&[PathBuf::from("problems.jsonl.gz")], Mode::Lenient);
/// let stdin = records.by_ref().filter_map(Result::ok).count();
/// let summary = records.summary().to_string();
/// ```
pub struct Records<T> {
    inner: Option<Inner<T>>,
    mode: Mode,
    summary: Summary,
}

type Inner<T> = Box<dyn Iterator<Item = Result<T, Error>> + Send>;

impl<T> Records<T> {
    /// `inner` goes on after errors of single records, and ends or changes to the next file after others.
    pub(crate) fn new(
        inner: impl Iterator<Item = Result<T, Error>> + Send + 'static,
        mode: Mode,
    ) -> Self {
        Self {
            inner: Some(Box::new(inner)),
            mode,
            summary: Summary::default(),
        }
    }

    /// The tally so far; complete once the iterator has ended.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Reads all records into memory.
    ///
    /// # Errors
    /// The first error that the mode does not skip.
    pub fn read_all(mut self) -> Result<(Vec<T>, Summary), Error> {
        let records = self.by_ref().collect::<Result<_, _>>()?;
        Ok((records, self.summary))
    }
}

impl<T> Iterator for Records<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.inner.as_mut()?.next() {
                None => {
                    self.inner = None;
                    return None;
                }
                Some(Ok(record)) => {
                    self.summary.keep();
                    return Some(Ok(record));
                }
                Some(Err(error)) if error.is_repetition() => self.summary.repeat(),
                Some(Err(error)) if self.mode == Mode::Lenient && skippable(&error) => {
                    self.summary.skip(&error);
                }
                Some(Err(error)) => {
                    self.inner = None;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<T> FusedIterator for Records<T> {}

fn skippable(error: &Error) -> bool {
    match error {
        Error::Record { .. }
        | Error::Stream { .. }
        | Error::Truncated { .. }
        | Error::Broken { .. }
        | Error::Empty { .. } => true,
        Error::Open { .. }
        | Error::Unsupported { .. }
        | Error::IdList { .. }
        | Error::NoFolders { .. }
        | Error::UnknownFormat(_) => false,
    }
}

impl<T> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("mode", &self.mode)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}
