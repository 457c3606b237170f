//! Reads problems and samples, with one way of telling what was left out.

use std::path::PathBuf;

use clap::Args;
use scrl_corpus::{Join, Mode, Summary, read_problems, read_samples};
use scrl_record::{Problem, Sample};

/// What to do with bad records.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LenientArgument {
    /// Skip bad records and count them, instead of stopping at the first
    #[arg(long)]
    pub(crate) lenient: bool,
}

impl LenientArgument {
    pub(crate) fn mode(self) -> Mode {
        if self.lenient {
            Mode::Lenient
        } else {
            Mode::Strict
        }
    }
}

/// Says what was left out, if anything.
pub(crate) fn tell_skipped(what: &str, summary: &Summary) {
    if summary.is_complete() && summary.repeated == 0 {
        return;
    }
    crate::say(&format!("{what}: {summary}"));
}

pub(crate) fn problems(files: &[PathBuf], mode: Mode) -> anyhow::Result<Vec<Problem>> {
    let (problems, summary) = read_problems(files, mode).read_all()?;
    tell_skipped("problems", &summary);
    Ok(problems)
}

pub(crate) fn samples(files: &[PathBuf], mode: Mode) -> anyhow::Result<Vec<Sample>> {
    let (samples, summary) = read_samples(files, mode).read_all()?;
    tell_skipped("samples", &summary);
    Ok(samples)
}

pub(crate) fn join(files: &[PathBuf], mode: Mode) -> anyhow::Result<Join> {
    Ok(Join::new(problems(files, mode)?))
}
