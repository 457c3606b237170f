//! What prepared data is like, as the seed benchmark prints it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::PreparedExample;

/// Lowest, highest and mean of a number, and how often it is in each tenth of `[0, 1]`; the last one has 1 in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// Counts by tenth.
    pub tenths: [usize; 10],
}

impl Distribution {
    /// Of some numbers; `None` of none.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let min = numbers.iter().copied().reduce(f64::min)?;
        let max = numbers.iter().copied().reduce(f64::max)?;
        let mut tenths = [0; 10];
        for number in numbers {
            tenths[((number * 10.0) as usize).min(9)] += 1;
        }
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        Some(Self {
            min,
            max,
            mean,
            tenths,
        })
    }
}

/// What some examples are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrepareStatistics {
    /// Examples.
    pub examples: usize,
    /// Problems.
    pub problems: usize,
    /// Examples that pass at least one test.
    pub passing_a_test: usize,
    /// Examples that pass all their tests.
    pub passing_all_tests: usize,
    /// Examples with a finding.
    pub with_findings: usize,
    /// Their rewards; absent without examples.
    pub reward: Option<Distribution>,
    /// The functional part.
    pub rfunc: Option<Distribution>,
    /// The security part.
    pub rsec: Option<Distribution>,
}

impl PrepareStatistics {
    /// Of some examples.
    pub fn of(examples: &[&PreparedExample]) -> Self {
        let count =
            |holds: fn(&PreparedExample) -> bool| examples.iter().filter(|e| holds(e)).count();
        let of = |number: fn(&PreparedExample) -> f64| {
            Distribution::of(&examples.iter().map(|e| number(e)).collect::<Vec<_>>())
        };
        let problems: BTreeSet<_> = examples.iter().map(|e| &e.prompt_id).collect();
        Self {
            examples: examples.len(),
            problems: problems.len(),
            passing_a_test: count(|e| e.tests_passed > 0),
            passing_all_tests: count(|e| e.tests_total > 0 && e.tests_passed == e.tests_total),
            with_findings: count(|e| e.has_security_issues),
            reward: of(|e| e.reward),
            rfunc: of(|e| e.rfunc),
            rsec: of(|e| e.rsec),
        }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let counts = [
            ("examples", self.examples),
            ("problems", self.problems),
            ("passing at least one test", self.passing_a_test),
            ("passing all tests", self.passing_all_tests),
            ("with security findings", self.with_findings),
        ];
        for (name, count) in counts {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{name:<26}{count:>8}");
        }
        for (name, found) in [
            ("reward", &self.reward),
            ("R_func", &self.rfunc),
            ("R_sec", &self.rsec),
        ] {
            if let Some(Distribution { min, max, mean, .. }) = found {
                let _ = writeln!(text, "{name:<26}min {min:.3}, max {max:.3}, mean {mean:.3}");
            }
        }
        for (tenth, count) in self
            .reward
            .iter()
            .flat_map(|reward| reward.tenths.iter().enumerate())
        {
            let share = 100.0 * *count as f64 / self.examples.max(1) as f64;
            let (from, to) = (tenth as f64 / 10.0, (tenth + 1) as f64 / 10.0);
            let _ = writeln!(
                text,
                "  reward {from:.1} to {to:.1}       {count:>8}  {share:>5.1} %"
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_tenth_has_1_in_it() {
        let got = Distribution::of(&[0.0, 0.45, 1.0, 0.95]).unwrap();
        assert_eq!(got.tenths, [1, 0, 0, 0, 1, 0, 0, 0, 0, 2]);
        assert!((got.mean - 0.6).abs() < 1e-12);
        assert_eq!(Distribution::of(&[]), None);
    }
}
