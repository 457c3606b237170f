//! One update: some passes over the answers of an iteration, in mini-batches, until the policy has moved far enough.

use scrl_policy::{Prediction, Sequence, Slope};
use serde_json::json;

use crate::error::Error;
use crate::kl::ends_update;
use crate::learner::Learner;
use crate::log::Numbers;
use crate::objective::{Lesson, LossReport, Objective};
use crate::order::{key, permutation};
use crate::rl::{RlSettings, Rollout};
use crate::run_folder::RunFolder;

/// What an update did.
#[derive(Clone, Debug, Default)]
pub(crate) struct UpdateReport {
    /// Before each step, and before the one that was not taken any more.
    reports: Vec<LossReport>,
    norms: Vec<f64>,
    rate: f64,
    ended_early: bool,
}

impl UpdateReport {
    /// Means over the mini-batches.
    pub(crate) fn numbers(&self) -> Numbers {
        let Some(first) = self.reports.first() else {
            return vec![("updates", 0.0)];
        };
        let mean = |of: fn(&LossReport) -> f64| {
            self.reports.iter().map(of).sum::<f64>() / self.reports.len() as f64
        };
        let last = self.reports.last().map_or(0.0, |report| report.moved);
        vec![
            ("updates", self.norms.len() as f64),
            ("ended_early", f64::from(u8::from(self.ended_early))),
            ("first_ratio_change", first.largest_ratio_change),
            ("loss", mean(|report| report.loss)),
            ("policy_loss", mean(|report| report.policy)),
            ("value_loss", mean(|report| report.value)),
            ("kl_penalty", mean(|report| report.penalty)),
            ("entropy", mean(|report| report.entropy)),
            ("clipped_share", mean(|report| report.clipped)),
            ("moved", last),
            (
                "grad_norm",
                self.norms.iter().sum::<f64>() / self.norms.len().max(1) as f64,
            ),
            ("learning_rate", self.rate),
        ]
    }
}

/// Learns from some answers.
pub(crate) fn update(
    learner: &mut Learner,
    lessons: &[(&Rollout, Lesson)],
    objective: &Objective,
    settings: &RlSettings,
    iteration: u64,
    folder: &RunFolder,
) -> Result<UpdateReport, Error> {
    let rate = settings
        .optimizer
        .learning_rate(iteration, settings.iterations());
    let mut report = UpdateReport {
        rate,
        ..UpdateReport::default()
    };
    for epoch in 0..settings.epochs {
        let order = permutation(
            lessons.len(),
            key(settings.seed, 4, iteration),
            u64::from(epoch),
        );
        for part in order.chunks(settings.mini_batch) {
            let part: Vec<_> = part.iter().map(|index| lessons[*index]).collect();
            let batch = MiniBatch::new(&part);
            let (gradient, loss) = batch.gradient(learner, objective, settings.recompute)?;
            report.reports.push(loss);
            if ends_update(loss.moved, settings.target_kl) {
                report.ended_early = true;
                return Ok(report);
            }
            let norm = loss
                .loss
                .is_finite()
                .then(|| learner.step(&settings.optimizer, rate, &gradient))
                .flatten();
            let Some(norm) = norm else {
                return Err(batch.not_finite(&loss, iteration, folder));
            };
            report.norms.push(norm);
        }
    }
    Ok(report)
}

/// The answers of one step.
struct MiniBatch<'a> {
    rollouts: Vec<&'a Rollout>,
    lessons: Vec<Lesson<'a>>,
    sequences: Vec<Sequence<'a>>,
}

impl<'a> MiniBatch<'a> {
    fn new(part: &[(&'a Rollout, Lesson<'a>)]) -> Self {
        let (rollouts, lessons): (Vec<&Rollout>, Vec<Lesson>) = part.iter().copied().unzip();
        let sequence = |rollout: &&'a Rollout| Sequence {
            tokens: &rollout.tokens,
            stream: 0,
        };
        Self {
            sequences: rollouts.iter().map(sequence).collect(),
            rollouts,
            lessons,
        }
    }

    fn answers<'p>(&self, said: &'p [Vec<Prediction>]) -> Vec<&'p [Prediction]> {
        let pairs = self.rollouts.iter().zip(said);
        pairs
            .map(|(rollout, said)| rollout.of_answer(said))
            .collect()
    }

    fn gradient(
        &self,
        learner: &Learner,
        objective: &Objective,
        recompute: bool,
    ) -> Result<(scrl_policy::Gradient, LossReport), Error> {
        let weights = objective.weights(&self.lessons);
        let ratios = self.answer_log_ratios(learner, objective)?;
        let slope = |index: usize, prediction: usize, said: Prediction| match (prediction + 1)
            .checked_sub(self.rollouts[index].prompt)
        {
            None => Slope::default(),
            Some(t) => objective.slope(self.lessons[index], t, said, ratios[index], weights[index]),
        };
        let gradient = learner.gradient(&self.sequences, None, recompute, slope)?;
        let report = objective.report(&self.lessons, &self.answers(&gradient.predictions));
        Ok((gradient, report))
    }

    /// The ratio of an answer must be known before the way back of its first token, which takes a pass of its own.
    fn answer_log_ratios(
        &self,
        learner: &Learner,
        objective: &Objective,
    ) -> Result<Vec<Option<f64>>, Error> {
        if !objective.answer_ratio {
            return Ok(vec![None; self.lessons.len()]);
        }
        let said = learner.policy().score(&self.sequences)?;
        let pairs = self.lessons.iter().zip(self.answers(&said));
        Ok(pairs
            .map(|(lesson, said)| objective.answer_log_ratio(*lesson, said))
            .collect())
    }

    fn not_finite(&self, loss: &LossReport, iteration: u64, folder: &RunFolder) -> Error {
        let tokens: Vec<&[u32]> = self
            .rollouts
            .iter()
            .map(|rollout| &rollout.tokens[..])
            .collect();
        let advantages: Vec<f64> = self
            .lessons
            .iter()
            .map(|(_, target)| target.advantages[0])
            .collect();
        let kept = json!({
            "iteration": iteration, "loss": loss.loss.to_string(), "tokens": tokens, "first_advantages": advantages,
        });
        match folder.keep_batch(iteration, &kept) {
            Err(error) => error,
            Ok(batch) => Error::NotFinite {
                step: iteration,
                what: if loss.loss.is_finite() {
                    "the gradient"
                } else {
                    "the loss"
                },
                batch,
            },
        }
    }
}
