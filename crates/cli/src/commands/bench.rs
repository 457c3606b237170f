//! `scrl bench`: an embedded suite, and one or several models.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::corpus::suite::SuiteArgument;
use super::eval::{EvaluationArguments, report};
use crate::Done;
use crate::run_folder::make_folder;

/// Evaluate models on an embedded suite, side by side
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl bench secure-tasks --model SmolLM2-135M-Instruct Qwen2.5-Coder-0.5B-Instruct --out bench\n\nEach \
                        model has a folder in --out, the report is beside them. A run that was cut off goes on when the same \
                        command is given again."
)]
pub(crate) struct Arguments {
    /// The suite: `starter` or `secure-tasks`
    #[arg(value_enum, value_name = "SUITE")]
    suite: SuiteArgument,
    /// Models, as for `scrl eval`
    #[arg(long, required = true, num_args = 1.., value_name = "MODEL")]
    model: Vec<String>,
    /// Folder for answers, grades and report
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print the measures as JSON instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    how: EvaluationArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let out = &arguments.out;
    let folders: Vec<String> = arguments.model.iter().map(|model| folder(model)).collect();
    if let Some(twice) = repeated(&folders) {
        bail!("two models would share the folder `{twice}`; evaluate them in two runs");
    }
    make_folder(out)?;
    let problems = out.join("problems.jsonl");
    fs::write(&problems, arguments.suite.suite()?.problems_text()?)
        .with_context(|| format!("`{}` cannot be written", problems.display()))?;
    let problems = [problems];
    let mut done = Done::Well;
    let mut runs = Vec::new();
    for (model, folder) in arguments.model.iter().zip(&folders) {
        crate::say(&format!("{model}:"));
        let (run, ended) = arguments
            .how
            .evaluate(model, &problems, &out.join(folder))?;
        if ended == Done::WithFindings {
            done = ended;
        }
        runs.push(run);
    }
    report(&runs, out, arguments.json)?;
    Ok(done)
}

/// The last part of a model's name, as a folder.
fn folder(model: &str) -> String {
    let last = model.trim_end_matches('/').rsplit('/').next();
    last.filter(|name| !matches!(*name, "" | "." | ".."))
        .unwrap_or("model")
        .to_owned()
}

fn repeated(names: &[String]) -> Option<&String> {
    let mut rest = names.iter();
    rest.find(|name| names.iter().filter(|other| other == name).count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_the_last_parts_of_names() {
        let names = ["owner/model@main", "/models/tiny/", "tiny", "..", "/"].map(folder);
        assert_eq!(names, ["model@main", "tiny", "tiny", "model", "model"]);
        assert_eq!(repeated(&names), Some(&"tiny".to_owned()));
        assert_eq!(repeated(&names[..2]), None);
    }
}
