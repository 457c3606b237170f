//! The records of files as checked JSON text: one JSON array, or JSON Lines, told by the first character.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::array::{Elements, Split};
use crate::fields::cause;
use crate::lines::Lines;
use crate::{Error, Reason, open};

/// Where a record stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: Arc<Path>,
    pub(crate) index: u64,
    pub(crate) line: Option<u64>,
}

impl Place {
    pub(crate) fn error(&self, reason: Reason) -> Error {
        Error::Record {
            path: self.path.to_path_buf(),
            index: self.index,
            line: self.line,
            reason,
        }
    }

    /// For messages about another record.
    pub(crate) fn describe(&self) -> String {
        format!("record {} of `{}`", self.index, self.path.display())
    }
}

/// One record: valid UTF-8, valid JSON.
pub(crate) struct RawRecord {
    pub(crate) place: Place,
    pub(crate) text: String,
}

/// The records of several files, one file after the other.
pub(crate) struct RawRecords {
    waiting: VecDeque<PathBuf>,
    current: Option<FileRecords>,
}

impl RawRecords {
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        Self {
            waiting: paths.iter().cloned().collect(),
            current: None,
        }
    }
}

impl Iterator for RawRecords {
    type Item = Result<RawRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(next) = self.current.as_mut().and_then(FileRecords::next) {
                return Some(next);
            }
            self.current = None;
            match FileRecords::open(&self.waiting.pop_front()?) {
                Ok(file) => self.current = Some(file),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

type Source = Box<dyn BufRead + Send>;

/// A record's line, from 1, where records are lines, and its text.
type Bytes = (Option<u64>, Vec<u8>);

enum Layout {
    Array(Elements<Source>),
    Lines(Lines<Source>),
}

struct FileRecords {
    path: Arc<Path>,
    layout: Layout,
    index: u64,
    done: bool,
}

impl FileRecords {
    fn open(path: &Path) -> Result<Self, Error> {
        let mut source = open(path)?;
        let (first, lines) = first_character(&mut source).map_err(|source| Error::Stream {
            path: path.to_owned(),
            index: 0,
            source,
        })?;
        let layout = match first {
            Some(b'[') => Layout::Array(Elements::new(source)),
            _ => Layout::Lines(Lines::new(source, lines)),
        };
        Ok(Self {
            path: path.into(),
            layout,
            index: 0,
            done: false,
        })
    }

    fn next_bytes(&mut self) -> Option<Result<Bytes, Split>> {
        Some(match &mut self.layout {
            Layout::Array(elements) => elements.next()?.map(|bytes| (None, bytes)),
            Layout::Lines(lines) => lines.next()?.map(|(line, bytes)| (Some(line), bytes)),
        })
    }

    fn next(&mut self) -> Option<Result<RawRecord, Error>> {
        if self.done {
            return None;
        }
        let Some(bytes) = self.next_bytes() else {
            self.done = true;
            return (self.index == 0).then(|| Err(self.empty()));
        };
        let record = self.record(bytes);
        self.done = matches!(&record, Err(error) if !matches!(error, Error::Record { .. }));
        self.index += 1;
        Some(record)
    }

    fn empty(&self) -> Error {
        Error::Empty {
            path: self.path.to_path_buf(),
        }
    }

    fn record(&self, bytes: Result<Bytes, Split>) -> Result<RawRecord, Error> {
        let (line, bytes) = bytes.map_err(|split| self.split_error(split))?;
        let place = Place {
            path: Arc::clone(&self.path),
            index: self.index,
            line,
        };
        let text = utf8(bytes).map_err(|reason| place.error(reason))?;
        match serde_json::from_str::<&RawValue>(&text) {
            Ok(_) => Ok(RawRecord { place, text }),
            Err(error) if line.is_some() => Err(place.error(Reason::Syntax(within_record(&error)))),
            Err(error) => Err(self.split_error(Split::Broken(within_record(&error)))),
        }
    }

    fn split_error(&self, split: Split) -> Error {
        let (path, index) = (self.path.to_path_buf(), self.index);
        match split {
            Split::Io(source) => Error::Stream {
                path,
                index,
                source,
            },
            Split::Truncated => Error::Truncated { path, index },
            Split::Broken(detail) => Error::Broken {
                path,
                index,
                detail,
            },
        }
    }
}

/// The parser's words; its position counts within the record and not within the file.
fn within_record(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let place = match line {
        0 | 1 => format!("column {column} of the record"),
        _ => format!("line {line}, column {column} of the record"),
    };
    format!("{} at {place}", cause(error))
}

fn utf8(bytes: Vec<u8>) -> Result<String, Reason> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Reason::InvalidUtf8 {
            offset,
            byte: error.as_bytes()[offset],
        }
    })
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Passes over a byte order mark and white space; the first other byte, not consumed, and the lines passed.
fn first_character(source: &mut Source) -> io::Result<(Option<u8>, u64)> {
    if source.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        source.consume(BYTE_ORDER_MARK.len());
    }
    let mut lines = 0;
    loop {
        let Some(&byte) = source.fill_buf()?.first() else {
            return Ok((None, lines));
        };
        if !byte.is_ascii_whitespace() {
            return Ok((Some(byte), lines));
        }
        lines += u64::from(byte == b'\n');
        source.consume(1);
    }
}
