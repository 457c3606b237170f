//! `cargo xtask bandit-parity`: an installed Bandit 1.9.4 and ours over the same files, finding by finding.

mod comparison;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use clap::Args;
use scrl_audit::{Module, Profile, decode};
use serde::Deserialize;

use comparison::{Comparison, Row};

/// Compare the findings of Bandit mode with those of an installed Bandit 1.9.4
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask bandit-parity --python venv/bin/python lib/python3.11\n\n\
                        Exit code 1 when the agreement is below --at-least."
)]
pub(crate) struct Arguments {
    /// An interpreter that can import bandit
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Share of findings that must agree, of theirs and of ours, from 0 to 1
    #[arg(long, default_value_t = 0.999)]
    at_least: f64,
    /// Differences to print
    #[arg(long, default_value_t = 40)]
    show: usize,
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// What is read of Bandit's JSON report.
#[derive(Debug, Deserialize)]
struct Report {
    results: Vec<Row>,
    errors: Vec<Skipped>,
    metrics: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Skipped {
    filename: String,
}

const VERSION: &str = "1.9.4";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    check_version(arguments)?;
    let report = their_report(arguments)?;
    let skipped: Vec<&str> = report
        .errors
        .iter()
        .map(|error| error.filename.as_str())
        .collect();
    let mut theirs: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for issue in &report.results {
        theirs.entry(&issue.filename).or_default().push(issue);
    }
    let mut comparison = Comparison::default();
    for file in report.metrics.keys().filter(|file| *file != "_totals") {
        let is_skipped = skipped.contains(&file.as_str());
        let (parses, ours) = our_issues(file)?;
        comparison.add_file(file, !is_skipped, parses);
        comparison.add_issues(theirs.get(file.as_str()).map_or(&[], |list| list), &ours);
    }
    crate::show(&comparison.table(arguments.show))?;
    Ok(comparison.agreement() >= arguments.at_least)
}

fn check_version(arguments: &Arguments) -> anyhow::Result<()> {
    let found = bandit(arguments)
        .arg("--version")
        .output()
        .with_context(|| format!("`{}` does not run", arguments.python.display()))?;
    let words = String::from_utf8_lossy(&found.stdout);
    ensure!(
        words.contains(VERSION),
        "`{}` has no bandit {VERSION}: install it with `pip install bandit=={VERSION}`",
        arguments.python.display()
    );
    Ok(())
}

fn their_report(arguments: &Arguments) -> anyhow::Result<Report> {
    let output = bandit(arguments)
        .args(["-r", "-q", "-f", "json", "--exit-zero"])
        .args(&arguments.paths)
        .output()?;
    serde_json::from_slice(&output.stdout).with_context(|| {
        let words = String::from_utf8_lossy(&output.stderr);
        format!("bandit wrote no JSON: {}", words.trim())
    })
}

fn bandit(arguments: &Arguments) -> Command {
    let mut command = Command::new(&arguments.python);
    command.args(["-m", "bandit"]);
    command
}

/// Whether we read the file as a program, and what we find in it.
fn our_issues(file: &str) -> anyhow::Result<(bool, Vec<Row>)> {
    let bytes = std::fs::read(file).with_context(|| format!("`{file}`"))?;
    let Ok(text) = decode(&bytes) else {
        return Ok((false, Vec::new()));
    };
    let module = Module::parse(&text);
    let scan = module.scan(Profile::bandit(), file);
    let issues = scan.findings.iter().map(|found| Row::ours(file, found));
    Ok((module.parses(), issues.collect()))
}
