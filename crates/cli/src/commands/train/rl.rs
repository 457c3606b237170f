//! `scrl train ppo` and the critic-free algorithms.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context as _, bail};
use clap::Args;
use scrl_policy::{Adapter, Load};
use scrl_record::Problem;
use scrl_text::ModelText;
use scrl_train::algorithm::Algorithm;
use scrl_train::rl::{Attempt, Judgement, Rl, RlData, RlPrompt, RlSettings};
use scrl_train::{Learner, RunFolder, State};

use super::judge::GraderJudge;
use super::setup::{self, Description, Prompts, Scratch, TrainArguments};
use crate::Done;
use crate::execution::Defaults;
use crate::grading::GradingArguments;
use crate::inputs::{self, LenientArgument};
use crate::progress::Progress;

/// Reinforcement on problems: answers are graded as `scrl grade` does, and made more or less likely
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Problem files to learn on
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present = "print_config")]
    problems: Vec<PathBuf>,
    /// Held-out problem files to choose the best checkpoint by
    #[arg(long, num_args = 1.., value_name = "FILE")]
    validation: Vec<PathBuf>,
    // Not its documentation comment, which would want code marks that help does not render.
    #[arg(
        long,
        value_name = "DIR",
        alias = "adapter",
        help = "Adapter to start from and stay close to: a checkpoint of `scrl train sft`, or any in PEFT's format"
    )]
    sft_checkpoint: Option<PathBuf>,
    #[command(flatten)]
    train: TrainArguments,
    #[command(flatten)]
    lenient: LenientArgument,
    #[command(flatten)]
    grading: GradingArguments,
}

pub(crate) fn run(algorithm: Algorithm, arguments: &Arguments) -> anyhow::Result<Done> {
    let train = &arguments.train;
    let recipe = train.recipe.read()?;
    let settings = &recipe.rl;
    settings.check()?;
    if train.recipe.print_config {
        crate::show_json(&recipe)?;
        return Ok(Done::Well);
    }
    train.check_model()?;
    let (learn, held_out) = arguments.problems()?;
    let (learn_ids, held_out_ids) = (ids(&learn), ids(&held_out));
    let text = ModelText::open(&train.model)?;
    let prompts = Prompts::new(&text, train)?;
    let grading = arguments.grading.prepare(Defaults::UNTRUSTED, None)?;
    let problems = learn.into_iter().chain(held_out).collect();
    let judge = GraderJudge::new(&grading, problems, &prompts, &settings.rewards)?;
    let (learn, held_out) = (judge.prompts(&learn_ids), judge.prompts(&held_out_ids));
    let options = train.load_options(&recipe.adapter);
    let model = setup::load_model(train, options)?;
    let longest = check_room(
        &[&learn, &held_out],
        settings.max_new_tokens,
        model.context(),
    )?;
    let start = arguments.sft_checkpoint.as_deref();
    let reference: Option<Adapter> = start
        .map(|folder| setup::read_adapter(folder, &model).map(|peft| peft.adapter))
        .transpose()?;
    let mut learner = setup::learner(
        model,
        &recipe.adapter,
        reference.as_ref(),
        algorithm.has_critic(),
        train,
    )?;
    let rl = Rl {
        algorithm,
        settings,
        data: RlData {
            train: &learn,
            validation: &held_out,
            stop_tokens: text.end_tokens(),
        },
        reference: reference.as_ref(),
    };
    if train.dry_run {
        let load = Load {
            threads: train.threads(),
            sequences: settings.mini_batch,
            tokens: longest,
        };
        crate::show(&setup::model_plan(
            &learner,
            options,
            settings.recompute,
            load,
        ))?;
        return dry_run(&rl, &mut learner, &judge);
    }
    let out = train.out.as_deref().expect("clap asks for it");
    let files = [&arguments.problems[..], &arguments.validation].concat();
    let description = Description::new(algorithm.name(), train, &recipe, start, &files)?;
    let _lock = setup::claim(out, &description)?;
    carry_out(&rl, &mut learner, &judge, out)
}

impl Arguments {
    /// Problems to learn on, and those that are held out.
    fn problems(&self) -> anyhow::Result<(Vec<Problem>, Vec<Problem>)> {
        let mode = self.lenient.mode();
        let learn = inputs::problems(&self.problems, mode)?;
        let held_out = inputs::problems(&self.validation, mode)?;
        if learn.is_empty() {
            bail!("no problem to learn on: the files of --problems hold none");
        }
        let known: HashSet<String> = ids(&learn).into_iter().collect();
        if let Some(both) = held_out
            .iter()
            .find(|problem| known.contains(problem.id.as_str()))
        {
            bail!(
                "problem `{}` is in --problems and in --validation; what is held out must not be learned",
                both.id
            );
        }
        Ok((learn, held_out))
    }
}

fn ids(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| problem.id.to_string())
        .collect()
}

fn carry_out(
    rl: &Rl,
    learner: &mut Learner,
    judge: &GraderJudge,
    out: &Path,
) -> anyhow::Result<Done> {
    let stop = crate::interrupt::stop_flag()?;
    let total = rl.settings.iterations();
    let mut progress = Progress::start("training", "iterations", total as usize);
    let run_folder = RunFolder::open(out, rl.settings.keep, None)?;
    let state = {
        let mut observe = setup::observer(&mut progress);
        let mut judge = |attempts: &[Attempt]| judge_boxed(judge, attempts);
        rl.run(learner, &run_folder, &mut judge, &mut observe, &stop)?
    };
    progress.finish();
    if let Some(best) = state.best {
        crate::say(&format!(
            "best: iteration {}, held-out reward {:.4}, in `{}`",
            best.step,
            best.score,
            out.join("best").display()
        ));
    }
    if stop.load(Ordering::Relaxed) && state.step < total {
        bail!(
            "interrupted after iteration {}; run the same command again to go on",
            state.step
        );
    }
    Ok(Done::Well)
}

fn judge_boxed(
    judge: &GraderJudge,
    attempts: &[Attempt],
) -> Result<Vec<Judgement>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(judge.judge(attempts)?)
}

/// The longest prompt and answer together, in tokens; an error that names the problem if that is more than the model takes.
fn check_room(prompts: &[&[RlPrompt]], answer: usize, context: usize) -> anyhow::Result<usize> {
    let mut longest = 0;
    for prompt in prompts.iter().copied().flatten() {
        let (id, length) = (&prompt.id, prompt.tokens.len());
        if length == 0 {
            bail!("problem `{id}`: the prompt is empty");
        }
        if length.saturating_add(answer) > context {
            bail!(
                "problem `{id}`: a prompt of {length} tokens and an answer of {answer} are longer than the context of \
                 {context}; lower rl.max_new_tokens, or leave the problem out with `scrl corpus filter`"
            );
        }
        longest = longest.max(length + answer);
    }
    Ok(longest)
}

/// One iteration that leaves nothing. Answers that were cut count in it, or there might be no step: a model that has learned nothing does not end
/// any.
fn dry_run(rl: &Rl, learner: &mut Learner, judge: &GraderJudge) -> anyhow::Result<Done> {
    let settings = RlSettings {
        mask_truncated: false,
        ..rl.settings.clone()
    };
    let rl = Rl {
        settings: &settings,
        ..*rl
    };
    rl.check(learner)?;
    let scratch = Scratch::new()?;
    let folder = RunFolder::open(scratch.path(), 1, None)?;
    let mut judge = |attempts: &[Attempt]| judge_boxed(judge, attempts);
    let mut state = State {
        kl_weight: rl.settings.parts(rl.algorithm).kl_weight,
        ..State::default()
    };
    let numbers = rl
        .iterate(learner, &mut state, &folder, &mut judge)
        .context("the first iteration")?;
    let seconds: f64 = numbers
        .iter()
        .filter(|(name, _)| name.ends_with("_seconds"))
        .map(|(_, seconds)| seconds)
        .sum();
    let total = rl.settings.iterations();
    let mut lines = format!(
        "data        {} prompts, {} held out\niterations  {total}, each {} prompts with {} answers\nfirst one   {seconds:.1} s\n",
        rl.data.train.len(),
        rl.data.validation.len(),
        rl.settings.prompts,
        rl.settings.samples,
    );
    for (name, number) in &numbers {
        // Writing to a `String` cannot fail.
        let _ = writeln!(lines, "  {name:<20} {number:.5}");
    }
    let _ = writeln!(
        lines,
        "time        about {:.0} minutes without evaluations",
        seconds * total as f64 / 60.0
    );
    crate::show(&lines)?;
    Ok(Done::Well)
}
