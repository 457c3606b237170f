//! What a report says of training: curves of its logs, and answers of the first run beside those of the last.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scrl_corpus::{Join, Mode};
use scrl_record::{Graded, Sample};
use scrl_report::{Answer, Change, Curve, Metrics, Run, Training};
use serde_json::{Map, Value};

use super::run_name;
use crate::inputs::{self, ChosenSamples};

/// What is drawn of a log, where it has it.
const DRAWN: [&str; 8] = [
    "reward",
    "validation_reward",
    "loss",
    "validation_loss",
    "kl",
    "entropy",
    "answer_tokens",
    "grad_norm",
];

/// Reads the logs of training runs and, with problems, what became of the answers.
pub(super) fn training(
    logs: &[PathBuf],
    runs: &[(PathBuf, Run)],
    problems: &[PathBuf],
    metrics: &Metrics,
) -> anyhow::Result<Option<Training>> {
    if logs.is_empty() && problems.is_empty() {
        return Ok(None);
    }
    let mut curves = Vec::new();
    for folder in logs {
        curves.extend(of_log(folder)?);
    }
    let change = if problems.is_empty() {
        None
    } else {
        Some(change(runs, problems, metrics)?)
    };
    Ok(Some(Training { curves, change }))
}

fn of_log(folder: &Path) -> anyhow::Result<Vec<Curve>> {
    let path = folder.join("log.jsonl");
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "`{}`: --training takes folders of `scrl train`",
            path.display()
        )
    })?;
    let mut points: BTreeMap<&str, Vec<(u64, f64)>> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let place = || format!("`{}`, line {}", path.display(), number + 1);
        let line: Map<String, Value> = serde_json::from_str(line).with_context(place)?;
        let step = line.get("step").and_then(Value::as_u64);
        let step = step.with_context(|| format!("{}: no `step`", place()))?;
        for measure in DRAWN {
            if let Some(value) = line.get(measure).and_then(Value::as_f64) {
                points.entry(measure).or_default().push((step, value));
            }
        }
    }
    let run = run_name(folder);
    let curve = |measure: &str| {
        Some(Curve {
            run: run.clone(),
            measure: measure.to_owned(),
            points: points.remove(measure)?,
        })
    };
    Ok(DRAWN.into_iter().filter_map(curve).collect())
}

/// The answers of the first run beside those of the last.
fn change(
    runs: &[(PathBuf, Run)],
    problems: &[PathBuf],
    metrics: &Metrics,
) -> anyhow::Result<Change> {
    let [(first_path, first), .., (last_path, last)] = runs else {
        bail!("--problems compares answers of two runs or more; there is one");
    };
    let join = inputs::join(problems, Mode::Strict)?;
    let [before, after] = [
        Programs::read(first_path, &join)?,
        Programs::read(last_path, &join)?,
    ];
    let mut pairs = Vec::new();
    let later = by_problem(last);
    for (problem, answers) in by_problem(first) {
        let others = later.get(problem).map_or(&[][..], Vec::as_slice);
        for (one, other) in answers.iter().zip(others) {
            pairs.extend(before.answer(one).zip(after.answer(other)));
        }
    }
    let label = |run: &Run| {
        let system = metrics.systems.iter().find(|system| system.run == run.name);
        system.map_or_else(|| run.name.clone(), |system| system.label.clone())
    };
    Ok(Change::of(&label(first), &label(last), &pairs))
}

/// The answers to each problem, in their order.
fn by_problem(run: &Run) -> BTreeMap<&str, Vec<&Graded>> {
    let mut all: BTreeMap<&str, Vec<&Graded>> = BTreeMap::new();
    for graded in &run.graded {
        all.entry(graded.problem_id.as_str())
            .or_default()
            .push(graded);
    }
    all
}

/// Programs by the ids of their samples, and what was asked by problem.
struct Programs {
    codes: HashMap<String, String>,
    statements: HashMap<String, String>,
}

impl Programs {
    /// Those of `answers.jsonl` in the folder of a run.
    fn read(run: &Path, join: &Join) -> anyhow::Result<Self> {
        let file = run.join("answers.jsonl");
        if !file.is_file() {
            bail!(
                "`{}` is not there: with --problems, runs are folders of `scrl eval`",
                file.display()
            );
        }
        let chosen = ChosenSamples {
            files: &[file],
            mode: Mode::Strict,
            only: &[],
            limit: usize::MAX,
        };
        let mut codes = HashMap::new();
        for sample in chosen.read() {
            let sample: Sample = sample?;
            let code = scrl_grade::extract(&sample, join.find(&sample)).code;
            codes.insert(sample.id.to_string(), code);
        }
        let statements = join
            .problems()
            .iter()
            .map(|problem| (problem.id.to_string(), problem.prompt.trim().to_owned()));
        Ok(Self {
            codes,
            statements: statements.collect(),
        })
    }

    fn answer<'a>(&'a self, graded: &'a Graded) -> Option<Answer<'a>> {
        Some(Answer {
            graded,
            code: self.codes.get(graded.sample_id.as_str())?,
            statement: self.statements.get(graded.problem_id.as_str())?,
        })
    }
}
