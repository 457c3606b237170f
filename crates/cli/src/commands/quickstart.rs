//! `scrl quickstart`: the main job on embedded defaults.

use std::convert::Infallible;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use scrl_corpus::Join;
use scrl_record::{Problem, Sample};
use scrl_report::Run;

use super::report::write_documents;
use crate::Done;
use crate::execution::Defaults;
use crate::grading::{GradingArguments, assign};
use crate::run_folder::{InputFile, RunFolder, read_graded};

const PROBLEMS: &str = include_str!("../../../../suites/starter/problems.jsonl");
const SAMPLES: &str = include_str!("../../../../suites/starter/samples.jsonl");

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
    let problems: Vec<Problem> = parse(PROBLEMS)?;
    let mut samples: Vec<Sample> = parse(SAMPLES)?;
    samples.truncate(arguments.limit.unwrap_or(usize::MAX));
    crate::say(&format!(
        "grading {} answers to {} problems; the answers were written for demonstration, no model wrote them",
        samples.len(),
        problems.len()
    ));
    let grading = arguments.grading.prepare(Defaults::EMBEDDED, None)?;
    for (wall, reason) in grading.sandbox.walls().missing() {
        crate::say(&format!("missing wall: {wall}: {reason}"));
    }
    let description = grading.describe(
        vec![InputFile::of_bytes(
            "starter/problems.jsonl",
            PROBLEMS.as_bytes(),
        )],
        vec![InputFile::of_bytes(
            "starter/samples.jsonl",
            SAMPLES.as_bytes(),
        )],
    );
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

fn parse<T: serde::de::DeserializeOwned>(lines: &str) -> anyhow::Result<Vec<T>> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).context("the embedded suite"))
        .collect()
}
