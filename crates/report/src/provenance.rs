//! Where the numbers come from: per run the walls that stood, the versions and the ways of comparing.

use std::collections::BTreeMap;

use scrl_record::Graded;
use serde::{Deserialize, Serialize};

use crate::systems::Run;

/// A name and the samples that carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The name; `-` where the record has none.
    pub name: String,
    /// Samples.
    pub samples: u64,
}

/// What produced the records of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The run's name.
    pub run: String,
    /// Its samples.
    pub samples: u64,
    /// Its models.
    pub models: Vec<Tally>,
    /// Isolation levels; `-` counts the samples that did not run here.
    pub levels: Vec<Tally>,
    /// Sets of walls that stood, names joined by ` + `.
    pub walls: Vec<Tally>,
    /// Versions of this project.
    pub scrl: Vec<Tally>,
    /// Interpreters.
    pub python: Vec<Tally>,
    /// Ways of comparing outputs.
    pub compare: Vec<Tally>,
}

/// One entry per run name, in the order of the names.
pub(crate) fn provenance(runs: &[Run]) -> Vec<Provenance> {
    let mut by_name: BTreeMap<&str, Vec<&Graded>> = BTreeMap::new();
    for run in runs {
        by_name.entry(&run.name).or_default().extend(&run.graded);
    }
    by_name
        .into_iter()
        .map(|(name, samples)| of_run(name, &samples))
        .collect()
}

fn of_run(name: &str, samples: &[&Graded]) -> Provenance {
    Provenance {
        run: name.to_owned(),
        samples: samples.len() as u64,
        models: tally(samples, |sample| sample.model.clone()),
        levels: tally(samples, |sample| {
            sample
                .level
                .map(|level| format!("{level:?}"))
                .unwrap_or_default()
        }),
        walls: tally(samples, |sample| sample.walls.join(" + ")),
        scrl: tally(samples, |sample| sample.versions.scrl.clone()),
        python: tally(samples, |sample| sample.versions.python.clone()),
        compare: tally(samples, |sample| {
            sample
                .compare
                .map(|compare| compare.to_string())
                .unwrap_or_default()
        }),
    }
}

fn tally(samples: &[&Graded], name: impl Fn(&Graded) -> String) -> Vec<Tally> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for sample in samples {
        let name = Some(name(sample)).filter(|name| !name.is_empty());
        *counts
            .entry(name.unwrap_or_else(|| "-".to_owned()))
            .or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(name, samples)| Tally { name, samples })
        .collect()
}
