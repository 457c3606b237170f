//! Sampling: from prompts to answers, many at a time.
//!
//! Each thread decodes a batch of its own, which sequences enter as others leave it. A prompt is read once for all its
//! answers, which share the keys and values of it. Since a row never depends on the others, an answer is a function of
//! model, prompt and seed, whatever else is in the batch and on any number of threads; and its log-probabilities are, to
//! the last bit, those that [`Policy::score`] gives the same tokens.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use scrl_kernels::{Workspace, embedding, head};

use crate::cache::Cache;
use crate::error::Error;
use crate::layer::{Cached, Pass, normalize};
use crate::parallel::in_order;
use crate::pool::Buffer;
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
    /// Whether a stop token or its listener ended it; otherwise it was cut at its longest.
    pub stopped: bool,
}

/// Follows one answer while it is made, on the thread that makes it.
pub trait Listener {
    /// Another token. `true` ends the answer with it.
    fn token(&mut self, token: u32) -> bool;
    /// The answer is over.
    fn end(self: Box<Self>, answer: Answer);
}

/// Makes the listener of an answer from the places of its prompt among the prompts and of its seed among the seeds.
pub type Listen<'l> = dyn Fn(usize, usize) -> Box<dyn Listener + 'l> + Sync + 'l;

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
        let blank = |prompt: &Prompt| vec![None; prompt.seeds.len()];
        let answers = Mutex::new(prompts.iter().map(blank).collect());
        let listen = |prompt, answer| -> Box<dyn Listener + '_> {
            Box::new(Collector {
                place: (prompt, answer),
                answers: &answers,
            })
        };
        self.follow(prompts, options, &listen, &AtomicBool::new(false))?;
        let whole = |answers: Vec<Option<Answer>>| {
            answers
                .into_iter()
                .map(|answer| answer.expect("every prompt was taken"))
                .collect()
        };
        let answers: Answers = answers.into_inner().expect(NO_PANIC);
        Ok(answers.into_iter().map(whole).collect())
    }

    /// Makes the answers to each prompt, one for each seed, and hands each token and each answer to a listener when it is
    /// there. Stops soon after `stop` is set; answers that are not over then have no end.
    ///
    /// # Errors
    /// If the model cannot take a prompt and the longest answer to it.
    ///
    /// # Panics
    /// If the sampling settings are out of range; [`Sampling::check`] says so.
    pub fn follow<'l>(
        &self,
        prompts: &[Prompt],
        options: &GenerateOptions,
        listen: &'l Listen<'l>,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        options.sampling.check().expect("settings were checked");
        for prompt in prompts {
            self.check(prompt, options)?;
        }
        // What training needed is more than sampling does, which has keys and values to keep.
        self.model.pool.clear();
        let next = AtomicUsize::new(0);
        let threads = self.threads.max(1);
        let work = |_, (): &mut ()| Decoder::new(*self, prompts, options, listen).run(&next, stop);
        in_order(threads, threads, || (), work, |_, ()| ());
        Ok(())
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

/// Answers by prompt and seed.
type Answers = Vec<Vec<Option<Answer>>>;

const NO_PANIC: &str = "no thread panics while it holds the answers";

/// Keeps an answer.
struct Collector<'a> {
    place: (usize, usize),
    answers: &'a Mutex<Answers>,
}

impl Listener for Collector<'_> {
    fn token(&mut self, _: u32) -> bool {
        false
    }

    fn end(self: Box<Self>, answer: Answer) {
        let (prompt, seed) = self.place;
        self.answers.lock().expect(NO_PANIC)[prompt][seed] = Some(answer);
    }
}

/// A sequence that is being decoded.
struct Active<'l> {
    listener: Box<dyn Listener + 'l>,
    seed: u64,
    cache: Cache,
    /// Prompt and answer.
    tokens: Vec<u32>,
    log_probs: Vec<f32>,
    stopped: bool,
}

impl Active<'_> {
    fn end(self) {
        let start = self.tokens.len() - self.log_probs.len();
        self.listener.end(Answer {
            tokens: self.tokens[start..].to_vec(),
            log_probs: self.log_probs,
            stopped: self.stopped,
        });
    }
}

/// One thread's work.
struct Decoder<'a, 'l> {
    policy: Policy<'a>,
    prompts: &'a [Prompt<'a>],
    options: &'a GenerateOptions,
    listen: &'l Listen<'l>,
    workspace: Workspace,
    active: Vec<Active<'l>>,
}

impl<'a, 'l> Decoder<'a, 'l> {
    fn new(
        policy: Policy<'a>,
        prompts: &'a [Prompt<'a>],
        options: &'a GenerateOptions,
        listen: &'l Listen<'l>,
    ) -> Self {
        Self {
            policy,
            prompts,
            options,
            listen,
            workspace: Workspace::new(),
            active: vec![],
        }
    }

    /// Takes prompts from `next` on until there are no more, or until `stop`.
    fn run(mut self, next: &AtomicUsize, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            while self.active.len() < self.options.batch.max(1) {
                let prompt = next.fetch_add(1, Ordering::Relaxed);
                if prompt >= self.prompts.len() {
                    break;
                }
                self.enter(prompt);
            }
            if self.active.is_empty() {
                return;
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
                listener: (self.listen)(index, answer),
                seed: *seed,
                cache: cache.clone(),
                tokens: prompt.tokens.to_vec(),
                log_probs: Vec::new(),
                stopped: false,
            };
            let empty = self.options.max_new_tokens == 0;
            if empty || self.choose(&mut sequence, &mut logits.to_vec()) {
                sequence.end();
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
                sequence.end();
            } else {
                self.active.push(sequence);
            }
        }
    }

    /// Appends a token to a sequence, and says whether it is done.
    fn choose(&self, sequence: &mut Active<'_>, logits: &mut [f32]) -> bool {
        let chance = uniform(sequence.seed, sequence.log_probs.len());
        let said = logits.to_vec();
        let token = self
            .options
            .sampling
            .choose(logits, &sequence.tokens, chance);
        sequence.log_probs.push(head::score(&said, token).log_prob);
        sequence.tokens.push(token);
        let ends = sequence.listener.token(token);
        sequence.stopped = ends || self.options.stop_tokens.contains(&token);
        sequence.stopped || sequence.log_probs.len() == self.options.max_new_tokens
    }

    /// Hidden states of the next tokens, after the final norm.
    fn extend(&mut self, tokens: &[u32], sequences: &mut [Cached]) -> Buffer<'a> {
        let Policy { model, adapter, .. } = self.policy;
        let mut x = model.pool.room(tokens.len() * model.config().width);
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
        normalize(&model.pool, &model.norm, &x)
    }

    fn logits(&mut self, hidden: &[f32]) -> Buffer<'a> {
        let model = self.policy.model;
        let head = model.head();
        let mut logits = model
            .pool
            .room(hidden.len() / head.inputs() * head.outputs());
        head::logits(hidden, head, &mut logits, &mut self.workspace);
        logits
    }
}
