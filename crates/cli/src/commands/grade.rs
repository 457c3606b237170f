//! `scrl grade`: run tests and analysis on samples.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use glob::Pattern;
use scrl_corpus::{Error, Join};
use scrl_record::{Compare, ExtractionMethod, Fault, FaultOwner, Graded, Sample};
use serde::Serialize;

use crate::Done;
use crate::execution::Defaults;
use crate::grading::{Grading, GradingArguments, assign};
use crate::inputs::{self, ChosenSamples, LenientArgument};
use crate::run_folder::{InputFile, RunFolder, graded_records};

/// Grade samples: run their tests in the sandbox, analyse their security, append to DIR/graded.jsonl
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl grade --problems problems.jsonl.gz --samples answers.jsonl --out run\n  \
                        scrl report run --out report\n\nA run that was cut off goes on when the same command is \
                        given again."
)]
pub(crate) struct Arguments {
    /// Problem files (uniform JSON Lines; plain, gzip or zstd)
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) problems: Vec<PathBuf>,
    /// Sample files
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) samples: Vec<PathBuf>,
    /// Folder of the run
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Grade only the first N samples
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Grade only samples whose id, problem or model matches one of these patterns (`*` and `?` as in file names)
    #[arg(long, num_args = 1.., value_name = "PATTERN")]
    pub(crate) only: Vec<Pattern>,
    /// Compare all outputs this way instead of as each problem says
    #[arg(long, value_name = "MODE")]
    pub(crate) compare: Option<Compare>,
    /// Print a summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) lenient: LenientArgument,
    #[command(flatten)]
    pub(crate) grading: GradingArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let summary = grade(arguments)?;
    if arguments.json {
        crate::show_json(&summary)?;
    } else {
        crate::show(&summary.to_text())?;
    }
    Ok(summary.done())
}

/// Grades what is not graded yet, and sums up the whole run.
pub(crate) fn grade(arguments: &Arguments) -> anyhow::Result<Summary> {
    let mode = arguments.lenient.mode();
    let join = inputs::join(&arguments.problems, mode)?;
    let samples = ChosenSamples {
        files: &arguments.samples,
        mode,
        only: &arguments.only,
        limit: arguments.limit.unwrap_or(usize::MAX),
    };
    let count = samples.count()?;
    if count == 0 {
        bail!("no sample to grade: the sample files hold none, or --only and --limit leave none");
    }
    check_compare(arguments.compare, &join)?;
    let grading = arguments
        .grading
        .prepare(Defaults::UNTRUSTED, arguments.compare)?;
    let description = grading.describe(
        InputFile::all(&arguments.problems)?,
        InputFile::all(&arguments.samples)?,
    );
    let mut folder = RunFolder::open(&arguments.out, &description)?;
    let rest = not_yet_done(samples, &folder)?;
    let done = folder.done().len();
    if done > 0 {
        crate::say(&format!("{done} samples are graded already, going on"));
    }
    try_lost_again(&grading, samples, &join, &mut folder)?;
    let rest = assign(rest, &join);
    grading.grade(rest, count - done, |graded| folder.append(graded))?;
    let mut summary = Summary::default();
    for graded in graded_records(folder.graded_path())? {
        summary.add(&graded?);
    }
    Ok(summary)
}

fn check_compare(compare: Option<Compare>, join: &Join) -> anyhow::Result<()> {
    let Some(compare) = compare else {
        return Ok(());
    };
    for problem in join.problems() {
        scrl_grade::compare::check(compare, problem.kind)
            .with_context(|| format!("--compare {compare}, problem `{}`", problem.id))?;
    }
    Ok(())
}

/// What is left to do: results are in the order of the samples, so what is there must be how the work begins.
fn not_yet_done<'a>(
    samples: ChosenSamples<'a>,
    folder: &RunFolder,
) -> anyhow::Result<impl Iterator<Item = Result<Sample, Error>> + Send + use<'a>> {
    let mut rest = samples.read();
    for done in folder.done() {
        let next = rest.next().transpose()?;
        if next.as_ref().is_none_or(|next| next.id != done.id) {
            bail!(
                "`{}` holds `{}` where this run has {}; use another --out, or the same --only and --limit",
                folder.graded_path().display(),
                done.id,
                next.map_or_else(|| "its end".to_owned(), |next| format!("`{}`", next.id)),
            );
        }
    }
    Ok(rest)
}

/// Grades again, in their places, the samples of an earlier run that were lost to failures of ours.
fn try_lost_again(
    grading: &Grading,
    samples: ChosenSamples<'_>,
    join: &Join,
    folder: &mut RunFolder,
) -> anyhow::Result<()> {
    let done = folder.done().iter().enumerate();
    let lost: BTreeSet<usize> = done
        .filter_map(|(number, done)| done.is_lost.then_some(number))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    crate::say(&format!(
        "{} samples were lost to faults of ours, trying them again",
        lost.len()
    ));
    let again = samples
        .read()
        .enumerate()
        .filter(|(number, _)| lost.contains(number))
        .map(|(_, sample)| sample);
    let mut mended = BTreeMap::new();
    let mut numbers = lost.iter().copied();
    let result = grading.grade(assign(again, join), lost.len(), |graded| {
        mended.extend(numbers.next().map(|number| (number, graded.clone())));
        Ok(())
    });
    folder.mend(&mended)?;
    result
}

/// What a run holds, by what became of the samples.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    samples: usize,
    tested: usize,
    all_tests_passed: usize,
    without_problem_or_tests: usize,
    not_python: usize,
    infrastructure_faults: usize,
    not_parsed: usize,
    empty: usize,
    flaky: usize,
    verdicts: BTreeMap<&'static str, usize>,
    fault_reasons: BTreeMap<String, usize>,
}

impl Summary {
    /// Samples that were lost to faults of ours are something to complain about.
    pub(crate) fn done(&self) -> Done {
        if self.infrastructure_faults == 0 {
            Done::Well
        } else {
            Done::WithFindings
        }
    }

    fn add(&mut self, graded: &Graded) {
        self.samples += 1;
        self.tested += usize::from(graded.tests.is_some());
        self.all_tests_passed += usize::from(graded.functional() == Some(true));
        self.not_parsed += usize::from(!graded.parses);
        self.empty += usize::from(graded.extraction.method == ExtractionMethod::Nothing);
        let flaky = graded.flaky_tests.as_ref();
        self.flaky += usize::from(flaky.is_some_and(|tests| !tests.is_empty()));
        for test in graded.tests.iter().flatten() {
            *self.verdicts.entry(test.verdict.as_str()).or_default() += 1;
        }
        if let Some(fault) = &graded.fault {
            self.add_fault(fault);
        }
    }

    fn add_fault(&mut self, fault: &Fault) {
        *match fault.owner {
            FaultOwner::Problem => &mut self.without_problem_or_tests,
            FaultOwner::Sample => &mut self.not_python,
            FaultOwner::Infrastructure => &mut self.infrastructure_faults,
        } += 1;
        // Reasons that name a problem would each stand alone.
        let reason = match fault.owner {
            FaultOwner::Problem if fault.reason.starts_with("problem `") => {
                "the problem is in no problem file".to_owned()
            }
            _ => fault.reason.clone(),
        };
        *self.fault_reasons.entry(reason).or_default() += 1;
    }

    fn to_text(&self) -> String {
        let mut lines = vec![
            format!("samples graded          {:>8}", self.samples),
            format!("  run against tests     {:>8}", self.tested),
            format!("    all tests passed    {:>8}", self.all_tests_passed),
            format!(
                "  without tests         {:>8}",
                self.without_problem_or_tests
            ),
            format!("  not Python            {:>8}", self.not_python),
            format!("  lost to faults of ours{:>8}", self.infrastructure_faults),
            format!("not parsed              {:>8}", self.not_parsed),
            format!("no code in the answer   {:>8}", self.empty),
        ];
        if self.flaky > 0 {
            lines.push(format!("verdicts that changed   {:>8}", self.flaky));
        }
        if !self.verdicts.is_empty() {
            lines.push("tests by verdict:".to_owned());
        }
        lines.extend(
            self.verdicts
                .iter()
                .map(|(name, n)| format!("  {name:<22}{n:>8}")),
        );
        if !self.fault_reasons.is_empty() {
            lines.push("why samples were not tested:".to_owned());
        }
        lines.extend(
            self.fault_reasons
                .iter()
                .map(|(reason, n)| format!("  {n:>8}  {reason}")),
        );
        lines.join("\n") + "\n"
    }
}
