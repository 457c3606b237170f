//! `cargo xtask bench-execution`: what a test costs, here and elsewhere, in CPU time and on the wall clock.
//!
//! Every runner runs every case in a process of its own, in alternation, several rounds. A process that runs few
//! tests is taken from one that runs many, so start-up (an interpreter, a zygote) is not in the figures; ours run more
//! of them, or the noise of the start-up would be. What a process and all its descendants used comes from the kernel
//! when it is reaped.

mod cases;
mod runners;
mod table;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};

use cases::{CASES, Case};
use runners::Runner;
use table::Row;

/// Compare what a test costs with other ways of running it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cargo xtask bench-execution --rounds 7 --case typical")]
pub(crate) struct Arguments {
    /// How often everything is measured; medians are shown
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Processes of one measurement; ten times as many of ours, which are that much shorter
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(20..))]
    tests: u32,
    /// The interpreter for every runner; Debian's where it is there
    #[arg(long, default_value = "/usr/bin/python3", value_name = "PYTHON")]
    python: String,
    /// Only these cases
    #[arg(long, num_args = 1.., value_name = "CASE")]
    case: Vec<String>,
    /// Only these runners
    #[arg(long, num_args = 1.., value_name = "RUNNER")]
    runner: Vec<Runner>,
    /// Run this many tests and nothing else: how the measuring process calls itself
    #[arg(long, hide = true)]
    measured: Option<u32>,
}

/// Always true: a benchmark has no bar to miss.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let cases = chosen(&arguments.case)?;
    let runners = if arguments.runner.is_empty() {
        Runner::installed()
    } else {
        arguments.runner.clone()
    };
    if let Some(tests) = arguments.measured {
        ensure!(
            cases.len() == 1 && runners.len() == 1,
            "one case and one runner are measured at a time"
        );
        runners[0].run(cases[0], &arguments.python, tests)?;
        return Ok(true);
    }
    let cases: Vec<&Case> = cases
        .into_iter()
        .filter(|case| case.is_runnable(&arguments.python))
        .collect();
    let mut rows: Vec<Row> = cases
        .iter()
        .flat_map(|case| {
            let able = runners.iter().filter(|runner| runner.can_run(case));
            able.map(|runner| Row::new(case, *runner))
        })
        .collect();
    for round in 1..=arguments.rounds {
        crate::say(&format!("round {round} of {}", arguments.rounds));
        for row in &mut rows {
            let cost = cost(row, arguments)?;
            row.costs.push(cost);
        }
    }
    crate::show(&table::markdown(&rows))?;
    Ok(true)
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Case>> {
    if names.is_empty() {
        return Ok(CASES.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            let found = CASES.iter().find(|case| case.name == name);
            found.with_context(|| {
                let known: Vec<&str> = CASES.iter().map(|case| case.name).collect();
                format!("there is no case `{name}`; there are {}", known.join(", "))
            })
        })
        .collect()
}

/// What one test takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// User and system time of everything that ran.
    pub(crate) cpu: Duration,
    /// By the clock on the wall.
    pub(crate) wall: Duration,
}

fn cost(row: &Row, arguments: &Arguments) -> anyhow::Result<Cost> {
    let few = row.runner.tests_per_process(row.case);
    let times = if row.runner.is_ours() { 10 } else { 1 };
    let many = few * (1 + times * arguments.tests);
    let small = process(row, few, arguments)?;
    let large = process(row, many, arguments)?;
    Ok(Cost {
        cpu: large.cpu.saturating_sub(small.cpu) / (many - few),
        wall: large.wall.saturating_sub(small.wall) / (many - few),
    })
}

/// What a process that runs `tests` tests takes.
fn process(row: &Row, tests: u32, arguments: &Arguments) -> anyhow::Result<Cost> {
    let this: PathBuf = std::env::current_exe().context("this program's own path")?;
    let before = reaped()?;
    let started = Instant::now();
    let status = Command::new(this)
        .arg("bench-execution")
        .args(["--measured", &tests.to_string()])
        .args(["--case", row.case.name, "--runner", row.runner.name()])
        .args(["--python", &arguments.python])
        .status()?;
    if !status.success() {
        bail!("`{}` failed on `{}`", row.runner.name(), row.case.name);
    }
    Ok(Cost {
        cpu: reaped()?.saturating_sub(before),
        wall: started.elapsed(),
    })
}

/// CPU time of all descendants that have ended.
fn reaped() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = usage.user_time() + usage.system_time();
    Ok(Duration::new(
        time.tv_sec() as u64,
        time.tv_usec() as u32 * 1000,
    ))
}
