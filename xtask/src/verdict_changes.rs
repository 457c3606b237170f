//! `cargo xtask verdict-changes`: on which tests do two runs over the same samples differ?
//!
//! For a run in batches against one with a process for each test, or an idle machine against a loaded one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use scrl_record::{Graded, SampleId, Verdict};

/// Compare the verdicts of two runs test by test
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask verdict-changes run-batched run-isolated\n\nExit code 1 when a verdict differs."
)]
pub(crate) struct Arguments {
    /// Folder of a run, or its graded.jsonl
    #[arg(value_name = "RUN")]
    one: PathBuf,
    /// Another run over the same samples
    #[arg(value_name = "RUN")]
    other: PathBuf,
}

/// Two runs, test by test.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// Samples that were tested in both.
    samples: usize,
    tests: usize,
    /// Tests that one of the runs left alone.
    not_run: usize,
    /// One for each difference.
    pub(crate) lines: Vec<String>,
}

impl Changes {
    /// Between two runs, each a folder or its graded.jsonl.
    pub(crate) fn of_runs(one: &Path, other: &Path) -> anyhow::Result<Self> {
        Self::between(&read(one)?, &read(other)?)
    }

    /// These and others.
    pub(crate) fn join(&mut self, other: Self) {
        self.samples += other.samples;
        self.tests += other.tests;
        self.not_run += other.not_run;
        self.lines.extend(other.lines);
    }

    pub(crate) fn summary(&self) -> String {
        format!(
            "{} samples, {} tests, {} of them not run in one of the runs; {} verdicts differ",
            self.samples,
            self.tests,
            self.not_run,
            self.lines.len()
        )
    }

    fn between(one: &[Graded], other: &[Graded]) -> anyhow::Result<Self> {
        let by_id: HashMap<&SampleId, &Graded> = other
            .iter()
            .map(|graded| (&graded.sample_id, graded))
            .collect();
        let mut changes = Self::default();
        for graded in one {
            let id = &graded.sample_id;
            let Some(again) = by_id.get(id) else {
                bail!("sample `{id}` is in the first run only");
            };
            changes.add(graded, again)?;
        }
        if one.len() != other.len() {
            bail!(
                "{} samples are in one run, {} in the other",
                one.len(),
                other.len()
            );
        }
        Ok(changes)
    }

    fn add(&mut self, one: &Graded, other: &Graded) -> anyhow::Result<()> {
        let id = &one.sample_id;
        let (Some(tests), Some(again)) = (&one.tests, &other.tests) else {
            if one.tests.is_none() != other.tests.is_none() {
                self.lines.push(format!("{id}: tested in one run only"));
            }
            return Ok(());
        };
        if tests.len() != again.len() {
            bail!(
                "sample `{id}` has {} tests in one run, {} in the other",
                tests.len(),
                again.len()
            );
        }
        for (number, (test, other)) in tests.iter().zip(again).enumerate() {
            if [test.verdict, other.verdict].contains(&Verdict::NotRun) {
                self.not_run += 1;
            } else if test.verdict != other.verdict {
                self.lines.push(format!(
                    "{id}: test {number}: {} ({:.0} ms) and {} ({:.0} ms)",
                    test.verdict, test.cpu_ms, other.verdict, other.cpu_ms
                ));
            }
        }
        self.samples += 1;
        self.tests += tests.len();
        Ok(())
    }
}

/// Whether there are no changes.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let changes = Changes::of_runs(&arguments.one, &arguments.other)?;
    for line in &changes.lines {
        crate::show(&format!("{line}\n"))?;
    }
    crate::show(&format!("{}\n", changes.summary()))?;
    Ok(changes.lines.is_empty())
}

/// The records of a run: its folder, or its graded.jsonl.
pub(crate) fn read(run: &Path) -> anyhow::Result<Vec<Graded>> {
    let path = if run.is_dir() {
        run.join("graded.jsonl")
    } else {
        run.to_owned()
    };
    let text = std::fs::read_to_string(&path).with_context(|| format!("`{}`", path.display()))?;
    let lines = text.lines().enumerate();
    lines
        .map(|(number, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("`{}`, line {}", path.display(), number + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graded(id: &str, verdicts: &[&str]) -> Graded {
        let tests: Vec<_> = verdicts
            .iter()
            .map(|verdict| json!({"verdict": verdict, "cpu_ms": 1.0, "wall_ms": 1.0, "peak_mib": 1.0}))
            .collect();
        let record = json!({
            "sample_id": id, "problem_id": "p", "model": "m", "kind": "stdin", "extraction": {"method": "whole", "blocks": 0},
            "code_lines": 1, "parses": true, "tests": tests, "findings": [], "strict_findings": [], "events": [],
            "patterns": [], "rewards": {}, "versions": {"scrl": "0", "python": "0"},
        });
        serde_json::from_value(record).expect("a graded record")
    }

    #[test]
    fn what_differs_is_counted_and_what_was_not_run_is_not() {
        let one = [
            graded("a", &["accepted", "wrong_answer"]),
            graded("b", &["accepted", "accepted"]),
        ];
        let other = [
            graded("b", &["accepted", "not_run"]),
            graded("a", &["accepted", "time_limit"]),
        ];
        let changes = Changes::between(&one, &other).unwrap();
        assert_eq!((changes.samples, changes.tests, changes.not_run), (2, 4, 1));
        assert_eq!(
            changes.lines,
            ["a: test 1: wrong_answer (1 ms) and time_limit (1 ms)"]
        );
    }

    #[test]
    fn runs_over_other_samples_are_refused() {
        let one = [graded("a", &["accepted"])];
        for other in [
            vec![],
            vec![graded("b", &["accepted"])],
            vec![graded("a", &[])],
        ] {
            assert!(Changes::between(&one, &other).is_err());
        }
    }
}
