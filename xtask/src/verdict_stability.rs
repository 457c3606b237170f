//! `cargo xtask verdict-stability`: is a verdict the same however it is come by?
//!
//! Every shared set of samples that has tests is graded twice, once as usual and once in another way: with a process for
//! each test, or on an overloaded machine. Then the runs are compared test by test. A run that is there already is gone
//! on with, so the command may be interrupted.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use scrl_corpus::{Mode, read_samples};

use crate::verdict_changes::Changes;

/// Grade the shared samples in two ways and compare the verdicts test by test
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask verdict-stability isolated --data ../shared/data --out /tmp/stability -- --cpu-limit 2\n\n\
                  Exit code 1 when a verdict differs."
)]
pub(crate) struct Arguments {
    /// What the second run does differently
    #[arg(value_enum)]
    other: Other,
    /// Folder of the shared data, with `problems` and `samples` in it
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder to work in
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only these sets
    #[arg(long, num_args = 1.., value_name = "SET")]
    only: Vec<String>,
    /// The `scrl` program
    #[arg(long, default_value = "target/release/scrl", value_name = "FILE")]
    scrl: PathBuf,
    /// More flags for `scrl grade`, in both runs, after `--`
    #[arg(last = true, value_name = "FLAG")]
    grade_flags: Vec<String>,
}

/// The second way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Other {
    /// A process for each test
    Isolated,
    /// Four threads that compute on each processor all the time
    Overload,
}

/// Threads that compute, for each processor.
const THREADS_PER_PROCESSOR: usize = 4;

/// Samples, and the problems that they answer. Those of `sallm` and `ldb-transcoder` have no tests that run here, those of
/// `mapcoder-xcodeeval-otherlangs` are not Python.
struct Set {
    name: &'static str,
    samples: &'static str,
    problems: &'static [&'static str],
}

const SETS: &[Set] = &[
    Set {
        name: "mapcoder-apps",
        samples: "mapcoder-apps.jsonl.gz",
        problems: &["apps.jsonl.gz"],
    },
    Set {
        name: "mapcoder-xcodeeval",
        samples: "mapcoder-xcodeeval-python.jsonl.gz",
        problems: &["xcodeeval.jsonl.gz"],
    },
    Set {
        name: "mapcoder-humaneval",
        samples: "mapcoder-humaneval.jsonl.gz",
        problems: &["humanevalplus.jsonl.gz"],
    },
    Set {
        name: "mapcoder-mbpp",
        samples: "mapcoder-mbpp.jsonl.gz",
        problems: &["mbpp.jsonl.gz"],
    },
    Set {
        name: "debugger",
        samples: "debugger-seeds-humaneval-mbpp.jsonl.gz",
        problems: &["humanevalplus.jsonl.gz", "mbpp.jsonl.gz"],
    },
    Set {
        name: "qwen",
        samples: "qwen-evalplus.jsonl.gz",
        problems: &["humanevalplus.jsonl.gz", "mbppplus.jsonl.gz"],
    },
    Set {
        name: "mercury",
        samples: "mercury-leetcode.jsonl.gz",
        problems: &["leetcode.jsonl.gz"],
    },
    Set {
        name: "seed",
        samples: "deepseek-appsplus-val-a.jsonl.gz",
        problems: &["appsplus.jsonl.gz", "apps.jsonl.gz"],
    },
];

/// Whether no verdict differs.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let is_chosen =
        |set: &&Set| arguments.only.is_empty() || arguments.only.iter().any(|it| it == set.name);
    let sets: Vec<&Set> = SETS.iter().filter(is_chosen).collect();
    ensure!(
        arguments.only.is_empty() || sets.len() == arguments.only.len(),
        "the sets are {}",
        SETS.iter()
            .map(|set| set.name)
            .collect::<Vec<_>>()
            .join(", ")
    );
    let mut total = Changes::default();
    for set in sets {
        crate::say(set.name);
        let changes = compare(set, arguments)?;
        crate::show(&format!("{}: {}\n", set.name, changes.summary()))?;
        for line in &changes.lines {
            crate::show(&format!("  {line}\n"))?;
        }
        total.join(changes);
    }
    crate::show(&format!("all: {}\n", total.summary()))?;
    Ok(total.lines.is_empty())
}

fn compare(set: &Set, arguments: &Arguments) -> anyhow::Result<Changes> {
    let folder = arguments.out.join(set.name);
    fs::create_dir_all(&folder).with_context(|| format!("`{}`", folder.display()))?;
    let samples = folder.join("samples.jsonl");
    write_samples(set, arguments, &samples)?;
    let (usual, other) = (folder.join("usual"), folder.join(name_of(arguments.other)));
    grade(set, arguments, &samples, &usual, &[])?;
    match arguments.other {
        Other::Isolated => grade(set, arguments, &samples, &other, &["--isolated"])?,
        Other::Overload => under_load(|| grade(set, arguments, &samples, &other, &[]))?,
    }
    Changes::of_runs(&usual, &other)
}

fn name_of(other: Other) -> &'static str {
    match other {
        Other::Isolated => "isolated",
        Other::Overload => "overload",
    }
}

/// The samples under the ids that the problems have.
fn write_samples(set: &Set, arguments: &Arguments, path: &Path) -> anyhow::Result<()> {
    let file = arguments.data.join("samples").join(set.samples);
    let (samples, _) = read_samples(&[file], Mode::Strict).read_all()?;
    let failed = || format!("`{}` cannot be written", path.display());
    let unfinished = path.with_extension("unfinished");
    let mut out = BufWriter::new(File::create(&unfinished).with_context(failed)?);
    for mut sample in samples {
        if let Some(id) = problem_id(sample.problem_id.as_str()) {
            sample.problem_id = id.into();
        }
        serde_json::to_writer(&mut out, &sample)?;
        out.write_all(b"\n").with_context(failed)?;
    }
    out.flush().with_context(failed)?;
    fs::rename(&unfinished, path).with_context(failed)
}

/// What a publisher of MBPP calls by another name: `MBPP/510` or `mbpp_510_name` is `mbpp-510`.
fn problem_id(published: &str) -> Option<String> {
    let rest = published
        .strip_prefix("MBPP/")
        .or_else(|| published.strip_prefix("mbpp_"))?;
    let number = rest.split('_').next()?;
    number
        .parse::<u32>()
        .ok()
        .map(|number| format!("mbpp-{number}"))
}

fn grade(
    set: &Set,
    arguments: &Arguments,
    samples: &Path,
    out: &Path,
    flags: &[&str],
) -> anyhow::Result<()> {
    let mut command = Command::new(&arguments.scrl);
    command.arg("grade").arg("--problems");
    command.args(
        set.problems
            .iter()
            .map(|name| arguments.data.join("problems").join(name)),
    );
    command.arg("--samples").arg(samples).arg("--out").arg(out);
    command.args(flags).args(&arguments.grade_flags);
    let status = command
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("`{}` cannot be started", arguments.scrl.display()))?;
    ensure!(status.success(), "grading `{}` failed: {status}", set.name);
    Ok(())
}

/// Does `work` while other threads keep every processor busy.
fn under_load<T>(work: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..THREADS_PER_PROCESSOR * processors {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_mbpp_are_found_under_both_names() {
        assert_eq!(problem_id("MBPP/510").as_deref(), Some("mbpp-510"));
        assert_eq!(problem_id("mbpp_3_is_not_prime").as_deref(), Some("mbpp-3"));
        for other in ["HumanEval/0", "mbpp-2-plus", "mbpp_x", "Mbpp/2"] {
            assert_eq!(problem_id(other), None, "{other}");
        }
    }

    #[test]
    fn the_load_ends_with_the_work() {
        assert_eq!(under_load(|| 7), 7);
    }
}
