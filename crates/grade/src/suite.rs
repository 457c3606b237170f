//! The attack suite: hostile programs, each with what must become of it, and honest ones that must be accepted.
//!
//! They are the files of `tests/attacks` and `tests/honest`, embedded. A program's header, `# key: value` lines at its
//! top, says what it is graded on and which verdicts it may end with.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use scrl_record::{Graded, Kind, Problem, RawJson, Sample, Test, Verdict};
use scrl_sandbox::{Level, Limits, Sandbox};
use serde_json::json;

use crate::grader::{Assignment, Settings, StopAt};
use crate::pipeline::{PipelineError, grade_all};

mod programs {
    include!(concat!(env!("OUT_DIR"), "/programs.rs"));
}

/// Programs that run at a time: most of the suite's time is waiting for sleepers.
const JOBS: usize = 6;

/// One program and its header.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file's name without the ending.
    pub name: String,
    /// Its text, header included.
    pub code: String,
    keys: BTreeMap<String, Vec<String>>,
}

impl Program {
    /// Every hostile program, by name.
    pub fn hostile() -> Vec<Self> {
        Self::all(programs::HOSTILE)
    }

    /// Every honest program, by name.
    pub fn honest() -> Vec<Self> {
        Self::all(programs::HONEST)
    }

    fn all(sources: &[(&str, &str)]) -> Vec<Self> {
        let programs = sources.iter();
        programs.map(|(name, code)| Self::new(name, code)).collect()
    }

    /// The program `code`; what its header does not say is taken to be usual.
    pub fn new(name: &str, code: &str) -> Self {
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let header = code.lines().map_while(|line| line.strip_prefix("# "));
        for (key, value) in header.filter_map(|line| line.split_once(": ")) {
            let values = keys.entry(key.to_owned()).or_default();
            values.push(value.to_owned());
        }
        Self {
            name: name.to_owned(),
            code: code.to_owned(),
            keys,
        }
    }

    fn key(&self, key: &str) -> Option<&str> {
        self.keys.get(key)?.first().map(String::as_str)
    }

    /// A module outside the standard library that it imports.
    pub fn needs(&self) -> Option<&str> {
        self.key("needs")
    }

    /// The verdicts it may end with at `level`.
    fn allowed(&self, level: Level) -> Vec<Verdict> {
        let own = format!("level-{}", level.to_string().to_lowercase());
        let text = self.key(&own).or(self.key("expect")).unwrap_or("accepted");
        let names = text.split(" (").next().unwrap_or(text);
        let parse = |name: &str| serde_json::from_value(json!(name)).expect("a verdict's name");
        names.split('|').map(parse).collect()
    }

    /// Kinds of events that must be in the record.
    fn events(&self) -> &[String] {
        self.keys.get("event").map_or(&[], Vec::as_slice)
    }

    fn expected(&self) -> Option<String> {
        let number = |text: &str| text.parse::<usize>().expect("a number in a header");
        if let Some((count, line)) = self.key("expected-times").and_then(|v| v.split_once(' ')) {
            return Some(format!("{line}\n").repeat(number(count)));
        }
        if let Some(digits) = self.key("expected-digits") {
            return Some(format!("1{}", "0".repeat(number(digits) - 1)));
        }
        self.key("expected").map(str::to_owned)
    }

    /// The problem it is graded on, with at least `least` tests. A program whose header gives no expected output can only
    /// be accepted by knowing one that differs from test to test and program to program: it is a forger.
    pub fn problem(&self, least: usize) -> Problem {
        let kind: Kind = serde_json::from_value(json!(self.key("kind").unwrap_or("stdin")))
            .expect("a kind's name");
        let entry = (kind == Kind::Call).then(|| self.key("entry").unwrap_or("solve"));
        let mut problem: Problem = serde_json::from_value(json!({
            "id": self.name, "kind": kind, "entry_point": entry,
        }))
        .expect("a problem without tests");
        let count = self
            .key("tests")
            .map_or(1, |count| count.parse().expect("a number"));
        problem.tests = (0..count.max(least))
            .map(|index| self.test(kind, index))
            .collect();
        problem
    }

    fn test(&self, kind: Kind, index: usize) -> Test {
        let secret = format!("expected-output-{}-{index}-5e1f0c", self.name);
        let json = |text: String| RawJson::parse(text).expect("a JSON value in a header");
        let (input, output) = match (kind, self.expected()) {
            (Kind::Stdin, expected) => (
                RawJson::of(&(self.key("stdin").unwrap_or("some input").to_owned() + "\n")),
                RawJson::of(&expected.unwrap_or(secret)),
            ),
            (Kind::Call, expected) => (
                json(self.key("args").unwrap_or("[1, 2]").to_owned()),
                expected.map_or_else(|| RawJson::of(&secret), json),
            ),
        };
        Test {
            input,
            output,
            tag: None,
        }
    }

    /// Its text as an answer to its problem.
    pub fn sample(&self) -> Sample {
        serde_json::from_value(json!({
            "id": self.name, "problem_id": self.name, "model": "suite", "code": self.code,
        }))
        .expect("a sample")
    }

    /// How `graded` differs from what must become of the program at `level`; nothing where it does not.
    fn deviations(&self, graded: &Graded, level: Level) -> Vec<String> {
        let name = &self.name;
        let mut wrong = Vec::new();
        if let Some(fault) = &graded.fault {
            wrong.push(format!(
                "{name}: a fault instead of a verdict: {}",
                fault.reason
            ));
        }
        let allowed = self.allowed(level);
        for test in graded.tests.iter().flatten() {
            if !allowed.contains(&test.verdict) {
                wrong.push(format!(
                    "{name}: {} ({:?}) instead of {allowed:?}; {:.0} ms CPU, {:.0} ms, {:.0} MiB",
                    test.verdict, test.detail, test.cpu_ms, test.wall_ms, test.peak_mib
                ));
            }
            if self.expected().is_none() && test.verdict == Verdict::Accepted {
                wrong.push(format!("{name}: FORGED"));
            }
        }
        for kind in self.events() {
            if !graded.events.iter().any(|event| event.kind == *kind) {
                wrong.push(format!("{name}: no event `{kind}` in {:?}", graded.events));
            }
        }
        wrong
    }
}

/// Limits for the suite: short, so that it is quick; the wall-clock stop is what sleepers wait for.
pub fn limits() -> Limits {
    Limits {
        cpu: Duration::from_secs(1),
        wall: Duration::from_secs(8),
        memory: 256 << 20,
        output: 1 << 20,
        threads: 64,
    }
}

/// Who is stopped by another wall than time gets the time to reach it, on a slow machine too.
fn roomy() -> Limits {
    Limits {
        cpu: Duration::from_secs(20),
        wall: Duration::from_mins(2),
        ..limits()
    }
}

/// Settings of the suite.
pub fn settings(limits: Limits, isolated: bool) -> Settings {
    Settings {
        limits,
        compare: None,
        isolated,
        stop_at: StopAt::Never,
        times: NonZeroU32::MIN,
        reference_factor: None,
        cache: None,
        python: String::new(),
        version: String::new(),
    }
}

/// Runs hostile programs in `sandbox`, which has the suite's [`limits`], and says what is not as it must be. Each gets at
/// least two tests, so that they run in a batch, or with `isolated` a process for each.
pub fn run_hostile(
    sandbox: &Sandbox,
    isolated: bool,
    programs: &[Program],
) -> Result<Vec<String>, PipelineError> {
    let level = sandbox.walls().level();
    let (timed, other): (Vec<_>, Vec<_>) = programs
        .iter()
        .cloned()
        .partition(|program| program.allowed(level).contains(&Verdict::TimeLimit));
    let mut wrong = Vec::new();
    for (limits, programs) in [(limits(), timed), (roomy(), other)] {
        let graded = grade(sandbox, limits, isolated, &programs)?;
        let pairs = programs.iter().zip(&graded);
        wrong.extend(pairs.flat_map(|(program, graded)| program.deviations(graded, level)));
    }
    Ok(wrong)
}

/// The same for honest programs, of which none may be denied anything.
pub fn run_honest(
    sandbox: &Sandbox,
    isolated: bool,
    programs: &[Program],
) -> Result<Vec<String>, PipelineError> {
    let level = sandbox.walls().level();
    let graded = grade(sandbox, roomy(), isolated, programs)?;
    let mut wrong = Vec::new();
    for (program, graded) in programs.iter().zip(&graded) {
        wrong.extend(program.deviations(graded, level));
        if !graded.events.is_empty() {
            wrong.push(format!("{}: events {:?}", program.name, graded.events));
        }
    }
    Ok(wrong)
}

/// Grades programs on several threads, each on its own problem.
pub fn grade(
    sandbox: &Sandbox,
    limits: Limits,
    isolated: bool,
    programs: &[Program],
) -> Result<Vec<Graded>, PipelineError> {
    // One test alone is no batch.
    let least = if isolated { 1 } else { 2 };
    let problems: Vec<Problem> = programs
        .iter()
        .map(|program| program.problem(least))
        .collect();
    let work = programs.iter().zip(&problems).map(|(program, problem)| {
        Ok(Assignment {
            sample: program.sample(),
            problem: Some(problem),
            constant_baseline: None,
        })
    });
    let mut graded = Vec::with_capacity(programs.len());
    let (settings, stop) = (settings(limits, isolated), AtomicBool::new(false));
    grade_all(sandbox, &settings, JOBS, work, &stop, |one| {
        graded.push(one.clone());
        Ok(())
    })?;
    Ok(graded)
}
