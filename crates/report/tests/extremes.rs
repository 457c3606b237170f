//! Nothing, one sample, only faults, only counts, very many samples; and the same bytes in any order.

mod common;

use common::{counted, get, lost, parts, ran, run, sample, small_run};
use proptest::prelude::*;
use scrl_record::{FaultOwner, Graded, Severity, Verdict};
use scrl_report::{
    Run, html, markdown, measure, measures_csv, metrics_json, samples_csv, summary_table,
};

#[test]
fn no_records_give_a_document_that_says_so() {
    for runs in [vec![], vec![run(vec![])]] {
        let metrics = measure(&runs);
        for text in [summary_table(&metrics), markdown(&metrics), html(&metrics)] {
            assert!(text.contains("No samples were graded"), "{text}");
        }
        assert_eq!(measures_csv(&metrics).lines().count(), 1);
        assert_eq!(samples_csv(&runs).lines().count(), 1);
    }
}

#[test]
fn one_sample_is_reported_with_a_wide_interval() {
    let metrics = measure(&[run(vec![counted(sample("m", "p", "s"), 1, 1)])]);
    let (low, high) = get(&metrics, "m", "secure_pass_rate").bounds().unwrap();
    assert!(low < 0.21 && high > 0.999, "{low} {high}");
    assert!(markdown(&metrics).contains("Nothing to compare"));
    assert!(summary_table(&metrics).contains("100.0 %"));
}

#[test]
fn faults_are_absent_and_never_zero() {
    let graded = (0..4).map(|at| {
        let one = sample("m", &format!("p{at}"), &format!("s{at}"));
        lost(
            one,
            FaultOwner::Infrastructure,
            "no control group for `p`: see doctor",
        )
    });
    let metrics = measure(&[run(graded.collect())]);
    for name in [
        "all_tests_rate",
        "secure_pass_rate",
        "test_pass_rate",
        "pass@1",
        "mean_reward.gated",
    ] {
        let measure = get(&metrics, "m", name);
        assert_eq!((measure.value, measure.interval), (None, None), "{name}");
        assert_eq!(parts(measure), (0.0, 0.0, 4), "{name}");
    }
    assert_eq!(metrics.systems[0].coverage.faults.len(), 1);
    assert_eq!(metrics.systems[0].coverage.faults[0].samples, 4);
    let text = markdown(&metrics);
    assert!(
        text.contains("no test ran") && text.contains("| - (absent for 4) |"),
        "{text}"
    );
}

#[test]
fn another_language_is_absent_not_broken() {
    let mut foreign = sample("m", "p", "s");
    (foreign.parses, foreign.compiles) = (false, None);
    let foreign = lost(
        foreign,
        FaultOwner::Sample,
        "language `Go` is not supported yet",
    );
    let metrics = measure(&[run(vec![foreign, sample("m", "q", "t")])]);
    for name in ["compile_rate", "secure_rate", "secure@1"] {
        assert_eq!(parts(get(&metrics, "m", name)), (1.0, 1.0, 1), "{name}");
    }
    assert_eq!(
        parts(get(&metrics, "m", "flagged_rate.strict")),
        (0.0, 1.0, 1)
    );
    assert_eq!(
        parts(get(&metrics, "m", "coverage.analysed")),
        (1.0, 2.0, 0)
    );
    assert_eq!(metrics.systems[0].coverage.not_python, 1);
    assert!(markdown(&metrics).contains("language \\`Go\\` is not supported yet"));
}

#[test]
fn counts_without_verdicts_are_executed() {
    let metrics = measure(&[run(vec![
        counted(sample("m", "p", "s"), 1, 3),
        counted(sample("m", "q", "t"), 3, 3),
    ])]);
    assert_eq!(parts(get(&metrics, "m", "test_pass_rate")), (4.0, 6.0, 0));
    assert_eq!(
        parts(get(&metrics, "m", "coverage.executed")),
        (2.0, 2.0, 0)
    );
    assert_eq!(parts(get(&metrics, "m", "verdict.accepted")), (0.0, 0.0, 2));
    assert_eq!(
        parts(get(&metrics, "m", "runtime_error_rate")),
        (0.0, 0.0, 2)
    );
    assert_eq!(metrics.systems[0].coverage.without_verdicts, 2);
    assert!(
        markdown(&metrics).contains("For 2 samples only the number of passed tests was recorded")
    );
}

#[test]
fn impossible_records_do_no_harm() {
    let mut zero = counted(sample("m", "p", "s"), 1, 1);
    (zero.tests_passed, zero.tests_total) = (Some(0), Some(0));
    zero.rewards.gated = Some(f64::NAN);
    zero.code_lines = 0;
    let mut more = counted(sample("m", "q", "t"), 1, 1);
    more.tests_passed = Some(9);
    more.rewards.gated = Some(7.0);
    let metrics = measure(&[run(vec![zero, more])]);
    assert_eq!(parts(get(&metrics, "m", "test_pass_rate")), (1.0, 1.0, 1));
    assert_eq!(parts(get(&metrics, "m", "all_tests_rate")), (0.0, 1.0, 1));
    assert_eq!(metrics.systems[0].rewards[2].outside, 1);
    assert!(!metrics_json(&metrics).contains("NaN"));
    assert!(!html(&metrics).contains("NaN"));
}

/// Three models, 22,104 samples, several answers to a problem.
#[test]
fn twenty_two_thousand_samples() {
    let verdicts = [
        Verdict::Accepted,
        Verdict::WrongAnswer,
        Verdict::RuntimeError,
    ];
    let graded: Vec<Graded> = (0..22_104_usize)
        .map(|at| {
            let mut one = sample(
                ["a", "b", "c"][at % 3],
                &format!("p{}", at / 15),
                &format!("s{at}"),
            );
            one.difficulty =
                Some(["introductory", "interview", "competition"][at / 15 % 3].to_owned());
            if at % 20 == 0 {
                one = common::flagged(one, "B101", Severity::Low);
            }
            ran(one, &[verdicts[at % 7 % 3], verdicts[at % 5 % 3]])
        })
        .collect();
    let metrics = measure(&[run(graded)]);
    assert_eq!(metrics.samples, 22_104);
    assert_eq!(metrics.systems.len(), 3);
    assert_eq!(parts(get(&metrics, "a", "pass@5")), (841.0, 1_473.0, 1));
    assert!(html(&metrics).len() < 400_000);
}

fn arbitrary_sample() -> impl Strategy<Value = Graded> {
    let verdict = proptest::sample::select(Verdict::ALL.to_vec());
    let ids = (0..3_u8, 0..4_u8, 0..6_u8);
    (
        ids,
        proptest::collection::vec(verdict, 0..4),
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(|((model, problem, id), verdicts, findings, parses)| {
            let mut one = sample(
                &format!("m{model}"),
                &format!("p{problem}"),
                &format!("s{id}"),
            );
            (one.parses, one.compiles) = (parses, None);
            for _ in 0..findings {
                one = common::flagged(one, "B101", Severity::Low);
            }
            if verdicts.is_empty() {
                one
            } else {
                ran(one, &verdicts)
            }
        })
}

proptest! {
    // Each case resamples a few groups 2,000 times.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn order_does_not_matter(
        graded in proptest::collection::vec(arbitrary_sample(), 0..30).prop_flat_map(|list| {
            (Just(list.clone()), Just(list).prop_shuffle())
        }),
        cut in 0.0..1.0_f64,
    ) {
        let (straight, shuffled) = graded;
        let cut = (straight.len() as f64 * cut) as usize;
        // The same run read from one file, or from two in the other order.
        let (left, right) = shuffled.split_at(cut);
        let one = [run(straight)];
        let two = [run(right.to_vec()), run(left.to_vec())];
        prop_assert_eq!(metrics_json(&measure(&one)), metrics_json(&measure(&two)));
        prop_assert_eq!(samples_csv(&one), samples_csv(&two));
        prop_assert_eq!(html(&measure(&one)), html(&measure(&two)));
    }

    #[test]
    fn every_share_and_interval_is_a_share(graded in proptest::collection::vec(arbitrary_sample(), 1..30)) {
        let metrics = measure(&[run(graded)]);
        for slice in metrics.systems.iter().flat_map(|system| &system.slices) {
            for one in &slice.measures {
                prop_assert_eq!(one.value.is_some(), one.denominator > 0.0);
                if let (Some(value), Some((low, high))) = (one.value, one.bounds()) {
                    prop_assert!(0.0 <= low && low <= high, "{:?}", one);
                    if matches!(one.unit, scrl_report::Unit::Share | scrl_report::Unit::Mean) {
                        prop_assert!(value <= 1.0 && high <= 1.0, "{:?}", one);
                    }
                }
            }
        }
    }
}

#[test]
fn runs_given_in_another_order_give_the_same_bytes() {
    let other = Run {
        name: "other".to_owned(),
        ..small_run()
    };
    let [there, back] =
        [[small_run(), other.clone()], [other, small_run()]].map(|runs| markdown(&measure(&runs)));
    assert_eq!(there, back);
}
