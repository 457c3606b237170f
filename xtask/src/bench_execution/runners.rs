//! Ways to run a test.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, ensure};
use clap::ValueEnum;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::wait::wait;
use scrl_grade::{Python, Ran, Task};
use scrl_sandbox::{Host, Level, Limits, Sandbox, Wall, Worker, keep_to_processor};

use super::cases::Case;

/// A way to run a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Runner {
    /// `python3 file.py`: no walls.
    Plain,
    /// `python3 -I -S -B file.py`: no walls, no site packages.
    Bare,
    /// The same inside bubblewrap: namespaces.
    Bubblewrap,
    /// A forked process a test with `multiprocessing`: no walls.
    Multiprocessing,
    /// Ours, a fork a test, every wall this machine offers.
    Isolated,
    /// The same with no more than resource limits.
    Open,
    /// As isolated, without namespaces and a user of its own.
    NoNamespaces,
    /// As isolated, without the system-call filter.
    NoSeccomp,
    /// As isolated, without Landlock.
    NoLandlock,
    /// As isolated, without a control group.
    NoCgroup,
    /// As isolated, with time limits in CPU time instead of instructions.
    CpuClock,
    /// As isolated, a worker on each processor at the same time.
    EveryProcessor,
    /// Ours, a fork a sample, every wall this machine offers.
    Batched,
}

impl Runner {
    /// As on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Runner::Plain => "plain",
            Runner::Bare => "bare",
            Runner::Bubblewrap => "bubblewrap",
            Runner::Multiprocessing => "multiprocessing",
            Runner::Isolated => "isolated",
            Runner::Open => "open",
            Runner::NoNamespaces => "no-namespaces",
            Runner::NoSeccomp => "no-seccomp",
            Runner::NoLandlock => "no-landlock",
            Runner::NoCgroup => "no-cgroup",
            Runner::CpuClock => "cpu-clock",
            Runner::EveryProcessor => "every-processor",
            Runner::Batched => "batched",
        }
    }

    /// All that can be run here; the others are named.
    pub(crate) fn installed() -> Vec<Self> {
        let bubblewrap = Command::new("bwrap").arg("--version").output().is_ok();
        if !bubblewrap {
            crate::say("SKIPPED: bubblewrap: there is no `bwrap`");
        }
        Self::value_variants()
            .iter()
            .copied()
            .filter(|runner| bubblewrap || *runner != Runner::Bubblewrap)
            .collect()
    }

    pub(crate) fn tests_per_process(self, case: &Case) -> u32 {
        match self {
            Runner::Batched => case.tests_per_sample,
            Runner::EveryProcessor => processors(),
            _ => 1,
        }
    }

    /// Without site packages there is nothing but the standard library.
    pub(crate) fn can_run(self, case: &Case) -> bool {
        case.module.is_none() || !matches!(self, Runner::Bare | Runner::Bubblewrap)
    }

    pub(crate) fn is_ours(self) -> bool {
        !matches!(
            self,
            Runner::Plain | Runner::Bare | Runner::Bubblewrap | Runner::Multiprocessing
        )
    }

    /// Runs `tests` tests of `case`.
    pub(crate) fn run(self, case: &Case, python: &str, tests: u32) -> anyhow::Result<()> {
        let Some(host) = self.host() else {
            return self.run_script(case, python, tests);
        };
        if self == Runner::EveryProcessor {
            return on_every_processor(&host, case, python, tests);
        }
        Ours::start(python, host, case)?.run(case, tests, self.tests_per_process(case))
    }

    /// The walls of ours; absent for the others.
    fn host(self) -> Option<Host> {
        let without: &[Wall] = match self {
            Runner::Isolated | Runner::EveryProcessor | Runner::Batched => &[],
            Runner::CpuClock => return Some(Host::detect().with_cpu_time()),
            Runner::NoNamespaces => &[Wall::Namespaces, Wall::UserSwitch],
            Runner::NoSeccomp => &[Wall::Seccomp],
            Runner::NoLandlock => &[Wall::Landlock],
            Runner::NoCgroup => &[Wall::Cgroup],
            Runner::Open => &[
                Wall::Namespaces,
                Wall::UserSwitch,
                Wall::Seccomp,
                Wall::Landlock,
                Wall::Cgroup,
            ],
            Runner::Plain | Runner::Bare | Runner::Bubblewrap | Runner::Multiprocessing => {
                return None;
            }
        };
        Some(Host::detect_without(without))
    }

    fn run_script(self, case: &Case, python: &str, tests: u32) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let script = folder.path().join("solution.py");
        fs::write(&script, script_of(case))?;
        let input = Case::input();
        if self == Runner::Multiprocessing {
            let driver = folder.path().join("multiprocessing_runner.py");
            fs::write(&driver, include_str!("multiprocessing_runner.py"))?;
            let mut command = Command::new(python);
            command.arg(&driver).arg(&script).arg(tests.to_string());
            return feed(&mut command, &input);
        }
        // Bubblewrap leaves its innermost process to whoever reaps orphans; its time counts too.
        set_child_subreaper(true)?;
        for _ in 0..tests {
            feed(&mut self.command(python, &script)?, &input)?;
            while wait().is_ok() {}
        }
        Ok(())
    }

    fn command(self, python: &str, script: &Path) -> anyhow::Result<Command> {
        let mut command = Command::new(if self == Runner::Bubblewrap {
            "bwrap"
        } else {
            python
        });
        if self == Runner::Bubblewrap {
            let folder = script.parent().context("a script lies in a folder")?;
            command
                .args(["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/"])
                .args(["--tmpfs", "/tmp", "--ro-bind"])
                .args([folder, folder])
                .arg(python);
        }
        if self != Runner::Plain {
            command.args(["-I", "-S", "-B"]);
        }
        command.arg(script);
        Ok(command)
    }
}

fn processors() -> u32 {
    thread::available_parallelism().map_or(1, |count| count.get() as u32)
}

/// Runs `tests` tests, the same number on each processor.
fn on_every_processor(host: &Host, case: &Case, python: &str, tests: u32) -> anyhow::Result<()> {
    let processors = processors();
    let work = || Ours::start(python, host.clone(), case)?.run(case, tests / processors, 1);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("no worker panics"))
    })
}

/// A call problem's program as its own script, for the runners that know no calls.
fn script_of(case: &Case) -> String {
    let Some(entry) = case.entry else {
        return case.code.to_owned();
    };
    let call = entry.replacen('.', "().", 1);
    let numbers = Case::arguments();
    format!(
        "from collections import Counter\nfrom typing import List\n{}\nprint({call}(*{numbers}))\n",
        case.code
    )
}

fn feed(command: &mut Command, input: &str) -> anyhow::Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("{command:?}"))?;
    let mut stdin = child.stdin.take().context("a pipe to the program")?;
    // A program that does not read ends before it is fed.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    ensure!(child.wait()?.success(), "{command:?} failed");
    Ok(())
}

/// A worker of our own sandbox.
struct Ours {
    worker: Worker,
    limits: Limits,
}

impl Ours {
    fn start(python: &str, host: Host, case: &Case) -> anyhow::Result<Self> {
        keep_to_processor();
        let python = Python::find(python)?;
        let limits = Limits::default();
        let sandbox = Sandbox::new(Arc::new(host), Arc::new(python.runtime()), limits, Level::D)?;
        let of_kind = case.module.and_then(|module| sandbox.of_kind(module));
        Ok(Self {
            worker: of_kind.unwrap_or(sandbox).worker()?,
            limits,
        })
    }

    /// Runs `tests` tests, `together` in one process.
    fn run(&mut self, case: &Case, tests: u32, together: u32) -> anyhow::Result<()> {
        let (input, arguments) = (Case::input(), Case::arguments());
        let task = match case.entry {
            Some(entry) => Task::Call {
                entry,
                arguments: &arguments,
            },
            None => Task::Script {
                stdin: &input,
                call: None,
            },
        };
        let ended_well = |ran: &Ran| {
            ensure!(ran.ended_well(), "`{}` failed: {ran:?}", case.name);
            Ok(())
        };
        if together == 1 {
            for _ in 0..tests {
                let ran = scrl_grade::run(&mut self.worker, case.code, task, &self.limits)?;
                ended_well(&ran)?;
            }
            return Ok(());
        }
        let count = together as usize;
        for _ in 0..tests / together {
            let mut all = Vec::with_capacity(count);
            let mut each = |ran| {
                all.push(ran);
                ControlFlow::Continue(())
            };
            let (worker, limits) = (&mut self.worker, &self.limits);
            scrl_grade::run_batch(worker, case.code, count, &|_| task, limits, &mut each)?;
            ensure!(all.len() == count, "`{}` ended early", case.name);
            all.iter().try_for_each(ended_well)?;
        }
        Ok(())
    }
}
