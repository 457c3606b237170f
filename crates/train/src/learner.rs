//! What is trained: an adapter on a frozen model, or all weights of a model.

use std::path::Path;

use scrl_kernels::Precision;
use scrl_policy::{
    Adapter, ExportOptions, Gradient, GradientOptions, Model, PeftAdapter, Policy, Prediction,
    Sequence, Slope,
};

use crate::error::Error;
use crate::optimizer::{Optimizer, OptimizerSettings};
use crate::vectors;

/// A model that learns.
#[derive(Debug)]
pub struct Learner {
    model: Model,
    trained: Trained,
    optimizer: Optimizer,
    threads: usize,
}

#[derive(Debug)]
enum Trained {
    Adapter(Box<PeftAdapter>),
    /// All weights in `f32`, also where the model keeps them rounded.
    Weights(Vec<f32>),
}

const OPTIMIZER: &str = "optimizer.safetensors";

impl Learner {
    /// One that trains an adapter.
    pub fn adapter(model: Model, adapter: PeftAdapter, threads: usize) -> Self {
        Self {
            model,
            optimizer: Optimizer::new(adapter.adapter.values().len()),
            trained: Trained::Adapter(Box::new(adapter)),
            threads,
        }
    }

    /// One that trains all weights.
    pub fn weights(model: Model, threads: usize) -> Self {
        let weights = model.parameters();
        Self {
            model,
            optimizer: Optimizer::new(weights.len()),
            trained: Trained::Weights(weights),
            threads,
        }
    }

    /// The model as it is now.
    pub fn policy(&self) -> Policy<'_> {
        Policy {
            model: &self.model,
            adapter: self.trained_adapter(),
            threads: self.threads,
        }
    }

    /// The adapter, where one is trained.
    pub fn trained_adapter(&self) -> Option<&Adapter> {
        match &self.trained {
            Trained::Adapter(peft) => Some(&peft.adapter),
            Trained::Weights(_) => None,
        }
    }

    /// The model without what is trained beside it.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How many numbers are trained.
    pub fn trained_numbers(&self) -> usize {
        self.optimizer.first.len()
    }

    /// All that is trained.
    pub fn values(&self) -> &[f32] {
        match &self.trained {
            Trained::Adapter(peft) => peft.adapter.values(),
            Trained::Weights(weights) => weights,
        }
    }

    /// The gradient of a loss by what is trained; see [`Policy::gradient`].
    ///
    /// # Errors
    /// If the model cannot take one of the sequences.
    pub fn gradient(
        &self,
        sequences: &[Sequence],
        dropout: Option<u64>,
        recompute: bool,
        slope: impl Fn(usize, usize, Prediction) -> Slope + Sync,
    ) -> Result<Gradient, Error> {
        let options = GradientOptions {
            dropout,
            weights: matches!(self.trained, Trained::Weights(_)),
            recompute,
        };
        Ok(self.policy().gradient(sequences, options, slope)?)
    }

    /// Takes a step, and returns the gradient's norm; `None`, and no step, if it is not finite.
    pub fn step(
        &mut self,
        settings: &OptimizerSettings,
        learning_rate: f64,
        gradient: &Gradient,
    ) -> Option<f64> {
        let optimizer = &mut self.optimizer;
        match &mut self.trained {
            Trained::Adapter(peft) => {
                let values = peft.adapter.values_mut();
                optimizer.step(settings, learning_rate, &gradient.values, values)
            }
            Trained::Weights(weights) => {
                let norm = optimizer.step(settings, learning_rate, &gradient.weights, weights)?;
                self.model.set_parameters(weights);
                Some(norm)
            }
        }
    }

    /// Writes what is trained, and the optimizer, into a folder that is there. A whole model takes its tokenizer and configuration over
    /// from the folder `like`.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn save(&self, folder: &Path, like: Option<&Path>) -> Result<(), Error> {
        let Optimizer { first, second, .. } = &self.optimizer;
        let mut state = vec![("first", &first[..]), ("second", &second[..])];
        match &self.trained {
            Trained::Adapter(peft) => peft.save(folder, self.model.config())?,
            Trained::Weights(weights) => {
                state.push(("weights", weights));
                let options = ExportOptions {
                    precision: Precision::F32,
                    like,
                    ..ExportOptions::default()
                };
                self.model.export(folder, options)?;
            }
        }
        vectors::write(&folder.join(OPTIMIZER), &state)
    }

    /// Goes on from what [`Learner::save`] has written after `steps` steps.
    ///
    /// # Errors
    /// If a file is missing, wrong, or of another form.
    pub fn load(&mut self, folder: &Path, steps: u64) -> Result<(), Error> {
        let (path, count) = (folder.join(OPTIMIZER), self.trained_numbers());
        let [first, second] = vectors::read(&path, ["first", "second"], count)?;
        match &mut self.trained {
            Trained::Adapter(peft) => {
                let read = PeftAdapter::load(folder, self.model.config())?;
                if read.adapter.config() != peft.adapter.config() {
                    let problem = "the adapter has another form than the one in training";
                    return Err(Error::invalid(folder, problem));
                }
                **peft = read;
            }
            Trained::Weights(weights) => {
                let [read] = vectors::read(&path, ["weights"], count)?;
                *weights = read;
                self.model.set_parameters(weights);
            }
        }
        self.optimizer = Optimizer {
            steps,
            first,
            second,
        };
        Ok(())
    }

    /// Steps that the optimizer has taken.
    pub fn steps(&self) -> u64 {
        self.optimizer.steps
    }
}
