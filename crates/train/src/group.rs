//! Advantages from the answers to one prompt, without a value head.
//!
//! Input: rewards `(G,)`, one for each answer that has one. Output: advantages `(G,)`, for all tokens of an answer alike; their sum is 0.

use crate::moments::Moments;

/// Against a deviation of 0; small beside that of any rewards that differ by more than noise.
const EPSILON: f64 = 1e-4;

/// `(r - mean) / (std + 1e-4)`, with the deviation of a sample (`G - 1`). Shao et al. 2024, section 4.1.2 (GRPO).
pub fn normalized(rewards: &[f64]) -> Vec<f64> {
    let Moments { mean, deviation } = Moments::of(rewards);
    rewards
        .iter()
        .map(|reward| (reward - mean) / (deviation + EPSILON))
        .collect()
}

/// `r - mean`: division by the deviation would give more weight to prompts that are nearly always, or nearly never, solved.
/// Liu et al. 2025, *Understanding R1-Zero-like training*, equation 3 (Dr. GRPO).
pub fn centered(rewards: &[f64]) -> Vec<f64> {
    let mean = Moments::of(rewards).mean;
    rewards.iter().map(|reward| reward - mean).collect()
}

/// `r_i` minus the mean of the others, which unlike the mean of all does not depend on `r_i`. 0 for a single answer.
/// Ahmadian et al. 2024, section 2.3 (RLOO).
pub fn leave_one_out(rewards: &[f64]) -> Vec<f64> {
    let others = rewards.len() as f64 - 1.0;
    if others < 1.0 {
        return vec![0.0; rewards.len()];
    }
    let sum: f64 = rewards.iter().sum();
    rewards
        .iter()
        .map(|reward| reward - (sum - reward) / others)
        .collect()
}

/// Whether the rewards differ, so that there is something to learn. Yu et al. 2025, equation 11 (DAPO's dynamic sampling).
pub fn is_informative(rewards: &[f64]) -> bool {
    rewards
        .windows(2)
        .any(|pair| pair[0].to_bits() != pair[1].to_bits())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_0_and_order_is_kept(rewards in proptest::collection::vec(0.0f64..1.0, 2..16)) {
            for advantages in [normalized(&rewards), centered(&rewards), leave_one_out(&rewards)] {
                prop_assert!(advantages.iter().sum::<f64>().abs() < 1e-9);
                for (r, a) in rewards.windows(2).zip(advantages.windows(2)) {
                    prop_assert!((r[1] - r[0]) * (a[1] - a[0]) >= 0.0);
                }
            }
        }
    }

    #[test]
    fn equal_rewards_teach_nothing() {
        for rewards in [&[][..], &[0.5], &[0.1, 0.1, 0.1]] {
            assert!(!is_informative(rewards));
            for advantages in [
                normalized(rewards),
                centered(rewards),
                leave_one_out(rewards),
            ] {
                assert!(advantages.iter().all(|advantage| advantage.abs() < 1e-9));
            }
        }
        assert!(is_informative(&[0.0, 0.0, 1.0]));
    }
}
