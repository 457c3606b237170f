//! `scrl quickstart`: the main job on embedded defaults.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::Args;
use scrl_corpus::Join;
use scrl_report::Run;

use super::report::write_documents;
use crate::Done;
use crate::embedded::Suite;
use crate::execution::Defaults;
use crate::grading::{GradingArguments, assign};
use crate::run_folder::{InputFile, RunFolder, read_graded};

/// Grade the embedded starter suite and write a report
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl quickstart --out first-run\n\nThe samples were written for this \
                        demonstration by us; no model wrote them."
)]
pub(crate) struct Arguments {
    /// Folder for the run and its report
    #[arg(long, default_value = "scrl-quickstart", value_name = "DIR")]
    out: PathBuf,
    /// Grade only the first N samples
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    grading: GradingArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let suite = Suite::starter()?;
    let inputs = [
        ("starter/problems.jsonl", suite.problems_text()?),
        ("starter/samples.jsonl", suite.samples_text()?),
    ];
    let [problem_file, sample_file] =
        inputs.map(|(name, text)| InputFile::of_bytes(name, text.as_bytes()));
    let grading = arguments.grading.prepare(Defaults::EMBEDDED, None)?;
    for (wall, reason) in grading.sandbox.walls().missing() {
        crate::say(&format!("missing wall: {wall}: {reason}"));
    }
    let Suite {
        problems,
        mut samples,
    } = suite.gradable(grading.sandbox.offers_folder());
    samples.truncate(arguments.limit.unwrap_or(usize::MAX));
    crate::say(&format!(
        "grading {} answers to {} problems; the answers were written for demonstration, no model wrote them",
        samples.len(),
        problems.len()
    ));
    let description = grading.describe(vec![problem_file], vec![sample_file]);
    let mut folder = RunFolder::begin_again(&arguments.out, &description)?;
    let join = Join::new(problems);
    let count = samples.len();
    let work = assign(samples.into_iter().map(Ok::<_, Infallible>), &join);
    grading.grade(work, count, |graded| folder.append(graded))?;
    let graded = read_graded(folder.graded_path())?;
    let metrics = write_documents(
        &[Run {
            name: "starter".to_owned(),
            graded,
        }],
        &arguments.out,
    )?;
    crate::show(&scrl_report::summary_table(&metrics))?;
    crate::say(&format!(
        "the whole report: {}",
        arguments.out.join("report.html").display()
    ));
    Ok(Done::Well)
}
