//! The programs beside the tests: what each header says must happen, and the problem it is graded on.

pub(crate) mod leftovers;

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use scrl_grade::{Assignment, Python, Settings, StopAt, grade_all};
use scrl_record::{Graded, Kind, Problem, RawJson, Sample, Test, Verdict};
use scrl_sandbox::{Host, Level, Limits, Sandbox};
use serde_json::json;

/// Names the folder of programs when the tests run as a user who cannot read the sources.
pub(crate) const FOLDER_VARIABLE: &str = "SCRL_SUITE_FOLDER";

/// One program and its header: `# key: value` lines at its top.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) keys: BTreeMap<String, Vec<String>>,
}

impl Program {
    /// Every program of `folder`, by name.
    pub(crate) fn all(folder: &str) -> Vec<Self> {
        let mut paths: Vec<PathBuf> = fs::read_dir(suite_folder().join(folder))
            .expect("the folder of programs can be read")
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "`{folder}` holds no programs");
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let code = fs::read_to_string(path).unwrap();
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in code.lines().map_while(|line| line.strip_prefix("# ")) {
            let (key, value) = line
                .split_once(": ")
                .expect("header lines are `# key: value`");
            keys.entry(key.to_owned())
                .or_default()
                .push(value.to_owned());
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Self { name, code, keys }
    }

    pub(crate) fn key(&self, key: &str) -> Option<&str> {
        self.keys
            .get(key)
            .and_then(|values| values.first())
            .map(String::as_str)
    }

    fn values(&self, key: &str) -> &[String] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }

    /// The verdicts it may end with at `level`.
    pub(crate) fn allowed(&self, level: Level) -> Vec<Verdict> {
        let own = format!("level-{}", level.to_string().to_lowercase());
        let text = self.key(&own).or(self.key("expect")).unwrap_or("accepted");
        let parse = |name: &str| serde_json::from_value(json!(name)).expect("a verdict's name");
        text.split(" (")
            .next()
            .unwrap_or(text)
            .split('|')
            .map(parse)
            .collect()
    }

    /// Kinds of events that must be in the record.
    pub(crate) fn events(&self) -> &[String] {
        self.values("event")
    }

    /// Whether it may only be accepted by knowing an output that it cannot know.
    pub(crate) fn is_forger(&self) -> bool {
        self.expected().is_none()
    }

    fn expected(&self) -> Option<String> {
        if let Some((count, line)) = self.key("expected-times").and_then(|v| v.split_once(' ')) {
            return Some(format!("{line}\n").repeat(count.parse().unwrap()));
        }
        if let Some(digits) = self.key("expected-digits") {
            return Some(format!(
                "1{}",
                "0".repeat(digits.parse::<usize>().unwrap() - 1)
            ));
        }
        self.key("expected").map(str::to_owned)
    }

    fn kind(&self) -> Kind {
        serde_json::from_value(json!(self.key("kind").unwrap_or("stdin"))).expect("a kind's name")
    }

    /// The problem it is graded on, with at least `least` tests. What is expected of a forger differs from test to test
    /// and program to program.
    pub(crate) fn problem(&self, least: usize) -> Problem {
        let kind = self.kind();
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

    pub(crate) fn sample(&self) -> Sample {
        serde_json::from_value(json!({
            "id": self.name, "problem_id": self.name, "model": "suite", "code": self.code,
        }))
        .unwrap()
    }
}

pub(crate) fn suite_folder() -> PathBuf {
    std::env::var_os(FOLDER_VARIABLE).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"),
        PathBuf::from,
    )
}

/// Short, so that the suite is quick; the wall-clock stop is what sleepers wait for.
pub(crate) fn limits() -> Limits {
    Limits {
        cpu: Duration::from_secs(1),
        wall: Duration::from_secs(8),
        memory: 256 << 20,
        output: 1 << 20,
        threads: 64,
    }
}

pub(crate) fn sandbox(host: &Arc<Host>, limits: Limits, lowest: Level) -> Sandbox {
    Sandbox::new(
        Arc::clone(host),
        Arc::new(python(lowest).runtime()),
        limits,
        lowest,
    )
    .expect("the machine offers the level")
}

/// Without namespaces the program's own user must be able to reach the interpreter.
pub(crate) fn python(level: Level) -> Python {
    let found = Python::find("python3").expect("a python3 on the search path");
    let reachable = found.runtime().executable.ancestors().all(|folder| {
        fs::metadata(folder).is_ok_and(|status| status.permissions().mode() & 0o001 != 0)
    });
    if level >= Level::B || reachable {
        return found;
    }
    Python::find("/usr/bin/python3").expect("a python3 that every user can reach")
}

pub(crate) fn settings(limits: Limits, isolated: bool) -> Settings {
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

/// Grades the programs on several threads, each on its own problem.
pub(crate) fn grade_programs(
    sandbox: &Sandbox,
    limits: Limits,
    isolated: bool,
    programs: &[Program],
) -> Vec<Graded> {
    // One test alone is no batch.
    let least = if isolated { 1 } else { 2 };
    let pairs: Vec<(Sample, Problem)> = programs
        .iter()
        .map(|program| (program.sample(), program.problem(least)))
        .collect();
    let work: Vec<Assignment<'_>> = pairs
        .iter()
        .map(|(sample, problem)| Assignment {
            sample,
            problem: Some(problem),
            constant_baseline: None,
        })
        .collect();
    let mut graded = Vec::new();
    grade_all(
        sandbox,
        &settings(limits, isolated),
        6,
        &work,
        &AtomicBool::new(false),
        |one| {
            graded.push(one.clone());
            Ok(())
        },
    )
    .expect("the suite runs to its end");
    graded
}
