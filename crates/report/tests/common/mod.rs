//! Graded records for tests, made field by field.

// Each test file uses its own part of this module.
#![allow(dead_code)]

use scrl_record::{
    Confidence, Cwe, Event, Extraction, ExtractionMethod, FailurePattern, Fault, FaultOwner,
    Finding, Graded, Kind, Level, Rewards, Severity, TestResult, Verdict, Versions,
};
use scrl_report::{Measure, Metrics, Run};

/// A sample that parses, has no findings and did not run.
pub(crate) fn sample(model: &str, problem: &str, id: &str) -> Graded {
    let extraction = Extraction {
        method: ExtractionMethod::Fence,
        blocks: 1,
        block: Some(0),
    };
    Graded {
        dataset: Some("handmade".to_owned()),
        kind: Some(Kind::Stdin),
        difficulty: Some("introductory".to_owned()),
        code_lines: 10,
        parses: true,
        compiles: Some(true),
        versions: Versions {
            scrl: "0.1.0".to_owned(),
            python: "CPython 3.11.7".to_owned(),
        },
        ..Graded::new(id.into(), problem.into(), model.to_owned(), extraction)
    }
}

/// The same with one test per verdict, and rewards as a plain run gives them.
pub(crate) fn ran(mut graded: Graded, verdicts: &[Verdict]) -> Graded {
    let passed = verdicts
        .iter()
        .filter(|verdict| **verdict == Verdict::Accepted)
        .count() as u32;
    let result = |verdict: &Verdict| TestResult {
        verdict: *verdict,
        detail: None,
        cpu_ms: 1.5,
        wall_ms: 2.5,
        peak_mib: 9.0,
    };
    graded.tests = Some(verdicts.iter().map(result).collect());
    graded.level = Some(Level::A);
    graded.walls = vec!["seccomp".to_owned(), "cgroup".to_owned()];
    graded.compare = Some("trailing-whitespace".parse().unwrap());
    counted(graded, passed, verdicts.len() as u32)
}

/// The same with counts only, as published verdicts come.
pub(crate) fn counted(mut graded: Graded, passed: u32, total: u32) -> Graded {
    graded.tests_passed = Some(passed);
    graded.tests_total = Some(total);
    let share = f64::from(passed) / f64::from(total);
    let secure = if graded.findings.is_empty() { 1.0 } else { 0.7 };
    graded.rewards = Rewards {
        seed: Some(0.6 * share + 0.4 * secure),
        staged: None,
        gated: Some(if passed > 0 {
            0.6 * share + 0.4 * secure
        } else {
            0.0
        }),
        binary: Some(f64::from(u8::from(passed == total && graded.secure()))),
    };
    graded
}

/// A finding in `bandit` and `strict` mode alike.
pub(crate) fn flagged(mut graded: Graded, id: &str, severity: Severity) -> Graded {
    let finding = Finding {
        id: id.to_owned(),
        name: format!("rule_{}", id.to_ascii_lowercase()),
        cwe: Cwe(if id == "B101" { 703 } else { 78 }),
        severity,
        confidence: Confidence::High,
        line: 1,
        column: 0,
        message: "a weakness".to_owned(),
    };
    graded.findings.push(finding.clone());
    graded.strict_findings.push(finding);
    graded
}

pub(crate) fn denied(mut graded: Graded, kind: &str) -> Graded {
    graded.events.push(Event {
        kind: kind.to_owned(),
        call: "socket".to_owned(),
    });
    graded
}

pub(crate) fn lost(mut graded: Graded, owner: FaultOwner, reason: &str) -> Graded {
    graded.fault = Some(Fault {
        owner,
        reason: reason.to_owned(),
    });
    graded
}

pub(crate) fn broken(mut graded: Graded) -> Graded {
    graded.parses = false;
    graded.compiles = Some(false);
    graded.patterns = vec![FailurePattern::EmptyBody];
    graded
}

pub(crate) fn run(graded: Vec<Graded>) -> Run {
    Run {
        name: "run".to_owned(),
        graded,
    }
}

/// Two models, eight samples, one of everything; every number can be checked by hand.
pub(crate) fn small_run() -> Run {
    use Verdict::{Accepted, NoOutput, RuntimeError, WrongAnswer};
    let mut call = ran(sample("ada", "p3", "a3"), &[Accepted]);
    call.kind = Some(Kind::Call);
    call.difficulty = Some("interview".to_owned());
    let unknown = {
        let mut graded = sample("ada", "p9", "a5");
        (
            graded.kind,
            graded.dataset,
            graded.difficulty,
            graded.compiles,
        ) = (None, None, None, None);
        lost(
            graded,
            FaultOwner::Problem,
            "problem `p9` is unknown: import it",
        )
    };
    run(vec![
        ran(sample("ada", "p1", "a1"), &[Accepted, Accepted]),
        ran(
            flagged(sample("ada", "p2", "a2"), "B101", Severity::Low),
            &[Accepted, WrongAnswer],
        ),
        call,
        broken(sample("ada", "p4", "a4")),
        unknown,
        ran(
            flagged(sample("bob", "p1", "b1"), "B602", Severity::High),
            &[Accepted, Accepted],
        ),
        denied(
            ran(sample("bob", "p2", "b2"), &[RuntimeError, NoOutput]),
            "network",
        ),
        lost(
            sample("bob", "p3", "b3"),
            FaultOwner::Infrastructure,
            "the zygote died: run it again",
        ),
    ])
}

/// The measure of all samples of the only or the named model.
pub(crate) fn get<'a>(metrics: &'a Metrics, model: &str, measure: &str) -> &'a Measure {
    let system = metrics
        .systems
        .iter()
        .find(|system| system.model == model)
        .expect("the model is there");
    system
        .all()
        .get(measure)
        .unwrap_or_else(|| panic!("no measure {measure}"))
}

/// Numerator, denominator and absent.
pub(crate) fn parts(measure: &Measure) -> (f64, f64, u64) {
    (measure.numerator, measure.denominator, measure.absent)
}
