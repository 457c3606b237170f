//! `scrl report`: documents from recorded runs.

mod training;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use scrl_report::{Metrics, Run};

use crate::Done;
use crate::run_folder::{make_folder, read_graded};

/// Write report.md, report.html, metrics.json, measures.csv and samples.csv from one or several runs
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl report run --out report\n  scrl report before after --training sft ppo --problems held-out.jsonl \
                        --out report"
)]
pub(crate) struct Arguments {
    /// Run folders, or files of graded samples
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Folders of `scrl train`, whose curves are drawn
    #[arg(long, num_args = 1.., value_name = "DIR")]
    training: Vec<PathBuf>,
    /// Problem files of the runs, which are folders of `scrl eval`: answers of the first run are shown beside those of the last
    #[arg(long, num_args = 1.., value_name = "FILE")]
    problems: Vec<PathBuf>,
    /// Folder for the documents
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print the measures as JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let read = |path: &PathBuf| {
        let run = Run {
            name: run_name(path),
            graded: read_graded(path)?,
        };
        Ok((path.clone(), run))
    };
    let runs: Vec<(PathBuf, Run)> = arguments
        .runs
        .iter()
        .map(read)
        .collect::<anyhow::Result<_>>()?;
    let only_runs: Vec<Run> = runs.iter().map(|(_, run)| run.clone()).collect();
    let mut metrics = scrl_report::measure(&only_runs);
    metrics.training =
        training::training(&arguments.training, &runs, &arguments.problems, &metrics)?;
    write_measured(&metrics, &only_runs, &arguments.out)?;
    if arguments.json {
        crate::show(&scrl_report::metrics_json(&metrics))?;
    } else {
        crate::show(&scrl_report::summary_table(&metrics))?;
        if metrics.training.is_some() {
            crate::show(&scrl_report::differences(&metrics))?;
        }
    }
    crate::say(&format!(
        "wrote {}",
        arguments.out.join("report.html").display()
    ));
    Ok(Done::Well)
}

/// What readers of the report will know the run by: its folder's name, or the file's without its ending.
fn run_name(path: &Path) -> String {
    let resolved = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if resolved.is_dir() {
        resolved.file_name()
    } else {
        resolved.file_stem()
    };
    name.map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Measures, and writes every document into `folder`.
pub(crate) fn write_documents(runs: &[Run], folder: &Path) -> anyhow::Result<Metrics> {
    let metrics = scrl_report::measure(runs);
    write_measured(&metrics, runs, folder)?;
    Ok(metrics)
}

fn write_measured(metrics: &Metrics, runs: &[Run], folder: &Path) -> anyhow::Result<()> {
    make_folder(folder)?;
    let documents = [
        ("report.md", scrl_report::markdown(metrics)),
        ("report.html", scrl_report::html(metrics)),
        ("metrics.json", scrl_report::metrics_json(metrics)),
        ("measures.csv", scrl_report::measures_csv(metrics)),
        ("samples.csv", scrl_report::samples_csv(runs)),
    ];
    for (name, text) in documents {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("`{}`", path.display()))?;
    }
    Ok(())
}
