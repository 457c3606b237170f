//! The flags of every command that runs programs, and the sandbox they ask for.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use scrl_grade::Python;
use scrl_sandbox::{Host, Level, Limits, Sandbox, sweep_leftovers};

/// How programs are run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Execution")]
pub(crate) struct ExecutionArguments {
    /// Python interpreter to run programs with: a name on the search path, or a path, also into a virtual
    /// environment
    #[arg(long, default_value = "python3", value_name = "PYTHON")]
    pub(crate) python: String,
    /// Lowest isolation level to accept: A all walls, B no control group or no root, C no namespaces but
    /// seccomp and Landlock, D resource limits only, for programs that you trust
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) level: Option<LevelArgument>,
    /// Seconds for each test, by instructions (ten to a nanosecond) or by CPU time, as `scrl doctor` says; 5 when not
    /// given, 1 for the quickstart, 60 for canonical solutions
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) cpu_limit: Option<f64>,
    /// Memory for each test, MiB
    #[arg(long, default_value_t = 1024, value_name = "MIB", value_parser = clap::value_parser!(u64).range(32..=1_048_576))]
    pub(crate) memory_limit: u64,
    /// Output of each test, MiB
    #[arg(long, default_value_t = 16, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) output_limit: u64,
}

/// What a command takes where the flags say nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    /// Lowest isolation level.
    pub(crate) level: Level,
    /// CPU seconds for each test.
    pub(crate) cpu_limit: f64,
}

impl Defaults {
    /// For programs that anybody may have written.
    pub(crate) const UNTRUSTED: Self = Self {
        level: Level::A,
        cpu_limit: 5.0,
    };
    /// For canonical solutions: they say how long a problem takes.
    pub(crate) const CANONICAL: Self = Self {
        level: Level::A,
        cpu_limit: 60.0,
    };
    /// For the embedded suite. It is our own work, so whatever walls there are will do; its correct programs need
    /// milliseconds, its endless loops all there is.
    pub(crate) const EMBEDDED: Self = Self {
        level: Level::C,
        cpu_limit: 1.0,
    };
}

/// [`Level`] on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum LevelArgument {
    A,
    B,
    C,
    D,
}

impl LevelArgument {
    /// As the command line takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::A => Level::A,
            Self::B => Level::B,
            Self::C => Level::C,
            Self::D => Level::D,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds between 0.01 and 86400 is needed".to_owned()),
    }
}

/// An interpreter behind walls.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) python: Python,
    pub(crate) sandbox: Sandbox,
    pub(crate) limits: Limits,
}

impl ExecutionArguments {
    fn limits(&self, cpu_by_default: f64) -> Limits {
        let limits = Limits {
            memory: self.memory_limit << 20,
            output: self.output_limit << 20,
            ..Limits::default()
        };
        let cpu = self.cpu_limit.unwrap_or(cpu_by_default);
        limits.with_cpu(Duration::from_secs_f64(cpu))
    }

    /// Finds the interpreter and the walls; refuses below the level asked for, or that of `defaults`.
    pub(crate) fn prepare(&self, defaults: Defaults) -> anyhow::Result<Execution> {
        let python = Python::find(&self.python)?;
        let host = Arc::new(Host::detect());
        sweep_leftovers(&host);
        let limits = self.limits(defaults.cpu_limit);
        let lowest = self.level.map_or(defaults.level, LevelArgument::level);
        let sandbox = Sandbox::new(host, Arc::new(python.runtime()), limits, lowest)
            .context("nothing was run")?;
        Ok(Execution {
            python,
            sandbox,
            limits,
        })
    }
}
