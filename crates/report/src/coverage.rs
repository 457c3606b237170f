//! What was and was not measured, and what the sandbox denied; reasons counted, nothing dropped.

use std::collections::BTreeMap;

use scrl_record::{FaultOwner, Graded};
use serde::{Deserialize, Serialize};

use crate::catalogue::OWNERS;
use crate::facts::{compiles, readable, tests};
use crate::systems::{Group, repeated_ids};

/// Kinds of reasons listed one by one; the rest is added up under one name.
const REASONS_LISTED: usize = 50;
/// Reasons that differ in names only are listed one by one up to so many, then as one.
const NAMES_LISTED: usize = 5;

/// What was lost, and why. The shares parsed, analysed, executed and lost are measures of the whole group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Samples whose compiling was asked of the interpreter; of the others the parser's word is taken.
    pub compile_asked: u64,
    /// Compiling samples for which no test ran.
    pub compiling_not_executed: u64,
    /// Samples with test counts and no verdict per test: recorded elsewhere, verdicts not published.
    pub without_verdicts: u64,
    /// Answers in another language, which were neither analysed nor run.
    pub not_python: u64,
    /// Samples whose id repeats an earlier one of the same model and run; each is counted as a sample.
    pub repeated_ids: u64,
    /// Faults by owner and reason (names left out where there are many), most first.
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
        not_python: count(|sample| !readable(sample)),
        repeated_ids: repeated_ids(group),
        faults: faults(group),
    }
}

fn faults(group: &Group<'_>) -> Vec<FaultCount> {
    let mut causes: BTreeMap<(FaultOwner, String), BTreeMap<&str, u64>> = BTreeMap::new();
    for fault in group.samples().filter_map(|sample| sample.fault.as_ref()) {
        let cause = causes
            .entry((fault.owner, without_names(&fault.reason)))
            .or_default();
        *cause.entry(&fault.reason).or_default() += 1;
    }
    let mut list = Vec::new();
    for ((owner, cause), reasons) in causes {
        if reasons.len() <= NAMES_LISTED {
            let each = |(reason, samples): (&str, u64)| FaultCount {
                owner,
                reason: reason.to_owned(),
                samples,
            };
            list.extend(reasons.into_iter().map(each));
        } else {
            list.push(FaultCount {
                owner,
                reason: cause,
                samples: reasons.values().sum(),
            });
        }
    }
    list.sort_by_key(|one| std::cmp::Reverse(one.samples));
    let rest = list.split_off(list.len().min(REASONS_LISTED));
    list.extend(OWNERS.into_iter().filter_map(|owner| others(owner, &rest)));
    list
}

/// The reasons that are not listed, added up.
fn others(owner: FaultOwner, rest: &[FaultCount]) -> Option<FaultCount> {
    let samples = rest
        .iter()
        .filter(|one| one.owner == owner)
        .map(|one| one.samples)
        .sum();
    let reason = "other reasons".to_owned();
    (samples > 0).then_some(FaultCount {
        owner,
        reason,
        samples,
    })
}

/// The reason with each name between backticks replaced, so that one cause can be one line.
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
