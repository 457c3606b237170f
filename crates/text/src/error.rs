//! What can be wrong with the text side of a model.

use std::path::{Path, PathBuf};

/// A tokenizer or chat template that cannot be used, and which file says so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system could not read a file.
    #[error("`{path}` cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system could not write a file.
    #[error("`{path}` cannot be written")]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not the JSON that it should be.
    #[error("`{path}` is not valid")]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A file says something that cannot be, or that is not supported.
    #[error("`{path}`: {problem}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The file of the model itself is wrong.
    #[error(transparent)]
    Model(#[from] scrl_policy::Error),
    /// The tokenizer has tokens that the model does not know.
    #[error(
        "`{path}` has tokens up to {largest}, and the model's embedding has {rows} rows; they do not belong together"
    )]
    Vocabulary {
        /// The tokenizer.
        path: PathBuf,
        /// Its largest id.
        largest: u32,
        /// Rows of the embedding.
        rows: usize,
    },
    /// There is no template to put a chat into.
    #[error(
        "`{path}` has no chat template; it may be a base model: ask it with `--style completion`"
    )]
    NoTemplate {
        /// The folder or file of the model.
        path: PathBuf,
    },
    /// The model's template refused a chat, or is wrong, or does not end.
    #[error("the chat template of `{path}`: {problem}")]
    Template {
        /// The file that it stands in.
        path: PathBuf,
        /// What the template or its engine said.
        problem: String,
    },
    /// A text that the tokenizer does not take, or ids that it does not know.
    #[error("the tokenizer of `{path}`: {problem}")]
    Tokens {
        /// The file of the tokenizer.
        path: PathBuf,
        /// What it said.
        problem: String,
    },
}

impl Error {
    pub(crate) fn invalid(path: &Path, problem: impl Into<String>) -> Self {
        Error::Invalid {
            path: path.to_path_buf(),
            problem: problem.into(),
        }
    }
}

/// The JSON in a file; `None` where there is no such file.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let Some(bytes) = read(path)? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(&bytes).map_err(|source| Error::Json {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(Some(value))
}

/// What is in a file; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File {
            path: path.to_path_buf(),
            source,
        }),
    }
}
