//! Runs a program on the tests of its problem.
//!
//! A process runs one test after another as long as they end well (a *batch*); what a test leaves behind is undone
//! between them as far as the driver can, and a test that leaves more gets its successor a new process. So what
//! ends badly after the first test of a process is run again in a process of its own, and that verdict counts.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use scrl_record::{Compare, Event, ExploitResult, Kind, Problem, TestResult, Verdict};
use scrl_sandbox::{Error, FolderEntry, Limits, Worker};
use serde::{Deserialize, Serialize};

use crate::grader::Settings;
use crate::harness::{self, Ran, Source, Task};
use crate::judge::{judge, mebibytes};

/// A program and what it is tested on.
#[derive(Clone, Copy)]
pub(crate) struct Program<'a> {
    pub(crate) source: Source<'a>,
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
        let count = self.program.problem.tests.len();
        let inputs = vec![OnceCell::new(); count];
        let program = self.program;
        let task = |at: usize| task(program, at, &inputs[at]);
        while self.tested.results.len() < count && !self.is_over() {
            let next = self.tested.results.len();
            if self.settings.isolated || next + 1 == count || self.program.folder.is_some() {
                let result = self.run_alone(&task, next)?;
                self.tested.results.push(result);
            } else {
                self.run_together(&task, count)?;
            }
        }
        self.tested.results.resize(count, not_run());
        Ok(self.tested)
    }

    fn is_over(&self) -> bool {
        let last = self.tested.results.last();
        last.is_some_and(|result| self.settings.stop_at.ends_with(result.verdict))
    }

    /// Runs as many of the tests that are left as end well, and the first that does not; there are `count` in all.
    fn run_together<'t>(
        &mut self,
        task: &dyn Fn(usize) -> Task<'t>,
        count: usize,
    ) -> Result<(), Error> {
        let first = self.tested.results.len();
        let (program, tested) = (self.program, &mut self.tested);
        let peak = harness::run_batch(
            self.worker,
            program.source,
            count - first,
            &|at| task(first + at),
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
            self.tested.results[last] = self.run_alone(task, last)?;
        }
        Ok(())
    }

    fn run_alone<'t>(
        &mut self,
        task: &dyn Fn(usize) -> Task<'t>,
        at: usize,
    ) -> Result<TestResult, Error> {
        let (source, limits, task) = (self.program.source, &self.program.limits, task(at));
        let ran = match self.program.folder {
            Some(folder) => harness::run_in_folder(self.worker, source, task, folder, limits)?.0,
            None => harness::run(self.worker, source, task, limits)?,
        };
        Ok(note(&mut self.tested, self.program, &ran, at))
    }
}

/// What to do for test `at`. Its input is decoded into `input`, when it is needed: a program that fails at its first test
/// need not wait for the others' mebibytes.
fn task<'t>(program: Program<'t>, at: usize, input: &'t OnceCell<String>) -> Task<'t> {
    let problem = program.problem;
    let given = &problem.tests[at].input;
    match &problem.entry_point {
        Some(entry) if problem.kind == Kind::Call => Task::Call {
            entry,
            arguments: given.as_json(),
        },
        _ => Task::Script {
            stdin: input.get_or_init(|| given.as_string().unwrap_or_default()),
            call: program.call,
        },
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
