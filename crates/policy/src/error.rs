//! What can be wrong with the files of a model.

use std::path::{Path, PathBuf};

/// A model or adapter that cannot be used, and which file and tensor say so.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system could not read or write a file.
    #[error("`{path}` cannot be read or written")]
    File {
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
    /// A tensor is there and cannot be used.
    #[error("`{path}`: tensor `{tensor}` {problem}")]
    Tensor {
        /// The file that it is in.
        path: PathBuf,
        /// Its name.
        tensor: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A tensor that the configuration asks for is nowhere.
    #[error("`{path}` has no tensor `{tensor}`; the configuration asks for it")]
    Missing {
        /// The folder or file of the tensors.
        path: PathBuf,
        /// The name of the one that is missing.
        tensor: String,
    },
    /// A model that is larger than what is left of the memory; nothing was allocated.
    #[error(
        "`{path}` needs {needed} MiB of memory for its weights, and {available} MiB are available; keep them in bfloat16, or take a smaller model"
    )]
    Memory {
        /// The model.
        path: PathBuf,
        /// In mebibytes.
        needed: u64,
        /// In mebibytes.
        available: u64,
    },
    /// A sequence that the model cannot take.
    #[error("a sequence of {tokens} tokens: {problem}")]
    Sequence {
        /// How many tokens it has.
        tokens: usize,
        /// What is wrong with it.
        problem: String,
    },
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Error::File {
            path: path.to_path_buf(),
            source,
        }
    }

    pub(crate) fn json(path: &Path) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Error::Json {
            path: path.to_path_buf(),
            source,
        }
    }

    pub(crate) fn invalid(path: &Path, problem: impl Into<String>) -> Self {
        Error::Invalid {
            path: path.to_path_buf(),
            problem: problem.into(),
        }
    }
}
