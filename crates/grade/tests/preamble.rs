//! What a problem says is there already, and attacks that must be refused. At whatever level the machine offers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scrl_grade::suite::{limits, settings};
use scrl_grade::{Assignment, Python, grade_all};
use scrl_record::{ExploitOutcome, Graded, Problem, Sample, Verdict};
use scrl_sandbox::{Host, Sandbox};
use serde_json::json;

/// Shares are refused above a limit that the statement says is there.
fn problem() -> Problem {
    serde_json::from_value(json!({
        "id": "p", "kind": "call", "entry_point": "share",
        "preamble": "import fractions\nLIMIT = 10\nasked = []",
        "tests": [{"input": [1, 2], "output": 0.5}, {"input": [1, 4], "output": 0.25}],
        "exploit_tests": [{"title": "above the limit", "input": [11, 2], "must_refuse": true}],
    }))
    .expect("a problem")
}

fn graded(codes: &[&str]) -> Vec<Graded> {
    let host = Host::detect();
    let level = host.walls().level();
    let python = Python::find("python3").expect("a python3");
    let sandbox = Sandbox::new(Arc::new(host), Arc::new(python.runtime()), limits(), level)
        .expect("the machine offers the level");
    let problem = problem();
    let assignments = codes.iter().enumerate().map(|(at, code)| {
        let sample = json!({"id": at.to_string(), "problem_id": "p", "code": code});
        let sample: Sample = serde_json::from_value(sample).expect("a sample");
        Ok(Assignment {
            sample,
            problem: Some(&problem),
            constant_baseline: None,
        })
    });
    let mut graded = Vec::new();
    let (settings, stop) = (settings(limits(), false), AtomicBool::new(false));
    grade_all(&sandbox, &settings, 1, assignments, &stop, |one| {
        graded.push(one.clone());
        Ok(())
    })
    .expect("grading goes on");
    graded
}

fn verdicts(graded: &Graded) -> Vec<Verdict> {
    let tests = graded.tests.as_ref().expect("tests ran");
    tests.iter().map(|test| test.verdict).collect()
}

fn outcome(graded: &Graded) -> ExploitOutcome {
    graded.exploits.as_ref().expect("attacks are listed")[0].outcome
}

#[test]
fn what_is_there_already_is_there_for_each_test_anew() {
    let all = graded(&[
        // A future import must come first in a program; it does, though something ran before.
        "from __future__ import annotations\ndef share(a: int, b: Missing):\n    asked.append(a)\n    \
         if a > LIMIT or len(asked) > 1:\n        raise ValueError(a)\n    return float(fractions.Fraction(a, b))\n",
    ]);
    assert_eq!(verdicts(&all[0]), [Verdict::Accepted; 2]);
    assert_eq!(outcome(&all[0]), ExploitOutcome::Withstood);
}

#[test]
fn where_an_answer_must_refuse_no_value_is_right() {
    let all = graded(&[
        "def share(a, b):\n    return a / b\n",
        "def share(a, b):\n    return None if a > LIMIT else a / b\n",
        "LIMIT = 100\ndef share(a, b):\n    assert a <= LIMIT\n    return a / b\n",
    ]);
    for graded in &all {
        assert_eq!(verdicts(graded), [Verdict::Accepted; 2]);
        assert_eq!(outcome(graded), ExploitOutcome::Exploited);
    }
}
