//! `scrl eval`: what a model's answers to some problems are worth.

use std::path::{Path, PathBuf};

use clap::Args;
use glob::Pattern;
use scrl_report::Run;

use super::report::write_documents;
use super::{grade, sample};
use crate::Done;
use crate::grading::GradingArguments;
use crate::inputs::LenientArgument;
use crate::run_folder::{make_folder, read_graded};

/// Evaluate a model: sample answers to problems, grade them, and report the measures with intervals
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl eval --model SmolLM2-135M-Instruct --adapter ppo/best --problems held-out.jsonl --out eval\n\nWhat \
                        `scrl sample`, `scrl grade` and `scrl report` do, in one folder. A run that was cut off goes on \
                        when the same command is given again."
)]
pub(crate) struct Arguments {
    /// Folder with config.json, weights and tokenizer.json; a GGUF file; owner/name or owner/name@revision on the Hugging
    /// Face hub; or the model's name at --endpoint
    #[arg(long, value_name = "MODEL")]
    model: String,
    /// Problem files (uniform JSON Lines; plain, gzip or zstd)
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    problems: Vec<PathBuf>,
    /// Folder for answers, grades and report
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print the measures as JSON instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    how: EvaluationArguments,
}

/// How models are asked and their answers graded.
#[derive(Clone, Debug, Args)]
pub(crate) struct EvaluationArguments {
    /// Ask only the first N problems
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Ask only problems whose id matches one of these patterns (`*` and `?` as in file names)
    #[arg(long, num_args = 1.., value_name = "PATTERN")]
    only: Vec<Pattern>,
    #[command(flatten)]
    lenient: LenientArgument,
    #[command(flatten)]
    asking: sample::settings::AskingArguments,
    #[command(flatten)]
    sampling: sample::settings::SamplingArguments,
    #[command(flatten)]
    local: sample::local::LocalArguments,
    #[command(flatten)]
    endpoint: sample::endpoint::EndpointArguments,
    #[command(flatten)]
    grading: GradingArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let Arguments {
        model,
        problems,
        out,
        json,
        how,
    } = arguments;
    let (run, done) = how.evaluate(model, problems, out)?;
    report(&[run], out, *json)?;
    Ok(done)
}

impl EvaluationArguments {
    /// Samples and grades what is not there yet.
    pub(crate) fn evaluate(
        &self,
        model: &str,
        problems: &[PathBuf],
        out: &Path,
    ) -> anyhow::Result<(Run, Done)> {
        make_folder(out)?;
        let answers = out.join("answers.jsonl");
        sample::run(&sample::Arguments {
            model: model.to_owned(),
            problems: problems.to_vec(),
            out: Some(answers.clone()),
            dry_run: false,
            limit: self.limit,
            only: self.only.clone(),
            lenient: self.lenient,
            asking: self.asking.clone(),
            sampling: self.sampling.clone(),
            local: self.local.clone(),
            endpoint: self.endpoint.clone(),
        })?;
        let summary = grade::grade(&grade::Arguments {
            problems: problems.to_vec(),
            samples: vec![answers],
            out: out.to_owned(),
            limit: None,
            only: Vec::new(),
            compare: None,
            json: false,
            lenient: self.lenient,
            grading: self.grading.clone(),
        })?;
        let name = out.file_name().unwrap_or(out.as_os_str());
        let run = Run {
            name: name.to_string_lossy().into_owned(),
            graded: read_graded(out)?,
        };
        Ok((run, summary.done()))
    }
}

/// Writes the documents and shows the measures.
pub(crate) fn report(runs: &[Run], out: &Path, json: bool) -> anyhow::Result<()> {
    let metrics = write_documents(runs, out)?;
    crate::show(&if json {
        scrl_report::metrics_json(&metrics)
    } else {
        scrl_report::summary_table(&metrics)
    })?;
    crate::say(&format!(
        "the whole report: {}",
        out.join("report.html").display()
    ));
    Ok(())
}
