//! `scrl train sft`.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context as _, bail};
use clap::Args;
use scrl_policy::Load;
use scrl_text::ModelText;
use scrl_train::sft::{self, Example, SftData, SftSettings};
use scrl_train::{Learner, RunFolder};
use serde::Deserialize;

use super::setup::{self, Description, Prompts, Scratch, TrainArguments};
use crate::Done;
use crate::progress::Progress;

/// Supervised fine-tuning on prompts with answers
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl train sft --model SmolLM2-135M-Instruct --data prepared/sft --recipe smollm2 --out sft\n\nA run that \
                        was cut off goes on when the same command is given again, to the same bits."
)]
pub(crate) struct Arguments {
    /// Folder with train.jsonl and val.jsonl: lines with `prompt` and `completion`
    #[arg(long, value_name = "DIR", required_unless_present = "print_config")]
    data: Option<PathBuf>,
    /// Adapter to go on from
    #[arg(long, value_name = "DIR")]
    adapter: Option<PathBuf>,
    #[command(flatten)]
    train: TrainArguments,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let train = &arguments.train;
    let recipe = train.recipe.read()?;
    let settings = &recipe.sft;
    settings.check()?;
    if train.recipe.print_config {
        crate::show_json(&recipe)?;
        return Ok(Done::Well);
    }
    train.check_model()?;
    let folder = arguments.data.as_deref().expect("clap asks for it");
    let text = ModelText::open(&train.model)?;
    let prompts = Prompts::new(&text, train)?;
    let files = [folder.join("train.jsonl"), folder.join("val.jsonl")];
    let options = train.load_options(&recipe.adapter);
    let model = setup::load_model(train, options)?;
    let longest = settings.max_length.min(model.context());
    let learn = Examples::read(&files[0], &prompts, longest)?;
    let judge = Examples::read(&files[1], &prompts, longest)?;
    if learn.fitting.is_empty() {
        bail!(
            "`{}` has no example that fits into {longest} tokens",
            files[0].display()
        );
    }
    let start = arguments.adapter.as_deref();
    let start_adapter = start
        .map(|path| setup::read_adapter(path, &model))
        .transpose()?;
    let start_adapter = start_adapter.as_ref().map(|peft| &peft.adapter);
    let mut learner = setup::learner(model, &recipe.adapter, start_adapter, false, train)?;
    let data = SftData {
        train: &learn.fitting,
        validation: &judge.fitting,
    };
    if train.dry_run {
        let load = Load {
            threads: train.threads(),
            sequences: settings.step_examples(),
            tokens: longest,
        };
        crate::show(&setup::model_plan(
            &learner,
            options,
            settings.recompute,
            load,
        ))?;
        crate::show(&format!(
            "data        {}\nheld out    {}\n",
            learn.to_text(),
            judge.to_text()
        ))?;
        return dry_run(&mut learner, data, settings);
    }
    let out = train.out.as_deref().expect("clap asks for it");
    let description = Description::new("sft", train, &recipe, start, &files)?;
    let _lock = setup::claim(out, &description)?;
    let stop = crate::interrupt::stop_flag()?;
    let (_, total) = settings.steps(data.train.len());
    let mut progress = Progress::start("training", "steps", total as usize);
    let run_folder = RunFolder::open(
        out,
        settings.keep,
        Some(&train.model)
            .filter(|model| model.is_dir())
            .map(PathBuf::as_path),
    )?;
    let state = {
        let mut observe = setup::observer(&mut progress);
        sft::run(
            &mut learner,
            data,
            settings,
            &run_folder,
            &mut observe,
            &stop,
        )?
    };
    progress.finish();
    if let Some(best) = state.best {
        crate::say(&format!(
            "best: step {}, held-out loss {:.4}, in `{}`",
            best.step,
            -best.score,
            out.join("best").display()
        ));
    }
    if stop.load(Ordering::Relaxed) && state.step < total {
        bail!(
            "interrupted after step {}; run the same command again to go on",
            state.step
        );
    }
    Ok(Done::Well)
}

fn dry_run(learner: &mut Learner, data: SftData, settings: &SftSettings) -> anyhow::Result<Done> {
    let scratch = Scratch::new()?;
    let folder = RunFolder::open(scratch.path(), 1, None)?;
    let (epoch, total) = settings.steps(data.train.len());
    let numbers = sft::take_step(learner, data.train, settings, 1, &folder)?;
    crate::show(&setup::first_step(&numbers, (epoch, total)))?;
    Ok(Done::Well)
}

/// The examples of a file.
struct Examples {
    fitting: Vec<Example>,
    cut: usize,
    dropped: usize,
}

/// What counts in a line; there may be more.
#[derive(Deserialize)]
struct Line {
    prompt: String,
    completion: String,
}

impl Examples {
    fn read(path: &Path, prompts: &Prompts, longest: usize) -> anyhow::Result<Self> {
        let file =
            File::open(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let mut all = Self {
            fitting: Vec::new(),
            cut: 0,
            dropped: 0,
        };
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let place = || format!("`{}`, line {}", path.display(), index + 1);
            let line = line.with_context(place)?;
            if line.trim().is_empty() {
                continue;
            }
            let line: Line = serde_json::from_str(&line).with_context(place)?;
            let example = example(&line, prompts).with_context(place)?;
            all.cut += usize::from(example.tokens.len() > longest);
            match example.fit(longest) {
                Some(example) => all.fitting.push(example),
                None => all.dropped += 1,
            }
        }
        Ok(all)
    }

    fn to_text(&self) -> String {
        let tokens: usize = self
            .fitting
            .iter()
            .map(|example| example.tokens.len())
            .sum();
        let Self {
            fitting,
            cut,
            dropped,
        } = self;
        format!(
            "{} examples, {tokens} tokens; {cut} too long, of which {dropped} are left out",
            fitting.len()
        )
    }
}

/// Prompt, answer, and the token that ends answers.
fn example(line: &Line, prompts: &Prompts) -> anyhow::Result<Example> {
    let mut tokens = prompts.of_text(&line.prompt)?;
    let prompt = tokens.len();
    tokens.extend(prompts.text.tokenizer().encode_plain(&line.completion)?);
    let Some(end) = prompts.text.end_tokens().first() else {
        bail!("the model names no token that ends an answer; `eos_token_id` in config.json does");
    };
    tokens.push(*end);
    Ok(Example { tokens, prompt })
}
