//! What can be wrong with a file of problems, samples or ids, and what to do about it.

use std::io;
use std::path::PathBuf;

/// Why a file, or one record of it, could not be read. Record indices count from 0.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there, or may not be read.
    #[error("cannot open `{path}`: {source}; check the path and its permissions", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A container that is not read here.
    #[error("`{path}` is {found}: unpack it, or recompress it with gzip or zstd", path = path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What its first bytes say it is.
        found: &'static str,
    },
    /// The bytes stop or are damaged, as in a cut download.
    #[error(
        "`{path}` cannot be read beyond record {index} (counted from 0): {source}; a compressed file that was cut or \
         damaged must be fetched again", path = path.display()
    )]
    Stream {
        /// The file.
        path: PathBuf,
        /// The record that could not be completed.
        index: u64,
        /// The decoder's word.
        source: io::Error,
    },
    /// There is no record in the file.
    #[error("`{path}` holds no record: expected a JSON array of objects, or one JSON object a line", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A JSON array that ends before its `]`.
    #[error(
        "`{path}` is truncated: the JSON array ends within record {index} (counted from 0); fetch the file again, or \
         keep the records before it by reading leniently", path = path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The record that is cut.
        index: u64,
    },
    /// A JSON array whose syntax is broken, so that the next record cannot be found.
    #[error(
        "`{path}`, record {index} (counted from 0): broken JSON: {detail}; nothing after it can be trusted, so \
         reading stops here: mend or remove the record", path = path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The record with the mistake.
        index: u64,
        /// Where and what, in the words of the JSON parser.
        detail: String,
    },
    /// One record is bad; those after it can be read.
    #[error("`{path}`, record {index} (counted from 0){line}: {reason}", path = path.display(), line = on_line(*line))]
    Record {
        /// The file, or the folder of one problem.
        path: PathBuf,
        /// The record.
        index: u64,
        /// Its line, from 1, where records are lines.
        line: Option<u64>,
        /// What is wrong with it.
        reason: Reason,
    },
    /// A file of ids that is none of the known forms.
    #[error(
        "`{path}` is no list of ids: {detail}; expected {{\"description\", \"count\", \"ids\": [...]}}, a JSON array of \
         strings, or one id a line", path = path.display()
    )]
    IdList {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A folder without APPS problems.
    #[error(
        "`{path}` holds no APPS problem: expected `question.txt` in it, in its folders or in theirs", path = path.display()
    )]
    NoFolders {
        /// The folder.
        path: PathBuf,
    },
    /// A format name that is not known.
    #[error("unknown format `{0}`: use apps-plus, apps, securityeval, sallm, seccodeplt or jsonl")]
    UnknownFormat(String),
}

fn on_line(line: Option<u64>) -> String {
    line.map(|line| format!(", line {line}"))
        .unwrap_or_default()
}

impl Error {
    /// Whether the record is left out because an earlier file has it, to the letter.
    pub(crate) fn is_repetition(&self) -> bool {
        let repeated = |reason: &Reason| matches!(reason, Reason::Repeated { .. });
        matches!(self, Error::Record { reason, .. } if repeated(reason))
    }

    /// A short name for counting errors of one kind, such as `missing key`.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Open { .. } => "cannot open",
            Error::Unsupported { .. } => "unsupported file",
            Error::Stream { .. } => "unreadable stream",
            Error::Empty { .. } => "empty file",
            Error::Truncated { .. } => "truncated JSON",
            Error::Broken { .. } => "broken JSON",
            Error::Record { reason, .. } => reason.name(),
            Error::IdList { .. } => "bad id list",
            Error::NoFolders { .. } => "no APPS problem",
            Error::UnknownFormat(_) => "unknown format",
        }
    }
}

/// What is wrong with one record. Keys are written as paths, such as `tests[2].output`.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The text is not JSON.
    #[error("not JSON: {0}; each record must be one complete JSON object")]
    Syntax(String),
    /// The bytes are not UTF-8.
    #[error(
        "invalid UTF-8: byte 0x{byte:02x} at offset {offset} of the record; convert the file to UTF-8"
    )]
    InvalidUtf8 {
        /// Offset from the record's first byte.
        offset: usize,
        /// The first offending byte.
        byte: u8,
    },
    /// The record is JSON but no object.
    #[error("not a JSON object: {0}")]
    NotAnObject(String),
    /// A key is absent or null.
    #[error("key `{key}` is missing: {hint}")]
    MissingKey {
        /// The key.
        key: String,
        /// What it should hold.
        hint: &'static str,
    },
    /// A key holds something else than it should.
    #[error("key `{key}`: {detail}")]
    WrongValue {
        /// The key.
        key: String,
        /// What was found and what was expected.
        detail: String,
    },
    /// Inputs without outputs, or the other way round.
    #[error(
        "keys `inputs` and `outputs` differ in length ({inputs} and {outputs}): every test needs both"
    )]
    UnequalTests {
        /// Number of inputs.
        inputs: usize,
        /// Number of outputs.
        outputs: usize,
    },
    /// The kind cannot be told from the tests.
    #[error("keys `inputs` and `outputs`: {0}; all must be strings (stdin) or all lists (call)")]
    MixedTests(String),
    /// A call problem does not say what to call.
    #[error("key `starter_code` has no `def`: a call problem needs the function it calls")]
    NoEntryPoint,
    /// Two records share an id.
    #[error("key `id`: `{id}` was used before, by {first}; ids must be unique")]
    DuplicateId {
        /// The id.
        id: String,
        /// File and record that had it first.
        first: String,
    },
    /// The same record stands in an earlier file, to the letter. No reader yields it: it is counted and left out.
    #[error("the same record as {first}")]
    Repeated {
        /// File and record that had it first.
        first: String,
    },
    /// A file of an APPS problem folder cannot be read.
    #[error("`{file}`: {detail}")]
    File {
        /// Its name within the folder.
        file: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl Reason {
    /// A short name for counting, such as `missing key`.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::Syntax(_) => "not JSON",
            Reason::InvalidUtf8 { .. } => "invalid UTF-8",
            Reason::NotAnObject(_) => "not an object",
            Reason::MissingKey { .. } => "missing key",
            Reason::WrongValue { .. } => "wrong value",
            Reason::UnequalTests { .. } => "unequal tests",
            Reason::MixedTests(_) => "mixed tests",
            Reason::NoEntryPoint => "no entry point",
            Reason::DuplicateId { .. } => "duplicate id",
            Reason::Repeated { .. } => "repeated",
            Reason::File { .. } => "unreadable file",
        }
    }

    pub(crate) fn missing(key: &str, hint: &'static str) -> Self {
        Reason::MissingKey {
            key: key.to_owned(),
            hint,
        }
    }

    pub(crate) fn wrong(key: impl Into<String>, detail: impl Into<String>) -> Self {
        Reason::WrongValue {
            key: key.into(),
            detail: detail.into(),
        }
    }
}
