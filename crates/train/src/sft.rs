//! Supervised fine-tuning: the mean cross-entropy of the answers' tokens; prompts are read and not learned.
//!
//! Sequences of a step are packed without padding; gradients of packs are added in their order, so a step's memory does not grow with
//! its batch, and accumulation is a larger batch by another name.

use std::sync::atomic::{AtomicBool, Ordering};

use scrl_policy::{Prediction, Sequence, Slope};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::Error;
use crate::learner::Learner;
use crate::log::{Log, Numbers};
use crate::optimizer::OptimizerSettings;
use crate::order::{key, permutation};
use crate::run_folder::{Best, RunFolder, State};

/// Settings of supervised fine-tuning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SftSettings {
    /// How often each example is seen.
    pub epochs: u32,
    /// Examples of a part of a step.
    pub batch: usize,
    /// Parts of a step.
    pub accumulation: usize,
    /// Longest prompt and answer together, in tokens; longer ones are cut at the end.
    pub max_length: usize,
    /// Steps between evaluations on the held-out examples; each is followed by a checkpoint. 0: after each epoch.
    pub evaluate_every: u64,
    /// Evaluations without a lower loss after which the run ends; 0 for never.
    pub patience: u32,
    /// Checkpoints that are kept beside the best one.
    pub keep: usize,
    /// Whether layers are computed again on the way back: less memory, a third more work, the same bits.
    pub recompute: bool,
    /// Of order and dropout.
    pub seed: u64,
    /// The optimizer.
    pub optimizer: OptimizerSettings,
}

impl Default for SftSettings {
    fn default() -> Self {
        Self {
            epochs: 3,
            batch: 4,
            accumulation: 4,
            max_length: 2048,
            evaluate_every: 0,
            patience: 0,
            keep: 2,
            recompute: false,
            seed: 0,
            optimizer: OptimizerSettings::default(),
        }
    }
}

/// An example: a prompt and the answer to be learned, as tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Prompt and answer.
    pub tokens: Vec<u32>,
    /// How many of them are the prompt's, at least one.
    pub prompt: usize,
}

impl Example {
    /// The same, cut to `longest` tokens; `None` if no answer is left.
    pub fn fit(mut self, longest: usize) -> Option<Self> {
        self.tokens.truncate(longest);
        (self.prompt > 0 && self.tokens.len() > self.prompt).then_some(self)
    }

    fn answer(&self) -> usize {
        self.tokens.len() - self.prompt
    }

    fn is_learned(&self, prediction: usize) -> bool {
        prediction + 1 >= self.prompt
    }
}

/// Examples to learn from, and those to judge by.
#[derive(Clone, Copy, Debug)]
pub struct SftData<'a> {
    /// At least one.
    pub train: &'a [Example],
    /// May be empty: then there is no best checkpoint.
    pub validation: &'a [Example],
}

impl SftSettings {
    /// What is out of range.
    ///
    /// # Errors
    /// If something is; the error names it.
    pub fn check(&self) -> Result<(), Error> {
        for (value, name) in [
            (self.batch, "batch"),
            (self.accumulation, "accumulation"),
            (self.epochs as usize, "epochs"),
        ] {
            if value == 0 {
                return Err(Error::setting(name, "must be at least 1"));
            }
        }
        if self.max_length < 2 {
            return Err(Error::setting("max_length", "must be at least 2"));
        }
        self.optimizer.check()
    }

    /// Examples of a step.
    pub fn step_examples(&self) -> usize {
        self.batch * self.accumulation
    }

    /// Steps of an epoch and of the whole run.
    pub fn steps(&self, examples: usize) -> (u64, u64) {
        let epoch = examples.div_ceil(self.step_examples()) as u64;
        (epoch, epoch * u64::from(self.epochs))
    }

    /// The examples of step `step`, from 1.
    fn batch_of<'a>(&self, step: u64, data: &'a [Example]) -> Vec<&'a Example> {
        let (epoch_steps, _) = self.steps(data.len());
        let (epoch, place) = ((step - 1) / epoch_steps, (step - 1) % epoch_steps);
        let order = permutation(data.len(), self.seed, epoch);
        let start = place as usize * self.step_examples();
        let end = order.len().min(start + self.step_examples());
        order[start..end]
            .iter()
            .map(|index| &data[*index])
            .collect()
    }
}

/// Trains until the end, or until `stop` is set; goes on from the last checkpoint in the folder. `observe` is told the numbers of each step.
///
/// # Errors
/// If a setting is out of range, the model cannot take an example, a number is not finite, or a file cannot be written.
pub fn run(
    learner: &mut Learner,
    data: SftData,
    settings: &SftSettings,
    folder: &RunFolder,
    observe: &mut dyn FnMut(u64, &Numbers),
    stop: &AtomicBool,
) -> Result<State, Error> {
    settings.check()?;
    let (epoch_steps, total) = settings.steps(data.train.len());
    let every = match settings.evaluate_every {
        0 => epoch_steps,
        every => every,
    };
    let mut state = folder.resume(learner)?.unwrap_or_default();
    let mut log = Log::open(folder.path(), state.step)?;
    let is_over = |state: &State| settings.patience > 0 && state.since_best >= settings.patience;
    while state.step < total && !is_over(&state) {
        state.step += 1;
        let mut numbers = take_step(learner, data.train, settings, state.step, folder)?;
        state.optimizer_steps = learner.steps();
        let is_due = state.step.is_multiple_of(every) || state.step == total;
        if is_due && !data.validation.is_empty() {
            let loss = evaluate(learner, data.validation)?;
            numbers.push(("validation_loss", loss));
            state.judge(-loss);
        }
        log.write(state.step, &numbers)?;
        observe(state.step, &numbers);
        let is_stopped = stop.load(Ordering::Relaxed);
        if is_due || is_stopped {
            folder.save(learner, &state)?;
        }
        if is_stopped {
            break;
        }
    }
    Ok(state)
}

impl State {
    /// Takes note of the score of the checkpoint of this step; higher is better.
    pub(crate) fn judge(&mut self, score: f64) {
        if self.best.is_none_or(|best| score > best.score) {
            let step = self.step;
            self.best = Some(Best { step, score });
            self.since_best = 0;
        } else {
            self.since_best += 1;
        }
    }
}

/// One step, from 1.
///
/// # Errors
/// As [`run`].
pub fn take_step(
    learner: &mut Learner,
    data: &[Example],
    settings: &SftSettings,
    step: u64,
    folder: &RunFolder,
) -> Result<Numbers, Error> {
    let started = std::time::Instant::now();
    let batch = settings.batch_of(step, data);
    let answers: usize = batch.iter().map(|example| example.answer()).sum();
    let share = 1.0 / answers as f64;
    let slope = |sequence: usize, prediction: usize, _: Prediction| Slope {
        log_prob: if batch[sequence].is_learned(prediction) {
            -share as f32
        } else {
            0.0
        },
        ..Slope::default()
    };
    let dropout = Some(key(settings.seed, 0, step));
    let gradient = learner.gradient(&sequences(&batch), dropout, settings.recompute, slope)?;
    let loss = loss(&batch, &gradient.predictions) * share;
    let (_, total) = settings.steps(data.len());
    let rate = settings.optimizer.learning_rate(step, total);
    let norm = loss
        .is_finite()
        .then(|| learner.step(&settings.optimizer, rate, &gradient))
        .flatten();
    let Some(norm) = norm else {
        let tokens: Vec<&[u32]> = batch.iter().map(|example| &example.tokens[..]).collect();
        let kept = json!({"step": step, "loss": loss.to_string(), "tokens": tokens});
        return Err(Error::NotFinite {
            step,
            what: if loss.is_finite() {
                "the gradient"
            } else {
                "the loss"
            },
            batch: folder.keep_batch(step, &kept)?,
        });
    };
    let seconds = started.elapsed().as_secs_f64();
    let tokens: usize = batch.iter().map(|example| example.tokens.len()).sum();
    Ok(vec![
        ("loss", loss),
        ("learning_rate", rate),
        ("grad_norm", norm),
        ("tokens", tokens as f64),
        ("seconds", seconds),
    ])
}

/// Mean cross-entropy over the tokens of the answers, without dropout.
///
/// # Errors
/// If the model cannot take an example.
pub fn evaluate(learner: &Learner, examples: &[Example]) -> Result<f64, Error> {
    let (mut sum, mut answers) = (0.0, 0);
    for part in examples.chunks(64) {
        let part: Vec<&Example> = part.iter().collect();
        sum += loss(&part, &learner.policy().score(&sequences(&part))?);
        answers += part.iter().map(|example| example.answer()).sum::<usize>();
    }
    Ok(sum / answers.max(1) as f64)
}

fn sequences<'a>(batch: &[&'a Example]) -> Vec<Sequence<'a>> {
    let sequence = |(stream, example): (usize, &&'a Example)| Sequence {
        tokens: &example.tokens,
        stream: stream as u32,
    };
    batch.iter().enumerate().map(sequence).collect()
}

/// The sum over all tokens that are learned.
fn loss(batch: &[&Example], said: &[Vec<Prediction>]) -> f64 {
    let of = |(example, said): (&&Example, &Vec<Prediction>)| {
        let learned = said
            .iter()
            .enumerate()
            .filter(|(at, _)| example.is_learned(*at));
        learned
            .map(|(_, said)| -f64::from(said.score.log_prob))
            .sum::<f64>()
    };
    batch.iter().zip(said).map(of).sum()
}
