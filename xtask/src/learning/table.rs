//! What the models are worth, in one table.

use std::fmt::Write as _;
use std::path::Path;

use scrl_record::Graded;
use scrl_report::{Metrics, Run, State, measure};

use super::{JUDGED, evaluation};
use crate::verdict_changes::read;

/// The answers of one model, of all seeds.
pub(super) struct Outcome {
    name: String,
    /// Of each split: the answers seed by seed.
    seeds: Vec<Vec<Vec<Graded>>>,
}

impl Outcome {
    pub(super) fn read(out: &Path, name: &str, seeds: u32) -> anyhow::Result<Self> {
        let seeds_of = if name == "base" { 1 } else { seeds };
        let of_split = |split: &str| {
            (0..seeds_of)
                .map(|seed| read(&evaluation(out, name, seed).join(split)))
                .collect::<anyhow::Result<Vec<_>>>()
        };
        let all = JUDGED.iter().map(|(split, _)| of_split(split));
        Ok(Self {
            name: name.to_owned(),
            seeds: all.collect::<anyhow::Result<_>>()?,
        })
    }

    fn run(&self, split: usize) -> Run {
        Run {
            name: "all seeds".to_owned(),
            graded: self.seeds[split].concat(),
        }
    }
}

/// A part for each split, a row for each model.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for (split, (name, _)) in JUDGED.iter().enumerate() {
        let runs: Vec<Run> = outcomes.iter().map(|outcome| outcome.run(split)).collect();
        let metrics = measure(&runs);
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "\n{name}:\n\n| model | works and is safe, seed by seed | all seeds | works | over sft, points | scores without evidence |\n|---|---|---|---|---|---|"
        );
        for outcome in outcomes {
            text += &row(outcome, split, &metrics);
        }
    }
    text
}

fn row(outcome: &Outcome, split: usize, metrics: &Metrics) -> String {
    let seeds = &outcome.seeds[split];
    let each: Vec<String> = seeds
        .iter()
        .map(|graded| percent(share(graded, |one| State::of(one) == Some(State::Right))))
        .collect();
    let all = seeds.concat();
    let measures = |name: &str| {
        let system = metrics
            .systems
            .iter()
            .find(|system| system.model == outcome.name);
        let found = system.and_then(|system| system.all().get(name));
        found.map_or_else(String::new, |measure| {
            let value = measure.value.map_or_else(|| "-".to_owned(), percent);
            match measure.bounds() {
                Some((low, high)) => format!("{value} ({} to {})", percent(low), percent(high)),
                None => value,
            }
        })
    };
    format!(
        "| {} | {} | {} | {} | {} | {} |\n",
        outcome.name,
        each.join(", "),
        measures("secure_pass_rate"),
        measures("all_tests_rate"),
        over_sft(&outcome.name, metrics),
        percent(share(&all, |one| scores_without_evidence(
            one,
            &outcome.name
        ))),
    )
}

fn over_sft(name: &str, metrics: &Metrics) -> String {
    let found = metrics.comparisons.iter().find(|one| {
        one.measure == "secure_pass_rate"
            && [&one.first, &one.second].contains(&&"sft".to_owned())
            && [&one.first, &one.second].contains(&&name.to_owned())
            && one.first != one.second
    });
    let Some(one) = found else {
        return "-".to_owned();
    };
    let sign = if one.first == "sft" { -1.0 } else { 1.0 };
    let mut ends = one.interval.map(|end| sign * end * 100.0);
    ends.sort_by(f64::total_cmp);
    format!(
        "{:+.1} ({:+.1} to {:+.1})",
        sign * one.difference * 100.0,
        ends[0],
        ends[1]
    )
}

/// Whether the reward that the model was trained with (`gated` unless its name says another) is above 0 though no more tests pass than a constant
/// answer would.
fn scores_without_evidence(graded: &Graded, name: &str) -> bool {
    let (Some(passed), Some(total)) = (graded.tests_passed, graded.tests_total) else {
        return false;
    };
    let reward = match name.split_once(':').map(|(_, reward)| reward) {
        Some("seed") => graded.rewards.seed,
        Some("staged") => graded.rewards.staged,
        Some("binary") => graded.rewards.binary,
        _ => graded.rewards.gated,
    };
    let evidence = f64::from(passed) / f64::from(total.max(1));
    evidence <= graded.constant_baseline.unwrap_or(0.0) && reward.is_some_and(|reward| reward > 0.0)
}

fn share(graded: &[Graded], holds: impl Fn(&Graded) -> bool) -> f64 {
    let count = graded.iter().filter(|one| holds(one)).count();
    count as f64 / graded.len().max(1) as f64
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
