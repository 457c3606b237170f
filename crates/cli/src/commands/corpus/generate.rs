//! `scrl corpus generate`: problems of the curriculum, any number of them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, bail};
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use scrl_corpus::write_problem;
use scrl_curriculum::{Curriculum, Instance, Mix, Split};

use super::NewFile;
use crate::Done;

/// Instances that one thread draws before they are written: enough to keep it busy, few enough to hold.
const BLOCK: u64 = 256;

/// Instances in a row without a new one that is wanted, after which there are no more to be had.
const PATIENCE: u64 = 50_000;

/// Generate problems of the curriculum from a seed
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  scrl corpus generate --count 1000 --out problems.jsonl\n  scrl corpus generate --seed 7 \
                        --count 500 --split train --out train.jsonl --samples answers.jsonl\n\nThe same seed gives \
                        the same bytes, whatever --jobs. docs/curriculum.md describes the families."
)]
pub(crate) struct Arguments {
    /// Decides everything that is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many problems
    #[arg(long, value_name = "N")]
    count: u64,
    /// Only these families
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    families: Vec<String>,
    /// Only this split: train, validation, held-out-instances or held-out-families
    #[arg(long)]
    split: Option<Split>,
    /// Where to write the problems; gzip where the name ends with .gz
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where to write one answer to each problem, of mixed quality
    #[arg(long, value_name = "FILE")]
    samples: Option<PathBuf>,
    /// How often each quality is drawn for --samples: secure, insecure, wrong, silent, crash
    #[arg(
        long,
        value_name = "PARTS",
        default_value = "secure=35,insecure=35,silent=20,crash=10"
    )]
    mix: Mix,
    /// Threads [default: one per processor]
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    if arguments.count == 0 {
        bail!("--count 0 asks for nothing: ask for at least one problem");
    }
    let curriculum = Curriculum::new(arguments.seed, &arguments.families)?;
    if let Some(split) = arguments.split.filter(|split| !curriculum.offers(*split)) {
        bail!(
            "none of these families is in the split `{}` under seed {}: name others, or none for all",
            split.as_str(),
            arguments.seed
        );
    }
    let jobs = arguments
        .jobs
        .or_else(|| thread::available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get) as u64;
    let mut output = Output::create(arguments)?;
    let mut next = 0;
    while output.written < arguments.count {
        if next > output.last_kept + PATIENCE {
            bail!(
                "only {} problems are to be had: the next {PATIENCE} are of another split or known already",
                output.written
            );
        }
        // The last round draws no more than may be needed.
        let block = BLOCK.min((arguments.count - output.written).div_ceil(jobs));
        for drawn in draw(&curriculum, arguments, next, jobs, block) {
            output.write(&drawn, arguments.count)?;
        }
        next += jobs * block;
    }
    let families = curriculum.families().len();
    output.finish(arguments, families)
}

/// One instance, ready to be written.
struct Drawn {
    index: u64,
    /// Hash of statement and tests.
    content: u64,
    problem: Vec<u8>,
    sample: Vec<u8>,
}

/// The wanted instances from `first` on, in order: `jobs` threads with a block each.
fn draw(
    curriculum: &Curriculum,
    arguments: &Arguments,
    first: u64,
    jobs: u64,
    block: u64,
) -> Vec<Drawn> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs)
            .map(|job| {
                let start = first + job * block;
                scope.spawn(move || {
                    (start..start + block)
                        .filter_map(|index| draw_one(curriculum, arguments, index))
                        .collect::<Vec<Drawn>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("drawing does not panic"))
            .collect()
    })
}

fn draw_one(curriculum: &Curriculum, arguments: &Arguments, index: u64) -> Option<Drawn> {
    let instance = curriculum.instance(index);
    if arguments.split.is_some_and(|split| split != instance.split) {
        return None;
    }
    let mut problem = Vec::with_capacity(4096);
    write_problem(&mut problem, &instance.problem).expect("writing to memory does not fail");
    let mut sample = Vec::new();
    if arguments.samples.is_some() {
        let answer = arguments.mix.sample(&instance, arguments.seed);
        serde_json::to_writer(&mut sample, &answer).expect("samples serialize");
        sample.push(b'\n');
    }
    Some(Drawn {
        index,
        content: content(&instance),
        problem,
        sample,
    })
}

fn content(instance: &Instance) -> u64 {
    let mut hasher = DefaultHasher::new();
    instance.problem.prompt.hash(&mut hasher);
    for test in &instance.problem.tests {
        test.input.as_json().hash(&mut hasher);
        test.output.as_json().hash(&mut hasher);
    }
    hasher.finish()
}

struct Output {
    problems: NewText,
    samples: Option<NewText>,
    seen: HashSet<u64>,
    written: u64,
    duplicates: u64,
    last_kept: u64,
}

impl Output {
    fn create(arguments: &Arguments) -> anyhow::Result<Self> {
        Ok(Self {
            problems: NewText::create(&arguments.out)?,
            samples: arguments
                .samples
                .as_deref()
                .map(NewText::create)
                .transpose()?,
            seen: HashSet::new(),
            written: 0,
            duplicates: 0,
            last_kept: 0,
        })
    }

    /// Writes an instance unless there are enough, or it is one that was written before.
    fn write(&mut self, drawn: &Drawn, count: u64) -> anyhow::Result<()> {
        if self.written == count {
            return Ok(());
        }
        if !self.seen.insert(drawn.content) {
            self.duplicates += 1;
            return Ok(());
        }
        self.problems.write(&drawn.problem)?;
        if let Some(samples) = &mut self.samples {
            samples.write(&drawn.sample)?;
        }
        self.written += 1;
        self.last_kept = drawn.index;
        Ok(())
    }

    fn finish(self, arguments: &Arguments, families: usize) -> anyhow::Result<Done> {
        self.problems.finish()?;
        if let Some(samples) = self.samples {
            samples.finish()?;
        }
        crate::say(&format!(
            "{} problems of {families} families written to {}; {} repetitions left out",
            self.written,
            arguments.out.display(),
            self.duplicates
        ));
        Ok(Done::Well)
    }
}

/// A new file, compressed where its name says so.
struct NewText {
    file: NewFile,
    gzip: Option<GzEncoder<Vec<u8>>>,
}

impl NewText {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let is_gzip = path.extension().is_some_and(|ending| ending == "gz");
        Ok(Self {
            file: NewFile::create(path)?,
            gzip: is_gzip.then(|| GzEncoder::new(Vec::new(), Compression::fast())),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let Some(encoder) = &mut self.gzip else {
            return self.pass_on(bytes);
        };
        encoder.write_all(bytes)?;
        let ready = std::mem::take(encoder.get_mut());
        self.pass_on(&ready)
    }

    fn pass_on(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = self.file.writer.write_all(bytes);
        written.with_context(|| format!("`{}` cannot be written", self.file.path.display()))
    }

    fn finish(mut self) -> anyhow::Result<()> {
        if let Some(encoder) = self.gzip.take() {
            let rest = encoder.finish()?;
            self.pass_on(&rest)?;
        }
        self.file.finish()
    }
}
