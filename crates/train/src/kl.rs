//! How far a policy is from another, from the tokens that it chose itself.
//!
//! With `d = log π(token) - log π_ref(token)`, of a token drawn from `π`: `k1 = d`, `k2 = d² / 2`, `k3 = e^-d - 1 + d`, each in
//! nats (Schulman 2020, *Approximating KL divergence*). As a *value*, `k1` and `k3` are unbiased, and `k3` is never negative. As a
//! *loss*, the gradient of `k1` is 0 on average and that of `k3` is another divergence's; `k2` has the right one (Tang and Munos 2025).
//! So `k1` goes into rewards, and a loss takes `k2`, or `k3` with the gradient of `k2`.

use serde::{Deserialize, Serialize};

/// An estimator of the divergence at one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// `d`.
    K1,
    /// `d² / 2`.
    K2,
    /// `e^-d - 1 + d`.
    K3,
    /// The value of `k3` with the gradient of `k2`.
    K3StraightThrough,
}

impl Estimator {
    /// The estimate for `d`, in nats.
    pub fn value(self, d: f64) -> f64 {
        match self {
            Estimator::K1 => d,
            Estimator::K2 => 0.5 * d * d,
            Estimator::K3 | Estimator::K3StraightThrough => libm::expm1(-d) + d,
        }
    }

    /// Its derivative by `log π(token)`.
    pub fn slope(self, d: f64) -> f64 {
        match self {
            Estimator::K1 => 1.0,
            Estimator::K2 | Estimator::K3StraightThrough => d,
            Estimator::K3 => -libm::expm1(-d),
        }
    }
}

/// Whether an update has moved the policy so far from the one that made its answers that it ends: the mean `k3` of a mini-batch, before
/// the step that it is for, is above the target. Dossa et al. 2021; Huang et al. 2022, *The 37 implementation details of PPO*.
pub fn ends_update(moved: f64, target: Option<f64>) -> bool {
    target.is_some_and(|target| moved > target)
}

/// Moves the weight of a KL penalty towards a wanted divergence (Ziegler et al. 2019, section 2.2).
///
/// After each batch `e = clip(KL / target - 1, -0.2, 0.2)` and `β *= 1 + rate e`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// The wanted divergence of an answer from the reference, summed over its tokens, in nats. The paper's: 6.
    pub target: f64,
    /// How fast the weight follows, per batch. The paper's: 0.1.
    pub rate: f64,
}

impl Controller {
    /// The weight for the next batch, after one whose answers were `kl` from the reference on average.
    pub fn next(self, weight: f64, kl: f64) -> f64 {
        let error = (kl / self.target - 1.0).clamp(-0.2, 0.2);
        weight * (1.0 + self.rate * error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_exactly_0_where_nothing_has_changed() {
        let all = [
            Estimator::K1,
            Estimator::K2,
            Estimator::K3,
            Estimator::K3StraightThrough,
        ];
        for estimator in all {
            assert_eq!(estimator.value(0.0).to_bits(), 0.0f64.to_bits());
        }
    }

    /// Over all tokens of a known pair of distributions.
    #[test]
    fn k1_and_k3_are_unbiased_and_the_slope_of_k2_is_the_gradient() {
        let (policy, reference) = ([0.5f64, 0.3, 0.2], [0.2f64, 0.3, 0.5]);
        let d = |i: usize| (policy[i] / reference[i]).ln();
        let mean = |f: &dyn Fn(usize) -> f64| (0..3).map(|i| policy[i] * f(i)).sum::<f64>();
        let kl = mean(&d);
        assert!((mean(&|i| Estimator::K1.value(d(i))) - kl).abs() < 1e-12);
        assert!((mean(&|i| Estimator::K3.value(d(i))) - kl).abs() < 1e-12);
        // By logit j: d log π_i / d z_j = [i = j] - π_j; the gradient of KL is π_j (d_j - KL).
        for (j, share) in policy.iter().enumerate() {
            let log_slope = |i: usize| f64::from(u8::from(i == j)) - share;
            let got = mean(&|i| Estimator::K2.slope(d(i)) * log_slope(i));
            assert!((got - share * (d(j) - kl)).abs() < 1e-12);
            assert!(mean(&|i| Estimator::K1.slope(d(i)) * log_slope(i)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_weight_follows_slowly() {
        let controller = Controller {
            target: 6.0,
            rate: 0.1,
        };
        assert!((controller.next(0.2, 60.0) - 0.2 * 1.02).abs() < 1e-12);
        assert!((controller.next(0.2, 0.0) - 0.2 * 0.98).abs() < 1e-12);
        assert!((controller.next(0.2, 6.0) - 0.2).abs() < 1e-12);
    }
}
