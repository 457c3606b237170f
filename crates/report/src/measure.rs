//! One measure: a numerator, a denominator, their quotient and a 95 % interval, all stored.

use serde::{Deserialize, Serialize};

/// What a measure's value counts, and so how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of the denominator, in `[0, 1]`; documents write it in per cent.
    Share,
    /// A mean of numbers that each lie in `[0, 1]`, such as a reward.
    Mean,
    /// A number per sample; may exceed 1.
    PerSample,
    /// A number per thousand lines of code; the denominator counts single lines.
    PerThousandLines,
}

impl Unit {
    /// What numerator / denominator is multiplied with.
    pub(crate) fn scale(self) -> f64 {
        match self {
            Unit::PerThousandLines => 1000.0,
            Unit::Share | Unit::Mean | Unit::PerSample => 1.0,
        }
    }

    /// Whether the value cannot leave `[0, 1]`.
    pub(crate) fn is_bounded(self) -> bool {
        matches!(self, Unit::Share | Unit::Mean)
    }
}

/// How a 95 % interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Wilson 1927: one yes-or-no observation per problem.
    Wilson,
    /// Wilson with the number of problems as the sample size: the value is 0 or 1, or there is one problem only,
    /// and a bootstrap would pretend certainty.
    WilsonOnProblems,
    /// Percentile bootstrap that draws whole problems.
    Bootstrap,
    /// Exact Poisson bound for a count of zero: `[0, -ln(0.025) / denominator]`.
    PoissonZero,
}

/// A 95 % interval and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end, in the measure's unit.
    pub low: f64,
    /// Upper end, in the measure's unit.
    pub high: f64,
    /// How it was found.
    pub method: IntervalMethod,
}

/// One measure of one group of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The name, as `docs/measures.md` defines it.
    pub name: String,
    /// What the value counts.
    pub unit: Unit,
    /// What was counted or summed.
    pub numerator: f64,
    /// What it is counted of.
    pub denominator: f64,
    /// numerator / denominator (times 1000 for lines); absent when the denominator is 0.
    pub value: Option<f64>,
    /// The 95 % interval; absent with the value, and for a density seen on one problem only.
    pub interval: Option<Interval>,
    /// Samples (for the measures at k: problems) for which it was not measured; they are in no denominator.
    pub absent: u64,
}

impl Measure {
    /// Lower and upper end of the interval, where there is one.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        self.interval.map(|interval| (interval.low, interval.high))
    }
}

/// Rounds to nine decimals, so that the last bits of a platform's arithmetic never reach a document.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// Whether the number is exactly 0 or 1: a yes or no, or a sum of at most one of them.
pub(crate) fn is_yes_or_no(number: f64) -> bool {
    number.to_bits() == 0 || number.to_bits() == 1.0_f64.to_bits()
}
