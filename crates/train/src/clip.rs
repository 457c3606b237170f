//! The clipped objective of a token, and of a value.
//!
//! With the ratio `ρ = π(token) / π_old(token)`, the loss is `-min(ρ A, clip(ρ, 1 - ε_low, 1 + ε_high) A)` (Schulman et al. 2017, equation 7;
//! apart above and below: Yu et al. 2025, equation 8), and for `A < 0` no more than `-c A` (dual clip: Ye et al. 2020, equation 5).

use serde::{Deserialize, Serialize};

/// Where ratios are clipped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// `ε_low`.
    pub low: f64,
    /// `ε_high`.
    pub high: f64,
    /// `c`, above 1. Without it, a token that has become much more likely is pushed down without bound.
    pub dual: Option<f64>,
}

/// A loss at one token, and what it was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Surrogate {
    /// The loss.
    pub loss: f64,
    /// Its derivative by `log π(token)`.
    pub slope: f64,
    /// Whether the ratio was so far out that nothing more is to be gained.
    pub is_clipped: bool,
}

impl Clip {
    /// The loss at a token for `log_ratio = log ρ`.
    pub fn surrogate(self, log_ratio: f64, advantage: f64) -> Surrogate {
        let ratio = libm::exp(log_ratio);
        let clipped = ratio.clamp(1.0 - self.low, 1.0 + self.high);
        let (free, bound) = (ratio * advantage, clipped * advantage);
        let floor = match self.dual {
            Some(dual) if advantage < 0.0 => dual * advantage,
            _ => f64::NEG_INFINITY,
        };
        let is_clipped = free > bound || free < floor;
        Surrogate {
            loss: -free.min(bound).max(floor),
            slope: if is_clipped { 0.0 } else { -free },
            is_clipped,
        }
    }
}

/// The loss of a value: `max((V - R)², (clip(V, V_old ± ε) - R)²) / 2`, and its derivative by `V`.
///
/// Source: the baselines code of Schulman et al. 2017; Huang et al. 2022, *The 37 implementation details of PPO*, detail 9.
pub fn value_loss(value: f64, old: f64, wanted: f64, clip: Option<f64>) -> (f64, f64) {
    let half = |x: f64| 0.5 * x * x;
    let free = half(value - wanted);
    let Some(clip) = clip else {
        return (free, value - wanted);
    };
    let bound = value.clamp(old - clip, old + clip);
    let clipped = half(bound - wanted);
    let is_bound = (bound - value).abs() > 0.0;
    if free >= clipped {
        (free, value - wanted)
    } else if is_bound {
        (clipped, 0.0)
    } else {
        (clipped, bound - wanted)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLIP: Clip = Clip {
        low: 0.2,
        high: 0.28,
        dual: Some(3.0),
    };

    proptest! {
        #[test]
        fn the_slope_is_that_of_the_loss(log_ratio in -2.0f64..2.0, advantage in -2.0f64..2.0) {
            let h = 1e-6;
            let ratio = log_ratio.exp();
            // Not at the corners.
            prop_assume!([0.8, 1.28, 3.0].iter().all(|corner| (ratio - corner).abs() > 1e-4));
            let at = |x| CLIP.surrogate(x, advantage);
            let measured = (at(log_ratio + h).loss - at(log_ratio - h).loss) / (2.0 * h);
            prop_assert!((at(log_ratio).slope - measured).abs() < 1e-5);
        }

        #[test]
        fn the_loss_of_a_bad_token_is_bounded(log_ratio in -9.0f64..9.0, advantage in -2.0f64..0.0) {
            prop_assert!(CLIP.surrogate(log_ratio, advantage).loss <= -3.0 * advantage + 1e-12);
        }

        #[test]
        fn values_too(value in -2.0f64..2.0, old in -2.0f64..2.0, wanted in -2.0f64..2.0) {
            let h = 1e-6;
            prop_assume!(((value - old).abs() - 0.2).abs() > 1e-4);
            let at = |value| value_loss(value, old, wanted, Some(0.2));
            prop_assume!((at(value + h).1 - at(value - h).1).abs() < 1e-3);
            let measured = (at(value + h).0 - at(value - h).0) / (2.0 * h);
            prop_assert!((at(value).1 - measured).abs() < 1e-5);
        }
    }

    #[test]
    fn an_unchanged_policy_has_the_plain_gradient() {
        let at_start = CLIP.surrogate(0.0, 0.7);
        assert_eq!(
            at_start,
            Surrogate {
                loss: -0.7,
                slope: -0.7,
                is_clipped: false
            }
        );
    }
}
