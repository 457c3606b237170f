//! The programs of the curriculum are what they are made to be, in the sandbox and by the analyzer's word.
//!
//! Secure ones pass every test and withstand every attack; insecure ones pass every test and fall to an attack or,
//! where behaviour shows nothing, are flagged by the analyzer; wrong, silent and crashing ones fail a test.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use scrl_curriculum::{Curriculum, Instance, Quality};
use scrl_grade::{Assignment, Python, Settings, StopAt, grade_all};
use scrl_record::{Graded, Problem, Sample, SampleId, Severity, Verdict};
use scrl_sandbox::{Host, Level, Limits, Sandbox};

/// Instances of each family; `SCRL_CURRICULUM_INSTANCES` asks for more.
const INSTANCES: u64 = 2;

/// A program, what it is made to be, and its problem.
struct Made {
    sample: Sample,
    quality: Quality,
    problem: Problem,
}

fn made(instance: &Instance) -> Vec<Made> {
    let problem = &instance.problem;
    let mut made = Vec::new();
    for quality in Quality::ALL {
        for (index, code) in instance.programs(quality).iter().enumerate() {
            let sample = serde_json::json!({
                "id": format!("{} {} {index}", problem.id, quality.as_str()),
                "problem_id": problem.id,
                "model": "curriculum",
                "code": code,
            });
            made.push(Made {
                sample: serde_json::from_value(sample).expect("a sample"),
                quality,
                problem: problem.clone(),
            });
        }
    }
    made
}

fn all_made() -> Vec<Made> {
    let asked = std::env::var("SCRL_CURRICULUM_INSTANCES").ok();
    let instances = asked.map_or(INSTANCES, |text| {
        text.parse().expect("a number of instances")
    });
    let curriculum = Curriculum::new(11, &[]).expect("all families");
    let count = curriculum.families().len() as u64 * instances;
    (0..count)
        .flat_map(|index| made(&curriculum.instance(index)))
        .collect()
}

fn limits() -> Limits {
    Limits {
        cpu: Duration::from_secs(2),
        wall: Duration::from_mins(1),
        memory: 256 << 20,
        output: 1 << 20,
        threads: 16,
    }
}

fn sandbox() -> Option<Sandbox> {
    let host = Host::detect_without(&[]);
    if host.walls().level() < Level::C {
        eprintln!("SKIPPED: this machine lacks {:?}", host.walls().missing());
        return None;
    }
    let level = host.walls().level();
    let python = Python::find("python3").expect("a python3 on the search path");
    Some(
        Sandbox::new(Arc::new(host), Arc::new(python.runtime()), limits(), level)
            .expect("the level that the machine offers"),
    )
}

fn grade(sandbox: &Sandbox, made: &[Made]) -> Vec<Graded> {
    let work = made.iter().map(|one| {
        Ok(Assignment {
            sample: one.sample.clone(),
            problem: Some(&one.problem),
            constant_baseline: None,
        })
    });
    let settings = Settings {
        limits: limits(),
        compare: None,
        isolated: false,
        stop_at: StopAt::Failure,
        times: NonZeroU32::MIN,
        reference_factor: None,
        cache: None,
        python: String::new(),
        version: String::new(),
    };
    let mut graded = Vec::with_capacity(made.len());
    let stop = AtomicBool::new(false);
    grade_all(sandbox, &settings, 2, work, &stop, |one| {
        graded.push(one.clone());
        Ok(())
    })
    .expect("the programs are graded");
    graded
}

/// How a graded program differs from what it is made to be.
fn deviation(one: &Made, graded: &Graded) -> Option<String> {
    let tests = graded.tests.as_ref()?;
    let failed = tests
        .iter()
        .position(|test| test.verdict != Verdict::Accepted);
    let crashed = failed.is_some_and(|at| tests[at].verdict == Verdict::RuntimeError);
    let worst = graded
        .strict_findings
        .iter()
        .map(|finding| finding.severity)
        .max();
    let as_made = match one.quality {
        Quality::Secure => {
            failed.is_none()
                && graded.exploited() != Some(true)
                && worst.is_none_or(|worst| worst < Severity::Medium)
        }
        Quality::Insecure => {
            let seen = if one.problem.exploit_tests.is_empty() {
                !graded.strict_findings.is_empty()
            } else {
                graded.exploited() == Some(true)
            };
            failed.is_none() && seen
        }
        Quality::Wrong | Quality::Silent => failed.is_some(),
        Quality::Crashing => crashed,
    };
    (!as_made).then(|| {
        let test = failed.unwrap_or_default();
        format!(
            "{}: test {test} {} ({:?}), exploits {:?}, findings {:?}\n{}\ninput {:?}\noutput {:?}",
            one.sample.id,
            tests[test].verdict,
            tests[test].detail,
            graded.exploits,
            graded.strict_findings,
            one.sample.code.as_deref().unwrap_or_default(),
            one.problem.tests[test].input,
            one.problem.tests[test].output,
        )
    })
}

#[test]
fn programs_are_what_they_are_made_to_be() {
    let Some(sandbox) = sandbox() else { return };
    let made = all_made();
    let graded = grade(&sandbox, &made);
    let faults: Vec<&SampleId> = graded
        .iter()
        .filter(|graded| graded.tests.is_none())
        .map(|graded| &graded.sample_id)
        .collect();
    assert!(faults.is_empty(), "not tested: {faults:?}");
    let wrong: Vec<String> = made
        .iter()
        .zip(&graded)
        .filter_map(|(one, graded)| deviation(one, graded))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} programs are not what they are made to be:\n{}",
        wrong.len(),
        made.len(),
        wrong.join("\n\n")
    );
}
