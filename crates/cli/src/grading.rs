//! How samples are graded: the flags, and the run. Shared by `grade`, `quickstart` and `corpus audit`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use clap::{Args, ValueEnum};
use scrl_corpus::{Join, constant_baseline};
use scrl_grade::{
    Assignment, Cache, CacheUse, PipelineError, Python, Settings, StopAt, WorkError, grade_all,
};
use scrl_record::{Compare, Graded, ProblemId, Sample};
use scrl_sandbox::Sandbox;

use crate::execution::{Defaults, ExecutionArguments};
use crate::progress::Progress;
use crate::run_folder::{InputFile, RunDescription};

/// This program's version, as it goes into records.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How samples are graded.
#[derive(Clone, Debug, Args)]
pub(crate) struct GradingArguments {
    /// Programs that run at a time; one per processor when not given
    #[arg(long, short, value_name = "N", help_heading = "Execution")]
    jobs: Option<NonZeroUsize>,
    /// Give each test a process of its own; else one process runs a program's tests as long as they are passed, and
    /// one that is not passed there is run again by itself
    #[arg(long, help_heading = "Execution")]
    isolated: bool,
    /// Leave the rest of a program's tests alone after the first that ends so; they are recorded as `not_run`
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Execution"
    )]
    stop_at: StopAtArgument,
    /// Run each program's tests this often and mark those whose verdict changes
    #[arg(
        long,
        default_value = "1",
        value_name = "N",
        help_heading = "Execution"
    )]
    repeat: NonZeroU32,
    /// Give each test this many times what the slowest one takes a reference solution that is accepted, from 0.5 s up to
    /// --cpu-limit; problems without such a solution get --cpu-limit
    #[arg(long, value_name = "FACTOR", value_parser = factor, help_heading = "Execution")]
    reference_limit: Option<f64>,
    /// Take results of the same programs on the same tests under the same settings from this folder, and leave new ones
    /// there; measured times are then those of the first run
    #[arg(long, value_name = "DIR", help_heading = "Execution")]
    cache: Option<PathBuf>,
    /// What the cache may hold, MiB; its oldest results make place for new ones
    #[arg(
        long,
        default_value_t = 1024,
        value_name = "MIB",
        value_parser = clap::value_parser!(u64).range(64..=1_048_576),
        requires = "cache",
        help_heading = "Execution"
    )]
    cache_size: u64,
    #[command(flatten)]
    execution: ExecutionArguments,
}

/// [`StopAt`] on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum StopAtArgument {
    /// All tests are run
    #[default]
    Never,
    /// A test that reaches its time limit
    TimeLimit,
    /// Any test that is not passed
    Failure,
}

impl StopAtArgument {
    fn stop_at(self) -> StopAt {
        match self {
            Self::Never => StopAt::Never,
            Self::TimeLimit => StopAt::TimeLimit,
            Self::Failure => StopAt::Failure,
        }
    }
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (1.0..=1000.0).contains(&factor) => Ok(factor),
        _ => Err("a number between 1 and 1000 is needed".to_owned()),
    }
}

impl GradingArguments {
    /// Finds the interpreter and the walls; refuses below the level asked for, or that of `defaults`.
    pub(crate) fn prepare(
        &self,
        defaults: Defaults,
        compare: Option<Compare>,
    ) -> anyhow::Result<Grading> {
        let execution = self.execution.prepare(defaults)?;
        let processors = || std::thread::available_parallelism().ok();
        let cache = self.open_cache(&execution.python)?;
        Ok(Grading {
            settings: Settings {
                limits: execution.limits,
                compare,
                isolated: self.isolated,
                stop_at: self.stop_at.stop_at(),
                times: self.repeat,
                reference_factor: self.reference_limit,
                cache,
                python: execution.python.version().to_owned(),
                version: VERSION.to_owned(),
            },
            jobs: self.jobs.or_else(processors).map_or(1, NonZeroUsize::get),
            stop_at: self.stop_at,
            sandbox: execution.sandbox,
        })
    }

    fn open_cache(&self, python: &Python) -> anyhow::Result<Option<Arc<Cache>>> {
        let Some(folder) = &self.cache else {
            return Ok(None);
        };
        let cache = Cache::open(folder, self.cache_size << 20, python.identity()?)?;
        Ok(Some(Arc::new(cache)))
    }
}

/// A sandbox, and what is done in it.
#[derive(Debug)]
pub(crate) struct Grading {
    pub(crate) sandbox: Sandbox,
    settings: Settings,
    stop_at: StopAtArgument,
    jobs: usize,
}

impl Grading {
    /// What makes the results what they are.
    pub(crate) fn describe(
        &self,
        problems: Vec<InputFile>,
        samples: Vec<InputFile>,
    ) -> RunDescription {
        let walls = self.sandbox.walls();
        let settings = &self.settings;
        let stop_at = self.stop_at.to_possible_value();
        RunDescription {
            scrl: settings.version.clone(),
            python: settings.python.clone(),
            level: walls.level().to_string(),
            walls: walls.standing().map(|wall| wall.to_string()).collect(),
            cpu_limit_s: settings.limits.cpu.as_secs_f64(),
            clock: self.sandbox.clock().as_str().to_owned(),
            wall_limit_s: settings.limits.wall.as_secs_f64(),
            memory_limit_mib: settings.limits.memory >> 20,
            output_limit_mib: settings.limits.output >> 20,
            isolated: settings.isolated,
            stop_at: stop_at.map_or_else(String::new, |value| value.get_name().to_owned()),
            repeat: settings.times.get(),
            reference_limit: settings.reference_factor,
            cache: settings.cache.is_some(),
            compare: settings.compare.map(|compare| compare.to_string()),
            problems,
            samples,
        }
    }

    /// Grades `work`, which is of `count` samples, showing progress; Ctrl-C ends it after the samples in progress.
    pub(crate) fn grade<'p>(
        &self,
        work: impl Iterator<Item = Result<Assignment<'p>, WorkError>> + Send,
        count: usize,
        mut sink: impl FnMut(&Graded) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        let stop = crate::interrupt::stop_flag()?;
        let mut progress = Progress::start("grading", "samples", count);
        let (sandbox, settings) = (&self.sandbox, &self.settings);
        let jobs = self.jobs.min(count);
        grade_all(sandbox, settings, jobs, work, &stop, |graded| {
            sink(graded)?;
            progress.step();
            Ok(())
        })?;
        progress.finish();
        if let Some(cache) = &settings.cache {
            crate::say(&in_words(&cache.used()));
        }
        if stop.load(Ordering::Relaxed) {
            bail!("interrupted; what is graded is kept, run the same command again to go on");
        }
        Ok(())
    }
}

impl Grading {
    /// Grades `work` to its end and says nothing.
    pub(crate) fn grade_quietly<'p>(
        &self,
        work: impl Iterator<Item = Result<Assignment<'p>, WorkError>> + Send,
    ) -> Result<Vec<Graded>, PipelineError> {
        let mut all = Vec::new();
        let (sandbox, settings, jobs) = (&self.sandbox, &self.settings, self.jobs);
        grade_all(
            sandbox,
            settings,
            jobs,
            work,
            &AtomicBool::new(false),
            |graded| {
                all.push(graded.clone());
                Ok(())
            },
        )?;
        Ok(all)
    }
}

fn in_words(cache: &CacheUse) -> String {
    let CacheUse {
        hits,
        misses,
        failures,
        reason,
    } = cache;
    let mut words = format!("cache: {hits} of {} results were there", hits + misses);
    if let Some(reason) = reason {
        let _ = write!(words, "; it failed {failures} times, first: {reason}");
    }
    words
}

/// Each sample with its problem.
pub(crate) fn assign<E: Into<WorkError>>(
    samples: impl Iterator<Item = Result<Sample, E>> + Send,
    join: &Join,
) -> impl Iterator<Item = Result<Assignment<'_>, WorkError>> + Send {
    let mut baselines: HashMap<&ProblemId, Option<f64>> = HashMap::new();
    samples.map(move |sample| {
        let sample = sample.map_err(E::into)?;
        let problem = join.find(&sample);
        let constant_baseline = problem.and_then(|problem| {
            *baselines
                .entry(&problem.id)
                .or_insert_with(|| constant_baseline(problem))
        });
        Ok(Assignment {
            sample,
            problem,
            constant_baseline,
        })
    })
}
