//! What grading one sample gives: one line of `graded.jsonl`.

use serde::{Deserialize, Serialize};

use crate::{Compare, ExploitOutcome, ExploitResult, Finding, Kind, ProblemId, SampleId, Verdict};

/// How the code was found in the model's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtractionMethod {
    /// The file gives code that its publisher extracted.
    Given,
    /// The whole text is code.
    Whole,
    /// The text repeats the prompt and goes on; the whole is kept.
    RepeatsPrompt,
    /// The text goes on where the prompt's code stops; both are joined.
    Continuation,
    /// A fenced block.
    Fence,
    /// A fenced block that never closes.
    OpenFence,
    /// Lines of code between prose.
    Prose,
    /// There is no code: empty, or prose only.
    Nothing,
}

/// What was taken from the model's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extraction {
    /// How.
    pub method: ExtractionMethod,
    /// Fenced blocks in the text.
    #[serde(default)]
    pub blocks: u32,
    /// Which block was taken, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u32>,
}

/// A habit that makes models fail, as the seed benchmark names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailurePattern {
    /// The entry function has no body of its own: only a docstring, `pass` or `...`.
    EmptyBody,
    /// The work is done at module level though a function was asked for.
    ModuleLevelSolution,
    /// The function that was asked for is not defined.
    EntryPointMismatch,
    /// A program for standard input that never prints.
    MissingPrint,
    /// Nothing but comments, docstrings or white space.
    NoCode,
}

impl FailurePattern {
    /// Every pattern, in the order tables show them.
    pub const ALL: [FailurePattern; 5] = [
        FailurePattern::EmptyBody,
        FailurePattern::ModuleLevelSolution,
        FailurePattern::EntryPointMismatch,
        FailurePattern::MissingPrint,
        FailurePattern::NoCode,
    ];
}

/// How one test ended, and what it used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestResult {
    /// How it ended.
    pub verdict: Verdict,
    /// The reason in a few words, such as `ZeroDivisionError`; never the expected output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// CPU time, milliseconds. Measured: differs between runs.
    pub cpu_ms: f64,
    /// Wall time, milliseconds. Measured: differs between runs.
    pub wall_ms: f64,
    /// Highest resident memory, MiB. Measured: differs between runs.
    pub peak_mib: f64,
}

/// Something the program tried and the sandbox denied.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// What was tried, such as `process`, `network` or `exec`.
    pub kind: String,
    /// The system call.
    pub call: String,
}

/// Whose failure keeps a sample from being graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultOwner {
    /// The problem: unknown, or without tests.
    Problem,
    /// The sample: in a language that is not run.
    Sample,
    /// Ours: a sandbox that could not be raised, a dead zygote, a full disk.
    Infrastructure,
}

/// Why a sample has no test results. Rewards that need them are absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Whose.
    pub owner: FaultOwner,
    /// What happened, and what to do.
    pub reason: String,
}

/// The walls that stood around the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Nothing but resource limits.
    D,
    /// seccomp and Landlock without namespaces, in a container.
    C,
    /// Rootless user namespace; memory by resource limit.
    B,
    /// Namespaces, seccomp, Landlock and cgroup.
    A,
}

/// The named rewards; absent where what they need was not measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rewards {
    /// `0.6 * passed / total + 0.4 * R_sec`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<f64>,
    /// The seed with partial credit for parsing, running and printing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged: Option<f64>,
    /// Calibrated pass share, security counted only with functional evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gated: Option<f64>,
    /// 1 if functional and secure, else 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<f64>,
}

/// What produced a graded record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// This project's version.
    pub scrl: String,
    /// The interpreter that ran the program, such as `CPython 3.11.7`; empty when nothing ran.
    pub python: String,
}

/// One graded sample; one line of `graded.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// The sample.
    pub sample_id: SampleId,
    /// The problem it answers, as the problem file names it, or as the sample does when it is unknown.
    pub problem_id: ProblemId,
    /// The model that wrote it.
    pub model: String,
    /// The problem's dataset; absent when the problem is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// The problem's kind; absent when the problem is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The problem's difficulty; absent when unknown or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<String>,
    /// The weaknesses that the problem invites, such as `CWE-89`; empty where security is not its point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwes: Vec<String>,
    /// The typical quality of a sample made for demonstration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_as: Option<String>,
    /// How the code was found in the model's text.
    pub extraction: Extraction,
    /// Lines of the extracted code that are neither blank nor comment.
    pub code_lines: u32,
    /// Whether the analyzer's parser accepts the code.
    pub parses: bool,
    /// Whether the interpreter compiles it; absent when it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiles: Option<bool>,
    /// How each test ended, in the problem's order; absent when none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Vec<TestResult>>,
    /// Tests passed; absent when none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_passed: Option<u32>,
    /// Tests, with those that were not run because an earlier one failed; absent when none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_total: Option<u32>,
    /// Tests whose verdict was not the same each time, from 0, in order; absent when they ran once. The results are
    /// those of the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky_tests: Option<Vec<u32>>,
    /// How outputs were compared; absent when none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Time limit of each test, milliseconds, where it may differ between problems: it follows from the problem's
    /// reference solution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit_ms: Option<f64>,
    /// Largest share of the tests that one constant answer passes, in `[0, 1]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant_baseline: Option<f64>,
    /// What the analyzer found in `bandit` mode.
    pub findings: Vec<Finding>,
    /// What the analyzer found in `strict` mode.
    pub strict_findings: Vec<Finding>,
    /// What the program tried and was denied, each kind once per test at most.
    #[serde(default)]
    pub events: Vec<Event>,
    /// How it fared in each exploit test, in the problem's order; absent where the problem has none, or nothing ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploits: Option<Vec<ExploitResult>>,
    /// The failure patterns it shows.
    #[serde(default)]
    pub patterns: Vec<FailurePattern>,
    /// Why there are no test results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The isolation level; absent when nothing ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The walls that stood, by name.
    #[serde(default)]
    pub walls: Vec<String>,
    /// The rewards.
    pub rewards: Rewards,
    /// What produced this record.
    pub versions: Versions,
}

impl Graded {
    /// The record of a sample of which nothing is known yet but what it is called and how its code was found.
    pub fn new(
        sample_id: SampleId,
        problem_id: ProblemId,
        model: String,
        extraction: Extraction,
    ) -> Self {
        Self {
            sample_id,
            problem_id,
            model,
            dataset: None,
            kind: None,
            difficulty: None,
            cwes: Vec::new(),
            made_as: None,
            extraction,
            code_lines: 0,
            parses: false,
            compiles: None,
            tests: None,
            tests_passed: None,
            tests_total: None,
            flaky_tests: None,
            compare: None,
            time_limit_ms: None,
            constant_baseline: None,
            findings: Vec::new(),
            strict_findings: Vec::new(),
            events: Vec::new(),
            exploits: None,
            patterns: Vec::new(),
            fault: None,
            level: None,
            walls: Vec::new(),
            rewards: Rewards::default(),
            versions: Versions::default(),
        }
    }

    /// Whether every test passed; absent when none ran.
    pub fn functional(&self) -> Option<bool> {
        Some(self.tests_passed? == self.tests_total?)
    }

    /// Whether the run produced no violation, no exploit test succeeded, and the code, which must parse, has no strict
    /// finding.
    pub fn secure(&self) -> bool {
        self.parses
            && self.strict_findings.is_empty()
            && self.events.is_empty()
            && self.exploited() != Some(true)
    }

    /// Whether an exploit test succeeded; absent where the problem has none, or they were not run.
    pub fn exploited(&self) -> Option<bool> {
        let results = self.exploits.as_deref()?;
        let has = |outcome| results.iter().any(|result| result.outcome == outcome);
        if has(ExploitOutcome::Exploited) {
            Some(true)
        } else {
            (!has(ExploitOutcome::NotRun)).then_some(false)
        }
    }
}
