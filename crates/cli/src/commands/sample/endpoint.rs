//! Answers of a model behind an address that speaks the protocol of `OpenAI`.

use std::fmt::Write as _;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use scrl_record::{Problem, Sample, SampleId};
use scrl_remote::{
    Endpoint, EndpointAnswer, EndpointOptions, Error, Proxy, Question, RateLimit, Request, Retry,
    Secret,
};
use scrl_text::{Message, PromptStyle, completion, messages};
use serde_json::{Map, Value, json};

use super::output::{Address, Description, Sink};
use super::plan::{Plan, seed};
use super::settings::AskingArguments;
use super::{Arguments, begin, described};
use crate::Done;

/// How a model elsewhere is asked.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Endpoints")]
pub(crate) struct EndpointArguments {
    // Not its documentation comment, which would want code marks that help does not render.
    #[arg(
        long,
        help = "Ask a server that speaks the protocol of OpenAI, at this address up to /v1",
        value_name = "URL",
        conflicts_with_all = ["adapter", "precision", "context", "threads", "batch", "date"]
    )]
    pub(super) endpoint: Option<String>,
    /// Name of the environment variable that holds the key; the key itself is neither shown nor recorded
    #[arg(long, value_name = "NAME", requires = "endpoint")]
    api_key_env: Option<String>,
    /// Requests at a time
    #[arg(long, default_value = "4", value_name = "N", requires = "endpoint")]
    concurrency: NonZeroUsize,
    /// Most requests a minute
    #[arg(long, value_name = "N", requires = "endpoint")]
    requests_per_minute: Option<NonZeroU32>,
    /// Most tokens a minute, prompts and answers together
    #[arg(long, value_name = "N", requires = "endpoint")]
    tokens_per_minute: Option<NonZeroU32>,
    /// Longest that one attempt may take, in seconds
    #[arg(long, default_value_t = 600, value_name = "SECONDS", requires = "endpoint", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// How often a request is tried again when the server is busy, broken or away
    #[arg(long, default_value_t = 7, value_name = "N", requires = "endpoint", value_parser = clap::value_parser!(u32).range(0..=100))]
    retries: u32,
    /// JSON object of further fields for every request; null takes a field away
    #[arg(long, value_name = "JSON", requires = "endpoint", value_parser = fields)]
    request_fields: Option<Map<String, Value>>,
}

fn fields(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

impl EndpointArguments {
    fn fields(&self) -> Map<String, Value> {
        self.request_fields.clone().unwrap_or_default()
    }

    fn open(&self, base_url: &str, model: &str) -> anyhow::Result<Endpoint> {
        let rate =
            |limit: Option<NonZeroU32>| limit.map(|limit| RateLimit::new(limit.get().into()));
        let options = EndpointOptions {
            base_url: base_url.to_owned(),
            model: model.to_owned(),
            key: self.key()?,
            timeout: Duration::from_secs(self.timeout),
            retry: Retry {
                attempts: self.retries + 1,
                ..Retry::default()
            },
            proxy: Proxy::try_from_env(),
            requests: rate(self.requests_per_minute),
            tokens: rate(self.tokens_per_minute),
            fields: self.fields(),
        };
        Ok(Endpoint::new(options)?)
    }

    fn key(&self) -> anyhow::Result<Option<Secret>> {
        let Some(name) = &self.api_key_env else {
            return Ok(None);
        };
        match std::env::var(name) {
            Ok(key) if !key.trim().is_empty() => Ok(Some(Secret::new(&key))),
            // The name may be the key, given by mistake.
            _ => bail!(
                "the variable that --api-key-env names holds no key; give the name of a variable, not the key"
            ),
        }
    }
}

/// Shows the prompts, or asks for the answers that are missing.
pub(super) fn run(
    arguments: &Arguments,
    base_url: &str,
    problems: &[Problem],
) -> anyhow::Result<Done> {
    let Some(out) = arguments.out.as_ref().filter(|_| !arguments.dry_run) else {
        crate::show(&to_text(&arguments.asking, problems))?;
        return Ok(Done::Well);
    };
    let name = arguments.asking.name(arguments.model.as_ref());
    let endpoint = arguments.endpoint.open(base_url, &arguments.model)?;
    let description = Description {
        endpoint: Some(Address {
            base_url: base_url.to_owned(),
            model: arguments.model.clone(),
            fields: arguments.endpoint.fields(),
        }),
        ..described(arguments, &name)?
    };
    let (file, plan) = begin(arguments, out, &description, &name, problems)?;
    if plan.is_empty() {
        return Ok(Done::Well);
    }
    let stop = crate::interrupt::stop_flag()?;
    let sink = Sink::new(file, plan.len(), &stop);
    let run = Run {
        arguments,
        problems,
        name: &name,
        endpoint: &endpoint,
        sink: &sink,
        stop: &stop,
    };
    run.ask(&plan);
    sink.finish()?;
    Ok(Done::Well)
}

/// A missing answer: its place, its problem, its number and id.
type Missing<'a> = (usize, &'a Problem, &'a (u32, SampleId));

/// What the answers of one run have in common.
#[derive(Clone, Copy)]
struct Run<'a> {
    arguments: &'a Arguments,
    problems: &'a [Problem],
    name: &'a str,
    endpoint: &'a Endpoint,
    sink: &'a Sink<'a>,
    stop: &'a AtomicBool,
}

impl Run<'_> {
    fn ask(self, plan: &Plan) {
        let missing: Vec<Missing> = plan
            .groups
            .iter()
            .flat_map(|group| {
                let problem = &self.problems[group.problem];
                (group.first..)
                    .zip(&group.answers)
                    .map(move |(place, answer)| (place, problem, answer))
            })
            .collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(missing) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.stop.load(Ordering::Relaxed) {
                    break;
                }
                self.answer(*missing);
            }
        };
        let threads = self.arguments.endpoint.concurrency.get().min(missing.len());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
    }

    fn answer(self, (place, problem, answer): Missing) {
        // 31 bits, which every server takes.
        let seed = seed(self.arguments.sampling.seed, problem, answer.0) & 0x7fff_ffff;
        match self.endpoint.ask(&self.request(problem, seed), self.stop) {
            Err(Error::Interrupted) => (),
            Err(error) => {
                let error = Err(error).with_context(|| format!("problem `{}`", problem.id));
                self.sink.put(place, error);
            }
            Ok(answered) => self
                .sink
                .put(place, Ok(self.sample(problem, answer, seed, answered))),
        }
    }

    fn request(self, problem: &Problem, seed: u64) -> Request {
        let sampling = &self.arguments.sampling;
        Request {
            question: question(&self.arguments.asking, problem),
            max_tokens: sampling.max_tokens,
            temperature: sampling.temperature,
            top_k: sampling.top_k,
            top_p: sampling.top_p,
            min_p: sampling.min_p,
            repetition_penalty: sampling.repetition_penalty,
            stop: sampling.stop.clone(),
            seed,
        }
    }

    fn sample(
        self,
        problem: &Problem,
        (number, id): &(u32, SampleId),
        seed: u64,
        answered: EndpointAnswer,
    ) -> Sample {
        Sample {
            id: id.clone(),
            problem_id: problem.id.clone(),
            model: self.name.to_owned(),
            language: "python3".to_owned(),
            prompt: None,
            completion: Some(answered.text),
            code: None,
            made_as: None,
            published: None,
            generation: Some(json!({
                "style": self.arguments.asking.style().as_str(),
                "sample": number,
                "temperature": self.arguments.sampling.temperature,
                "seed": self.arguments.sampling.seed,
                "request_seed": seed,
                "served_model": answered.model,
                "prompt_tokens": answered.prompt_tokens,
                "tokens": answered.tokens,
                "finish": answered.finish,
            })),
        }
    }
}

fn question(asking: &AskingArguments, problem: &Problem) -> Question {
    match asking.style() {
        PromptStyle::Completion => Question::Completion {
            prompt: completion(problem),
        },
        PromptStyle::Chat => Question::Chat {
            messages: json!(messages(problem, asking.system.as_deref())),
        },
    }
}

/// The prompts, for people; the server puts chats into its own template.
fn to_text(asking: &AskingArguments, problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "── {}: {}", problem.id, asking.style().as_str());
        let _ = match asking.style() {
            PromptStyle::Completion => writeln!(text, "{}", completion(problem)),
            PromptStyle::Chat => messages(problem, asking.system.as_deref())
                .iter()
                .try_for_each(|Message { role, content }| writeln!(text, "[{role}]\n{content}")),
        };
    }
    text
}
