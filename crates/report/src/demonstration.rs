//! Samples that were written to show a typical quality, such as `insecure`: measured per quality.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::estimate::{Definition, estimate};
use crate::facts::{Reward, compile_verdict, functional, secure};
use crate::measure::{Measure, Unit};
use crate::systems::Group;

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

/// One entry per quality, by name; empty when no sample was made for demonstration.
pub(crate) fn qualities(group: &Group<'_>) -> Vec<Quality> {
    let names: BTreeSet<&str> = group
        .samples()
        .filter_map(|sample| sample.made_as.as_deref())
        .collect();
    let definitions = [
        Definition::rate("compile_rate", compile_verdict),
        Definition::rate("all_tests_rate", functional),
        Definition::rate("secure_rate", secure),
        Definition::ratio("mean_reward.gated", Unit::Mean, |one| {
            Some((Reward::Gated.of(one)?, 1.0))
        }),
        Definition::ratio("mean_reward.seed", Unit::Mean, |one| {
            Some((Reward::Seed.of(one)?, 1.0))
        }),
    ];
    names
        .into_iter()
        .map(|name| {
            let problems = group.narrowed(|sample| sample.made_as.as_deref() == Some(name));
            Quality {
                made_as: name.to_owned(),
                samples: problems.iter().flatten().count() as u64,
                measures: estimate(&problems, &definitions),
            }
        })
        .collect()
}
