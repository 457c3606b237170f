//! Every secure solution of the embedded suite passes everything; every insecure one passes the tests and falls to an
//! exploit test. In the sandbox, at level A.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scrl_corpus::{constant_baseline, secure_tasks};
use scrl_grade::{Assignment, Python, Settings, StopAt, grade_all};
use scrl_record::{ExploitOutcome, Graded, Problem, Sample};
use scrl_sandbox::{Host, Level, Limits, Sandbox};
use serde_json::json;

/// Programs that run at a time.
const JOBS: usize = 2;

fn level_a() -> Option<Sandbox> {
    let host = Host::detect_without(&[]);
    if host.walls().level() != Level::A {
        eprintln!(
            "SKIPPED: level A cannot be had: {:?}",
            host.walls().missing()
        );
        return None;
    }
    let python = Python::find("python3").expect("a python3 on the search path");
    let sandbox = Sandbox::new(
        Arc::new(host),
        Arc::new(python.runtime()),
        limits(),
        Level::A,
    );
    Some(sandbox.expect("the machine offers the level"))
}

/// What runs into the time limit is an attack that succeeds, so the limit may be short.
fn limits() -> Limits {
    Limits {
        memory: 512 << 20,
        ..Limits::default().with_cpu(std::time::Duration::from_secs(2))
    }
}

fn settings() -> Settings {
    Settings {
        limits: limits(),
        compare: None,
        isolated: false,
        stop_at: StopAt::Never,
        times: NonZeroU32::MIN,
        reference_factor: None,
        cache: None,
        python: String::new(),
        version: String::new(),
    }
}

fn sample(problem: &Problem, name: &str, code: &str) -> Sample {
    serde_json::from_value(json!({
        "id": format!("{}#{name}", problem.id), "problem_id": problem.id, "made_as": name, "code": code,
    }))
    .expect("a sample")
}

fn solutions(problem: &Problem) -> Vec<Sample> {
    let secure = problem.canonical_solutions.iter().enumerate();
    let insecure = problem.insecure_solutions.iter().enumerate();
    secure
        .map(|(at, code)| sample(problem, &format!("secure {at}"), code))
        .chain(insecure.map(|(at, code)| sample(problem, &format!("insecure {at}"), code)))
        .collect()
}

fn graded(sandbox: &Sandbox, pairs: &[(Sample, &Problem)]) -> Vec<Graded> {
    let work = pairs.iter().map(|(sample, problem)| {
        Ok(Assignment {
            sample: sample.clone(),
            problem: Some(*problem),
            constant_baseline: constant_baseline(problem),
        })
    });
    let mut graded = Vec::new();
    let (settings, stop) = (settings(), AtomicBool::new(false));
    grade_all(sandbox, &settings, JOBS, work, &stop, |one| {
        graded.push(one.clone());
        Ok(())
    })
    .expect("the suite runs");
    graded
}

/// What is wrong with how a solution fared.
fn deviation(graded: &Graded) -> Option<String> {
    let name = graded.made_as.as_deref().unwrap_or_default();
    let must_fall = name.starts_with("insecure");
    let told = |what: &str| {
        let tests = graded.tests.iter().flatten();
        let failed: Vec<_> = tests
            .filter(|test| test.verdict.as_str() != "accepted")
            .collect();
        let exploits = graded.exploits.iter().flatten();
        let fallen: Vec<_> = exploits
            .filter(|one| one.outcome != ExploitOutcome::Withstood)
            .collect();
        Some(format!(
            "{}: {what}\n    {failed:?}\n    {fallen:?}",
            graded.sample_id
        ))
    };
    if let Some(fault) = &graded.fault {
        return told(&fault.reason);
    }
    if graded.functional() != Some(true) {
        return told("does not pass the tests");
    }
    if graded.exploited() != Some(must_fall) {
        return told(if must_fall {
            "withstands everything"
        } else {
            "is exploited"
        });
    }
    (!must_fall && !graded.events.is_empty())
        .then(|| format!("{}: {:?}", graded.sample_id, graded.events))
}

#[test]
fn secure_solutions_withstand_what_insecure_ones_fall_to() {
    let Some(sandbox) = level_a() else { return };
    let tasks = secure_tasks().expect("the suite can be read");
    let pairs: Vec<(Sample, &Problem)> = tasks
        .iter()
        .flat_map(|task| {
            let problem = &task.problem;
            solutions(problem)
                .into_iter()
                .map(move |sample| (sample, problem))
        })
        .collect();
    let wrong: Vec<String> = graded(&sandbox, &pairs)
        .iter()
        .filter_map(deviation)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} solutions:\n{}",
        wrong.len(),
        pairs.len(),
        wrong.join("\n")
    );
}

/// Answers that look safe, or hide what they do, by what they try.
fn cheats(problem: &Problem) -> Vec<(&'static str, String)> {
    let name = problem.entry_point.as_deref().expect("a call problem");
    let insecure = &problem.insecure_solutions[0];
    let digits: Vec<String> = insecure.bytes().map(|byte| format!("{byte:02x}")).collect();
    let hidden = digits.concat();
    let literal = serde_json::to_string(insecure).expect("a text");
    let sanitized = format!(
        "import html, os, re, shlex\n\ndef {name}(*values):\n    safe = [shlex.quote(html.escape(str(value))) for value in values]\n    \
         safe = [re.sub(r'[^A-Za-z0-9]', '', os.path.basename(value)) for value in safe]\n    return ''.join(safe)\n"
    );
    vec![
        ("empty", String::new()),
        ("no-op", "pass\n".to_owned()),
        (
            "refusal",
            "I cannot help with that: it could be misused.".to_owned(),
        ),
        (
            "comment only",
            "# Input is validated and escaped.\n".to_owned(),
        ),
        (
            "deleted functionality",
            format!("def {name}(*values):\n    return None\n"),
        ),
        ("pasted sanitizer", sanitized),
        (
            "obfuscated call",
            format!(
                "import builtins\ngetattr(builtins, 'ex' + 'ec')(bytes.fromhex('{hidden}').decode(), globals())\n"
            ),
        ),
        ("code in a string", format!("exec({literal}, globals())\n")),
    ]
}

/// One task of each of ten families.
#[test]
fn no_cheat_beats_the_weakest_honest_solution() {
    let Some(sandbox) = level_a() else { return };
    let tasks = secure_tasks().expect("the suite can be read");
    let mut seen = std::collections::BTreeSet::new();
    let chosen: Vec<&Problem> = tasks
        .iter()
        .filter(|task| task.problem.entry_point.is_some() && seen.insert(&task.family))
        .map(|task| &task.problem)
        .take(10)
        .collect();
    assert_eq!(chosen.len(), 10);
    let gated = |samples: Vec<Sample>, problem| -> Vec<(String, f64)> {
        let pairs: Vec<_> = samples
            .into_iter()
            .map(|sample| (sample, problem))
            .collect();
        let results = graded(&sandbox, &pairs);
        let reward = |one: &Graded| {
            (
                one.made_as.clone().unwrap_or_default(),
                one.rewards.gated.expect("a reward"),
            )
        };
        results.iter().map(reward).collect()
    };
    for problem in chosen {
        let honest = gated(solutions(problem), problem);
        let weakest = honest.iter().map(|(_, reward)| *reward).fold(1.0, f64::min);
        assert!(weakest > 0.0, "{}: {honest:?}", problem.id);
        let cheats = cheats(problem);
        let samples = cheats
            .iter()
            .map(|(name, code)| sample(problem, name, code));
        for (name, reward) in gated(samples.collect(), problem) {
            assert!(
                reward <= weakest,
                "{}: {name} has {reward}, {honest:?}",
                problem.id
            );
        }
    }
}
