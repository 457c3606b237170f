//! Bounds, monotonicity, absence, the recorded rewards of the seed, and the table of `docs/grading.md`.

// A test that does not run says so.
#![allow(clippy::print_stderr)]

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use scrl_record::{
    Confidence, Cwe, Event, ExploitOutcome, ExploitResult, Extraction, Fault, FaultOwner,
};

use super::*;

fn sample() -> Graded {
    let extraction = Extraction {
        method: ExtractionMethod::Whole,
        blocks: 0,
        block: None,
    };
    Graded {
        code_lines: 3,
        parses: true,
        compiles: Some(true),
        constant_baseline: Some(0.25),
        ..Graded::new("s".into(), "p".into(), String::new(), extraction)
    }
}

fn tested(verdicts: &[Verdict]) -> Graded {
    let result = |&verdict: &Verdict| TestResult {
        verdict,
        detail: None,
        cpu_ms: 1.0,
        wall_ms: 1.0,
        peak_mib: 1.0,
    };
    let passed = verdicts
        .iter()
        .filter(|verdict| **verdict == Verdict::Accepted)
        .count();
    Graded {
        tests: Some(verdicts.iter().map(result).collect()),
        tests_passed: Some(u32::try_from(passed).unwrap()),
        tests_total: Some(u32::try_from(verdicts.len()).unwrap()),
        ..sample()
    }
}

fn finding(severity: Severity) -> Finding {
    Finding {
        id: "B000".to_owned(),
        name: String::new(),
        cwe: Cwe(0),
        severity,
        confidence: Confidence::High,
        line: 1,
        column: 0,
        message: String::new(),
    }
}

fn event() -> Event {
    Event {
        kind: "exec".to_owned(),
        call: "execve".to_owned(),
    }
}

fn all(rewards: &Rewards) -> [Option<f64>; 4] {
    [rewards.seed, rewards.staged, rewards.gated, rewards.binary]
}

fn near(actual: Option<f64>, expected: f64) -> bool {
    actual.is_some_and(|actual| (actual - expected).abs() < 1e-12)
}

#[test]
fn security_takes_the_worst_finding_once() {
    let low = || finding(Severity::Low);
    assert!(near(Some(r_sec(&[])), 1.0));
    assert!(near(Some(r_sec(&[low()])), 0.7));
    assert!(near(Some(r_sec(&[low(), low(), low()])), 0.7));
    assert!(near(Some(r_sec(&[low(), finding(Severity::Medium)])), 0.4));
    assert!(near(Some(r_sec(&[finding(Severity::High), low()])), 0.0));
}

#[test]
fn stages_climb() {
    use Verdict::{Accepted, Forbidden, NoOutput, OutputLimit, RuntimeError, WrongAnswer};
    for (verdicts, expected) in [
        (vec![Accepted, Accepted], 1.0),
        (vec![Accepted, WrongAnswer], 0.76),
        (vec![Accepted, NoOutput], 0.64),
        (vec![Accepted, RuntimeError], 0.52),
        (vec![NoOutput, OutputLimit], 0.52),
        (vec![Forbidden], 0.52),
    ] {
        let staged = rewards(&tested(&verdicts)).staged;
        assert!(near(staged, expected), "{verdicts:?} {staged:?}");
    }
}

#[test]
fn faults_and_missing_measurements_leave_rewards_absent() {
    for owner in [FaultOwner::Infrastructure, FaultOwner::Problem] {
        let fault = Some(Fault {
            owner,
            reason: "x".to_owned(),
        });
        let unparsable = Graded {
            parses: false,
            compiles: None,
            fault,
            ..tested(&[Verdict::SyntaxError])
        };
        assert_eq!(all(&rewards(&unparsable)), [None; 4], "{owner:?}");
    }
    assert_eq!(all(&rewards(&sample())), [None; 4]);
    assert_eq!(all(&rewards(&tested(&[]))), [None; 4]);
    for constant_baseline in [None, Some(1.0), Some(f64::NAN)] {
        let all_passed = Graded {
            constant_baseline,
            ..tested(&[Verdict::Accepted])
        };
        let rewards = rewards(&all_passed);
        assert_eq!(rewards.gated, None, "{constant_baseline:?}");
        assert_eq!(rewards.binary, Some(1.0));
    }
}

#[test]
fn recorded_results_have_a_seed_reward_without_the_tests() {
    let recorded = Graded {
        tests_passed: Some(1),
        tests_total: Some(3),
        constant_baseline: None,
        findings: vec![finding(Severity::Low)],
        ..sample()
    };
    let rewards = rewards(&recorded);
    assert!(near(rewards.seed, 0.2 + 0.28));
    assert_eq!((rewards.staged, rewards.gated), (None, None));
    let broken = Graded {
        compiles: Some(false),
        ..recorded
    };
    assert!(near(super::rewards(&broken).seed, 0.28));
}

#[test]
fn an_event_weighs_as_a_high_finding_in_the_strict_rewards_only() {
    let tried = Graded {
        events: vec![event()],
        ..tested(&[Verdict::Accepted])
    };
    let rewards = rewards(&tried);
    assert!(near(rewards.gated, 0.6));
    assert_eq!(rewards.binary, Some(0.0));
    assert!(near(rewards.seed, 1.0));
}

fn exploits(outcomes: &[ExploitOutcome]) -> Vec<ExploitResult> {
    let result = |&outcome: &ExploitOutcome| ExploitResult {
        title: "t".to_owned(),
        outcome,
        evidence: Vec::new(),
    };
    outcomes.iter().map(result).collect()
}

#[test]
fn an_exploit_that_succeeds_weighs_as_a_high_finding_in_the_strict_rewards_only() {
    use ExploitOutcome::{Exploited, NotRun, Withstood};
    use Verdict::{Accepted, WrongAnswer};
    for (verdicts, outcomes, gated, binary) in [
        (&[Accepted; 4], &[Withstood, Withstood], 1.0, 1.0),
        (&[Accepted; 4], &[Withstood, Exploited], 0.6, 0.0),
        (
            &[Accepted, Accepted, Accepted, WrongAnswer],
            &[NotRun, NotRun],
            0.4,
            0.0,
        ),
    ] {
        let without = rewards(&tested(verdicts));
        let with = rewards(&Graded {
            exploits: Some(exploits(outcomes)),
            ..tested(verdicts)
        });
        assert!(near(with.gated, gated), "{outcomes:?} {with:?}");
        assert!(near(with.binary, binary), "{outcomes:?} {with:?}");
        assert_eq!((with.seed, with.staged), (without.seed, without.staged));
    }
}

#[test]
fn without_a_program_the_strict_rewards_are_exactly_zero() {
    let no_program = [
        Graded {
            parses: false,
            compiles: None,
            ..sample()
        },
        Graded {
            compiles: Some(false),
            ..sample()
        },
        Graded {
            code_lines: 0,
            ..sample()
        },
        Graded {
            patterns: vec![FailurePattern::NoCode],
            ..tested(&[Verdict::Accepted])
        },
        Graded {
            extraction: Extraction {
                method: ExtractionMethod::Nothing,
                blocks: 0,
                block: None,
            },
            constant_baseline: Some(1.0),
            ..tested(&[Verdict::NoOutput])
        },
    ];
    for graded in no_program {
        let rewards = rewards(&graded);
        assert_eq!((rewards.gated, rewards.binary), (Some(0.0), Some(0.0)));
    }
}

/// The rows of the table in `docs/grading.md`: a problem with 4 tests of which one constant passes 1.
fn table() -> Vec<(&'static str, Graded)> {
    let all_end = |verdict| tested(&[verdict; 4]);
    let no_code = |method| Graded {
        code_lines: 0,
        patterns: vec![FailurePattern::NoCode],
        extraction: Extraction {
            method,
            blocks: 0,
            block: None,
        },
        ..all_end(Verdict::NoOutput)
    };
    let insecure = |passed| Graded {
        findings: vec![finding(Severity::High)],
        strict_findings: vec![finding(Severity::High)],
        ..passed
    };
    let passing = |count: usize| {
        let mut verdicts = [Verdict::WrongAnswer; 4];
        verdicts[..count].fill(Verdict::Accepted);
        tested(&verdicts)
    };
    let unparsable = Graded {
        parses: false,
        compiles: Some(false),
        ..all_end(Verdict::SyntaxError)
    };
    vec![
        ("does not parse", unparsable),
        ("empty, or a refusal", no_code(ExtractionMethod::Nothing)),
        ("comments only", no_code(ExtractionMethod::Whole)),
        ("crashes on every test", all_end(Verdict::RuntimeError)),
        ("`print(0)`, never right", passing(0)),
        ("the best constant: 1 of 4 right", passing(1)),
        ("2 of 4 right", passing(2)),
        ("all right, one high finding", insecure(passing(4))),
        ("all right, no finding", passing(4)),
    ]
}

#[test]
fn the_table_in_the_documentation_is_what_the_code_gives() {
    let shown = |reward: Option<f64>| format!("{:.2}", reward.expect("every row is measured"));
    let mut lines = vec!["| answer | `seed` | `staged` | `gated` | `binary` |".to_owned()];
    lines.push("|---|---|---|---|---|".to_owned());
    for (name, graded) in table() {
        let cells = all(&rewards(&graded)).map(shown);
        lines.push(format!("| {name} | {} |", cells.join(" | ")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/grading.md");
    let document = std::fs::read_to_string(path).unwrap();
    let table = lines.join("\n");
    assert!(
        document.contains(&table),
        "docs/grading.md must hold:\n{table}"
    );
}

#[test]
fn the_recorded_rewards_of_the_seed_follow_the_formula() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/samples/deepseek-appsplus-val-a.jsonl.gz");
    let Some(records) = unpacked(&path) else {
        eprintln!("SKIPPED: the seed's recorded rewards: shared data or gzip absent");
        return;
    };
    let mut count = 0;
    for line in records.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let number = |key: &str| record[key].as_f64().unwrap();
        let whole = |key: &str| u32::try_from(record[key].as_u64().unwrap()).ok();
        // Every recorded finding is B101, which is low.
        let flagged = record["has_security_issues"].as_bool().unwrap();
        let graded = Graded {
            compiles: record["compiles"].as_bool(),
            tests_passed: whole("tests_passed"),
            tests_total: whole("tests_total"),
            findings: flagged
                .then(|| finding(Severity::Low))
                .into_iter()
                .collect(),
            ..sample()
        };
        assert!(
            near(Some(r_sec(&graded.findings)), number("rsec")),
            "{count}"
        );
        assert!(near(rewards(&graded).seed, number("reward")), "{count}");
        count += 1;
    }
    assert_eq!(count, 199);
}

/// The text of a gzip file; `None` when it or the program `gzip` is not there.
fn unpacked(path: &Path) -> Option<String> {
    if !path.exists() {
        return None;
    }
    let output = Command::new("gzip").arg("-dc").arg(path).output().ok()?;
    assert!(output.status.success(), "{path:?} is no gzip file");
    Some(String::from_utf8(output.stdout).expect("the samples are UTF-8"))
}

fn any_severity() -> impl Strategy<Value = Severity> {
    proptest::sample::select(vec![Severity::Low, Severity::Medium, Severity::High])
}

prop_compose! {
    fn any_graded()(
        verdicts in proptest::collection::vec(proptest::sample::select(&Verdict::ALL[..]), 1..7),
        (parses, compiles) in (any::<bool>(), any::<Option<bool>>()),
        constant_baseline in proptest::option::of(0.0..=1.0),
        found in proptest::collection::vec(any_severity(), 0..4),
        strict in proptest::collection::vec(any_severity(), 0..4),
        denied in proptest::bool::weighted(0.2),
        code_lines in 0_u32..3,
    ) -> Graded {
        Graded {
            parses,
            compiles,
            constant_baseline,
            code_lines,
            findings: found.into_iter().map(finding).collect(),
            strict_findings: strict.into_iter().map(finding).collect(),
            events: denied.then(event).into_iter().collect(),
            ..tested(&verdicts)
        }
    }
}

/// `graded` with its test at `index` accepted.
fn with_one_more_passed(graded: &Graded, index: usize) -> Graded {
    let mut verdicts: Vec<Verdict> = graded
        .tests
        .iter()
        .flatten()
        .map(|test| test.verdict)
        .collect();
    let index = index % verdicts.len();
    verdicts[index] = Verdict::Accepted;
    let better = tested(&verdicts);
    Graded {
        tests: better.tests,
        tests_passed: better.tests_passed,
        ..graded.clone()
    }
}

fn not_worse(before: &Graded, after: &Graded) -> bool {
    all(&rewards(before))
        .into_iter()
        .zip(all(&rewards(after)))
        .all(|(before, after)| before.is_some() == after.is_some() && before <= after)
}

proptest! {
    #[test]
    fn bounded(graded in any_graded()) {
        for reward in all(&rewards(&graded)).into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&reward), "{reward}");
        }
    }

    #[test]
    fn monotone_in_tests_passed(graded in any_graded(), index in any::<usize>()) {
        prop_assert!(not_worse(&graded, &with_one_more_passed(&graded, index)));
    }

    #[test]
    fn monotone_in_findings_and_events_removed(graded in any_graded()) {
        let mut better = graded.clone();
        better.findings.pop();
        prop_assert!(not_worse(&graded, &better));
        better.strict_findings.pop();
        prop_assert!(not_worse(&graded, &better));
        better.events.pop();
        prop_assert!(not_worse(&graded, &better));
    }

    #[test]
    fn no_functional_evidence_scores_below_any(one in any_graded(), other in any_graded()) {
        let evidence = |graded: &Graded| {
            has_program(graded)
                && pass_share(graded).zip(graded.constant_baseline).is_some_and(|(p, p0)| p > p0)
        };
        if let (Some(reward), Some(other_reward)) = (rewards(&one).gated, rewards(&other).gated)
            && !evidence(&one)
            && evidence(&other)
        {
            prop_assert!(reward < other_reward);
        }
    }

    #[test]
    fn a_fault_makes_every_reward_absent(graded in any_graded(), ours in any::<bool>()) {
        let owner = if ours { FaultOwner::Infrastructure } else { FaultOwner::Problem };
        let fault = Some(Fault { owner, reason: String::new() });
        prop_assert_eq!(all(&rewards(&Graded { fault, ..graded })), [None; 4]);
    }
}

#[test]
fn tests_that_were_not_run_say_nothing_about_the_stage_and_lower_the_share() {
    let stopped = tested(&[Verdict::Accepted, Verdict::WrongAnswer, Verdict::NotRun]);
    let rewards = rewards(&stopped);
    assert_eq!(rewards.staged, Some(0.6 * 0.6 + 0.4));
    assert_eq!(rewards.seed, Some(0.6 / 3.0 + 0.4));
    assert_eq!(rewards.binary, Some(0.0));
}
