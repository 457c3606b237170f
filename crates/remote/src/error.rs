//! What can go wrong between here and there.

use std::path::PathBuf;

/// A question that was not answered, or a file that did not come.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address that nothing can be asked at.
    #[error("`{url}` is no address to ask: {problem}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Nobody answered.
    #[error("`{url}` cannot be reached ({attempts} attempts); {advice}: {source}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// How often.
        attempts: u32,
        /// What to do.
        advice: &'static str,
        /// What happened last.
        source: Box<ureq::Error>,
    },
    /// The other side refused, and will refuse again.
    #[error("`{url}` refused with status {status}{advice}: {message}")]
    Refused {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What to do; empty, or begins with a semicolon.
        advice: &'static str,
        /// What the other side said.
        message: String,
    },
    /// The other side was busy or broken each time.
    #[error("`{url}` answered with status {status} {attempts} times: {message}")]
    Busy {
        /// What was asked.
        url: String,
        /// The last HTTP status.
        status: u16,
        /// How often it was asked.
        attempts: u32,
        /// What the other side said last.
        message: String,
    },
    /// The answer is not what the protocol says.
    #[error("`{url}` gave an answer that is none ({attempts} attempts): {problem}")]
    Answer {
        /// What was asked.
        url: String,
        /// How often.
        attempts: u32,
        /// What is wrong with it.
        problem: String,
    },
    /// The answer is longer than any should be.
    #[error("`{url}` gave an answer of more than {limit} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// The most that is read.
        limit: u64,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A name that is no model's.
    #[error(
        "`{id}` is no model of a hub: {problem}; ids are `owner/name` or `owner/name@revision`"
    )]
    Id {
        /// What was given.
        id: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A model whose files cannot be used.
    #[error("`{id}`: {problem}")]
    Model {
        /// The model.
        id: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A file that came is not the one that was promised.
    #[error("`{file}` of `{id}` came damaged ({problem}); run the same command again")]
    Damaged {
        /// The model.
        id: String,
        /// Its file.
        file: String,
        /// What differs.
        problem: String,
    },
    /// The cache cannot be read or written.
    #[error("`{path}` in the cache cannot be used; HF_HOME says where the cache is")]
    Cache {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
