//! `AdamW` with its moments, clipping, and the learning rate of each step.

use scrl_kernels::adamw::{AdamW, clip_scale, sum_of_squares};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// How a learning rate goes on after its warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// It stays.
    Constant,
    /// To 0, in a straight line.
    Linear,
    /// To 0, along half a cosine.
    Cosine,
}

/// Settings of the optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptimizerSettings {
    /// The highest learning rate. Adapters want about ten times that of all weights.
    pub learning_rate: f64,
    /// Share of all steps in which the learning rate rises from 0, in a straight line.
    pub warmup: f64,
    /// How it goes on.
    pub decay: Decay,
    /// Share of the learning rate by which each number shrinks at each step.
    pub weight_decay: f64,
    /// Memory of the gradient.
    pub beta1: f64,
    /// Memory of its square.
    pub beta2: f64,
    /// What stands beside the root of the second moment.
    pub epsilon: f64,
    /// The largest norm of a gradient; longer ones are shortened to it.
    pub max_grad_norm: f64,
}

impl Default for OptimizerSettings {
    fn default() -> Self {
        Self {
            learning_rate: 1e-4,
            warmup: 0.03,
            decay: Decay::Cosine,
            weight_decay: 0.0,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            max_grad_norm: 1.0,
        }
    }
}

impl OptimizerSettings {
    /// What is out of range.
    ///
    /// # Errors
    /// If something is; the error names it.
    pub fn check(&self) -> Result<(), Error> {
        let unit = |value: f64| (0.0..1.0).contains(&value);
        let rules = [
            (
                self.learning_rate > 0.0 && self.learning_rate.is_finite(),
                "learning_rate",
                "must be above 0",
            ),
            (
                (0.0..=1.0).contains(&self.warmup),
                "warmup",
                "must be from 0 to 1, a share of all steps",
            ),
            (
                self.weight_decay >= 0.0 && self.weight_decay.is_finite(),
                "weight_decay",
                "must be at least 0",
            ),
            (unit(self.beta1), "beta1", "must be at least 0 and below 1"),
            (unit(self.beta2), "beta2", "must be at least 0 and below 1"),
            (self.epsilon > 0.0, "epsilon", "must be above 0"),
            (self.max_grad_norm > 0.0, "max_grad_norm", "must be above 0"),
        ];
        match rules.into_iter().find(|(holds, ..)| !holds) {
            Some((_, name, problem)) => Err(Error::setting(name, problem)),
            None => Ok(()),
        }
    }

    /// The learning rate of step `step`, from 1, of `total`.
    pub fn learning_rate(&self, step: u64, total: u64) -> f64 {
        let warmup = (self.warmup * total as f64).ceil();
        let step = step as f64;
        if step <= warmup {
            return self.learning_rate * step / warmup;
        }
        let gone = (step - 1.0 - warmup) / (total as f64 - warmup).max(1.0);
        let gone = gone.clamp(0.0, 1.0);
        self.learning_rate
            * match self.decay {
                Decay::Constant => 1.0,
                Decay::Linear => 1.0 - gone,
                Decay::Cosine => 0.5 * (1.0 + libm::cos(std::f64::consts::PI * gone)),
            }
    }
}

/// Both moments of `AdamW`, and how many steps it has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    /// Steps taken.
    pub steps: u64,
    /// First moments.
    pub first: Vec<f32>,
    /// Second moments.
    pub second: Vec<f32>,
}

impl Optimizer {
    /// One that has taken no step, for so many numbers.
    pub fn new(count: usize) -> Self {
        Self {
            steps: 0,
            first: vec![0.0; count],
            second: vec![0.0; count],
        }
    }

    /// Takes a step down the gradient, and returns the gradient's norm before it was clipped; `None`, and no step, if that is not finite.
    pub fn step(
        &mut self,
        settings: &OptimizerSettings,
        learning_rate: f64,
        gradient: &[f32],
        values: &mut [f32],
    ) -> Option<f64> {
        let norm = sum_of_squares(gradient).sqrt();
        if !norm.is_finite() {
            return None;
        }
        self.steps += 1;
        let adamw = AdamW {
            learning_rate,
            beta1: settings.beta1,
            beta2: settings.beta2,
            epsilon: settings.epsilon,
            weight_decay: settings.weight_decay,
        };
        let scale = clip_scale(norm, settings.max_grad_norm);
        let moments = (&mut self.first[..], &mut self.second[..]);
        adamw.step(self.steps, gradient, scale, moments, values);
        Some(norm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_rise_and_fall() {
        let settings = |decay| OptimizerSettings {
            learning_rate: 1.0,
            warmup: 0.2,
            decay,
            ..OptimizerSettings::default()
        };
        let rates = |decay| {
            let settings = settings(decay);
            (1..=10)
                .map(|step| settings.learning_rate(step, 10))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            rates(Decay::Constant),
            [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        );
        assert_eq!(
            rates(Decay::Linear),
            [0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
        );
        let cosine = rates(Decay::Cosine);
        assert!((cosine[6] - 0.5).abs() < 1e-12 && cosine[9] > 0.0);
    }

    #[test]
    fn a_gradient_that_is_not_finite_changes_nothing() {
        let mut optimizer = Optimizer::new(2);
        let mut values = [1.0, 2.0];
        let settings = OptimizerSettings::default();
        assert_eq!(
            optimizer.step(&settings, 0.1, &[f32::NAN, 0.0], &mut values),
            None
        );
        assert_eq!((optimizer, values), (Optimizer::new(2), [1.0, 2.0]));
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let wrong = OptimizerSettings {
            warmup: 100.0,
            ..OptimizerSettings::default()
        };
        assert!(
            wrong
                .check()
                .unwrap_err()
                .to_string()
                .starts_with("`warmup`")
        );
    }
}
