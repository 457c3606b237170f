//! `scrl train`: supervised fine-tuning and reinforcement.

mod judge;
mod rl;
mod setup;
mod sft;

use clap::Subcommand;
use scrl_train::algorithm::Algorithm;

use crate::Done;

/// Train a model: on answers that are given, or on rewards for its own
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example:\n  scrl train sft --model SmolLM2-135M-Instruct --data prepared/sft --recipe smollm2 --out sft\n  \
                        scrl train ppo --model SmolLM2-135M-Instruct --problems train.jsonl.gz --validation held-out.jsonl.gz \
                        --recipe smollm2 --sft-checkpoint sft/best --out ppo\n\nA run that was cut off goes on when the same \
                        command is given again, to the same bits."
)]
pub(crate) enum Command {
    Sft(Box<sft::Arguments>),
    /// Proximal policy optimization, with a value head
    Ppo(Box<rl::Arguments>),
    /// Group-relative policy optimization
    Grpo(Box<rl::Arguments>),
    /// GRPO without deviation and length below
    DrGrpo(Box<rl::Arguments>),
    /// GRPO clipped higher above, by token, without groups that teach nothing
    Dapo(Box<rl::Arguments>),
    /// GRPO with the ratio of the whole answer
    Gspo(Box<rl::Arguments>),
    /// REINFORCE with the other answers' mean reward as baseline
    Rloo(Box<rl::Arguments>),
    /// REINFORCE with rewards to come, whitened over the batch
    ReinforcePlusPlus(Box<rl::Arguments>),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Done> {
    let (algorithm, arguments) = match command {
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
