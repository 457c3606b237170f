//! One command, one file.

mod audit;
mod bench;
mod corpus;
mod doctor;
mod eval;
mod grade;
mod quickstart;
mod report;
mod run;
mod sample;
mod train;

use clap::{Parser as _, Subcommand};

use crate::Done;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Quickstart(quickstart::Arguments),
    Sample(Box<sample::Arguments>),
    Grade(grade::Arguments),
    #[command(subcommand)]
    Train(train::Command),
    Eval(Box<eval::Arguments>),
    Bench(Box<bench::Arguments>),
    Report(report::Arguments),
    #[command(subcommand)]
    Corpus(corpus::Command),
    Run(run::Arguments),
    Audit(audit::Arguments),
    Doctor(doctor::Arguments),
}

impl Command {
    pub(crate) fn run(&self) -> anyhow::Result<Done> {
        match self {
            Command::Quickstart(arguments) => quickstart::run(arguments),
            Command::Sample(arguments) => sample::run(arguments),
            Command::Grade(arguments) => grade::run(arguments),
            Command::Train(command) => train::run(command),
            Command::Eval(arguments) => eval::run(arguments),
            Command::Bench(arguments) => bench::run(arguments),
            Command::Report(arguments) => report::run(arguments),
            Command::Corpus(command) => corpus::run(command),
            Command::Run(arguments) => run::run(arguments),
            Command::Audit(arguments) => audit::run(arguments),
            Command::Doctor(arguments) => doctor::run(arguments),
        }
    }
}

/// Carries out a command line, which stands there without the program's name.
fn carry_out(line: &[String]) -> anyhow::Result<Done> {
    let words = ["scrl"].into_iter().chain(line.iter().map(String::as_str));
    crate::Arguments::try_parse_from(words)?.command.run()
}
