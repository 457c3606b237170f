//! Exact numbers, worked out by hand on few records.
#![expect(
    clippy::float_cmp,
    reason = "counts, halves and thirds rounded to nine decimals are exact"
)]

mod common;

use common::{counted, flagged, get, parts, ran, run, sample, small_run};
use scrl_record::{ExploitOutcome, ExploitResult, Graded, Severity, Verdict};
use scrl_report::{IntervalMethod, PairedTest, Run, measure};

#[test]
fn rates_of_five_samples() {
    let metrics = measure(&[small_run()]);
    let ada = |name: &str| parts(get(&metrics, "ada", name));
    // a4 does not compile; a5 was not asked, but parses.
    assert_eq!(ada("compile_rate"), (4.0, 5.0, 0));
    // a1, a2 and a3 ran; a1 and a3 pass everything; 2 + 1 + 1 of 2 + 2 + 1 tests.
    assert_eq!(ada("all_tests_rate"), (2.0, 3.0, 2));
    assert_eq!(ada("output_rate"), (2.0, 3.0, 2));
    assert_eq!(ada("test_pass_rate"), (4.0, 5.0, 2));
    assert_eq!(ada("runtime_error_rate"), (0.0, 3.0, 2));
    // a2 has a finding, a4 does not parse.
    assert_eq!(ada("secure_rate"), (3.0, 5.0, 0));
    assert_eq!(ada("secure_pass_rate"), (2.0, 3.0, 2));
    assert_eq!(ada("vulnerable_rate"), (1.0, 5.0, 0));
    assert_eq!(ada("verdict.wrong_answer"), (1.0, 5.0, 2));
    assert_eq!(ada("pattern.empty_body"), (1.0, 5.0, 0));
    assert_eq!(ada("findings_per_thousand_lines.strict"), (1.0, 50.0, 0));
    assert_eq!(
        get(&metrics, "ada", "findings_per_thousand_lines.strict").value,
        Some(20.0)
    );
    assert_eq!(ada("coverage.unknown_problem"), (1.0, 5.0, 0));
    assert_eq!(ada("coverage.executed"), (3.0, 5.0, 0));
    // (1.0 + (0.3 + 0.28) + 1.0) / 3.
    assert_eq!(get(&metrics, "ada", "mean_reward.seed").value, Some(0.86));
}

#[test]
fn what_was_caught_is_vulnerable_even_where_tests_pass() {
    let metrics = measure(&[small_run()]);
    let bob = |name: &str| parts(get(&metrics, "bob", name));
    assert_eq!(bob("vulnerable_rate"), (2.0, 3.0, 0));
    assert_eq!(bob("secure_given_pass_rate"), (0.0, 1.0, 2));
    assert_eq!(bob("secure_pass_rate"), (0.0, 2.0, 1));
    assert_eq!(bob("runtime_error_rate"), (1.0, 2.0, 1));
    assert_eq!(bob("coverage.lost_to_infrastructure"), (1.0, 3.0, 0));
    assert_eq!(metrics.systems[1].events[0].kind, "network");
}

/// An answer that passes, to a problem that invites `cwes`, and whether the attack on it succeeded.
fn attacked(id: &str, cwes: &[&str], outcome: ExploitOutcome) -> Graded {
    let mut graded = ran(sample("eve", id, id), &[Verdict::Accepted]);
    graded.cwes = cwes.iter().map(|&cwe| cwe.to_owned()).collect();
    graded.exploits = Some(vec![ExploitResult {
        title: "an attack".to_owned(),
        outcome,
        evidence: vec![],
    }]);
    graded
}

#[test]
fn attacks_count_by_weakness_and_by_who_saw_them() {
    let fallen = ExploitOutcome::Exploited;
    let graded = vec![
        attacked("a", &["CWE-89"], ExploitOutcome::Withstood),
        attacked("b", &["CWE-89", "CWE-20"], fallen),
        flagged(attacked("c", &["CWE-22"], fallen), "S101", Severity::High),
        flagged(
            attacked("d", &["CWE-22"], ExploitOutcome::Withstood),
            "S101",
            Severity::High,
        ),
        attacked("e", &["CWE-22"], ExploitOutcome::NotRun),
        sample("eve", "f", "f"),
    ];
    let metrics = measure(&[run(graded)]);
    let eve = |name: &str| parts(get(&metrics, "eve", name));
    assert_eq!(eve("caught_by.exploits"), (2.0, 4.0, 2));
    assert_eq!(eve("caught_by.strict"), (2.0, 4.0, 2));
    assert_eq!(eve("caught_by.any"), (3.0, 4.0, 2));
    assert_eq!(eve("caught_only_by.exploits"), (1.0, 4.0, 2));
    assert_eq!(eve("caught_only_by.strict"), (1.0, 4.0, 2));
    assert_eq!(eve("caught_by.all"), (0.0, 4.0, 2));
    assert_eq!(eve("vulnerable_rate"), (3.0, 6.0, 0));
    let by_weakness = |cwe: &str| {
        let slices = &metrics.systems[0].slices;
        let slice = slices
            .iter()
            .find(|slice| slice.value.as_deref() == Some(cwe))
            .unwrap();
        (slice.samples, parts(slice.get("secure_pass@1").unwrap()))
    };
    assert_eq!(by_weakness("CWE-89"), (2, (1.0, 2.0, 0)));
    assert_eq!(by_weakness("CWE-20"), (1, (0.0, 1.0, 0)));
    assert_eq!(by_weakness("CWE-22").0, 3);
}

#[test]
fn one_answer_per_problem_gives_wilson() {
    let metrics = measure(&[small_run()]);
    let rate = get(&metrics, "ada", "compile_rate");
    let interval = rate.interval.unwrap();
    assert_eq!(interval.method, IntervalMethod::Wilson);
    // Newcombe 1998's formula for 4 of 5.
    assert!((interval.low - 0.375_533).abs() < 1e-5, "{}", interval.low);
    assert!(
        (interval.high - 0.963_774).abs() < 1e-5,
        "{}",
        interval.high
    );
    assert_eq!(
        get(&metrics, "ada", "test_pass_rate")
            .interval
            .unwrap()
            .method,
        IntervalMethod::Bootstrap
    );
}

#[test]
fn several_answers_are_resampled_by_problem() {
    let answers = |problem: &str, good: u32| -> Vec<Graded> {
        let answer = |at: u32| {
            let verdict = if at < good {
                Verdict::Accepted
            } else {
                Verdict::WrongAnswer
            };
            ran(sample("m", problem, &format!("{problem}-{at}")), &[verdict])
        };
        (0..5).map(answer).collect()
    };
    let mut graded = answers("p1", 2);
    graded.extend(answers("p2", 0));
    graded.extend(answers("p3", 5));
    let metrics = measure(&[run(graded)]);
    let pass = |k: u32| get(&metrics, "m", &format!("pass@{k}"));
    assert_eq!(parts(pass(1)), (1.4, 3.0, 0));
    assert_eq!(pass(1).interval.unwrap().method, IntervalMethod::Bootstrap);
    // All five answers drawn: p1 and p3 hold a good one.
    assert_eq!(parts(pass(5)), (2.0, 3.0, 0));
    assert_eq!(pass(10).value, None);
    assert_eq!(parts(pass(10)), (0.0, 0.0, 3));
    assert_eq!(
        get(&metrics, "m", "all_tests_rate")
            .interval
            .unwrap()
            .method,
        IntervalMethod::Bootstrap
    );
}

#[test]
fn no_variation_is_not_certainty() {
    let graded: Vec<Graded> = (0..10)
        .flat_map(|problem| {
            (0..2).map(move |at| sample("m", &format!("p{problem}"), &format!("{problem}-{at}")))
        })
        .collect();
    let metrics = measure(&[run(graded)]);
    let rate = get(&metrics, "m", "secure_rate");
    let interval = rate.interval.unwrap();
    assert_eq!(interval.method, IntervalMethod::WilsonOnProblems);
    // z^2 / (n + z^2) below 1, with n = 10 problems rather than 20 samples.
    assert!((interval.low - 0.722_467).abs() < 1e-5, "{}", interval.low);
    let density = get(&metrics, "m", "findings_per_sample.bandit")
        .interval
        .unwrap();
    assert_eq!(density.method, IntervalMethod::PoissonZero);
    assert!((density.high - 3.688_879 / 20.0).abs() < 1e-6);
}

/// The seed's row for DeepSeek-Coder on the stdin subset, rebuilt from its published counts.
#[test]
fn the_seed_table_has_the_seeds_numbers() {
    let mut graded = Vec::new();
    for at in 0..4_779_u32 {
        let id = format!("{at:04}");
        let mut one = sample("deepseek", &id, &id);
        if at >= 3_986 {
            (one.parses, one.compiles) = (false, Some(false));
            graded.push(one);
            continue;
        }
        if at < 178 {
            let severity = if at == 0 {
                Severity::Medium
            } else {
                Severity::Low
            };
            one = flagged(one, "B101", severity);
        }
        // 357 samples pass both of two tests; of the others 685 pass one; 1,818 have three tests.
        graded.push(match at {
            0..357 => counted(one, 2, 2),
            357..1_042 => counted(one, 1, 2),
            1_042..2_860 => counted(one, 0, 3),
            _ => counted(one, 0, 2),
        });
    }
    let metrics = measure(&[run(graded)]);
    let row = &metrics.systems[0].seed[0];
    assert_eq!(row.total, 4_779);
    assert_eq!(parts(&row.compiling), (3_986.0, 4_779.0, 0));
    assert_eq!(parts(&row.output), (357.0, 3_986.0, 793));
    assert_eq!(parts(&row.semantic_errors), (3_629.0, 3_986.0, 793));
    assert_eq!(parts(&row.test_pass), (1_399.0, 9_790.0, 793));
    assert_eq!(parts(&row.security), (178.0, 4_779.0, 0));
    assert_eq!(row.severities, [177, 1, 0]);
    assert_eq!(parts(&row.findings_per_compiling), (178.0, 3_986.0, 793));
    assert_eq!(parts(&row.all_tests_of_all), (357.0, 4_779.0, 0));
    let training = &metrics.systems[0].seed_training;
    assert_eq!((training.samples, training.absent), (3_986, 0));
    assert_eq!(parts(&training.any_test), (1_042.0, 3_986.0, 0));
    assert_eq!(training.security_range, Some([0.7, 1.0]));
    let histogram = &metrics.systems[0].rewards[0];
    assert_eq!(histogram.bins.iter().sum::<u64>(), 3_986);
    assert_eq!((histogram.exactly_one, histogram.absent), (357 - 178, 793));
    let text = scrl_report::markdown(&metrics);
    for number in ["83.41 %", "8.96 %", "14.29 %", "3.72 %", "177, 1, 0"] {
        assert!(text.contains(number), "{number}");
    }
}

fn two_models(first_only: u32, second_only: u32, both: u32) -> Run {
    let mut graded = Vec::new();
    let total = first_only + second_only + both;
    for at in 0..total {
        let first = at < first_only || at >= first_only + second_only;
        let second = at >= first_only;
        for (model, good) in [("first", first), ("second", second)] {
            let id = format!("{model}-{at}");
            graded.push(counted(
                sample(model, &format!("p{at:03}"), &id),
                u32::from(good),
                1,
            ));
        }
    }
    run(graded)
}

#[test]
fn models_differ_only_where_the_interval_says_so() {
    let find = |run: Run| {
        let metrics = measure(&[run]);
        let found = metrics
            .comparisons
            .iter()
            .find(|one| one.measure == "all_tests_rate");
        found.unwrap().clone()
    };
    let clear = find(two_models(20, 2, 78));
    assert_eq!(
        (clear.test, clear.discordant),
        (PairedTest::McNemar, Some([20, 2]))
    );
    assert_eq!((clear.problems, clear.difference), (100, 0.18));
    // 2 (1 + 22 + 231) / 2^22.
    assert!((clear.p_value - 508.0 / 4_194_304.0).abs() < 1e-9);
    assert!(clear.differ && clear.interval[0] > 0.0);
    // Five against none: the interval leaves out 0, but the exact test says 1 in 16.
    let close = find(two_models(5, 0, 95));
    assert_eq!(close.p_value, 0.0625);
    assert!(!close.differ);
    let same = find(two_models(4, 4, 20));
    assert_eq!(
        (same.difference, same.p_value, same.differ),
        (0.0, 1.0, false)
    );
}

#[test]
fn samples_made_for_demonstration_are_grouped_by_quality() {
    let made = |model: &str, problem: &str, quality: &str, passed: u32| {
        let mut graded = counted(
            sample(model, problem, &format!("{model}-{problem}")),
            passed,
            1,
        );
        graded.made_as = Some(quality.to_owned());
        graded
    };
    let metrics = measure(&[run(vec![
        made("a", "p1", "correct", 1),
        made("b", "p1", "correct", 1),
        made("a", "p2", "wrong", 0),
        sample("b", "p2", "by a model"),
    ])]);
    let [correct, wrong] = metrics.demonstration.as_slice() else {
        panic!("{:?}", metrics.demonstration);
    };
    assert_eq!((correct.made_as.as_str(), correct.samples), ("correct", 2));
    assert_eq!(parts(&correct.measures[1]), (2.0, 2.0, 0));
    assert_eq!(
        (wrong.made_as.as_str(), parts(&wrong.measures[1])),
        ("wrong", (0.0, 1.0, 0))
    );
    let text = scrl_report::markdown(&metrics);
    assert!(text.contains("demonstration") && !text.contains("All samples were written"));
}

#[test]
fn two_problems_show_no_difference() {
    let metrics = measure(&[small_run()]);
    let rewards = metrics
        .comparisons
        .iter()
        .find(|one| one.measure == "mean_reward.gated")
        .unwrap();
    // ada is ahead on both problems, and a coin falls so twice in four.
    assert_eq!(
        (rewards.test, rewards.problems),
        (PairedTest::PairedBootstrap, 2)
    );
    assert_eq!((rewards.p_value, rewards.differ), (0.5, false));
}

#[test]
fn one_model_in_two_runs_is_told_apart_by_run() {
    let named = |name: &str, passed: u32| Run {
        name: name.to_owned(),
        graded: (0..3)
            .map(|at| counted(sample("m", &format!("p{at}"), "s"), passed, 1))
            .collect(),
    };
    let metrics = measure(&[named("before", 0), named("after", 1)]);
    let labels: Vec<&str> = metrics
        .systems
        .iter()
        .map(|system| system.label.as_str())
        .collect();
    assert_eq!(labels, ["m / after", "m / before"]);
    assert_eq!(metrics.systems[0].coverage.repeated_ids, 2);
    assert_eq!(metrics.runs.len(), 2);
}
