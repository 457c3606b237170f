//! Chores of this repository that need logic; run as `cargo xtask`.
//!
//! Tables go to standard output, progress to standard error. Exit codes: 0 done, 1 below what was asked for,
//! 2 could not run.

mod agreement;
mod bandit_parity;
mod bench_analyzer;
mod bench_execution;
mod eval_analyzer;
mod families;
mod learning;
mod rules;
mod scale_execution;
mod secure_tasks;
mod verdict_changes;
mod verdict_stability;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Agreement(agreement::Arguments),
    BenchExecution(bench_execution::Arguments),
    ScaleExecution(scale_execution::Arguments),
    VerdictChanges(verdict_changes::Arguments),
    VerdictStability(verdict_stability::Arguments),
    BanditParity(bandit_parity::Arguments),
    BenchAnalyzer(bench_analyzer::Arguments),
    /// Write docs/rules.md from the rules
    Rules,
    /// Write docs/secure-tasks.md from the tasks
    SecureTasks,
    /// Write docs/families.md from the families of the curriculum
    Families,
    EvalAnalyzer(eval_analyzer::Arguments),
    Learning(learning::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Agreement(arguments) => agreement::run(&arguments),
        Command::BenchExecution(arguments) => bench_execution::run(&arguments),
        Command::ScaleExecution(arguments) => scale_execution::run(&arguments),
        Command::VerdictChanges(arguments) => verdict_changes::run(&arguments),
        Command::VerdictStability(arguments) => verdict_stability::run(&arguments),
        Command::BanditParity(arguments) => bandit_parity::run(&arguments),
        Command::BenchAnalyzer(arguments) => bench_analyzer::run(&arguments),
        Command::Rules => rules::run(),
        Command::Families => families::run(),
        Command::SecureTasks => secure_tasks::run(),
        Command::EvalAnalyzer(arguments) => eval_analyzer::run(&arguments),
        Command::Learning(arguments) => learning::run(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Prints `text`, a newline included, on standard output.
fn show(text: &str) -> std::io::Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())
}

/// A line for the one who waits.
fn say(line: &str) {
    // Who closed standard error does not want to read it.
    let _ = writeln!(std::io::stderr(), "{line}");
}
