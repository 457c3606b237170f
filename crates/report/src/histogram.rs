//! How a reward is spread: ten bins over `[0, 1]`, the last one closed.

use serde::{Deserialize, Serialize};

use crate::facts::Reward;
use crate::systems::Group;

/// Bins over `[0, 1]`, each a tenth wide.
const BINS: usize = 10;

/// The spread of one reward over a group's samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardHistogram {
    /// The reward's name.
    pub reward: String,
    /// Samples per bin; bin i is `[i/10, (i+1)/10)`, the last one `[0.9, 1.0]`.
    pub bins: [u64; BINS],
    /// Samples at exactly 1, which a half-open last bin would leave out. They are in the last bin here.
    pub exactly_one: u64,
    /// Recorded rewards outside `[0, 1]`, in no bin.
    pub outside: u64,
    /// Samples without this reward.
    pub absent: u64,
}

pub(crate) fn histogram(group: &Group<'_>, reward: Reward) -> RewardHistogram {
    let mut histogram = RewardHistogram {
        reward: reward.as_str().to_owned(),
        bins: [0; BINS],
        exactly_one: 0,
        outside: 0,
        absent: 0,
    };
    for sample in group.samples() {
        match reward.of(sample) {
            Some(value) => histogram.add(value),
            None => histogram.absent += 1,
        }
    }
    histogram
}

impl RewardHistogram {
    fn add(&mut self, value: f64) {
        // 0.6 * 1/3 + 0.4 * 1.0 and the like miss a bin's edge by their last bit.
        let value = crate::measure::rounded(value);
        if !(0.0..=1.0).contains(&value) {
            self.outside += 1;
            return;
        }
        self.exactly_one += u64::from(value >= 1.0);
        let bin = crate::measure::rounded(value * BINS as f64) as usize;
        self.bins[bin.min(BINS - 1)] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_belong_to_the_bin_above_and_one_to_the_last() {
        let mut histogram = RewardHistogram {
            reward: String::new(),
            bins: [0; BINS],
            exactly_one: 0,
            outside: 0,
            absent: 0,
        };
        for value in [0.0, 0.1, 0.1 + 0.2, 0.6 / 3.0 + 0.4, 0.999, 1.0, 1.5, -0.1] {
            histogram.add(value);
        }
        assert_eq!(histogram.bins, [1, 1, 0, 1, 0, 0, 1, 0, 0, 2]);
        assert_eq!((histogram.exactly_one, histogram.outside), (1, 2));
    }
}
