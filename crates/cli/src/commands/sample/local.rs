//! Answers of a model on this machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use scrl_kernels::Precision;
use scrl_policy::{
    Adapter, Answer, GenerateOptions, Gguf, Listener, LoadOptions, Model, ModelConfig, PeftAdapter,
    Policy, Prompt,
};
use scrl_record::{Problem, Sample, SampleId};
use scrl_text::{Date, ModelText, PromptStyle, Transcript, completion, messages};
use serde_json::json;

use super::output::{SampleFile, Sink};
use super::plan::{Group, Plan, seed};
use super::settings::{AskingArguments, SamplingArguments};
use crate::run_folder::InputFile;

/// How a model is run here.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Local models")]
pub(crate) struct LocalArguments {
    // Not its documentation comment, which would want code marks that help does not render.
    #[arg(
        long,
        value_name = "DIR",
        help = "Folder of a LoRA adapter in PEFT's format"
    )]
    pub(crate) adapter: Option<PathBuf>,
    /// How weights are kept
    #[arg(long, value_enum, default_value = "bf16")]
    precision: PrecisionArgument,
    /// Longest prompt and answer together, in tokens; the model's own when not given
    #[arg(long, value_name = "N")]
    pub(super) context: Option<usize>,
    /// Threads; as many as the machine has when not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Sequences that a thread decodes at a time; changes no answer
    #[arg(long, default_value_t = 16, value_name = "N")]
    batch: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PrecisionArgument {
    Bf16,
    F32,
}

impl LocalArguments {
    pub(super) fn precision_name(&self) -> &'static str {
        match self.precision {
            PrecisionArgument::Bf16 => "bf16",
            PrecisionArgument::F32 => "f32",
        }
    }

    fn load_options(&self) -> LoadOptions {
        LoadOptions {
            precision: match self.precision {
                PrecisionArgument::Bf16 => Precision::Bf16,
                PrecisionArgument::F32 => Precision::F32,
            },
            context: self.context,
        }
    }

    fn threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.threads.map_or_else(all, NonZeroUsize::get)
    }
}

/// A model's files by name: what is small by its hash, weights by their size.
pub(super) fn files(
    model: &Path,
    arguments: &LocalArguments,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if model.is_file() {
        files.insert("model".to_owned(), mark(model)?);
    } else {
        files.extend(folder_files(model, "")?);
    }
    if let Some(adapter) = &arguments.adapter {
        files.extend(folder_files(adapter, "adapter/")?);
    }
    Ok(files)
}

pub(crate) fn folder_files(
    folder: &Path,
    prefix: &str,
) -> anyhow::Result<BTreeMap<String, String>> {
    let failed = || format!("`{}` cannot be read", folder.display());
    let mut files = BTreeMap::new();
    for entry in folder.read_dir().with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        let is_part = matches!(kind, Some("json" | "jinja" | "safetensors")) && path.is_file();
        if let Some(name) = path.file_name().filter(|_| is_part) {
            files.insert(format!("{prefix}{}", name.to_string_lossy()), mark(&path)?);
        }
    }
    Ok(files)
}

pub(crate) fn mark(path: &Path) -> anyhow::Result<String> {
    /// Larger files are not read a second time.
    const SMALL: u64 = 64 << 20;
    let size = path
        .metadata()
        .with_context(|| format!("`{}`", path.display()))?
        .len();
    if size > SMALL {
        return Ok(format!("{size} bytes"));
    }
    Ok(format!("sha256 {}", InputFile::of(path)?.sha256))
}

/// A model's text side, and the problems as its prompts.
pub(crate) struct Asked<'a> {
    path: &'a Path,
    problems: &'a [Problem],
    text: ModelText,
    style: PromptStyle,
    date: Date,
    prompts: Vec<(String, Vec<u32>)>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(
        path: &'a Path,
        asking: &AskingArguments,
        problems: &'a [Problem],
    ) -> anyhow::Result<Self> {
        let text = ModelText::open(path)?;
        let (style, date) = (asking.style(), asking.date());
        let prompt = |problem: &Problem| {
            let (written, tokens) = match style {
                PromptStyle::Completion => {
                    let written = completion(problem);
                    let tokens = text.tokenizer().encode(&written);
                    (written, tokens)
                }
                PromptStyle::Chat => {
                    let written = text.chat(&messages(problem, asking.system.as_deref()), date)?;
                    let tokens = text.tokenizer().encode_plain(&written);
                    (written, tokens)
                }
            };
            Ok((written, tokens?))
        };
        let prompts = problems.iter().map(prompt).collect::<anyhow::Result<_>>()?;
        Ok(Self {
            path,
            problems,
            text,
            style,
            date,
            prompts,
        })
    }

    /// An error that names the problem if a prompt is empty, or leaves no room for the longest answer.
    pub(super) fn check_room(
        &self,
        max_tokens: usize,
        context: Option<usize>,
    ) -> anyhow::Result<()> {
        let context = context.map_or_else(|| self.own_context(), Ok)?;
        for (problem, (_, tokens)) in self.problems.iter().zip(&self.prompts) {
            let (id, length) = (&problem.id, tokens.len());
            if length == 0 {
                bail!("problem `{id}`: the prompt is empty");
            }
            if length.saturating_add(max_tokens) > context {
                bail!(
                    "problem `{id}`: a prompt of {length} tokens and an answer of {max_tokens} are longer than the context \
                     of {context}; lower --max-tokens, or leave the problem out with --only"
                );
            }
        }
        Ok(())
    }

    fn own_context(&self) -> anyhow::Result<usize> {
        Ok(if self.path.is_file() {
            Gguf::open(self.path)?.config().context
        } else {
            ModelConfig::read(&self.path.join("config.json"))?.context
        })
    }

    pub(super) fn style(&self) -> PromptStyle {
        self.style
    }

    /// The day, where prompts may depend on it.
    pub(super) fn date(&self) -> Option<String> {
        let template = self
            .text
            .template()
            .filter(|_| self.style == PromptStyle::Chat)?;
        template.asks_for_date().then(|| self.date.to_string())
    }

    /// The prompts, for people.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        for (problem, (written, tokens)) in self.problems.iter().zip(&self.prompts) {
            // Writing to a `String` cannot fail.
            let _ = writeln!(
                text,
                "── {}: {} tokens, {}",
                problem.id,
                tokens.len(),
                self.style.as_str()
            );
            let _ = writeln!(text, "{written}");
        }
        text
    }
}

/// Loads the model and samples what is missing.
pub(super) fn sample(
    arguments: &super::Arguments,
    path: &Path,
    name: &str,
    asked: &Asked,
    plan: &Plan,
    file: SampleFile,
) -> anyhow::Result<()> {
    let stop = crate::interrupt::stop_flag()?;
    let model = Model::load(path, arguments.local.load_options())?;
    let adapter = arguments.local.adapter.as_deref();
    let adapter: Option<Adapter> = adapter
        .map(|folder| PeftAdapter::load(folder, model.config()).map(|loaded| loaded.adapter))
        .transpose()?;
    let policy = Policy {
        model: &model,
        adapter: adapter.as_ref(),
        threads: arguments.local.threads(),
    };
    let sink = Sink::new(file, plan.len(), &stop);
    let run = Run {
        asked,
        settings: &arguments.sampling,
        name,
        sink: &sink,
    };
    let sampled = run.sample(&policy, plan, arguments.local.batch, &stop);
    sink.finish()?;
    sampled
}

/// What the answers of one run have in common.
#[derive(Clone, Copy)]
struct Run<'a> {
    asked: &'a Asked<'a>,
    settings: &'a SamplingArguments,
    name: &'a str,
    sink: &'a Sink<'a>,
}

impl<'a> Run<'a> {
    fn sample(
        self,
        policy: &Policy,
        plan: &'a Plan,
        batch: usize,
        stop: &AtomicBool,
    ) -> anyhow::Result<()> {
        let Asked {
            prompts,
            problems,
            text,
            ..
        } = self.asked;
        let prompt = |group: &Group| Prompt {
            tokens: &prompts[group.problem].1,
            seeds: group
                .answers
                .iter()
                .map(|(number, _)| seed(self.settings.seed, &problems[group.problem], *number))
                .collect(),
        };
        let options = GenerateOptions {
            sampling: self.settings.sampling(),
            max_new_tokens: self.settings.max_tokens,
            stop_tokens: text.end_tokens().to_vec(),
            batch,
        };
        let listen = |group: usize, answer: usize| -> Box<dyn Listener + '_> {
            let group = &plan.groups[group];
            let tokens = &prompts[group.problem].1;
            Box::new(Writer {
                run: self,
                problem: group.problem,
                place: group.first + answer,
                answer: &group.answers[answer],
                transcript: Transcript::new(text.tokenizer(), tokens, &self.settings.stop),
                failure: None,
            })
        };
        let prompts: Vec<Prompt> = plan.groups.iter().map(prompt).collect();
        policy.follow(&prompts, &options, &listen, stop)?;
        Ok(())
    }
}

/// Writes one answer down.
struct Writer<'a> {
    run: Run<'a>,
    problem: usize,
    place: usize,
    answer: &'a (u32, SampleId),
    transcript: Transcript<'a>,
    failure: Option<scrl_text::Error>,
}

impl Listener for Writer<'_> {
    fn token(&mut self, token: u32) -> bool {
        if self.run.asked.text.end_tokens().contains(&token) {
            return false;
        }
        self.transcript.push(token).unwrap_or_else(|error| {
            self.failure = Some(error);
            true
        })
    }

    fn end(self: Box<Self>, answer: Answer) {
        let Self {
            run,
            problem,
            place,
            answer: (number, id),
            transcript,
            failure,
        } = *self;
        let completion = match failure {
            Some(error) => Err(error),
            None => transcript.finish(),
        };
        let sample = completion.map_err(Into::into).map(|completion| Sample {
            id: id.clone(),
            problem_id: run.asked.problems[problem].id.clone(),
            model: run.name.to_owned(),
            language: "python3".to_owned(),
            prompt: None,
            completion: Some(completion),
            code: None,
            made_as: None,
            published: None,
            generation: Some(json!({
                "style": run.asked.style.as_str(),
                "sample": number,
                "temperature": run.settings.temperature,
                "seed": run.settings.seed,
                "prompt_tokens": run.asked.prompts[problem].1.len(),
                "tokens": answer.tokens.len(),
                "finish": if answer.stopped { "stop" } else { "length" },
            })),
        });
        run.sink.put(place, sample);
    }
}
