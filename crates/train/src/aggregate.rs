//! From losses of tokens to the loss of a batch.

use serde::{Deserialize, Serialize};

/// What a token's loss counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The mean over all tokens of the batch. Yu et al. 2025, equation 8 (DAPO).
    TokenMean,
    /// The mean over answers of the mean over their tokens. Shao et al. 2024, equation 3 (GRPO).
    AnswerMean,
    /// The mean over answers of the sum over their tokens: an answer is one action. Ahmadian et al. 2024 (RLOO).
    AnswerSum,
    /// The mean over answers of the sum over their tokens, over the longest answer allowed: a constant, so that length does not
    /// change what a token counts. Liu et al. 2025, appendix of *Understanding R1-Zero-like training* (Dr. GRPO).
    FixedLength,
}

impl Aggregate {
    /// The weight of a token, for each answer of a batch by its length; `longest` is the longest allowed, in tokens. Empty answers
    /// have none.
    pub fn weights(self, lengths: &[usize], longest: usize) -> Vec<f64> {
        let answers = lengths.iter().filter(|length| **length > 0).count().max(1) as f64;
        let tokens = lengths.iter().sum::<usize>().max(1) as f64;
        let weight = |length: &usize| match self {
            Aggregate::TokenMean => 1.0 / tokens,
            Aggregate::AnswerMean => 1.0 / (answers * (*length).max(1) as f64),
            Aggregate::AnswerSum => 1.0 / answers,
            Aggregate::FixedLength => 1.0 / (answers * longest.max(1) as f64),
        };
        lengths.iter().map(weight).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_add_up_to_1() {
        let lengths = [3, 0, 5, 1];
        for aggregate in [Aggregate::TokenMean, Aggregate::AnswerMean] {
            let weights = aggregate.weights(&lengths, 8);
            let sum: f64 = weights
                .iter()
                .zip(lengths)
                .map(|(weight, length)| weight * length as f64)
                .sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
        assert_eq!(Aggregate::AnswerSum.weights(&[2, 2], 8), [0.5, 0.5]);
        assert_eq!(Aggregate::FixedLength.weights(&[2, 2], 8), [0.0625, 0.0625]);
    }
}
