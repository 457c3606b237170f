//! `scrl train`: a model from nothing, supervised fine-tuning and reinforcement.

mod judge;
mod pretrain;
mod rl;
mod setup;
mod sft;

use clap::Subcommand;
use scrl_train::algorithm::Algorithm;

use crate::Done;

/// Train a model: from nothing, on answers that are given, or on rewards for its own
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Pretrain(Box<pretrain::Arguments>),
    Sft(Box<sft::Arguments>),
    /// Proximal policy optimization, with a value head
    #[command(after_help = example("ppo"))]
    Ppo(Box<rl::Arguments>),
    /// Group-relative policy optimization
    #[command(after_help = example("grpo"))]
    Grpo(Box<rl::Arguments>),
    /// GRPO without deviation and length below
    #[command(after_help = example("dr-grpo"))]
    DrGrpo(Box<rl::Arguments>),
    /// GRPO clipped higher above, by token, without groups that teach nothing
    #[command(after_help = example("dapo"))]
    Dapo(Box<rl::Arguments>),
    /// GRPO with the ratio of the whole answer
    #[command(after_help = example("gspo"))]
    Gspo(Box<rl::Arguments>),
    /// REINFORCE with the other answers' mean reward as baseline
    #[command(after_help = example("rloo"))]
    Rloo(Box<rl::Arguments>),
    /// REINFORCE with rewards to come, whitened over the batch
    #[command(after_help = example("reinforce-plus-plus"))]
    ReinforcePlusPlus(Box<rl::Arguments>),
}

fn example(algorithm: &str) -> String {
    format!(
        "Example:\n  scrl train {algorithm} --model SmolLM2 --problems p.jsonl --recipe smollm2 --out run"
    )
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Done> {
    let (algorithm, arguments) = match command {
        Command::Pretrain(arguments) => return pretrain::run(arguments),
        Command::Sft(arguments) => return sft::run(arguments),
        Command::Ppo(arguments) => (Algorithm::Ppo, arguments),
        Command::Grpo(arguments) => (Algorithm::Grpo, arguments),
        Command::DrGrpo(arguments) => (Algorithm::DrGrpo, arguments),
        Command::Dapo(arguments) => (Algorithm::Dapo, arguments),
        Command::Gspo(arguments) => (Algorithm::Gspo, arguments),
        Command::Rloo(arguments) => (Algorithm::Rloo, arguments),
        Command::ReinforcePlusPlus(arguments) => (Algorithm::ReinforcePlusPlus, arguments),
    };
    rl::run(algorithm, arguments)
}
