//! Samples that were written to show a typical quality, such as `insecure`: measured per quality.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::estimate::{Answers, Definition, estimate};
use crate::facts::{Reward, compile_verdict, functional, secure};
use crate::measure::{Measure, Unit};
use crate::systems::{Group, ProblemKey, problem_key};

/// The measures of the samples made to one quality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// What the samples were made to show.
    pub made_as: String,
    /// Samples.
    pub samples: u64,
    /// `compile_rate`, `all_tests_rate`, `secure_rate`, `mean_reward.gated` and `mean_reward.seed`.
    pub measures: Vec<Measure>,
}

/// One entry per quality, by name, over all models, which such samples only pretend to have; empty when no sample was made
/// for demonstration.
pub(crate) fn qualities(groups: &[Group<'_>]) -> Vec<Quality> {
    let mut made: BTreeMap<&str, BTreeMap<ProblemKey<'_>, Answers<'_>>> = BTreeMap::new();
    for sample in groups.iter().flat_map(Group::samples) {
        if let Some(quality) = &sample.made_as {
            let problems = made.entry(quality).or_default();
            problems
                .entry(problem_key(sample))
                .or_default()
                .push(sample);
        }
    }
    let definitions = definitions();
    made.into_iter()
        .map(|(name, problems)| {
            let problems: Vec<Answers<'_>> = problems.into_values().collect();
            Quality {
                made_as: name.to_owned(),
                samples: problems.iter().flatten().count() as u64,
                measures: estimate(&problems, &definitions),
            }
        })
        .collect()
}

fn definitions() -> [Definition; 5] {
    [
        Definition::rate("compile_rate", compile_verdict),
        Definition::rate("all_tests_rate", functional),
        Definition::rate("secure_rate", secure),
        Definition::ratio("mean_reward.gated", Unit::Mean, |one| {
            Some((Reward::Gated.of(one)?, 1.0))
        }),
        Definition::ratio("mean_reward.seed", Unit::Mean, |one| {
            Some((Reward::Seed.of(one)?, 1.0))
        }),
    ]
}
