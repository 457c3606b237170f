//! `cargo xtask bench-analyzer`: CPU time a program of the analyzer, of a bare parse, of Bandit and of ruff, in turn.
//!
//! Every round runs every contender over the same programs once; the tables give medians over the rounds. Ours runs on
//! one thread; ruff gets one thread too, and what it takes for an empty file is taken off.

mod clock;
mod hostile;
mod programs;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;
use scrl_audit::{Mode, Module};

use programs::Programs;

/// Time the analyzer, a bare parse, Bandit and ruff over the same programs
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cargo xtask bench-analyzer --data ../shared/data --python venv/bin/python \
                        --ruff venv/bin/ruff"
)]
pub(crate) struct Arguments {
    /// Folder with `samples` and `problems`
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// An interpreter; with one that can import bandit, Bandit is timed too
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// A ruff to time; needs --python, which takes the time
    #[arg(long, value_name = "FILE", requires = "python")]
    ruff: Option<PathBuf>,
    /// Rounds
    #[arg(long, default_value_t = 7)]
    rounds: usize,
}

/// Takes the CPU time of Bandit in its own process and of ruff as a child; see its first lines.
const HELPER: &str = include_str!("bench_analyzer/others.py");

/// A contender with its CPU time of each round, in seconds: one for each set, or one for all where files are read.
struct Timed {
    name: &'static str,
    rounds: Vec<Vec<f64>>,
}

impl Timed {
    /// The median over the rounds of what all sets take together.
    fn total(&self) -> f64 {
        median(self.rounds.iter().map(|sets| sets.iter().sum()).collect())
    }

    /// The median of one set.
    fn of_set(&self, at: usize) -> f64 {
        median(self.rounds.iter().map(|sets| sets[at]).collect())
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    if arguments.rounds == 0 {
        bail!("--rounds 0: nothing to time");
    }
    let programs = Programs::read(&arguments.data)?;
    let mut contenders = contenders(arguments);
    for round in 0..=arguments.rounds {
        for timed in &mut contenders {
            let seconds = one_pass(timed.name, &programs, arguments)?;
            // The first round only warms caches.
            if round > 0 {
                timed.rounds.push(seconds);
            }
        }
        crate::say(&format!("round {round} of {}", arguments.rounds));
    }
    crate::show(&table(&contenders, &programs))?;
    crate::show(&table_of_sets(&contenders, &programs))?;
    crate::show(&hostile::table()?)?;
    Ok(true)
}

const PARSE: &str = "ruff_python_parser, parse alone";
const SURVEY: &str = "ours, parse and survey";
const BANDIT_MODE: &str = "ours, bandit mode";
const STRICT_MODE: &str = "ours, strict mode";
const BANDIT: &str = "bandit 1.9.4 in process";
const RUFF: &str = "ruff check --select S, start taken off";

fn contenders(arguments: &Arguments) -> Vec<Timed> {
    let mut names = vec![PARSE, SURVEY, BANDIT_MODE, STRICT_MODE];
    names.extend(arguments.python.as_ref().map(|_| BANDIT));
    names.extend(arguments.ruff.as_ref().map(|_| RUFF));
    let timed = |name| Timed {
        name,
        rounds: Vec::new(),
    };
    names.into_iter().map(timed).collect()
}

fn one_pass(name: &str, programs: &Programs, arguments: &Arguments) -> anyhow::Result<Vec<f64>> {
    let use_of: fn(&[String]) = match name {
        PARSE => |sources| {
            for source in sources {
                let _ = std::hint::black_box(ruff_python_parser::parse_module(source));
            }
        },
        SURVEY => |sources| {
            for source in sources {
                std::hint::black_box(Module::parse(source));
            }
        },
        BANDIT_MODE => |sources| find(sources, Mode::Bandit),
        STRICT_MODE => |sources| find(sources, Mode::Strict),
        _ => return Ok(vec![theirs(name, programs.folder(), arguments)?]),
    };
    let sets = programs.sets.iter();
    sets.map(|set| {
        // The clock ticks in milliseconds, and the smallest set takes but one.
        let passes = LEAST_PROGRAMS.div_ceil(set.sources.len().max(1));
        let seconds = clock::cpu_seconds(|| (0..passes).for_each(|_| use_of(&set.sources)))?;
        Ok(seconds / passes as f64)
    })
    .collect()
}

/// Programs that one of our passes over a set reads at least.
const LEAST_PROGRAMS: usize = 20_000;

fn find(sources: &[String], mode: Mode) {
    for source in sources {
        std::hint::black_box(Module::parse(source).findings(mode));
    }
}

fn theirs(name: &str, folder: &Path, arguments: &Arguments) -> anyhow::Result<f64> {
    let python = arguments.python.as_deref().context("no --python")?;
    let mut command = Command::new(python);
    command.args(["-", if name == RUFF { "ruff" } else { "bandit" }]);
    command.arg(folder).args(arguments.ruff.as_deref());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` does not start", python.display()))?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    stdin.write_all(HELPER.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds = text.trim().parse();
    seconds.with_context(|| format!("{name}: the helper said `{}`", text.trim()))
}

/// Writing to a `String` cannot fail.
fn table(contenders: &[Timed], programs: &Programs) -> String {
    let count = programs.count() as f64;
    let parse = contenders[0].total();
    let mut text = format!(
        "{count} programs, {:.2} MB\n\n| contender | us a program | x the parse |\n|---|---|---|\n",
        programs.bytes() as f64 / 1e6
    );
    for timed in contenders {
        let seconds = timed.total();
        let _ = writeln!(
            text,
            "| {} | {:.1} | {:.2} |",
            timed.name,
            seconds / count * 1e6,
            seconds / parse
        );
    }
    text
}

/// Our two modes set by set, in multiples of the parse. Writing to a `String` cannot fail.
fn table_of_sets(contenders: &[Timed], programs: &Programs) -> String {
    let mut text = String::from(
        "\n| programs | count | parse, us each | bandit mode | strict mode |\n|---|---|---|---|---|\n",
    );
    let of = |name: &str| contenders.iter().find(|timed| timed.name == name);
    let (Some(parse), Some(bandit), Some(strict)) = (of(PARSE), of(BANDIT_MODE), of(STRICT_MODE))
    else {
        return text;
    };
    for (at, set) in programs.sets.iter().enumerate() {
        let (count, base) = (set.sources.len(), parse.of_set(at));
        let _ = writeln!(
            text,
            "| {} | {count} | {:.1} | {:.2}x | {:.2}x |",
            set.name,
            base / count as f64 * 1e6,
            bandit.of_set(at) / base,
            strict.of_set(at) / base
        );
    }
    text
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}
