//! `scrl corpus stats`: what a dataset is made of.

use std::path::PathBuf;

use clap::Args;
use scrl_corpus::Stats;

use crate::Done;
use crate::inputs::{self, LenientArgument};

/// Count problems by kind and difficulty, their tests and solutions
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  scrl corpus stats --problems problems.jsonl")]
pub(crate) struct Arguments {
    /// Problem files
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    problems: Vec<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    lenient: LenientArgument,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let problems = inputs::problems(&arguments.problems, arguments.lenient.mode())?;
    let stats = Stats::of(&problems);
    if arguments.json {
        crate::show_json(&stats)?;
    } else {
        crate::show(&stats.to_text())?;
    }
    Ok(Done::Well)
}
