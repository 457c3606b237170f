//! Generalized advantage estimation.
//!
//! `δ_t = r_t + γ V_{t+1} - V_t`, `A_t = δ_t + γ λ A_{t+1}`, with `V` and `A` 0 after the last token: an answer that has
//! ended has no future. Input: rewards and values `(T,)`, one for each token of an answer. Output: advantages `(T,)`;
//! what the value head is to learn is `A_t + V_t`. Source: Schulman et al. 2016, equations 11 and 16.

/// The discounts of [`advantages`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discounts {
    /// `γ`, what a reward one token later is worth.
    pub gamma: f64,
    /// `λ`: 0 trusts the value head alone, 1 the rewards alone.
    pub lambda: f64,
}

impl Default for Discounts {
    /// An answer is judged at its end, so its length is no reason to discount.
    fn default() -> Self {
        Self {
            gamma: 1.0,
            lambda: 0.95,
        }
    }
}

/// The advantage of each token.
///
/// # Panics
/// If there are not as many values as rewards.
pub fn advantages(rewards: &[f64], values: &[f64], discounts: Discounts) -> Vec<f64> {
    assert_eq!(rewards.len(), values.len(), "a value for each reward");
    let mut result = vec![0.0; rewards.len()];
    let (mut next_value, mut next_advantage) = (0.0, 0.0);
    for t in (0..rewards.len()).rev() {
        let delta = rewards[t] + discounts.gamma * next_value - values[t];
        next_advantage = delta + discounts.gamma * discounts.lambda * next_advantage;
        next_value = values[t];
        result[t] = next_advantage;
    }
    result
}

/// The sum of this and all later rewards, for each token: what there is to go by without a value head.
pub fn returns_to_go(rewards: &[f64]) -> Vec<f64> {
    let undiscounted = Discounts {
        gamma: 1.0,
        lambda: 1.0,
    };
    advantages(rewards, &vec![0.0; rewards.len()], undiscounted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn with_lambda_1_an_advantage_is_what_came_minus_what_was_expected(
            steps in proptest::collection::vec((-1.0f64..1.0, -1.0f64..1.0), 1..20)
        ) {
            let (rewards, values): (Vec<f64>, Vec<f64>) = steps.into_iter().unzip();
            let all = Discounts { gamma: 1.0, lambda: 1.0 };
            for (t, advantage) in advantages(&rewards, &values, all).into_iter().enumerate() {
                let came: f64 = rewards[t..].iter().sum();
                prop_assert!((advantage - (came - values[t])).abs() < 1e-9);
            }
        }

        #[test]
        fn with_lambda_0_it_looks_one_token_ahead(values in proptest::collection::vec(-1.0f64..1.0, 2..20)) {
            let none = Discounts { gamma: 0.9, lambda: 0.0 };
            let got = advantages(&vec![0.0; values.len()], &values, none);
            for t in 0..values.len() - 1 {
                prop_assert!((got[t] - (0.9 * values[t + 1] - values[t])).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn no_tokens_no_advantages() {
        assert!(advantages(&[], &[], Discounts::default()).is_empty());
    }
}
