//! What can go wrong in training.

use std::path::{Path, PathBuf};

/// A training run that cannot go on, and why.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model refused, or one of its files is wrong.
    #[error(transparent)]
    Model(#[from] scrl_policy::Error),
    /// The system could not read or write a file.
    #[error("`{path}` cannot be read or written")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of a checkpoint, or a recipe, that is not what it should be.
    #[error("`{path}`: {problem}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A setting that makes no sense.
    #[error("`{name}`: {problem}")]
    Setting {
        /// Its name in the recipe.
        name: &'static str,
        /// What would be right.
        problem: String,
    },
    /// Loss or gradient is NaN or infinite. Nothing was changed by that step.
    #[error(
        "step {step}: {what} is not finite; the batch is in `{batch}`, and the last checkpoint is from before it; try a lower learning_rate"
    )]
    NotFinite {
        /// The step.
        step: u64,
        /// Loss or gradient.
        what: &'static str,
        /// Where the batch was written.
        batch: PathBuf,
    },
    /// The function that judges answers failed.
    #[error("answers could not be judged")]
    Judge(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Error::File {
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

    pub(crate) fn setting(name: &'static str, problem: impl Into<String>) -> Self {
        Error::Setting {
            name,
            problem: problem.into(),
        }
    }
}
