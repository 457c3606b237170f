//! `scrl quickstart`: the main job on embedded defaults, as the commands that anyone can give.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::carry_out;
use crate::Done;
use crate::embedded::{MODEL, Suite};
use crate::execution::{Defaults, ExecutionArguments, LevelArgument};
use crate::run_folder::make_folder;

/// Train a small model on its own graded answers, and report what it was worth before and after
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl quickstart --out first-run\n\nEach step is a command that is shown and can be given by \
                        itself. A run that was cut off goes on when the same command is given again."
)]
pub(crate) struct Arguments {
    /// Folder for everything that is made
    #[arg(long, default_value = "scrl-quickstart", value_name = "DIR")]
    out: PathBuf,
    /// Take only N problems, and learn from few answers: shows that all parts work, not what learning does
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Python interpreter to run programs with
    #[arg(long, default_value = "python3", value_name = "PYTHON")]
    python: String,
    /// Lowest isolation level to accept, as for `scrl grade`
    #[arg(long, value_enum, ignore_case = true, default_value = "C")]
    level: LevelArgument,
    /// Programs that run at a time; one per processor when not given
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let has_folder = arguments.look_at_walls()?;
    let out = &arguments.out;
    write_model(&out.join("model"))?;
    write_demonstration(&out.join("demonstration"), arguments.limit, has_folder)?;
    make_folder(&out.join("problems"))?;
    let mut done = Done::Well;
    for step in arguments.steps() {
        if !step.what.is_empty() {
            crate::say(&format!("\n# {}", step.what));
        }
        crate::say(&format!("$ scrl {}", shown(&step.line)));
        if carry_out(&step.line)? == Done::WithFindings {
            done = Done::WithFindings;
        }
    }
    Ok(done)
}

/// A command, and what it is for; nothing where it belongs to the one before.
struct Step {
    what: &'static str,
    line: Vec<String>,
}

/// How much of each.
struct Sizes {
    /// Problems to learn on.
    learn: u64,
    /// Problems to choose the best checkpoint by.
    validation: u64,
    /// Problems that nothing was learned on.
    held_out: u64,
    /// Answers of reinforcement.
    episodes: u64,
}

impl Sizes {
    const WHOLE: Self = Self {
        learn: 300,
        validation: 40,
        held_out: 300,
        episodes: 1536,
    };

    fn of(limit: Option<u64>) -> Self {
        let Some(limit) = limit else {
            return Self::WHOLE;
        };
        let Self {
            learn,
            validation,
            held_out,
            episodes,
        } = Self::WHOLE;
        Self {
            // Fewer would leave nothing that is right to learn from.
            learn: limit.clamp(24, learn),
            validation: limit.min(validation),
            held_out: limit.min(held_out),
            episodes: limit.saturating_mul(32).min(episodes),
        }
    }
}

impl Arguments {
    /// Says which walls are missing; whether programs can have a private folder.
    fn look_at_walls(&self) -> anyhow::Result<bool> {
        let execution = ExecutionArguments {
            python: self.python.clone(),
            level: Some(self.level),
            cpu_limit: None,
            memory_limit: 1024,
            output_limit: 16,
        }
        .prepare(Defaults::EMBEDDED)?;
        for (wall, reason) in execution.sandbox.walls().missing() {
            crate::say(&format!("missing wall: {wall}: {reason}"));
        }
        Ok(execution.sandbox.offers_folder())
    }

    fn steps(&self) -> Vec<Step> {
        let sizes = Sizes::of(self.limit);
        let mut steps = Vec::from(self.demonstration());
        steps.extend(self.problems(&sizes));
        steps.extend([
            self.evaluation(
                "How good is a small model of ours, on problems it never saw?",
                "base",
                None,
            ),
            self.own_answers(),
            self.preparation(),
            self.fine_tuning(),
            self.evaluation("", "base+sft", Some("@/sft/best")),
            self.reinforcement(&sizes),
            self.evaluation("", "base+sft+ppo", Some("@/ppo/best")),
            self.report(),
        ]);
        steps
    }

    fn demonstration(&self) -> [Step; 2] {
        [
            self.program_step(
                "What grading says of answers that were written for demonstration; no model wrote them",
                "grade --problems @/demonstration/problems.jsonl --samples @/demonstration/answers.jsonl --cpu-limit 1 \
                 --out @/demonstration",
            ),
            self.step("", "report @/demonstration --out @/demonstration"),
        ]
    }

    fn problems(&self, sizes: &Sizes) -> [Step; 3] {
        let line = |split: &str, file: &str, count: u64| {
            format!("corpus generate --split {split} --count {count} --out @/problems/{file}.jsonl")
        };
        [
            self.step(
                "Problems to learn on, to choose by, and to judge by",
                &line("train", "train", sizes.learn),
            ),
            self.step("", &line("validation", "validation", sizes.validation)),
            self.step("", &line("held-out-instances", "held-out", sizes.held_out)),
        ]
    }

    /// `model` is what the report calls it, `adapter` where its adapter is, if it has one.
    fn evaluation(&self, what: &'static str, model: &str, adapter: Option<&str>) -> Step {
        let folder = model.rsplit('+').next().unwrap_or(model);
        let adapter = adapter.map_or_else(String::new, |adapter| format!("--adapter {adapter} "));
        let line = format!(
            "eval --model @/model {adapter}--name {model} --problems @/problems/held-out.jsonl --samples 2 --max-tokens 192 \
             --cpu-limit 1 --out @/evaluation/{folder}"
        );
        self.program_step(what, &line)
    }

    fn own_answers(&self) -> Step {
        self.program_step(
            "Its own answers to the problems to learn on",
            "eval --model @/model --problems @/problems/train.jsonl --samples 4 --max-tokens 192 --cpu-limit 1 --out @/own",
        )
    }

    fn preparation(&self) -> Step {
        self.step(
            "Those of them that work and are safe",
            "corpus prepare @/own --problems @/problems/train.jsonl --samples @/own/answers.jsonl --reward binary --min-reward 1 \
             --near 1 --validation-share 0.05 --out @/prepared",
        )
    }

    fn fine_tuning(&self) -> Step {
        self.step(
            "Supervised fine-tuning on those",
            "train sft --model @/model --data @/prepared/sft --recipe tiny --out @/sft",
        )
    }

    fn reinforcement(&self, sizes: &Sizes) -> Step {
        let line = format!(
            "train ppo --model @/model --sft-checkpoint @/sft/best --problems @/problems/train.jsonl --validation \
             @/problems/validation.jsonl --recipe tiny --set rl.episodes={} --cpu-limit 1 --out @/ppo",
            sizes.episodes
        );
        self.program_step(
            "Reinforcement: its answers are graded, and made more or less likely",
            &line,
        )
    }

    fn report(&self) -> Step {
        self.step(
            "All three side by side",
            "report @/evaluation/base @/evaluation/sft @/evaluation/ppo --training @/sft @/ppo --problems @/problems/held-out.jsonl \
             --out @/",
        )
    }

    /// A command that runs programs.
    fn program_step(&self, what: &'static str, line: &str) -> Step {
        let mut step = self.step(what, line);
        let flags = ["--python", &self.python, "--level", self.level.name()];
        step.line.extend(flags.map(str::to_owned));
        if let Some(jobs) = self.jobs {
            step.line.extend(["--jobs".to_owned(), jobs.to_string()]);
        }
        step
    }

    /// A command. Words that begin with `@/` are paths in the folder for everything.
    fn step(&self, what: &'static str, line: &str) -> Step {
        let word = |word: &str| match word.strip_prefix("@/") {
            Some(path) => self.out.join(path).to_string_lossy().into_owned(),
            None => word.to_owned(),
        };
        Step {
            what,
            line: line.split(' ').map(word).collect(),
        }
    }
}

/// The command as a shell takes it.
fn shown(line: &[String]) -> String {
    let is_plain = |one: char| one.is_ascii_alphanumeric() || "-_./=+,:".contains(one);
    let quoted = |word: &String| {
        if word.chars().all(is_plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    line.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// The embedded model as a folder in the form of Hugging Face.
fn write_model(folder: &Path) -> anyhow::Result<()> {
    make_folder(folder)?;
    for (name, bytes) in MODEL {
        write(&folder.join(name), bytes)?;
    }
    Ok(())
}

/// The starter suite, or `limit` answers of it.
fn write_demonstration(folder: &Path, limit: Option<u64>, has_folder: bool) -> anyhow::Result<()> {
    make_folder(folder)?;
    let mut suite = Suite::starter()?.gradable(has_folder);
    suite
        .samples
        .truncate(limit.map_or(usize::MAX, |limit| limit as usize));
    write(
        &folder.join("problems.jsonl"),
        suite.problems_text()?.as_bytes(),
    )?;
    write(
        &folder.join("answers.jsonl"),
        suite.samples_text()?.as_bytes(),
    )
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("`{}` cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn arguments(line: &str) -> Arguments {
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            arguments: Arguments,
        }
        let words = ["scrl"]
            .into_iter()
            .chain(line.split(' ').filter(|word| !word.is_empty()));
        Alone::parse_from(words).arguments
    }

    #[test]
    fn every_step_is_a_command_that_exists() {
        for line in [
            "",
            "--limit 1 --jobs 2 --level d --python pypy3 --out elsewhere",
        ] {
            let steps = arguments(line).steps();
            assert!(steps.len() > 10);
            for step in steps {
                let words = ["scrl".to_owned()].into_iter().chain(step.line.clone());
                let read = crate::Arguments::try_parse_from(words);
                assert!(read.is_ok(), "{}: {:?}", shown(&step.line), read.err());
            }
        }
    }

    #[test]
    fn paths_are_in_the_folder_and_quoted_where_a_shell_would_cut_them() {
        let mut given = arguments("");
        given.out = PathBuf::from("it's here");
        let step = given.step("", "report @/own --out @/");
        assert_eq!(
            shown(&step.line),
            r"report 'it'\''s here/own' --out 'it'\''s here/'"
        );
    }

    #[test]
    fn a_limit_makes_everything_smaller() {
        let (small, whole) = (Sizes::of(Some(6)), Sizes::WHOLE);
        assert!(small.learn < whole.learn && small.held_out == 6 && small.episodes == 192);
        assert_eq!(Sizes::of(Some(1_000_000)).episodes, whole.episodes);
    }
}
