//! Reads problems and samples, with one way of telling what was left out.

use std::path::PathBuf;

use clap::Args;
use glob::Pattern;
use scrl_corpus::{Error, Join, Mode, Summary, read_problems, read_samples};
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

/// The samples of files that are asked for. There may be more than memory holds, so they are read anew each time.
#[derive(Clone, Copy)]
pub(crate) struct ChosenSamples<'a> {
    pub(crate) files: &'a [PathBuf],
    pub(crate) mode: Mode,
    /// Samples whose id, problem or model matches one of these, or all where there is none.
    pub(crate) only: &'a [Pattern],
    /// How many, at most.
    pub(crate) limit: usize,
}

impl<'a> ChosenSamples<'a> {
    /// Reads the files to their ends and says what was left out: how many samples are chosen.
    pub(crate) fn count(self) -> anyhow::Result<usize> {
        let mut records = read_samples(self.files, self.mode);
        let mut chosen = 0;
        for sample in records.by_ref() {
            chosen += usize::from(self.is_chosen(&sample?));
        }
        tell_skipped("samples", records.summary());
        Ok(chosen.min(self.limit))
    }

    pub(crate) fn read(self) -> impl Iterator<Item = Result<Sample, Error>> + Send + use<'a> {
        read_samples(self.files, self.mode)
            .filter(move |sample| {
                sample
                    .as_ref()
                    .map_or(true, |sample| self.is_chosen(sample))
            })
            .take(self.limit)
    }

    fn is_chosen(self, sample: &Sample) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|pattern| {
                pattern.matches(sample.id.as_str())
                    || pattern.matches(sample.problem_id.as_str())
                    || pattern.matches(&sample.model)
            })
    }
}

pub(crate) fn join(files: &[PathBuf], mode: Mode) -> anyhow::Result<Join> {
    Ok(Join::new(problems(files, mode)?))
}
