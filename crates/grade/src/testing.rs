//! Runs a program on the tests of its problem.
//!
//! A process runs one test after another as long as they end well (a *batch*); what a test leaves behind is undone
//! between them as far as the driver can, and a test that leaves more gets its successor a new process. So what
//! ends badly after the first test of a process is run again in a process of its own, and that verdict counts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use scrl_record::{Compare, Event, ExploitResult, Kind, Problem, TestResult, Verdict};
use scrl_sandbox::{Error, FolderEntry, Limits, Worker};
use serde::{Deserialize, Serialize};

use crate::grader::Settings;
use crate::harness::{self, Ran, Task};
use crate::judge::{judge, mebibytes};

/// A program and what it is tested on.
#[derive(Clone, Copy)]
pub(crate) struct Program<'a> {
    pub(crate) code: &'a str,
    /// Whether it imports numpy, or what is built on it.
    pub(crate) uses_numpy: bool,
    pub(crate) problem: &'a Problem,
    /// The function that wraps a program for standard input and that nothing calls.
    pub(crate) call: Option<&'a str>,
    pub(crate) compare: Compare,
    /// Of each test.
    pub(crate) limits: Limits,
    /// What is in the private folder of each run, if there is one.
    pub(crate) folder: Option<&'a [FolderEntry]>,
}

/// How it fared.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tested {
    /// In the order of the problem's tests, one each.
    pub(crate) results: Vec<TestResult>,
    pub(crate) compiles: bool,
    pub(crate) events: BTreeSet<Event>,
    /// Of each exploit test; absent where the problem has none.
    pub(crate) exploits: Option<Vec<ExploitResult>>,
    /// Tests that ended differently when they were run again; absent when they were run once.
    pub(crate) flaky: Option<Vec<u32>>,
    /// The longest that a test took, by the clock that decides.
    pub(crate) slowest: Duration,
}

impl Tested {
    pub(crate) fn is_flaky(&self) -> bool {
        self.flaky.as_ref().is_some_and(|tests| !tests.is_empty())
    }

    /// Whether every test was passed the first time.
    pub(crate) fn passes_all(&self) -> bool {
        let mut results = self.results.iter();
        results.all(|result| result.verdict == Verdict::Accepted)
    }

    /// Whether every test was passed, each time.
    pub(crate) fn is_accepted(&self) -> bool {
        self.passes_all() && !self.is_flaky()
    }
}

/// Tests in progress.
pub(crate) struct Testing<'a> {
    worker: &'a mut Worker,
    settings: &'a Settings,
    program: Program<'a>,
    tested: Tested,
}

impl<'a> Testing<'a> {
    pub(crate) fn new(
        worker: &'a mut Worker,
        settings: &'a Settings,
        program: Program<'a>,
    ) -> Self {
        Self {
            worker,
            settings,
            program,
            tested: Tested::default(),
        }
    }

    /// Runs what is to be run; an error is a failure of ours.
    pub(crate) fn finish(mut self) -> Result<Tested, Error> {
        let inputs: Vec<String> = self.inputs();
        let tasks: Vec<Task<'_>> = (0..inputs.len()).map(|at| self.task(&inputs, at)).collect();
        while self.tested.results.len() < tasks.len() && !self.is_over() {
            let rest = &tasks[self.tested.results.len()..];
            if self.settings.isolated || rest.len() == 1 || self.program.folder.is_some() {
                let result = self.run_alone(rest[0], self.tested.results.len())?;
                self.tested.results.push(result);
            } else {
                self.run_together(rest)?;
            }
        }
        self.tested.results.resize(tasks.len(), not_run());
        Ok(self.tested)
    }

    fn is_over(&self) -> bool {
        let last = self.tested.results.last();
        last.is_some_and(|result| self.settings.stop_at.ends_with(result.verdict))
    }

    /// Standard input of each test; empty for calls.
    fn inputs(&self) -> Vec<String> {
        let is_call = self.is_call();
        let tests = self.program.problem.tests.iter();
        tests
            .map(|test| {
                if is_call {
                    String::new()
                } else {
                    test.input.as_string().unwrap_or_default()
                }
            })
            .collect()
    }

    fn is_call(&self) -> bool {
        let problem = self.program.problem;
        problem.kind == Kind::Call && problem.entry_point.is_some()
    }

    fn task<'t>(&self, inputs: &'t [String], at: usize) -> Task<'t>
    where
        'a: 't,
    {
        let problem = self.program.problem;
        match &problem.entry_point {
            Some(entry) if self.is_call() => Task::Call {
                entry,
                arguments: problem.tests[at].input.as_json(),
            },
            _ => Task::Script {
                stdin: &inputs[at],
                call: self.program.call,
            },
        }
    }

    /// Runs as many of `tasks`, the tests that are left, as end well, and the first that does not.
    fn run_together(&mut self, tasks: &[Task<'_>]) -> Result<(), Error> {
        let first = self.tested.results.len();
        let (program, tested) = (self.program, &mut self.tested);
        let peak = harness::run_batch(
            self.worker,
            program.code,
            tasks,
            &program.limits,
            &mut |ran| {
                let result = note(tested, program, &ran, tested.results.len());
                let ended_well = result.verdict == Verdict::Accepted;
                tested.results.push(result);
                if ended_well {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            },
        )?;
        for result in &mut self.tested.results[first..] {
            result.peak_mib = mebibytes(peak);
        }
        let last = self.tested.results.len() - 1;
        if last > first && self.tested.results[last].verdict != Verdict::Accepted {
            self.tested.results[last] = self.run_alone(tasks[last - first], last)?;
        }
        Ok(())
    }

    fn run_alone(&mut self, task: Task<'_>, at: usize) -> Result<TestResult, Error> {
        let (code, limits) = (self.program.code, &self.program.limits);
        let ran = match self.program.folder {
            Some(folder) => harness::run_in_folder(self.worker, code, task, folder, limits)?.0,
            None => harness::run(self.worker, code, task, limits)?,
        };
        Ok(note(&mut self.tested, self.program, &ran, at))
    }
}

/// Judges test `at`, and remembers what is noted of the program as a whole.
fn note(tested: &mut Tested, program: Program<'_>, ran: &Ran, at: usize) -> TestResult {
    if at == 0 {
        tested.compiles = ran.compiles == Some(true);
    }
    let events = ran.outcome.events.iter().map(|event| Event {
        kind: event.kind.to_owned(),
        call: event.call.to_owned(),
    });
    tested.events.extend(events);
    tested.slowest = tested.slowest.max(ran.outcome.usage.judged);
    let problem = program.problem;
    judge(ran, &problem.tests[at], problem.kind, program.compare)
}

fn not_run() -> TestResult {
    TestResult {
        verdict: Verdict::NotRun,
        detail: None,
        cpu_ms: 0.0,
        wall_ms: 0.0,
        peak_mib: 0.0,
    }
}
