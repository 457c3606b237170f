//! Flags, configuration, wiring; the only crate that knows them all.
//!
//! Data goes to standard output, messages and progress to standard error. Exit codes: 0 done, 1 findings or
//! failures reported, 2 could not run.

mod commands;
mod drawn;
mod embedded;
mod execution;
mod grading;
mod inputs;
mod interrupt;
mod only_writer;
mod progress;
mod run_folder;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

/// Benchmark and train code models on programs that work and are safe.
#[derive(Debug, Parser)]
#[command(name = "scrl", version, arg_required_else_help = true)]
#[command(
    after_help = "Start with `scrl quickstart`. Exit codes: 0 done, 1 findings or failures reported, \
                        2 could not run."
)]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

/// What a command that ran to its end has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// Nothing to complain about.
    Well,
    /// Findings or failures were reported.
    WithFindings,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = arguments.command.run();
    match result {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithFindings) => ExitCode::from(1),
        // A reader that has seen enough (`| head`) is no failure.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {}", in_words(&error)));
            ExitCode::from(2)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The error with its causes. Most of our own messages tell their cause already; it is not told twice.
fn in_words(error: &anyhow::Error) -> String {
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

/// A message for the user. Nobody is left to tell when standard error is gone.
fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// Data for the user or the next program.
fn show(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Data as one line of JSON.
fn show_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    show(&format!("{}\n", serde_json::to_string(value)?))
}
