//! `scrl corpus prepare`: graded samples into training data.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use scrl_corpus::{
    Join, LeftOut, PrepareOptions, PrepareStatistics, Prepared, PreparedExample, Reserved, prepare,
};
use scrl_grade::{extract, reward::r_sec};
use scrl_record::{Graded, Problem, ProblemId, Sample};
use scrl_text::{answer, completion, messages};
use serde::Serialize;
use serde_json::json;

use super::NewFile;
use crate::Done;
use crate::grading::VERSION;
use crate::inputs::{self, ChosenSamples, LenientArgument};
use crate::run_folder::{InputFile, make_folder, read_graded};

/// Make training data of a graded run: sft/train.jsonl, sft/val.jsonl, prompts and a manifest
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl corpus prepare run --problems problems.jsonl.gz --samples answers.jsonl --out prepared\n  \
                        scrl train sft --model SmolLM2-135M-Instruct --data prepared/sft --recipe smollm2 --out sft"
)]
pub(crate) struct Arguments {
    /// Folder of the run, or its graded.jsonl
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Problem files of the run
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    problems: Vec<PathBuf>,
    /// Sample files of the run
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    samples: Vec<PathBuf>,
    /// Folder for the data
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Problem files for evaluation: these problems, and those with nearly their statement, are left out
    #[arg(long, num_args = 1.., value_name = "FILE")]
    evaluation: Vec<PathBuf>,
    /// How prompts and answers are written: for a chat, or for a text that goes on
    #[arg(long, value_enum, default_value = "chat")]
    style: StyleArgument,
    /// Reward that examples are described and chosen by
    #[arg(long, value_enum, default_value = "gated")]
    reward: RewardArgument,
    /// Leave out what has a lower reward
    #[arg(long, value_name = "X")]
    min_reward: Option<f64>,
    /// Keep what does not compile, too
    #[arg(long)]
    keep_not_compiling: bool,
    /// Keep only the best answer to each problem
    #[arg(long)]
    best_per_problem: bool,
    /// Share of rows of five words from which two texts are nearly the same; 1 for the same rows only
    #[arg(long, default_value_t = 0.85, value_name = "X", value_parser = near)]
    near: f64,
    /// Share of the problems that is held out
    #[arg(long, default_value_t = 0.1, value_name = "X", value_parser = share)]
    validation_share: f64,
    /// Seed of the split
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    #[command(flatten)]
    lenient: LenientArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StyleArgument {
    Chat,
    Completion,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RewardArgument {
    Seed,
    Staged,
    Gated,
    Binary,
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| (0.0..1.0).contains(number))
        .ok_or_else(|| "a number from 0 to below 1 is needed".to_owned())
}

fn near(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| (0.5..=1.0).contains(number))
        .ok_or_else(|| "a number from 0.5 to 1 is needed".to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let mode = arguments.lenient.mode();
    let join = Join::new(inputs::problems(&arguments.problems, mode)?);
    let (examples, without_reward) = examples(arguments, &join)?;
    if examples.is_empty() {
        bail!(
            "`{}` has no sample with a reward and its answer in --samples",
            arguments.run.display()
        );
    }
    let reserved: Vec<Reserved> = inputs::problems(&arguments.evaluation, mode)?
        .iter()
        .map(|problem| Reserved {
            id: problem.id.clone(),
            prompt: arguments.prompt(problem),
        })
        .collect();
    let options = arguments.options();
    let graded = examples.len();
    let prepared = prepare(examples, &reserved, &options);
    if prepared.train.is_empty() {
        bail!(
            "nothing is left to learn from: {}",
            left_out(&prepared.left_out)
        );
    }
    let statistics =
        |examples: &[PreparedExample]| PrepareStatistics::of(&examples.iter().collect::<Vec<_>>());
    let all = PrepareStatistics::of(
        &prepared
            .train
            .iter()
            .chain(&prepared.validation)
            .collect::<Vec<_>>(),
    );
    write(arguments, &join, &prepared)?;
    let files = [
        "sft/train.jsonl",
        "sft/val.jsonl",
        "prompts/ppo_prompts.json",
        "prompts/ppo_prompts.txt",
    ];
    let hashes: Vec<InputFile> = files
        .iter()
        .map(|file| InputFile::of(&arguments.out.join(file)))
        .collect::<anyhow::Result<_>>()?;
    let manifest = json!({
        "scrl": VERSION,
        "options": options,
        "style": arguments.style.name(),
        "reward": arguments.reward.name(),
        "run": InputFile::of(&graded_path(&arguments.run))?,
        "problems": InputFile::all(&arguments.problems)?,
        "samples": InputFile::all(&arguments.samples)?,
        "evaluation": InputFile::all(&arguments.evaluation)?,
        "graded_with_reward": graded,
        "graded_without_reward": without_reward,
        "left_out": prepared.left_out,
        "near_problems": prepared.near_problems,
        "all": all,
        "train": statistics(&prepared.train),
        "validation": statistics(&prepared.validation),
        "files": hashes,
    });
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    write_file(&arguments.out.join("manifest.json"), |to| {
        Ok(to.write_all(text.as_bytes())?)
    })?;
    crate::show(&all.to_text())?;
    crate::show(&format!(
        "train {}, held out {}; left out: {}; without a reward: {without_reward}\n",
        prepared.train.len(),
        prepared.validation.len(),
        left_out(&prepared.left_out),
    ))?;
    Ok(Done::Well)
}

impl Arguments {
    fn options(&self) -> PrepareOptions {
        PrepareOptions {
            keep_not_compiling: self.keep_not_compiling,
            min_reward: self.min_reward,
            best_per_problem: self.best_per_problem,
            near: Some(self.near),
            validation_share: self.validation_share,
            seed: self.seed,
        }
    }

    /// What the model is asked, as `scrl train` and `scrl sample` put it in this style.
    fn prompt(&self, problem: &Problem) -> String {
        match self.style {
            StyleArgument::Completion => completion(problem),
            StyleArgument::Chat => messages(problem, None)
                .pop()
                .map_or_else(String::new, |asked| asked.content),
        }
    }

    fn answer(&self, code: &str) -> String {
        match self.style {
            StyleArgument::Completion => code.to_owned(),
            StyleArgument::Chat => answer(code),
        }
    }
}

impl StyleArgument {
    fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Completion => "completion",
        }
    }
}

impl RewardArgument {
    fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Staged => "staged",
            Self::Gated => "gated",
            Self::Binary => "binary",
        }
    }

    fn of(self, graded: &Graded) -> Option<f64> {
        let rewards = &graded.rewards;
        match self {
            Self::Seed => rewards.seed,
            Self::Staged => rewards.staged,
            Self::Gated => rewards.gated,
            Self::Binary => rewards.binary,
        }
    }
}

/// The graded samples that have a reward, in the order of the run, and how many have none.
fn examples(arguments: &Arguments, join: &Join) -> anyhow::Result<(Vec<PreparedExample>, usize)> {
    let graded = read_graded(&arguments.run)?;
    let mut by_id: HashMap<String, Option<PreparedExample>> = graded
        .iter()
        .map(|graded| (graded.sample_id.to_string(), None))
        .collect();
    let results: HashMap<&str, &Graded> = graded
        .iter()
        .map(|graded| (graded.sample_id.as_str(), graded))
        .collect();
    let chosen = ChosenSamples {
        files: &arguments.samples,
        mode: arguments.lenient.mode(),
        only: &[],
        limit: usize::MAX,
    };
    for sample in chosen.read() {
        let sample = sample?;
        if let Some(graded) = results.get(sample.id.as_str()) {
            by_id.insert(
                sample.id.to_string(),
                example(arguments, graded, &sample, join),
            );
        }
    }
    let all: Vec<PreparedExample> = graded
        .iter()
        .filter_map(|graded| by_id.remove(graded.sample_id.as_str())?)
        .collect();
    let without = graded.len() - all.len();
    Ok((all, without))
}

fn example(
    arguments: &Arguments,
    graded: &Graded,
    sample: &Sample,
    join: &Join,
) -> Option<PreparedExample> {
    let problem = join.find(sample)?;
    let (passed, total) = (graded.tests_passed?, graded.tests_total?);
    let compiles = graded.compiles.unwrap_or(graded.parses);
    let code = extract(sample, Some(problem)).code;
    Some(PreparedExample {
        prompt_id: problem.id.clone(),
        prompt: arguments.prompt(problem),
        completion: arguments.answer(&code),
        model: graded.model.clone(),
        dataset: graded.dataset.clone().unwrap_or_default(),
        reward: arguments.reward.of(graded)?,
        rfunc: if compiles {
            f64::from(passed) / f64::from(total.max(1))
        } else {
            0.0
        },
        rsec: r_sec(&graded.findings),
        compiles,
        tests_passed: passed,
        tests_total: total,
        has_security_issues: !graded.findings.is_empty(),
    })
}

fn left_out(left_out: &LeftOut) -> String {
    let LeftOut {
        not_compiling,
        low_reward,
        reserved,
        duplicates,
        near_duplicates,
        not_best,
    } = left_out;
    format!(
        "{not_compiling} not compiling, {low_reward} below the reward, {reserved} reserved for evaluation, {duplicates} duplicates, \
         {near_duplicates} near duplicates, {not_best} not the best"
    )
}

/// A prompt for reinforcement.
#[derive(Serialize)]
struct RlPrompt<'a> {
    prompt_id: &'a ProblemId,
    prompt: String,
}

fn write(arguments: &Arguments, join: &Join, prepared: &Prepared) -> anyhow::Result<()> {
    let out = &arguments.out;
    for folder in [out.join("sft"), out.join("prompts")] {
        make_folder(&folder)?;
    }
    for (name, examples) in [("train", &prepared.train), ("val", &prepared.validation)] {
        write_file(&out.join(format!("sft/{name}.jsonl")), |to| {
            for example in examples {
                serde_json::to_writer(&mut *to, example)?;
                to.write_all(b"\n")?;
            }
            Ok(())
        })?;
    }
    // Of the problems that are learned, in their order: those that are held out stay so.
    let learned: HashSet<&ProblemId> = prepared
        .train
        .iter()
        .map(|example| &example.prompt_id)
        .collect();
    let prompts: Vec<RlPrompt> = join
        .problems()
        .iter()
        .filter(|problem| learned.contains(&problem.id))
        .map(|problem| RlPrompt {
            prompt_id: &problem.id,
            prompt: arguments.prompt(problem),
        })
        .collect();
    write_file(&out.join("prompts/ppo_prompts.json"), |to| {
        Ok(serde_json::to_writer_pretty(to, &prompts)?)
    })?;
    write_file(&out.join("prompts/ppo_prompts.txt"), |to| {
        for prompt in &prompts {
            writeln!(to, "=== {} ===\n{}\n", prompt.prompt_id, prompt.prompt)?;
        }
        Ok(())
    })?;
    let lists: BTreeMap<&str, Vec<&ProblemId>> =
        [("train", &prepared.train), ("val", &prepared.validation)]
            .into_iter()
            .map(|(name, examples)| {
                let mut seen = HashSet::new();
                let ids = examples
                    .iter()
                    .map(|example| &example.prompt_id)
                    .filter(|id| seen.insert(*id))
                    .collect();
                (name, ids)
            })
            .collect();
    for (name, ids) in lists {
        let path = out.join(format!("prompts/{name}_ids.json"));
        write_file(&path, |to| Ok(serde_json::to_writer_pretty(to, &ids)?))?;
    }
    Ok(())
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn std::io::Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut file = NewFile::create(path)?;
    write(&mut file.writer).with_context(|| format!("`{}`", path.display()))?;
    file.finish()
}

fn graded_path(run: &Path) -> PathBuf {
    if run.is_dir() {
        run.join("graded.jsonl")
    } else {
        run.to_owned()
    }
}
