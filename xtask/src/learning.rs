//! `cargo xtask learning`: what training is worth, over several seeds, with every algorithm and reward that is asked for.
//!
//! Each step is a command of `scrl`. A step that is done is not done again, so the command may be interrupted.

mod table;
mod variant;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use clap::Args;

use table::Outcome;
use variant::Variant;

/// Train a small model under several seeds and compare what it is worth on held-out instances and families
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask learning --out /tmp/learning --variants ppo grpo ppo:seed\n\nA variant is an algorithm, \
                  or an algorithm and a reward. A run that was cut off goes on when the same command is given again."
)]
pub(crate) struct Arguments {
    /// Folder to work in
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Model to start from
    #[arg(long, default_value = "models/tiny", value_name = "DIR")]
    model: PathBuf,
    /// What is compared with supervised fine-tuning
    #[arg(long, num_args = 1.., default_value = "ppo", value_name = "VARIANT")]
    variants: Vec<Variant>,
    /// Seeds
    #[arg(long, default_value_t = 3, value_name = "N")]
    seeds: u32,
    /// Answers of reinforcement in each run; what the recipe says when not given
    #[arg(long, value_name = "N")]
    episodes: Option<u64>,
    /// Problems to learn on
    #[arg(long, default_value_t = 800, value_name = "N")]
    problems: usize,
    /// The `scrl` program
    #[arg(long, default_value = "target/release/scrl", value_name = "FILE")]
    scrl: PathBuf,
    /// More flags for `scrl train` with each algorithm, after `--`
    #[arg(last = true, value_name = "FLAG")]
    flags: Vec<String>,
}

/// What a model is judged on: the name of the split, and how many problems of it.
const JUDGED: [(&str, usize); 2] = [("held-out-instances", 330), ("held-out-families", 220)];

/// Flags of whatever asks the model or runs its programs.
const ASKING: &str = "--samples 2 --max-tokens 192 --cpu-limit 1";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let clock = Instant::now();
    let work = Work { arguments };
    work.problems()?;
    work.evaluate("base", "", None)?;
    work.examples()?;
    for seed in 0..arguments.seeds {
        work.fine_tune(seed)?;
        for variant in &arguments.variants {
            work.reinforce(variant, seed)?;
        }
    }
    let names = ["base".to_owned(), "sft".to_owned()].into_iter();
    let names = names.chain(arguments.variants.iter().map(Variant::name));
    let outcomes = names
        .map(|name| Outcome::read(&arguments.out, &name, arguments.seeds))
        .collect::<anyhow::Result<Vec<_>>>()?;
    crate::show(&table::table(&outcomes))?;
    crate::say(&format!(
        "{:.0} minutes",
        clock.elapsed().as_secs_f64() / 60.0
    ));
    Ok(true)
}

/// The folder that evaluations of a model are in.
fn evaluation(out: &Path, name: &str, seed: u32) -> PathBuf {
    let seed = if name == "base" { 0 } else { seed };
    out.join(format!("seed-{seed}"))
        .join(name.replace(':', "-"))
}

struct Work<'a> {
    arguments: &'a Arguments,
}

impl Work<'_> {
    fn path(&self, name: &str) -> String {
        self.arguments.out.join(name).to_string_lossy().into_owned()
    }

    fn problems(&self) -> anyhow::Result<()> {
        fs::create_dir_all(self.path("problems"))?;
        let learned = [("train", self.arguments.problems), ("validation", 60)];
        for (split, count) in learned.into_iter().chain(JUDGED) {
            let out = self.path(&format!("problems/{split}.jsonl"));
            if !Path::new(&out).exists() {
                self.scrl(&format!(
                    "corpus generate --split {split} --count {count} --out {out}"
                ))?;
            }
        }
        Ok(())
    }

    /// Evaluates a model on everything that it is judged on.
    fn evaluate(&self, name: &str, adapter: &str, seed: Option<u32>) -> anyhow::Result<()> {
        let folder = evaluation(&self.arguments.out, name, seed.unwrap_or(0));
        for (split, _) in JUDGED {
            let out = folder.join(split);
            let line = format!(
                "eval --model {}{adapter} --name {name} --problems {} {ASKING} --seed {} --out {}",
                self.arguments.model.display(),
                self.path(&format!("problems/{split}.jsonl")),
                seed.unwrap_or(0),
                out.display(),
            );
            self.once(&out.join("metrics.json"), &line)?;
        }
        Ok(())
    }

    /// The base model's own answers that work and are safe.
    fn examples(&self) -> anyhow::Result<()> {
        let (own, problems) = (self.path("own"), self.path("problems/train.jsonl"));
        let model = self.arguments.model.display();
        let line = format!(
            "eval --model {model} --problems {problems} --samples 4 --max-tokens 192 --cpu-limit 1 --out {own}"
        );
        self.once(&Path::new(&own).join("metrics.json"), &line)?;
        let prepared = self.path("prepared");
        let line = format!(
            "corpus prepare {own} --problems {problems} --samples {own}/answers.jsonl --reward binary --min-reward 1 --near 1 \
             --validation-share 0.05 --out {prepared}"
        );
        self.once(&Path::new(&prepared).join("manifest.json"), &line)
    }

    fn fine_tune(&self, seed: u32) -> anyhow::Result<()> {
        let folder = self.path(&format!("seed-{seed}/train-sft"));
        let line = format!(
            "train sft --model {} --data {} --recipe tiny --set sft.seed={seed} --set adapter.seed={seed} --out {folder}",
            self.arguments.model.display(),
            self.path("prepared/sft"),
        );
        self.scrl(&line)?;
        self.evaluate("sft", &format!(" --adapter {folder}/best"), Some(seed))
    }

    fn reinforce(&self, variant: &Variant, seed: u32) -> anyhow::Result<()> {
        let name = variant.name();
        let folder = self.path(&format!("seed-{seed}/train-{}", name.replace(':', "-")));
        let episodes = self
            .arguments
            .episodes
            .map_or_else(String::new, |count| format!(" --set rl.episodes={count}"));
        let flags: String = self
            .arguments
            .flags
            .iter()
            .flat_map(|flag| [" ", flag])
            .collect();
        let line = format!(
            "train {} --model {} --sft-checkpoint {} --problems {} --validation {} --recipe tiny --set rl.seed={seed} \
             --set rl.rewards=[\"{}\"]{episodes}{flags} --cpu-limit 1 --out {folder}",
            variant.algorithm,
            self.arguments.model.display(),
            self.path(&format!("seed-{seed}/train-sft/best")),
            self.path("problems/train.jsonl"),
            self.path("problems/validation.jsonl"),
            variant.reward,
        );
        self.scrl(&line)?;
        self.evaluate(&name, &format!(" --adapter {folder}/best"), Some(seed))
    }

    /// Carries out a command unless what it makes is there.
    fn once(&self, made: &Path, line: &str) -> anyhow::Result<()> {
        if made.exists() {
            Ok(())
        } else {
            self.scrl(line)
        }
    }

    fn scrl(&self, line: &str) -> anyhow::Result<()> {
        crate::say(&format!("$ scrl {line}"));
        let scrl = &self.arguments.scrl;
        let status = Command::new(scrl)
            .args(line.split(' '))
            .stdout(Stdio::null())
            .status()
            .with_context(|| format!("`{}` cannot be started", scrl.display()))?;
        ensure!(status.success(), "`scrl {line}` failed: {status}");
        Ok(())
    }
}
