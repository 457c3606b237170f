//! `scrl train pretrain`: a small model of one's own, from nothing.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::thread;

use anyhow::{Context as _, bail};
use clap::Args;
use scrl_curriculum::{Curriculum, Instance, Mix, Split};
use scrl_kernels::Precision;
use scrl_policy::{ExportOptions, LoadOptions, Model, ModelConfig};
use scrl_text::{Date, Message, ModelText, answer, messages, write_new_text};
use scrl_train::pretrain::PretrainSettings;
use scrl_train::sft::{self, Example, SftData};
use scrl_train::{Learner, RunFolder};
use serde::Serialize;

use super::setup::{self, RecipeArguments, Scratch};
use crate::Done;
use crate::drawn;
use crate::grading::VERSION;
use crate::progress::Progress;

/// A small model from nothing, on programs of the curriculum: some good, some with the habits of weak models
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl train pretrain --recipe pretrain --out base\n  scrl sample --model base/model --problems p.jsonl \
                        --out answers.jsonl\n\nA run that was cut off goes on when the same command is given again, to the \
                        same bits."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Folder of the run: checkpoints, log, and at the end the model
    #[arg(long, value_name = "DIR", required_unless_present_any = ["dry_run", "print_config"])]
    out: Option<PathBuf>,
    /// Print model, data, steps and time, take one step, and keep nothing
    #[arg(long)]
    dry_run: bool,
    /// Threads; as many as the machine has when not given; changes no bit
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// Everything that decides what the model is.
#[derive(Serialize)]
struct Description<'a> {
    scrl: &'static str,
    task: &'static str,
    pretrain: &'a PretrainSettings,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let recipe = arguments.recipe.read()?;
    let settings = &recipe.pretrain;
    settings.check()?;
    if arguments.recipe.print_config {
        crate::show_json(&recipe)?;
        return Ok(Done::Well);
    }
    let threads = setup::threads(arguments.threads);
    if arguments.dry_run {
        let scratch = Scratch::new()?;
        return Pretraining::begin(scratch.path(), settings, threads)?.dry_run(scratch.path());
    }
    let out = arguments.out.as_deref().expect("clap asks for it");
    let description = Description {
        scrl: VERSION,
        task: "pretrain",
        pretrain: settings,
    };
    let _lock = setup::claim(out, &description)?;
    Pretraining::begin(out, settings, threads)?.carry_out(out)
}

/// A model at its beginning, and what it is to read.
struct Pretraining<'a> {
    settings: &'a PretrainSettings,
    learner: Learner,
    train: Vec<Example>,
    validation: Vec<Example>,
    /// Tokenizer and configuration.
    text: PathBuf,
}

impl<'a> Pretraining<'a> {
    fn begin(out: &Path, settings: &'a PretrainSettings, threads: usize) -> anyhow::Result<Self> {
        let lessons = Lessons::draw(settings, threads)?;
        let text = out.join("text");
        if !text.exists() {
            write_text(&text, settings, &lessons)?;
        }
        let spoken = ModelText::open(&text)?;
        let config = ModelConfig::read(&text.join("config.json"))?;
        let longest = settings.training.max_length.min(config.context);
        let examples = |lessons: &[Lesson]| {
            let all = in_parallel(lessons, threads, |lesson| {
                lesson.example(&spoken, settings.learn_prompts)
            })?;
            Ok::<_, anyhow::Error>(all.into_iter().filter_map(|one| one.fit(longest)).collect())
        };
        let options = LoadOptions {
            precision: Precision::F32,
            context: None,
        };
        let model = Model::random(config, options, settings.seed)?;
        let begun = Self {
            settings,
            train: examples(&lessons.train)?,
            validation: examples(&lessons.validation)?,
            learner: Learner::weights(model, threads),
            text,
        };
        if begun.train.is_empty() {
            bail!("no example fits into {longest} tokens; raise pretrain.training.max_length");
        }
        Ok(begun)
    }

    fn plan(&self) -> String {
        let tokens: usize = self.train.iter().map(|example| example.tokens.len()).sum();
        let config = self.learner.model().config();
        let (_, steps) = self.settings.training.steps(self.train.len());
        format!(
            "model       {} layers, {} wide, vocabulary {}; {} weights\ndata        {} programs, {tokens} tokens; {} held out\nsteps       {steps}\n",
            config.layers,
            config.width,
            config.vocabulary,
            self.learner.trained_numbers(),
            self.train.len(),
            self.validation.len(),
        )
    }

    fn dry_run(mut self, folder: &Path) -> anyhow::Result<Done> {
        crate::show(&self.plan())?;
        let run_folder = RunFolder::open(folder, 1, Some(&self.text))?;
        let training = &self.settings.training;
        let numbers = sft::take_step(&mut self.learner, &self.train, training, 1, &run_folder)?;
        crate::show(&setup::first_step(
            &numbers,
            training.steps(self.train.len()),
        ))?;
        Ok(Done::Well)
    }

    fn carry_out(mut self, out: &Path) -> anyhow::Result<Done> {
        crate::say(self.plan().trim_end());
        let training = &self.settings.training;
        let (_, total) = training.steps(self.train.len());
        let stop = crate::interrupt::stop_flag()?;
        let run_folder = RunFolder::open(out, training.keep, Some(&self.text))?;
        let mut progress = Progress::start("training", "steps", total as usize);
        let data = SftData {
            train: &self.train,
            validation: &self.validation,
        };
        let state = {
            let mut observe = setup::observer(&mut progress);
            let learner = &mut self.learner;
            sft::run(learner, data, training, &run_folder, &mut observe, &stop)?
        };
        progress.finish();
        if stop.load(Ordering::Relaxed) && state.step < total {
            bail!(
                "interrupted after step {}; run the same command again to go on",
                state.step
            );
        }
        let model = out.join("model");
        let options = ExportOptions {
            like: Some(&self.text),
            ..ExportOptions::default()
        };
        self.learner.model().export(&model, options)?;
        crate::say(&format!("the model: `{}`", model.display()));
        Ok(Done::Well)
    }
}

/// Learns the vocabulary and writes it with the form of the model; the folder is there whole or not at all.
fn write_text(folder: &Path, settings: &PretrainSettings, lessons: &Lessons) -> anyhow::Result<()> {
    let unfinished = folder.with_extension("new");
    let failed = || format!("`{}` cannot be written", unfinished.display());
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(failed)?;
    }
    fs::create_dir_all(&unfinished).with_context(failed)?;
    let first = lessons.train.iter().take(settings.vocabulary_examples);
    let texts: Vec<String> = first
        .flat_map(|lesson| [lesson.asked.clone(), lesson.answer.clone()])
        .collect();
    write_new_text(&unfinished, &texts, settings.vocabulary)?;
    let form = settings.model.to_json(settings.vocabulary);
    fs::write(unfinished.join("config.json"), format!("{form:#}\n")).with_context(failed)?;
    fs::rename(&unfinished, folder).with_context(failed)
}

/// A question and a program that answers it, well or badly.
struct Lesson {
    asked: String,
    answer: String,
}

struct Lessons {
    train: Vec<Lesson>,
    validation: Vec<Lesson>,
}

impl Lessons {
    fn draw(settings: &PretrainSettings, threads: usize) -> anyhow::Result<Self> {
        let curriculum = Curriculum::new(settings.curriculum_seed, &[])?;
        let mix: Mix = settings.mix.parse().context("pretrain.mix")?;
        let lesson = |instance: &Instance| Lesson {
            asked: messages(&instance.problem, None)
                .into_iter()
                .map(|message| message.content)
                .collect(),
            answer: answer(
                &mix.sample(instance, settings.curriculum_seed)
                    .completion
                    .expect("a mix writes programs"),
            ),
        };
        let draw = |split, count| drawn::of_split(&curriculum, split, count, threads, lesson);
        Ok(Self {
            train: draw(Split::Train, settings.examples)?,
            validation: draw(Split::Validation, settings.validation_examples)?,
        })
    }
}

impl Lesson {
    /// As chat in the model's own template.
    fn example(&self, text: &ModelText, learns_prompt: bool) -> anyhow::Result<Example> {
        let asked = [Message::user(&self.asked)];
        let written = text.chat(&asked, Date::from_days(0))?;
        let mut tokens = text.tokenizer().encode_plain(&written)?;
        let prompt = if learns_prompt { 1 } else { tokens.len() };
        tokens.extend(text.tokenizer().encode_plain(&self.answer)?);
        tokens.extend(text.end_tokens().first());
        Ok(Example { tokens, prompt })
    }
}

/// Calls `work` on all of them, on several threads, and keeps the order.
fn in_parallel<T: Sync, R: Send>(
    all: &[T],
    threads: usize,
    work: impl Fn(&T) -> anyhow::Result<R> + Sync,
) -> anyhow::Result<Vec<R>> {
    let part = all.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = all
            .chunks(part)
            .map(|chunk| scope.spawn(|| chunk.iter().map(&work).collect::<Vec<_>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("work on texts does not panic"))
            .collect()
    })
}
