//! The loss of an update, token by token.

use scrl_policy::{Prediction, Slope};

use crate::aggregate::Aggregate;
use crate::clip::{Clip, value_loss};
use crate::episode::{Episode, Target};
use crate::kl::Estimator;

/// What is minimised: policy loss, value loss, KL penalty, and entropy with the opposite sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Where ratios are clipped.
    pub clip: Clip,
    /// Whether the ratio is that of the whole answer.
    pub answer_ratio: bool,
    /// What a token's loss counts for.
    pub aggregate: Aggregate,
    /// The longest answer allowed, in tokens.
    pub longest: usize,
    /// The weight of the value loss; 0 without a value head.
    pub value_weight: f64,
    /// How far a value may move from the old one.
    pub value_clip: Option<f64>,
    /// The KL penalty, where it is in the loss, and its weight.
    pub kl: Option<(Estimator, f64)>,
    /// The weight of the entropy.
    pub entropy_weight: f64,
}

/// An answer that an update learns from.
pub type Lesson<'a> = (&'a Episode, &'a Target);

/// Means over a mini-batch, with the weights of [`Aggregate`] for losses and by token for the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossReport {
    /// Everything that is minimised.
    pub loss: f64,
    /// The clipped objective.
    pub policy: f64,
    /// The value loss, without its weight.
    pub value: f64,
    /// The KL penalty in the loss, without its weight.
    pub penalty: f64,
    /// Mean entropy of the policy at a token, in nats.
    pub entropy: f64,
    /// Share of tokens whose ratio was clipped.
    pub clipped: f64,
    /// Mean `k3` of the policy from the one that made the answers, by token.
    pub moved: f64,
    /// Largest distance of a token's ratio from 1.
    pub largest_ratio_change: f64,
    /// Tokens.
    pub tokens: usize,
}

/// A token's share of the loss before weights, and where it leads.
struct Token {
    policy: f64,
    value: f64,
    penalty: f64,
    is_clipped: bool,
    slope: [f64; 3],
}

impl Objective {
    /// The weight of the tokens of each answer.
    pub fn weights(&self, lessons: &[Lesson]) -> Vec<f64> {
        let lengths: Vec<usize> = lessons
            .iter()
            .map(|(episode, _)| episode.old.len())
            .collect();
        self.aggregate.weights(&lengths, self.longest)
    }

    /// The mean logarithm of an answer's ratios, where that is the ratio of its tokens.
    pub fn answer_log_ratio(&self, lesson: Lesson, said: &[Prediction]) -> Option<f64> {
        let pairs = said.iter().zip(&lesson.0.old);
        let sum: f64 = pairs
            .map(|(said, old)| f64::from(said.score.log_prob) - old)
            .sum();
        self.answer_ratio
            .then(|| sum / lesson.0.old.len().max(1) as f64)
    }

    /// Derivatives at token `t` of an answer; `weight` is that of its tokens.
    pub fn slope(
        &self,
        lesson: Lesson,
        t: usize,
        said: Prediction,
        answer_log_ratio: Option<f64>,
        weight: f64,
    ) -> Slope {
        let [log_prob, entropy, value] = self.token(lesson, t, said, answer_log_ratio).slope;
        Slope {
            log_prob: (weight * log_prob) as f32,
            entropy: (weight * entropy) as f32,
            value: (weight * value) as f32,
        }
    }

    fn token(
        &self,
        (episode, target): Lesson,
        t: usize,
        said: Prediction,
        answer: Option<f64>,
    ) -> Token {
        let log_prob = f64::from(said.score.log_prob);
        let log_ratio = answer.unwrap_or(log_prob - episode.old[t]);
        let surrogate = self.clip.surrogate(log_ratio, target.advantages[t]);
        let (value, value_slope) = said.value.map_or((0.0, 0.0), |value| {
            let (old, wanted) = (episode.values[t], target.returns[t]);
            value_loss(f64::from(value), old, wanted, self.value_clip)
        });
        let away = log_prob - episode.reference[t];
        let (penalty, penalty_slope) = self.kl.map_or((0.0, 0.0), |(estimator, weight)| {
            (estimator.value(away), weight * estimator.slope(away))
        });
        Token {
            policy: surrogate.loss,
            value,
            penalty,
            is_clipped: surrogate.is_clipped,
            slope: [
                surrogate.slope + penalty_slope,
                -self.entropy_weight,
                self.value_weight * value_slope,
            ],
        }
    }

    /// The loss of a mini-batch, from what is said of the tokens of each answer.
    pub fn report(&self, lessons: &[Lesson], said: &[&[Prediction]]) -> LossReport {
        let mut report = LossReport::default();
        let weights = self.weights(lessons);
        for ((lesson, said), weight) in lessons.iter().zip(said).zip(weights) {
            let answer = self.answer_log_ratio(*lesson, said);
            for (t, said) in said.iter().enumerate() {
                let token = self.token(*lesson, t, *said, answer);
                let entropy = f64::from(said.score.entropy);
                let penalty_weight = self.kl.map_or(0.0, |(_, weight)| weight);
                report.policy += weight * token.policy;
                report.value += weight * token.value;
                report.penalty += weight * token.penalty;
                report.loss += weight
                    * (token.policy
                        + self.value_weight * token.value
                        + penalty_weight * token.penalty
                        - self.entropy_weight * entropy);
                report.entropy += entropy;
                report.clipped += f64::from(u8::from(token.is_clipped));
                let log_ratio = f64::from(said.score.log_prob) - lesson.0.old[t];
                report.moved += Estimator::K3.value(log_ratio);
                let change = libm::expm1(log_ratio).abs();
                report.largest_ratio_change = report.largest_ratio_change.max(change);
                report.tokens += 1;
            }
        }
        let tokens = report.tokens.max(1) as f64;
        report.entropy /= tokens;
        report.clipped /= tokens;
        report.moved /= tokens;
        report
    }
}
