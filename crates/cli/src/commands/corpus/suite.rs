//! `scrl corpus suite`: the suites that are part of the program, as files.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::NewFile;
use crate::Done;
use crate::embedded::Suite;

/// Write an embedded suite: its problems, and answers to them
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl corpus suite secure-tasks --out tasks.jsonl --samples solutions.jsonl\n  \
                        scrl grade --problems tasks.jsonl --samples solutions.jsonl --out run"
)]
pub(crate) struct Arguments {
    /// `starter`, which quickstart grades, or `secure-tasks`, each task with all its solutions
    #[arg(value_enum, value_name = "NAME")]
    suite: SuiteArgument,
    /// Where to write the problems
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where to write the answers
    #[arg(long, value_name = "FILE")]
    samples: Option<PathBuf>,
}

/// One of the embedded suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuiteArgument {
    Starter,
    SecureTasks,
}

impl SuiteArgument {
    pub(crate) fn suite(self) -> anyhow::Result<Suite> {
        match self {
            Self::Starter => Suite::starter(),
            Self::SecureTasks => Suite::secure_tasks(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let suite = arguments.suite.suite()?;
    write(&arguments.out, &suite.problems_text()?)?;
    if let Some(samples) = &arguments.samples {
        write(samples, &suite.samples_text()?)?;
    }
    crate::say(&format!(
        "{} problems, {} answers",
        suite.problems.len(),
        suite.samples.len()
    ));
    Ok(Done::Well)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = NewFile::create(path)?;
    file.writer
        .write_all(text.as_bytes())
        .with_context(|| format!("`{}` cannot be written", path.display()))?;
    file.finish()
}
