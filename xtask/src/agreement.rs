//! `cargo xtask agreement`: do our verdicts agree with the ones that publishers of samples recorded?
//!
//! For each set of published samples: the problems are cut down to the tests that the publisher ran, `scrl grade`
//! grades the samples, and its verdicts are compared with the published ones. A set graded before is not graded
//! again; delete its folder for that. What is found goes to `docs/agreement.md`, by hand, with causes.

mod comparison;
mod prepare;
mod sets;
mod table;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::Args;

use comparison::Comparison;
use sets::{SETS, Set};

/// Compare our verdicts with published ones
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask agreement --data ../shared/data --out /tmp/agreement --only qwen\n\nExit \
                  code 1 when a set agrees less than it should."
)]
pub(crate) struct Arguments {
    /// Folder of the shared data, with `problems` and `samples` in it
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder to work in: prepared problems, runs, disagreements.jsonl
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only these sets
    #[arg(long, num_args = 1.., value_name = "SET")]
    only: Vec<String>,
    /// The `scrl` program
    #[arg(long, default_value = "target/release/scrl", value_name = "FILE")]
    scrl: PathBuf,
    /// More flags for `scrl grade`, after `--`
    #[arg(last = true, value_name = "FLAG")]
    grade_flags: Vec<String>,
}

/// Whether every set agrees as much as it should.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let sets = chosen(&arguments.only)?;
    fs::create_dir_all(&arguments.out).with_context(|| format!("`{}`", arguments.out.display()))?;
    let mut comparisons = Vec::with_capacity(sets.len());
    for (at, set) in sets.iter().enumerate() {
        crate::say(&format!("{} ({} of {})", set.name, at + 1, sets.len()));
        comparisons.push(compare(set, arguments)?);
    }
    let path = arguments.out.join("disagreements.jsonl");
    write_disagreements(&path, &comparisons).with_context(|| format!("`{}`", path.display()))?;
    crate::show(&table::markdown(&comparisons))?;
    Ok(comparisons.iter().all(Comparison::is_enough))
}

fn chosen(only: &[String]) -> anyhow::Result<Vec<&'static Set>> {
    let known = || {
        SETS.iter()
            .map(|set| set.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    for name in only {
        if !SETS.iter().any(|set| set.name == name) {
            bail!("no set is called `{name}`: there are {}", known());
        }
    }
    let wanted = |set: &&Set| only.is_empty() || only.iter().any(|name| name == set.name);
    Ok(SETS.iter().filter(wanted).collect())
}

fn compare(set: &'static Set, arguments: &Arguments) -> anyhow::Result<Comparison> {
    let folder = arguments.out.join(set.name);
    fs::create_dir_all(&folder).with_context(|| format!("`{}`", folder.display()))?;
    let problems = folder.join("problems.jsonl");
    prepare::problems(set, &arguments.data, &problems)?;
    let samples = arguments.data.join("samples").join(set.samples);
    let run = folder.join("run");
    grade(set, arguments, &problems, &samples, &run)?;
    Comparison::read(set, &samples, &run.join("graded.jsonl"))
}

fn grade(
    set: &Set,
    arguments: &Arguments,
    problems: &Path,
    samples: &Path,
    run: &Path,
) -> anyhow::Result<()> {
    let mut command = Command::new(&arguments.scrl);
    command.arg("grade").arg("--problems").arg(problems);
    command.arg("--samples").arg(samples).arg("--out").arg(run);
    command.args(set.only.iter().flat_map(|pattern| ["--only", pattern]));
    command.args(&arguments.grade_flags).arg("--json");
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("`{}` cannot be started", arguments.scrl.display()))?;
    if !output.status.success() {
        bail!("grading `{}` failed: {}", set.name, output.status);
    }
    Ok(())
}

fn write_disagreements(path: &Path, comparisons: &[Comparison]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for disagreement in comparisons.iter().flat_map(|c| &c.disagreements) {
        serde_json::to_writer(&mut out, disagreement)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
