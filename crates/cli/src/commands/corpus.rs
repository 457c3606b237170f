//! `scrl corpus`: problems in, problems out.

mod audit;
mod filter;
mod generate;
mod import;
mod prepare;
mod stats;
pub(crate) mod suite;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use crate::Done;

/// Generate, import, filter, count and audit problem files; prepare training data
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Import(import::Arguments),
    Filter(filter::Arguments),
    Stats(stats::Arguments),
    Audit(audit::Arguments),
    Generate(generate::Arguments),
    Prepare(prepare::Arguments),
    Suite(suite::Arguments),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::Import(arguments) => import::run(arguments),
        Command::Filter(arguments) => filter::run(arguments),
        Command::Stats(arguments) => stats::run(arguments),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Generate(arguments) => generate::run(arguments),
        Command::Prepare(arguments) => prepare::run(arguments),
        Command::Suite(arguments) => suite::run(arguments),
    }
}

/// A file that appears under its name only when it is whole.
struct NewFile {
    path: PathBuf,
    unfinished: PathBuf,
    writer: BufWriter<File>,
}

impl NewFile {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(".unfinished");
        let unfinished = PathBuf::from(name);
        let file = File::create(&unfinished)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            unfinished,
            writer: BufWriter::new(file),
        })
    }

    fn finish(mut self) -> anyhow::Result<()> {
        let failed = || format!("`{}` cannot be written", self.path.display());
        self.writer.flush().with_context(failed)?;
        fs::rename(&self.unfinished, &self.path).with_context(failed)
    }
}
