//! Failures of ours. A program that crashes, loops or attacks is an [`Outcome`](crate::Outcome) instead.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use crate::{Level, Walls};

/// Why a program could not be run. Nothing follows about the program.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine offers less than the caller asks for.
    #[error("{}", refusal(*.asked, .walls))]
    Refused {
        /// The lowest level the caller accepts.
        asked: Level,
        /// What the machine offers.
        walls: Walls,
    },
    /// One step of raising the walls failed.
    #[error("the sandbox could not be raised: {step}: {source}")]
    Raise {
        /// The step, in words.
        step: String,
        /// The system's reason.
        source: io::Error,
    },
    /// This process has a resource limit that programs would inherit, and may not raise it.
    #[error(
        "this process's limit of {name} is {limit}, less than programs need, and may not be raised by it: start it with \
         a higher one"
    )]
    Inherited {
        /// The resource, and how a shell calls it.
        name: &'static str,
        /// Its hard limit: bytes, seconds of CPU time, or a number of files.
        limit: u64,
    },
    /// The runtime's executable is not there.
    #[error("`{path}` cannot be run: {source}")]
    Executable {
        /// Its path.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The runtime ended, or did not answer, before it served its first job.
    #[error("the runtime did not start: {0}")]
    Start(String),
    /// The zygote went away, or stopped answering, during a run.
    #[error("the zygote is gone: {0}")]
    ZygoteLost(String),
    /// The run is to have a private folder, and there is none.
    #[error(
        "a run with files needs a private folder, which there is at isolation levels A and B only; `scrl doctor` says \
         which walls are missing"
    )]
    NoFolder,
    /// A descriptor, memory file or socket could not be had or used.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

fn refusal(asked: Level, walls: &Walls) -> String {
    let offered = walls.level();
    let mut text = format!(
        "this machine offers isolation level {offered}, and level {asked} is asked for; missing walls:"
    );
    for (wall, reason) in walls.missing() {
        let _ = write!(text, "\n  {wall}: {reason}");
    }
    if offered == Level::D {
        text.push_str(
            "\nonly resource limits would stand between programs and this user's files and processes; for programs \
             that you trust: `--level D`",
        );
    } else {
        let _ = write!(text, "\nto run with less, say so: `--level {offered}`");
    }
    text
}
