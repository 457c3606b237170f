//! A model behind an address that speaks the protocol of `OpenAI`: `/chat/completions` and `/completions`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body, Proxy};

use crate::error::Error;
use crate::rate::RateLimit;
use crate::retry::{Retry, is_passing, may_pass, pause_until, told};
use crate::secret::Secret;

/// The most bytes of an answer that are read.
const LONGEST_ANSWER: u64 = 16 << 20;
/// The most bytes of a refusal that are read, and the most characters that are repeated.
const LONGEST_REFUSAL: (u64, usize) = (64 << 10, 500);

/// What to ask, and how.
#[derive(Debug)]
pub struct EndpointOptions {
    /// Such as `http://localhost:8000/v1`.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// Sent as a bearer token.
    pub key: Option<Secret>,
    /// The longest that one attempt may take.
    pub timeout: Duration,
    /// What is tried again.
    pub retry: Retry,
    /// The way out of here, if not directly.
    pub proxy: Option<Proxy>,
    /// Requests a minute.
    pub requests: Option<RateLimit>,
    /// Tokens a minute, prompts and answers together.
    pub tokens: Option<RateLimit>,
    /// Fields of every request that the server wants; `null` takes a field away.
    pub fields: Map<String, Value>,
}

/// What is asked.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Question {
    /// For `/chat/completions`.
    Chat {
        /// Objects with `role` and `content`.
        messages: Value,
    },
    /// For `/completions`.
    Completion {
        /// The text to go on with.
        prompt: String,
    },
}

/// A question and how its answer is drawn; the names are the protocol's. What is `None` is not sent.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// What is asked.
    #[serde(flatten)]
    pub question: Question,
    /// Most tokens of an answer.
    pub max_tokens: usize,
    /// What scores are divided by.
    pub temperature: f64,
    /// An extension of some servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
    /// Only the likeliest tokens that together have this probability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// An extension of some servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_p: Option<f64>,
    /// An extension of some servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// Texts that end an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// The same answer for the same seed, where the server can.
    pub seed: u64,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointAnswer {
    /// The answer; empty where the server sent none.
    pub text: String,
    /// Why it ended, in the server's words: `stop`, `length` and others.
    pub finish: Option<String>,
    /// The name that the server gives the model.
    pub model: Option<String>,
    /// Tokens of the prompt, by the server's count.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer, by the server's count.
    pub tokens: Option<u64>,
    /// How often it was asked.
    pub attempts: u32,
}

/// A model behind an address. Threads may share it.
#[derive(Debug)]
pub struct Endpoint {
    options: EndpointOptions,
    agent: Agent,
}

/// How an attempt failed.
enum Failure {
    /// For good.
    Final(Error),
    /// It may go better, after this time if the other side says so; the error if it does not.
    Passing(Error, Option<Duration>),
}

impl Endpoint {
    /// # Errors
    /// If the address is none.
    pub fn new(options: EndpointOptions) -> Result<Self, Error> {
        check_url(&options.base_url)?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(options.timeout))
            .proxy(options.proxy.clone())
            .user_agent(concat!("scrl/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Self { options, agent })
    }

    /// Asks until there is an answer, or none is to be had. Waits end when `stop` is set; an attempt under way does not.
    ///
    /// # Errors
    /// If the other side refuses, or does not answer in as many attempts as there are.
    pub fn ask(&self, request: &Request, stop: &AtomicBool) -> Result<EndpointAnswer, Error> {
        let (url, body) = self.message(request);
        // What the tokens of a text are not known to be here: four bytes each is common.
        let guess = (body.len() / 4 + request.max_tokens) as f64;
        let mut attempts = 0;
        loop {
            attempts += 1;
            self.wait_for_turn(guess, stop)?;
            let failure = match self.attempt(&url, &body, attempts) {
                Ok(answer) => {
                    self.settle(guess, &answer);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let (error, told) = match failure {
                Failure::Final(error) => return Err(error),
                Failure::Passing(error, told) => (error, told),
            };
            if attempts >= self.options.retry.attempts {
                return Err(error);
            }
            let wait = self.options.retry.wait(attempts, told);
            pause_until(Instant::now() + wait, stop)?;
        }
    }

    /// Where a request goes, and its bytes.
    fn message(&self, request: &Request) -> (String, Vec<u8>) {
        let path = match request.question {
            Question::Chat { .. } => "chat/completions",
            Question::Completion { .. } => "completions",
        };
        let mut body = serde_json::to_value(request).expect("names and values");
        let fields = body.as_object_mut().expect("a request has fields");
        fields.insert("model".to_owned(), self.options.model.clone().into());
        for (name, value) in &self.options.fields {
            match value {
                Value::Null => fields.remove(name),
                value => fields.insert(name.clone(), value.clone()),
            };
        }
        let base = self.options.base_url.trim_end_matches('/');
        (format!("{base}/{path}"), body.to_string().into_bytes())
    }

    fn wait_for_turn(&self, tokens: f64, stop: &AtomicBool) -> Result<(), Error> {
        let now = Instant::now();
        let EndpointOptions {
            requests,
            tokens: per_token,
            ..
        } = &self.options;
        let first = requests
            .as_ref()
            .map_or(now, |limit| limit.reserve(1.0, now));
        let second = per_token
            .as_ref()
            .map_or(now, |limit| limit.reserve(tokens, now));
        pause_until(first.max(second), stop)
    }

    /// Counts the tokens that an answer took instead of those that were guessed.
    fn settle(&self, guess: f64, answer: &EndpointAnswer) {
        if let (Some(limit), Some(prompt), Some(tokens)) =
            (&self.options.tokens, answer.prompt_tokens, answer.tokens)
        {
            limit.refund(guess - prompt.saturating_add(tokens) as f64);
        }
    }

    fn attempt(&self, url: &str, body: &[u8], attempts: u32) -> Result<EndpointAnswer, Failure> {
        let mut request = self.agent.post(url).content_type("application/json");
        if let Some(key) = &self.options.key {
            request = request.header("authorization", key.bearer());
        }
        let unreachable = |source| unreachable(url, attempts, source);
        let mut response = request.send(body).map_err(unreachable)?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(url, attempts, response));
        }
        let read = response
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .read_to_vec();
        let bytes = read.map_err(unreachable)?;
        let answer = parse(&bytes, attempts).map_err(|problem| Error::Answer {
            url: url.to_owned(),
            attempts,
            problem,
        });
        answer.map_err(|error| Failure::Passing(error, None))
    }

    fn refusal(&self, url: &str, attempts: u32, mut response: Response<Body>) -> Failure {
        let (status, told) = (response.status(), told(response.headers()));
        let read = response
            .body_mut()
            .with_config()
            .limit(LONGEST_REFUSAL.0)
            .lossy_utf8(true)
            .read_to_string();
        let message = words(&read.unwrap_or_default());
        let message = self
            .options
            .key
            .as_ref()
            .map_or(message.clone(), |key| key.hide(&message));
        let (url, code) = (url.to_owned(), status.as_u16());
        if may_pass(status) {
            let error = Error::Busy {
                url,
                status: code,
                attempts,
                message,
            };
            return Failure::Passing(error, told);
        }
        let advice = match code {
            300..=399 => "; it redirects, give the address it names as --endpoint",
            401 | 403 => "; name the variable that holds a key with --api-key-env",
            404 => "; --endpoint takes the address up to /v1, --model a name that is served there",
            _ => "",
        };
        Failure::Final(Error::Refused {
            url,
            status: code,
            advice,
            message,
        })
    }
}

fn check_url(url: &str) -> Result<(), Error> {
    let problem = match url.split_once("://") {
        Some(("http" | "https", rest))
            if rest.split('/').next().unwrap_or_default().contains('@') =>
        {
            "keys do not belong into addresses, which are recorded; use --api-key-env"
        }
        Some(("http" | "https", rest)) if !rest.is_empty() && !rest.starts_with('/') => {
            return Ok(());
        }
        _ => "it begins with http:// or https:// and a host",
    };
    // What may be a key is not repeated.
    let url = url.split_once('@').map_or(url, |(_, rest)| rest).to_owned();
    Err(Error::Url { url, problem })
}

fn unreachable(url: &str, attempts: u32, source: ureq::Error) -> Failure {
    let url = url.to_owned();
    if let ureq::Error::BodyExceedsLimit(limit) = source {
        return Failure::Final(Error::TooLarge { url, limit });
    }
    let passing = is_passing(&source);
    let error = Error::Unreachable {
        url,
        attempts,
        advice: "is the server running, and --timeout long enough for an answer?",
        source: Box::new(source),
    };
    if passing {
        Failure::Passing(error, None)
    } else {
        Failure::Final(error)
    }
}

#[derive(Deserialize)]
struct Answered {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    message: Option<Said>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
}

fn parse(bytes: &[u8], attempts: u32) -> Result<EndpointAnswer, String> {
    let answered: Answered = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let choice = answered
        .choices
        .into_iter()
        .next()
        .ok_or("it has no choices")?;
    let text = match (choice.message, choice.text) {
        (Some(said), _) => said.content.unwrap_or_default(),
        (None, Some(text)) => text,
        (None, None) => return Err("its choice has neither message nor text".to_owned()),
    };
    let usage = answered.usage;
    Ok(EndpointAnswer {
        text,
        finish: choice.finish_reason,
        model: answered.model,
        prompt_tokens: usage.as_ref().and_then(|usage| usage.prompt_tokens),
        tokens: usage.and_then(|usage| usage.completion_tokens),
        attempts,
    })
}

/// What a refusal says: the message of an error object, or the beginning of the text, on one line.
pub(crate) fn words(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let places = ["/error/message", "/message", "/detail", "/error"];
    let said = places
        .iter()
        .find_map(|place| value.pointer(place)?.as_str());
    let words: Vec<&str> = said.unwrap_or(body).split_whitespace().collect();
    match words
        .join(" ")
        .chars()
        .take(LONGEST_REFUSAL.1)
        .collect::<String>()
    {
        nothing if nothing.is_empty() => "it said nothing".to_owned(),
        // Control characters would reach the terminal.
        text => text.replace(char::is_control, "?"),
    }
}

/// Whether somebody asked to stop.
pub(crate) fn check(stop: &AtomicBool) -> Result<(), Error> {
    if stop.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    Ok(())
}
