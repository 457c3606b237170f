//! Sampling: from prompts to answers, many at a time.
//!
//! Each thread decodes a batch of its own, which sequences enter as others leave it. A prompt is read once for all its
//! answers, which share the keys and values of it. Since a row never depends on the others, an answer is a function of
//! model, prompt and seed, whatever else is in the batch and on any number of threads; and its log-probabilities are, to
//! the last bit, those that [`Policy::score`] gives the same tokens.

use std::sync::atomic::{AtomicUsize, Ordering};

use scrl_kernels::{Workspace, embedding, head};

use crate::cache::Cache;
use crate::error::Error;
use crate::layer::{Cached, Pass, normalize};
use crate::parallel::in_order;
use crate::sampling::{Sampling, uniform};
use crate::score::Policy;

/// A prompt, and how many answers are wanted to it.
#[derive(Clone, Debug)]
pub struct Prompt<'a> {
    /// At least one.
    pub tokens: &'a [u32],
    /// A seed for each answer.
    pub seeds: Vec<u64>,
}

/// How answers are made.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// The most tokens of an answer.
    pub max_new_tokens: usize,
    /// Tokens that end an answer; they are part of it.
    pub stop_tokens: Vec<u32>,
    /// Sequences that a thread decodes at a time, about; it changes no answer.
    pub batch: usize,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its tokens, without the prompt.
    pub tokens: Vec<u32>,
    /// The log-probability of each at temperature 1, in nats.
    pub log_probs: Vec<f32>,
    /// Whether a stop token ended it; otherwise it was cut at its longest.
    pub stopped: bool,
}

impl Policy<'_> {
    /// The answers to each prompt, one for each seed.
    ///
    /// # Errors
    /// If the model cannot take a prompt and the longest answer to it.
    ///
    /// # Panics
    /// If the sampling settings are out of range; [`Sampling::check`] says so.
    pub fn generate(
        &self,
        prompts: &[Prompt],
        options: &GenerateOptions,
    ) -> Result<Vec<Vec<Answer>>, Error> {
        options.sampling.check().expect("settings were checked");
        for prompt in prompts {
            self.check(prompt, options)?;
        }
        let next = AtomicUsize::new(0);
        let mut answers: Vec<Vec<Option<Answer>>> = prompts
            .iter()
            .map(|prompt| vec![None; prompt.seeds.len()])
            .collect();
        let threads = self.threads.max(1);
        let work = |_, (): &mut ()| Decoder::new(*self, prompts, options).run(&next);
        in_order(
            threads,
            threads,
            || (),
            work,
            |_, done| {
                for sequence in done {
                    let place = &mut answers[sequence.prompt][sequence.answer];
                    *place = Some(sequence.finish());
                }
            },
        );
        let whole = |answers: Vec<Option<Answer>>| {
            answers
                .into_iter()
                .map(|answer| answer.expect("every prompt was taken"))
                .collect()
        };
        Ok(answers.into_iter().map(whole).collect())
    }

    fn check(&self, prompt: &Prompt, options: &GenerateOptions) -> Result<(), Error> {
        let problem = |problem| {
            Err(Error::Sequence {
                tokens: prompt.tokens.len(),
                problem,
            })
        };
        let context = self.model.context();
        if prompt.tokens.is_empty() {
            return problem("a prompt needs at least one".to_owned());
        }
        if prompt.tokens.len().saturating_add(options.max_new_tokens) > context {
            let longest = options.max_new_tokens;
            return problem(format!(
                "with an answer of {longest} it is longer than the {context} that the model was loaded for"
            ));
        }
        self.model.check_tokens(prompt.tokens)
    }
}

/// A sequence that is being decoded, or is done.
struct Active {
    prompt: usize,
    answer: usize,
    seed: u64,
    cache: Cache,
    /// Prompt and answer.
    tokens: Vec<u32>,
    log_probs: Vec<f32>,
    stopped: bool,
}

impl Active {
    fn finish(self) -> Answer {
        let start = self.tokens.len() - self.log_probs.len();
        Answer {
            tokens: self.tokens[start..].to_vec(),
            log_probs: self.log_probs,
            stopped: self.stopped,
        }
    }
}

/// One thread's work.
struct Decoder<'a> {
    policy: Policy<'a>,
    prompts: &'a [Prompt<'a>],
    options: &'a GenerateOptions,
    workspace: Workspace,
    active: Vec<Active>,
    done: Vec<Active>,
}

impl<'a> Decoder<'a> {
    fn new(policy: Policy<'a>, prompts: &'a [Prompt<'a>], options: &'a GenerateOptions) -> Self {
        Self {
            policy,
            prompts,
            options,
            workspace: Workspace::new(),
            active: vec![],
            done: vec![],
        }
    }

    /// Takes prompts from `next` on until there are no more, and returns what it has decoded.
    fn run(mut self, next: &AtomicUsize) -> Vec<Active> {
        loop {
            while self.active.len() < self.options.batch.max(1) {
                let prompt = next.fetch_add(1, Ordering::Relaxed);
                if prompt >= self.prompts.len() {
                    break;
                }
                self.enter(prompt);
            }
            if self.active.is_empty() {
                return self.done;
            }
            self.step();
        }
    }

    /// Reads a prompt and chooses the first token of each answer.
    fn enter(&mut self, index: usize) {
        let prompt = &self.prompts[index];
        let mut cache = Cache::new(self.policy.model.config());
        let rows = 0..prompt.tokens.len();
        let hidden = self.extend(
            prompt.tokens,
            &mut [Cached {
                rows,
                cache: &mut cache,
            }],
        );
        let width = self.policy.model.config().width;
        let logits = self.logits(&hidden[hidden.len() - width..]);
        for (answer, seed) in prompt.seeds.iter().enumerate() {
            let mut sequence = Active {
                prompt: index,
                answer,
                seed: *seed,
                cache: cache.clone(),
                tokens: prompt.tokens.to_vec(),
                log_probs: Vec::new(),
                stopped: false,
            };
            let empty = self.options.max_new_tokens == 0;
            if empty || self.choose(&mut sequence, &mut logits.clone()) {
                self.done.push(sequence);
            } else {
                self.active.push(sequence);
            }
        }
    }

    /// One more token for every sequence.
    fn step(&mut self) {
        let mut active = std::mem::take(&mut self.active);
        let last = |sequence: &Active| {
            sequence
                .tokens
                .last()
                .copied()
                .expect("a prompt is not empty")
        };
        let tokens: Vec<u32> = active.iter().map(last).collect();
        let mut cached: Vec<Cached> = active
            .iter_mut()
            .enumerate()
            .map(|(row, sequence)| Cached {
                rows: row..row + 1,
                cache: &mut sequence.cache,
            })
            .collect();
        let hidden = self.extend(&tokens, &mut cached);
        let mut logits = self.logits(&hidden);
        let rows = logits.chunks_exact_mut(self.policy.model.config().vocabulary);
        for (mut sequence, logits) in active.into_iter().zip(rows) {
            if self.choose(&mut sequence, logits) {
                self.done.push(sequence);
            } else {
                self.active.push(sequence);
            }
        }
    }

    /// Appends a token to a sequence, and says whether it is done.
    fn choose(&self, sequence: &mut Active, logits: &mut [f32]) -> bool {
        let chance = uniform(sequence.seed, sequence.log_probs.len());
        let said = logits.to_vec();
        let token = self
            .options
            .sampling
            .choose(logits, &sequence.tokens, chance);
        sequence.log_probs.push(head::score(&said, token).log_prob);
        sequence.tokens.push(token);
        sequence.stopped = self.options.stop_tokens.contains(&token);
        sequence.stopped || sequence.log_probs.len() == self.options.max_new_tokens
    }

    /// Hidden states of the next tokens, after the final norm.
    fn extend(&mut self, tokens: &[u32], sequences: &mut [Cached]) -> Vec<f32> {
        let Policy { model, adapter, .. } = self.policy;
        let mut x = vec![0.0; tokens.len() * model.config().width];
        embedding::forward(&model.embedding, tokens, &mut x);
        for index in 0..model.layers.len() {
            let pass = Pass {
                model,
                index,
                adapter,
                segments: &[],
                dropout: None,
            };
            x = pass.extend(&x, sequences, &mut self.workspace);
        }
        for Cached { rows, cache } in sequences {
            cache.advance(rows.len());
        }
        normalize(&model.norm, &x)
    }

    fn logits(&mut self, hidden: &[f32]) -> Vec<f32> {
        let head = self.policy.model.head();
        let mut logits = vec![0.0; hidden.len() / head.inputs() * head.outputs()];
        head::logits(hidden, head, &mut logits, &mut self.workspace);
        logits
    }
}
