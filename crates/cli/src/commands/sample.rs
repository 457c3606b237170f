//! `scrl sample`: answers to problems, of a model here or behind an address.

pub(crate) mod endpoint;
mod hub;
pub(crate) mod local;
mod output;
mod plan;
pub(crate) mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use glob::Pattern;
use scrl_record::Problem;

use crate::Done;
use crate::grading::VERSION;
use crate::inputs::{self, LenientArgument};
use crate::run_folder::InputFile;
use plan::Plan;
use settings::{AskingArguments, SamplingArguments};

/// Sample answers to problems, from a model here or behind an address, for `scrl grade`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl sample --model SmolLM2-135M-Instruct --problems problems.jsonl.gz --out answers.jsonl \
                        --samples 8\n  scrl grade --problems problems.jsonl.gz --samples answers.jsonl --out run\n\nA run \
                        that was cut off goes on when the same command is given again."
)]
pub(crate) struct Arguments {
    /// Folder with config.json, weights and tokenizer.json; a GGUF file; owner/name or owner/name@revision on the Hugging
    /// Face hub; or the model's name at --endpoint
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: String,
    /// Problem files (uniform JSON Lines; plain, gzip or zstd)
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) problems: Vec<PathBuf>,
    /// File that answers are appended to; what made them is written beside it
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    pub(crate) out: Option<PathBuf>,
    /// Show the prompts and sample nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Ask only the first N problems
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Ask only problems whose id matches one of these patterns (`*` and `?` as in file names)
    #[arg(long, num_args = 1.., value_name = "PATTERN")]
    pub(crate) only: Vec<Pattern>,
    #[command(flatten)]
    pub(crate) lenient: LenientArgument,
    #[command(flatten)]
    pub(crate) asking: AskingArguments,
    #[command(flatten)]
    pub(crate) sampling: SamplingArguments,
    #[command(flatten)]
    pub(crate) local: local::LocalArguments,
    #[command(flatten)]
    pub(crate) endpoint: endpoint::EndpointArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let problems = chosen(arguments)?;
    arguments.sampling.check()?;
    if let Some(base_url) = &arguments.endpoint.endpoint {
        return endpoint::run(arguments, base_url, &problems);
    }
    let place = hub::locate(&arguments.model, !arguments.dry_run)?;
    let asked = local::Asked::new(&place.path, &arguments.asking, &problems)?;
    let Some(out) = arguments.out.as_ref().filter(|_| !arguments.dry_run) else {
        crate::show(&asked.to_text())?;
        return Ok(Done::Well);
    };
    asked.check_room(arguments.sampling.max_tokens, arguments.local.context)?;
    let name = arguments.asking.name(&place.name);
    let description = output::Description {
        commit: place.commit,
        files: local::files(&place.path, &arguments.local)?,
        precision: Some(arguments.local.precision_name()),
        date: asked.date(),
        style: asked.style().as_str(),
        ..described(arguments, &name)?
    };
    let (file, plan) = begin(arguments, out, &description, &name, &problems)?;
    if !plan.is_empty() {
        local::sample(arguments, &place.path, &name, &asked, &plan, file)?;
    }
    Ok(Done::Well)
}

/// What a run is, whoever answers.
fn described(arguments: &Arguments, name: &str) -> anyhow::Result<output::Description> {
    Ok(output::Description {
        scrl: VERSION.to_owned(),
        model: name.to_owned(),
        commit: None,
        files: BTreeMap::new(),
        precision: None,
        endpoint: None,
        date: None,
        style: arguments.asking.style().as_str(),
        system: arguments.asking.system.clone(),
        sampling: arguments.sampling.clone(),
        samples: arguments.asking.samples,
        problems: InputFile::all(&arguments.problems)?,
        limit: arguments.limit,
        only: arguments.only.iter().map(ToString::to_string).collect(),
    })
}

/// Opens the file of answers, and says which are missing.
fn begin(
    arguments: &Arguments,
    out: &Path,
    description: &output::Description,
    name: &str,
    problems: &[Problem],
) -> anyhow::Result<(output::SampleFile, Plan)> {
    let mut file = output::SampleFile::open(out, description)?;
    let plan = Plan::new(problems, name, arguments.asking.samples, &file.take_done());
    if plan.done > 0 {
        crate::say(&format!(
            "{} answers are there already, going on",
            plan.done
        ));
    }
    Ok((file, plan))
}

fn chosen(arguments: &Arguments) -> anyhow::Result<Vec<Problem>> {
    let problems = inputs::problems(&arguments.problems, arguments.lenient.mode())?;
    let wanted = |problem: &Problem| {
        let id = problem.id.as_str();
        arguments.only.is_empty() || arguments.only.iter().any(|pattern| pattern.matches(id))
    };
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let problems: Vec<Problem> = problems.into_iter().filter(wanted).take(limit).collect();
    if problems.is_empty() {
        bail!("no problem to ask: the problem files hold none, or --only and --limit leave none");
    }
    Ok(problems)
}
