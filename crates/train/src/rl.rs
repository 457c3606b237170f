//! Reinforcement: answers are sampled, judged by a function, and made more or less likely.
//!
//! An iteration takes some prompts, samples answers to each, has them judged, scores them once more on the same token ids, turns rewards
//! into advantages, and updates. What the rewards mean is not known here. Dropout is off, so the ratio of the first mini-batch is exactly 1.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use scrl_policy::{
    Adapter, Answer, GenerateOptions, Policy, Prediction, Prompt, Sampling, Sequence,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::algorithm::{Algorithm, KlPlace, Parts};
use crate::episode::{Episode, Shaping, targets};
use crate::error::Error;
use crate::gae::Discounts;
use crate::kl::Controller;
use crate::learner::Learner;
use crate::log::{Log, Numbers};
use crate::objective::Objective;
use crate::optimizer::OptimizerSettings;
use crate::order::{key, permutation};
use crate::rollouts;
use crate::run_folder::{RunFolder, State};
use crate::update::update;

/// Settings of reinforcement. What an algorithm has numbers of its own for is absent here unless it is to be overruled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RlSettings {
    /// Answers in the whole run.
    pub episodes: u64,
    /// Prompts of an iteration.
    pub prompts: usize,
    /// Answers to each prompt.
    pub samples: usize,
    /// Answers of an optimizer step.
    pub mini_batch: usize,
    /// Passes over the answers of an iteration.
    pub epochs: u32,
    /// Longest answer, in tokens.
    pub max_new_tokens: usize,
    /// Temperature of sampling. Ratios are of probabilities at temperature 1.
    pub temperature: f64,
    /// Sequences that a thread decodes at a time; changes no answer.
    pub decode_batch: usize,
    /// How far below 1 a ratio counts.
    pub clip_low: Option<f64>,
    /// How far above 1 a ratio counts.
    pub clip_high: Option<f64>,
    /// Bound of the loss of a bad token, in advantages.
    pub dual_clip: Option<f64>,
    /// Weight of the KL penalty.
    pub kl_weight: Option<f64>,
    /// Adapts that weight.
    pub kl_controller: Option<Controller>,
    /// The mean KL from the policy that sampled, by token, above which an update ends.
    pub target_kl: Option<f64>,
    /// What a reward one token later is worth.
    pub gamma: f64,
    /// λ of GAE.
    pub gae_lambda: f64,
    /// Weight of the value loss.
    pub value_weight: f64,
    /// How far a value may move in an update.
    pub value_clip: Option<f64>,
    /// Weight of the entropy.
    pub entropy_weight: f64,
    /// Names of the rewards that the judge is asked for.
    pub rewards: Vec<String>,
    /// Their weights.
    pub reward_weights: Vec<f64>,
    /// What is taken from the reward of an answer that was cut.
    pub missing_end_penalty: f64,
    /// Whether answers that were cut are left out.
    pub mask_truncated: bool,
    /// Iterations between evaluations on held-out prompts, each followed by a checkpoint.
    pub evaluate_every: u64,
    /// Answers to each held-out prompt.
    pub evaluation_samples: usize,
    /// Checkpoints that are kept beside the best one.
    pub keep: usize,
    /// Whether layers are computed again on the way back: less memory, a third more work, the same bits.
    pub recompute: bool,
    /// Of prompts, answers and mini-batches.
    pub seed: u64,
    /// The optimizer; rates are by iteration.
    pub optimizer: OptimizerSettings,
}

impl Default for RlSettings {
    fn default() -> Self {
        Self {
            episodes: 1000,
            prompts: 4,
            samples: 8,
            mini_batch: 8,
            epochs: 1,
            max_new_tokens: 256,
            temperature: 1.0,
            decode_batch: 16,
            clip_low: None,
            clip_high: None,
            dual_clip: None,
            kl_weight: None,
            kl_controller: None,
            target_kl: None,
            gamma: 1.0,
            gae_lambda: 0.95,
            value_weight: 0.1,
            value_clip: Some(0.2),
            entropy_weight: 0.0,
            rewards: vec!["gated".to_owned()],
            reward_weights: vec![1.0],
            missing_end_penalty: 0.0,
            mask_truncated: true,
            evaluate_every: 10,
            evaluation_samples: 1,
            keep: 2,
            recompute: false,
            seed: 0,
            optimizer: OptimizerSettings::default(),
        }
    }
}

/// A prompt under the name of its problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RlPrompt {
    /// The name, for the judge.
    pub id: String,
    /// Its tokens, at least one.
    pub tokens: Vec<u32>,
}

/// Prompts to learn on, and those to judge by.
#[derive(Clone, Copy, Debug)]
pub struct RlData<'a> {
    /// At least one.
    pub train: &'a [RlPrompt],
    /// May be empty: then there is no best checkpoint.
    pub validation: &'a [RlPrompt],
    /// Tokens that end an answer.
    pub stop_tokens: &'a [u32],
}

/// An answer that is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The name of the prompt.
    pub id: &'a str,
    /// Its number among the answers to this prompt.
    pub number: usize,
    /// The answer's tokens, with the one that ended it if one did.
    pub tokens: &'a [u32],
    /// Whether it came to its end.
    pub is_whole: bool,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// One for each of [`RlSettings::rewards`]; `None` if judging failed, which is no reward of 0.
    pub rewards: Option<Vec<f64>>,
    /// Whatever is to be kept with the answer.
    pub record: Value,
}

/// Judges answers, in their order.
pub type Judge<'j> =
    dyn FnMut(&[Attempt]) -> Result<Vec<Judgement>, Box<dyn std::error::Error + Send + Sync>> + 'j;

impl RlSettings {
    /// What is out of range.
    ///
    /// # Errors
    /// If something is; the error names it.
    pub fn check(&self) -> Result<(), Error> {
        let counts = [
            (self.episodes as usize, "episodes"),
            (self.prompts, "prompts"),
            (self.samples, "samples"),
            (self.mini_batch, "mini_batch"),
            (self.epochs as usize, "epochs"),
            (self.max_new_tokens, "max_new_tokens"),
            (self.evaluation_samples, "evaluation_samples"),
            (self.evaluate_every as usize, "evaluate_every"),
            (self.rewards.len(), "rewards"),
        ];
        if let Some((_, name)) = counts.into_iter().find(|(count, _)| *count == 0) {
            return Err(Error::setting(name, "must be at least 1"));
        }
        if self.rewards.len() != self.reward_weights.len() {
            return Err(Error::setting(
                "reward_weights",
                "must be as many as `rewards`",
            ));
        }
        if !(self.temperature > 0.0 && self.temperature.is_finite()) {
            return Err(Error::setting("temperature", "must be above 0"));
        }
        if self.dual_clip.is_some_and(|dual| dual <= 1.0) {
            return Err(Error::setting("dual_clip", "must be above 1"));
        }
        self.optimizer.check()
    }

    /// Iterations of the whole run.
    pub fn iterations(&self) -> u64 {
        self.episodes.div_ceil((self.prompts * self.samples) as u64)
    }

    /// What an algorithm is made of, with what these settings overrule.
    pub fn parts(&self, algorithm: Algorithm) -> Parts {
        let mut parts = algorithm.parts();
        parts.clip.low = self.clip_low.unwrap_or(parts.clip.low);
        parts.clip.high = self.clip_high.unwrap_or(parts.clip.high);
        parts.clip.dual = self.dual_clip.or(parts.clip.dual);
        parts.kl_weight = self.kl_weight.unwrap_or(parts.kl_weight);
        parts
    }

    fn shaping(&self, kl_weight: f64) -> Shaping {
        Shaping {
            discounts: Discounts {
                gamma: self.gamma,
                lambda: self.gae_lambda,
            },
            reward_weights: self.reward_weights.clone(),
            kl_weight,
            missing_end_penalty: self.missing_end_penalty,
            mask_truncated: self.mask_truncated,
        }
    }

    fn objective(&self, algorithm: Algorithm, kl_weight: f64) -> Objective {
        let parts = self.parts(algorithm);
        let kl = match parts.kl {
            KlPlace::Loss(estimator) if kl_weight > 0.0 => Some((estimator, kl_weight)),
            _ => None,
        };
        Objective {
            clip: parts.clip,
            answer_ratio: parts.answer_ratio,
            aggregate: parts.aggregate,
            longest: self.max_new_tokens,
            value_weight: if algorithm.has_critic() {
                self.value_weight
            } else {
                0.0
            },
            value_clip: self.value_clip,
            kl,
            entropy_weight: self.entropy_weight,
        }
    }

    fn generation(&self, stop_tokens: &[u32]) -> GenerateOptions {
        GenerateOptions {
            sampling: Sampling {
                temperature: self.temperature as f32,
                ..Sampling::default()
            },
            max_new_tokens: self.max_new_tokens,
            stop_tokens: stop_tokens.to_vec(),
            batch: self.decode_batch,
        }
    }
}

/// A run of reinforcement: everything but what changes.
#[derive(Clone, Copy, Debug)]
pub struct Rl<'a> {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Its settings.
    pub settings: &'a RlSettings,
    /// Prompts.
    pub data: RlData<'a>,
    /// The adapter of the reference; `None` is the model without one. Training starts from the same numbers.
    pub reference: Option<&'a Adapter>,
}

/// An answer of an iteration, with prompt.
pub(crate) struct Rollout {
    /// Place of the prompt among the iteration's.
    pub(crate) group: usize,
    pub(crate) id: String,
    pub(crate) number: usize,
    pub(crate) tokens: Vec<u32>,
    pub(crate) prompt: usize,
    pub(crate) is_whole: bool,
}

impl Rollout {
    pub(crate) fn answer(&self) -> &[u32] {
        &self.tokens[self.prompt..]
    }

    /// Of what is said of all tokens but the first, what is said of the answer's.
    pub(crate) fn of_answer<'p>(&self, said: &'p [Prediction]) -> &'p [Prediction] {
        &said[self.prompt - 1..]
    }

    fn attempt(&self) -> Attempt<'_> {
        Attempt {
            id: &self.id,
            number: self.number,
            tokens: self.answer(),
            is_whole: self.is_whole,
        }
    }
}

impl Rl<'_> {
    /// Trains until the end, or until `stop` is set; goes on from the last checkpoint in the folder. `observe` is told the numbers of each iteration.
    ///
    /// # Errors
    /// If a setting is out of range, the model cannot take a prompt, judging fails, a number is not finite, or a file cannot be written.
    pub fn run(
        &self,
        learner: &mut Learner,
        folder: &RunFolder,
        judge: &mut Judge,
        observe: &mut dyn FnMut(u64, &Numbers),
        stop: &AtomicBool,
    ) -> Result<State, Error> {
        self.check(learner)?;
        let mut state = match folder.resume(learner)? {
            Some(state) => state,
            None => State {
                kl_weight: self.settings.parts(self.algorithm).kl_weight,
                ..State::default()
            },
        };
        let mut log = Log::open(folder.path(), state.step)?;
        let total = self.settings.iterations();
        while state.step < total {
            let mut numbers = self.iterate(learner, &mut state, folder, judge)?;
            let is_due =
                state.step.is_multiple_of(self.settings.evaluate_every) || state.step == total;
            if is_due && let Some(reward) = self.evaluate(learner, judge)? {
                numbers.push(("validation_reward", reward));
                state.judge(reward);
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

    /// Whether the run can be made.
    ///
    /// # Errors
    /// If a setting is out of range, or there is no adapter or no value head where one is needed.
    pub fn check(&self, learner: &Learner) -> Result<(), Error> {
        self.settings.check()?;
        let Some(adapter) = learner.trained_adapter() else {
            return Err(Error::setting(
                "full",
                "reinforcement trains an adapter: without one there is no reference to stay close to",
            ));
        };
        if self.algorithm.has_critic() && adapter.value_head().is_none() {
            return Err(Error::setting(
                "value_head",
                "this algorithm needs an adapter with one",
            ));
        }
        Ok(())
    }

    /// One iteration, the next after `state`.
    ///
    /// # Errors
    /// As [`Rl::run`].
    pub fn iterate(
        &self,
        learner: &mut Learner,
        state: &mut State,
        folder: &RunFolder,
        judge: &mut Judge,
    ) -> Result<Numbers, Error> {
        let iteration = state.step + 1;
        let clock = Instant::now();
        let rollouts = self.sample(learner, iteration)?;
        let sampled = clock.elapsed().as_secs_f64();
        let attempts: Vec<Attempt> = rollouts.iter().map(Rollout::attempt).collect();
        let judgements = judged(judge, &attempts)?;
        rollouts::write(folder.path(), iteration, &rollouts, &judgements)?;
        let judged = clock.elapsed().as_secs_f64();
        let episodes = self.episodes(learner, &rollouts, &judgements)?;
        let parts = self.settings.parts(self.algorithm);
        let targets = targets(&episodes, &parts, &self.settings.shaping(state.kl_weight));
        let objective = self.settings.objective(self.algorithm, state.kl_weight);
        let lessons: Vec<_> = rollouts
            .iter()
            .zip(&episodes)
            .zip(&targets)
            .filter_map(|((rollout, episode), target)| Some((rollout, (episode, target.as_ref()?))))
            .collect();
        let report = update(
            learner,
            &lessons,
            &objective,
            self.settings,
            iteration,
            folder,
        )?;
        let mut numbers = self.describe(&episodes, &rollouts);
        numbers.extend(report.numbers());
        numbers.extend([
            ("kl_weight", state.kl_weight),
            (
                "learned_share",
                lessons.len() as f64 / rollouts.len() as f64,
            ),
            ("sampling_seconds", sampled),
            ("judging_seconds", judged - sampled),
            ("update_seconds", clock.elapsed().as_secs_f64() - judged),
        ]);
        if let Some(controller) = self.settings.kl_controller {
            state.kl_weight =
                controller.next(state.kl_weight, mean(episodes.iter().map(Episode::kl)));
        }
        state.step = iteration;
        state.optimizer_steps = learner.steps();
        Ok(numbers)
    }

    /// The answers of an iteration.
    fn sample(&self, learner: &Learner, iteration: u64) -> Result<Vec<Rollout>, Error> {
        let (count, settings) = (self.data.train.len() as u64, self.settings);
        let first = (iteration - 1) * settings.prompts as u64;
        let chosen: Vec<(&RlPrompt, u64)> = (first..first + settings.prompts as u64)
            .map(|place| {
                let order = permutation(count as usize, settings.seed, place / count);
                let prompt = &self.data.train[order[(place % count) as usize]];
                (prompt, key(settings.seed, 1, place))
            })
            .collect();
        self.answers(&learner.policy(), &chosen, settings.samples)
    }

    fn answers(
        &self,
        policy: &Policy,
        chosen: &[(&RlPrompt, u64)],
        samples: usize,
    ) -> Result<Vec<Rollout>, Error> {
        let seeds = |seed: u64| {
            (0..samples as u64)
                .map(|number| key(seed, 2, number))
                .collect()
        };
        let prompts: Vec<Prompt> = chosen
            .iter()
            .map(|(prompt, seed)| Prompt {
                tokens: &prompt.tokens,
                seeds: seeds(*seed),
            })
            .collect();
        let options = self.settings.generation(self.data.stop_tokens);
        let answers = policy.generate(&prompts, &options)?;
        let mut rollouts = Vec::new();
        for (group, (answers, (prompt, _))) in answers.into_iter().zip(chosen).enumerate() {
            let rollout = |(number, answer): (usize, Answer)| Rollout {
                group,
                id: prompt.id.clone(),
                number,
                tokens: [&prompt.tokens[..], &answer.tokens].concat(),
                prompt: prompt.tokens.len(),
                is_whole: answer.stopped,
            };
            rollouts.extend(answers.into_iter().enumerate().map(rollout));
        }
        Ok(rollouts)
    }

    /// Scores answers by the policy and by the reference, on the ids that were sampled.
    fn episodes(
        &self,
        learner: &Learner,
        rollouts: &[Rollout],
        judgements: &[Judgement],
    ) -> Result<Vec<Episode>, Error> {
        let sequences: Vec<Sequence> = rollouts
            .iter()
            .map(|rollout| Sequence {
                tokens: &rollout.tokens,
                stream: 0,
            })
            .collect();
        let policy = learner.policy();
        let now = policy.score(&sequences)?;
        let reference = Policy {
            adapter: self.reference,
            ..policy
        };
        let reference = reference.score(&sequences)?;
        let log_probs = |said: &[Prediction]| {
            said.iter()
                .map(|said| f64::from(said.score.log_prob))
                .collect()
        };
        let value = |said: &Prediction| f64::from(said.value.unwrap_or(0.0));
        let said = now.iter().zip(&reference);
        let all = rollouts.iter().zip(judgements).zip(said);
        Ok(all
            .map(|((rollout, judgement), (now, reference))| Episode {
                group: rollout.group,
                rewards: judgement.rewards.clone(),
                is_whole: rollout.is_whole,
                old: log_probs(rollout.of_answer(now)),
                reference: log_probs(rollout.of_answer(reference)),
                values: rollout.of_answer(now).iter().map(value).collect(),
            })
            .collect())
    }

    /// The mean reward on the held-out prompts, over the answers that could be judged; each evaluation samples with the same chances.
    ///
    /// # Errors
    /// As [`Rl::run`].
    pub fn evaluate(&self, learner: &Learner, judge: &mut Judge) -> Result<Option<f64>, Error> {
        let seed = self.settings.seed;
        let chosen: Vec<(&RlPrompt, u64)> = (0..)
            .zip(self.data.validation)
            .map(|(place, prompt)| (prompt, key(seed, 3, place)))
            .collect();
        let rollouts =
            self.answers(&learner.policy(), &chosen, self.settings.evaluation_samples)?;
        let attempts: Vec<Attempt> = rollouts.iter().map(Rollout::attempt).collect();
        let judgements = judged(judge, &attempts)?;
        let rewards: Vec<f64> = judgements
            .iter()
            .filter_map(|judgement| Some(self.total(judgement.rewards.as_ref()?)))
            .collect();
        Ok((!rewards.is_empty()).then(|| mean(rewards.iter().copied())))
    }

    fn total(&self, rewards: &[f64]) -> f64 {
        let pairs = rewards.iter().zip(&self.settings.reward_weights);
        pairs.map(|(reward, weight)| reward * weight).sum()
    }

    fn describe(&self, episodes: &[Episode], rollouts: &[Rollout]) -> Numbers {
        let rewards: Vec<f64> = episodes
            .iter()
            .filter_map(|episode| Some(self.total(episode.rewards.as_ref()?)))
            .collect();
        let count = episodes.len() as f64;
        let whole = rollouts.iter().filter(|rollout| rollout.is_whole).count() as f64;
        let length = mean(rollouts.iter().map(|rollout| rollout.answer().len() as f64));
        let mut numbers = vec![
            ("judged_share", rewards.len() as f64 / count),
            ("whole_share", whole / count),
            ("answer_tokens", length),
            ("kl", mean(episodes.iter().map(Episode::kl))),
        ];
        if !rewards.is_empty() {
            numbers.push(("reward", mean(rewards.into_iter())));
        }
        numbers
    }
}

fn judged(judge: &mut Judge, attempts: &[Attempt]) -> Result<Vec<Judgement>, Error> {
    let judgements = judge(attempts).map_err(Error::Judge)?;
    if judgements.len() != attempts.len() {
        let problem = format!(
            "{} judgements of {} answers",
            judgements.len(),
            attempts.len()
        );
        return Err(Error::Judge(problem.into()));
    }
    Ok(judgements)
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), number| (sum + number, count + 1));
    sum / f64::from(count.max(1))
}
