//! What was and was not measured, and what the sandbox denied; reasons counted, nothing dropped.

use std::collections::BTreeMap;

use scrl_record::{FaultOwner, Graded};
use serde::{Deserialize, Serialize};

use crate::facts::{compiles, tests};
use crate::systems::{Group, repeated_ids};

/// Kinds of reasons listed one by one; the rest is added up under one name.
const REASONS_LISTED: usize = 50;

/// What was lost, and why. The shares parsed, analysed, executed and lost are measures of the whole group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Samples whose compiling was asked of the interpreter; of the others the parser's word is taken.
    pub compile_asked: u64,
    /// Compiling samples for which no test ran.
    pub compiling_not_executed: u64,
    /// Samples with test counts and no verdict per test: recorded elsewhere, verdicts not published.
    pub without_verdicts: u64,
    /// Samples whose id repeats an earlier one of the same model and run; each is counted as a sample.
    pub repeated_ids: u64,
    /// Faults by owner and reason (text between backticks left out), most first.
    pub faults: Vec<FaultCount>,
}

/// How often one reason kept samples from being graded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultCount {
    /// Whose.
    pub owner: FaultOwner,
    /// What happened.
    pub reason: String,
    /// Samples.
    pub samples: u64,
}

/// Something the sandbox denied, by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventCount {
    /// What was tried, such as `network`.
    pub kind: String,
    /// Events.
    pub events: u64,
    /// Samples with at least one.
    pub samples: u64,
}

pub(crate) fn coverage(group: &Group<'_>) -> Coverage {
    let count =
        |holds: fn(&Graded) -> bool| group.samples().filter(|one| holds(one)).count() as u64;
    Coverage {
        compile_asked: count(|sample| sample.compiles.is_some()),
        compiling_not_executed: count(|sample| compiles(sample) && tests(sample).is_none()),
        without_verdicts: count(|sample| tests(sample).is_some() && sample.tests.is_none()),
        repeated_ids: repeated_ids(group),
        faults: faults(group),
    }
}

fn faults(group: &Group<'_>) -> Vec<FaultCount> {
    let mut counts: BTreeMap<(FaultOwner, String), u64> = BTreeMap::new();
    for fault in group.samples().filter_map(|sample| sample.fault.as_ref()) {
        *counts
            .entry((fault.owner, without_names(&fault.reason)))
            .or_default() += 1;
    }
    let mut list: Vec<FaultCount> = counts
        .into_iter()
        .map(|((owner, reason), samples)| FaultCount {
            owner,
            reason,
            samples,
        })
        .collect();
    list.sort_by(|a, b| b.samples.cmp(&a.samples));
    for owner in [FaultOwner::Problem, FaultOwner::Infrastructure] {
        let rest = list
            .iter()
            .skip(REASONS_LISTED)
            .filter(|one| one.owner == owner);
        let samples = rest.map(|one| one.samples).sum();
        if samples > 0 {
            let reason = "other reasons".to_owned();
            list.insert(
                REASONS_LISTED,
                FaultCount {
                    owner,
                    reason,
                    samples,
                },
            );
        }
    }
    let others = list
        .iter()
        .filter(|one| one.reason == "other reasons")
        .count();
    list.truncate(REASONS_LISTED + others);
    list
}

/// The reason with each name between backticks replaced, so that one cause is one line.
fn without_names(reason: &str) -> String {
    let parts: Vec<&str> = reason.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return reason.to_owned();
    }
    let shown = |(at, part): (usize, &&str)| {
        if at % 2 == 0 {
            (*part).to_owned()
        } else {
            "`…`".to_owned()
        }
    };
    parts.iter().enumerate().map(shown).collect()
}

pub(crate) fn events(group: &Group<'_>) -> Vec<EventCount> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for sample in group.samples() {
        let mut kinds: Vec<&str> = sample
            .events
            .iter()
            .map(|event| event.kind.as_str())
            .collect();
        for kind in &kinds {
            counts.entry(kind).or_default().0 += 1;
        }
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            counts.entry(kind).or_default().1 += 1;
        }
    }
    let listed = counts
        .into_iter()
        .map(|(kind, (events, samples))| EventCount {
            kind: kind.to_owned(),
            events,
            samples,
        });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_left_out_of_reasons() {
        assert_eq!(
            without_names("problem `p1` has no tests"),
            "problem `…` has no tests"
        );
        assert_eq!(without_names("an odd ` backtick"), "an odd ` backtick");
        assert_eq!(without_names(""), "");
    }
}
