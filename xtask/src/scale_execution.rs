//! `cargo xtask scale-execution`: how long many samples take, and whether the grader's memory grows with their number.
//!
//! Real samples are taken again and again, under new ids, until there are enough; each problem keeps two or three of
//! its tests in turn. Then each run is made once more from the cache of results that it left.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use scrl_corpus::{Mode, read_problems, read_samples, write_problem};
use scrl_record::{Problem, Sample};

/// Grade many samples made from real ones
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask scale-execution --problems apps.jsonl.gz --samples mapcoder-apps.jsonl.gz --out /tmp/scale"
)]
pub(crate) struct Arguments {
    /// Problems of the samples
    #[arg(long, value_name = "FILE")]
    problems: PathBuf,
    /// Samples to take again and again
    #[arg(long, value_name = "FILE")]
    samples: PathBuf,
    /// Folder to work in; must not have runs in it
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many samples, one run each
    #[arg(long, num_args = 1.., default_values_t = [1_000, 10_000, 22_224], value_name = "N")]
    count: Vec<usize>,
    /// The `scrl` program
    #[arg(long, default_value = "target/release/scrl", value_name = "FILE")]
    scrl: PathBuf,
    /// More flags for `scrl grade`, after `--`
    #[arg(last = true, value_name = "FLAG")]
    grade_flags: Vec<String>,
}

/// How one run went.
struct Measured {
    wall: Duration,
    /// The grader's highest resident memory, its zygotes and their programs not among it, KiB.
    peak_kib: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let (samples, _) =
        read_samples(std::slice::from_ref(&arguments.samples), Mode::Strict).read_all()?;
    ensure!(
        !samples.is_empty(),
        "`{}` has no samples",
        arguments.samples.display()
    );
    fs::create_dir_all(&arguments.out).with_context(|| format!("`{}`", arguments.out.display()))?;
    let (problems, tests) = write_problems(arguments)?;
    crate::show(&format!(
        "{tests:.2} tests a problem\n\n| samples | seconds | samples per second | grader's memory, MiB | from the cache, seconds |\n|--:|--:|--:|--:|--:|\n"
    ))?;
    for count in &arguments.count {
        let repeated = arguments.out.join(format!("samples-{count}.jsonl"));
        write_samples(&repeated, &samples, *count)?;
        let first = grade(arguments, &problems, &repeated, &format!("run-{count}"))?;
        let again = grade(arguments, &problems, &repeated, &format!("again-{count}"))?;
        let seconds = first.wall.as_secs_f64();
        crate::show(&format!(
            "| {count} | {seconds:.1} | {:.0} | {:.1} | {:.1} |\n",
            *count as f64 / seconds,
            first.peak_kib as f64 / 1024.0,
            again.wall.as_secs_f64(),
        ))?;
    }
    Ok(true)
}

/// Writes the problems, cut to two or three tests in turn; returns the file and how many tests they have on average.
fn write_problems(arguments: &Arguments) -> anyhow::Result<(PathBuf, f64)> {
    let path = arguments.out.join("problems.jsonl");
    let failed = || format!("`{}` cannot be written", path.display());
    let mut out = BufWriter::new(File::create(&path).with_context(failed)?);
    let (mut written, mut tests) = (0usize, 0usize);
    for problem in read_problems(std::slice::from_ref(&arguments.problems), Mode::Strict) {
        let mut problem: Problem = problem?;
        problem.tests.truncate(2 + written % 2);
        tests += problem.tests.len();
        written += 1;
        write_problem(&mut out, &problem).with_context(failed)?;
    }
    out.flush().with_context(failed)?;
    ensure!(
        written > 0,
        "`{}` has no problems",
        arguments.problems.display()
    );
    Ok((path, tests as f64 / written as f64))
}

fn write_samples(path: &Path, samples: &[Sample], count: usize) -> anyhow::Result<()> {
    let failed = || format!("`{}` cannot be written", path.display());
    let mut out = BufWriter::new(File::create(path).with_context(failed)?);
    for (at, sample) in samples.iter().cycle().take(count).enumerate() {
        let mut sample = sample.clone();
        sample.id = format!("{}/{at}", sample.id).into();
        if let Some(text) = sample.code.as_mut().or(sample.completion.as_mut()) {
            make_different(text, at);
        }
        serde_json::to_writer(&mut out, &sample)?;
        out.write_all(b"\n").with_context(failed)?;
    }
    out.flush().with_context(failed)
}

/// Adds a comment to a program, without which the cache would know it within its run.
fn make_different(text: &mut String, at: usize) {
    let fence = text.find("```");
    let place = fence.and_then(|fence| Some(fence + text[fence..].find('\n')? + 1));
    text.insert_str(place.unwrap_or(0), &format!("# {at}\n"));
}

fn grade(
    arguments: &Arguments,
    problems: &Path,
    samples: &Path,
    run: &str,
) -> anyhow::Result<Measured> {
    let out = arguments.out.join(run);
    ensure!(!out.exists(), "`{}` is there already", out.display());
    crate::say(run);
    let begun = Instant::now();
    let mut grader = Command::new(&arguments.scrl)
        .arg("grade")
        .arg("--problems")
        .arg(problems)
        .arg("--samples")
        .arg(samples)
        .arg("--out")
        .arg(&out)
        .arg("--cache")
        .arg(arguments.out.join("cache"))
        .args(&arguments.grade_flags)
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("`{}` cannot be started", arguments.scrl.display()))?;
    let peak_kib = watch(&mut grader)?;
    Ok(Measured {
        wall: begun.elapsed(),
        peak_kib,
    })
}

/// Waits for the grader; its highest resident memory, KiB.
fn watch(grader: &mut Child) -> anyhow::Result<u64> {
    let status = format!("/proc/{}/status", grader.id());
    let mut peak = 0;
    loop {
        if let Some(kib) = fs::read_to_string(&status)
            .ok()
            .as_deref()
            .and_then(high_water)
        {
            peak = kib;
        }
        match grader.try_wait()? {
            Some(ended) if ended.success() => return Ok(peak),
            Some(ended) => bail!("grading failed: {ended}"),
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn high_water(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn programs_become_different_and_stay_programs() {
        let different = |text: &str| {
            let mut text = text.to_owned();
            super::make_different(&mut text, 7);
            text
        };
        assert_eq!(different("print(1)"), "# 7\nprint(1)");
        assert_eq!(
            different("So:\n```python\nf()\n```"),
            "So:\n```python\n# 7\nf()\n```"
        );
    }

    #[test]
    fn the_high_water_mark_is_read() {
        let status = "Name:\tscrl\nVmPeak:\t  900 kB\nVmHWM:\t   4321 kB\n";
        assert_eq!(super::high_water(status), Some(4321));
        assert_eq!(super::high_water("Name:\tzombie\n"), None);
    }
}
