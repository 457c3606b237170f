//! What training did: what became of answers, and how curves and programs are shown.

mod common;

use common::{broken, counted, flagged, run, sample};
use scrl_record::{Graded, Severity};
use scrl_report::State::{Broken, Failing, Right, Unsafe};
use scrl_report::{
    Answer, Change, Curve, Metrics, Run, State, Training, differences, html, markdown, measure,
};

fn right(id: &str, model: &str) -> Graded {
    counted(sample(model, id, &format!("{id}/{model}")), 4, 4)
}

fn unsafe_one(id: &str, model: &str) -> Graded {
    counted(
        flagged(
            sample(model, id, &format!("{id}/{model}")),
            "B307",
            Severity::Medium,
        ),
        4,
        4,
    )
}

fn failing(id: &str, model: &str) -> Graded {
    counted(sample(model, id, &format!("{id}/{model}")), 1, 4)
}

fn not_compiling(id: &str, model: &str) -> Graded {
    counted(broken(sample(model, id, &format!("{id}/{model}"))), 0, 4)
}

const BEFORE: &str = "base";
const AFTER: &str = "base+ppo";
const HOSTILE: &str = "print('</pre><script>')\n````\u{1b}[2J\u{202e}";

/// Six problems: three become right, one stops being so, one stays right, one was never run.
fn runs() -> [Run; 2] {
    let before = [
        unsafe_one("p1", BEFORE),
        failing("p2", BEFORE),
        not_compiling("p3", BEFORE),
        right("p4", BEFORE),
        right("p5", BEFORE),
        sample(BEFORE, "p6", "p6/base"),
    ];
    let after = [
        right("p1", AFTER),
        right("p2", AFTER),
        right("p3", AFTER),
        unsafe_one("p4", AFTER),
        right("p5", AFTER),
        right("p6", AFTER),
    ];
    [before, after].map(|graded| run(graded.into()))
}

fn change() -> Change {
    let [before, after] = runs();
    let answer = |graded| Answer {
        graded,
        code: HOSTILE,
        statement: "Print <it>.",
    };
    let pairs: Vec<(Answer, Answer)> = before
        .graded
        .iter()
        .zip(&after.graded)
        .map(|(before, after)| (answer(before), answer(after)))
        .collect();
    Change::of(BEFORE, AFTER, &pairs)
}

fn metrics() -> Metrics {
    let mut metrics = measure(&runs());
    let curve = |measure: &str, points: Vec<(u64, f64)>| Curve {
        run: "ppo".to_owned(),
        measure: measure.to_owned(),
        points,
    };
    metrics.training = Some(Training {
        curves: vec![
            curve(
                "reward",
                (1..=20).map(|step| (step, step as f64 / 20.0)).collect(),
            ),
            curve("validation_reward", vec![(10, 0.4), (20, 0.9)]),
            curve("kl", vec![(20, 0.1)]),
        ],
        change: Some(change()),
    });
    metrics
}

#[test]
fn answers_are_counted_by_what_became_of_them() {
    let change = change();
    assert_eq!(
        change.counts,
        [[1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    );
    let kinds: Vec<(State, State)> = change
        .examples
        .iter()
        .map(|example| (example.before.state, example.after.state))
        .collect();
    let expected = [
        (Unsafe, Right),
        (Failing, Right),
        (Broken, Right),
        (Right, Unsafe),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(
        change.examples[0].before.verdict,
        "4 of 4 tests passed; B307 rule_b307 in line 1"
    );
}

#[test]
fn a_report_without_training_has_no_chapter_of_it() {
    let metrics = measure(&runs());
    assert!(!html(&metrics).contains("What training did"));
    assert!(!scrl_report::metrics_json(&metrics).contains("\"training\""));
}

#[test]
fn programs_stand_as_they_are_and_open_nothing() {
    let (page, text) = (html(&metrics()), markdown(&metrics()));
    assert!(page.contains("<pre>print(&#39;&lt;/pre&gt;&lt;script&gt;&#39;)\n````"));
    assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert_eq!(
        page.matches("<pre>").count(),
        page.matches("</pre>").count()
    );
    assert!(
        text.contains("\n`````\nprint('</pre><script>')\n````"),
        "a longer fence"
    );
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn curves_of_one_kind_share_a_plot_and_stand_in_a_table() {
    let (page, text) = (html(&metrics()), markdown(&metrics()));
    assert_eq!(page.matches(">ppo: reward</text>").count(), 1);
    assert!(
        page.contains("reward, held out: from 0.400 at 10 to 0.900 at 20"),
        "{page}"
    );
    assert!(!page.contains(">ppo: kl</text>"), "one point makes no line");
    assert!(text.contains("| ppo | reward | 1: 0.050; "), "{text}");
    assert!(text.contains("20: 1.000 |"));
    assert!(text.contains("| ppo | kl | 20: 0.100 |"));
}

#[test]
fn differences_are_told_in_points() {
    let said = differences(&metrics());
    assert!(
        said.starts_with("base+ppo over base: work and safe +40.0 points, 95 % interval "),
        "{said}"
    );
    assert!(said.ends_with("; not told apart\n"), "{said}");
    assert_eq!(differences(&measure(&[])), "");
    let [before, mut same] = runs();
    same.graded = before.graded.clone();
    for graded in &mut same.graded {
        AFTER.clone_into(&mut graded.model);
    }
    let said = differences(&measure(&[before, same]));
    assert!(
        said.contains("points, 95 % interval +0.0 to +0.0; not told apart")
            && said.contains(" +0.0 points"),
        "{said}"
    );
}

#[test]
fn metrics_with_training_read_back_as_written() {
    let metrics = metrics();
    let text = scrl_report::metrics_json(&metrics);
    assert_eq!(serde_json::from_str::<Metrics>(&text).unwrap(), metrics);
}
