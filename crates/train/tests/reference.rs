//! The arithmetic against `PyTorch`'s: `fixtures/reference.py` makes what is expected.

use std::path::Path;

use scrl_kernels::head::TokenScore;
use scrl_policy::Prediction;
use scrl_train::algorithm::{Algorithm, KlPlace};
use scrl_train::episode::{Episode, Shaping, targets};
use scrl_train::gae::{Discounts, advantages};
use scrl_train::kl::{Estimator, ends_update};
use scrl_train::moments::{decoupled, whiten};
use scrl_train::objective::{Lesson, Objective};
use scrl_train::{algorithm::Source, group};
use serde_json::Value;

const BOUND: f64 = 1e-5;

type Advantage = fn(&[f64]) -> Vec<f64>;

fn expected() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/expected.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    serde_json::from_value(value.clone()).unwrap()
}

fn assert_close(what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{what}: number of values");
    for (place, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(
            (got - want).abs() < BOUND,
            "{what}, {place}: {got}, and PyTorch has {want}"
        );
    }
}

#[test]
fn advantages_are_pytorchs() {
    let expected = expected();
    let gae = &expected["gae"];
    let want = rows(&gae["advantages"]);
    let steps = rows(&gae["rewards"]).into_iter().zip(rows(&gae["values"]));
    for ((rewards, values), want) in steps.zip(want) {
        let got = advantages(&rewards, &values, Discounts::default());
        assert_close("gae", &got, &want);
    }
    let mut whitened = rows(&gae["values"]);
    whiten(&mut whitened);
    assert_close(
        "whitened",
        &whitened.concat(),
        &rows(&expected["whitened"]).concat(),
    );
}

#[test]
fn group_advantages_are_pytorchs() {
    let expected = expected();
    let rewards = numbers(&expected["batches"][0]["rewards"]);
    let functions: [(&str, Advantage); 3] = [
        ("normalized", group::normalized),
        ("centered", group::centered),
        ("leave_one_out", group::leave_one_out),
    ];
    for (name, function) in functions {
        let got = [function(&rewards[..4]), function(&rewards[4..])].concat();
        assert_close(name, &got, &numbers(&expected["group"][name]));
    }
    let several = rows(&expected["gdpo"]["rewards"]);
    let several: Vec<&[f64]> = several.iter().map(Vec::as_slice).collect();
    let half = |rewards| decoupled(rewards, &[0.6, 0.4], group::normalized);
    let got = [half(&several[..4]), half(&several[4..])].concat();
    assert_close("gdpo", &got, &numbers(&expected["gdpo"]["advantages"]));
}

#[test]
fn kl_estimates_and_their_gradients_are_pytorchs() {
    let kl = &expected()["kl"];
    let d = numbers(&kl["d"]);
    let estimators = [
        Estimator::K1,
        Estimator::K2,
        Estimator::K3,
        Estimator::K3StraightThrough,
    ];
    for estimator in estimators {
        let name = serde_json::to_value(estimator).unwrap();
        let want = &kl[name.as_str().unwrap()];
        let of =
            |f: fn(Estimator, f64) -> f64| d.iter().map(|d| f(estimator, *d)).collect::<Vec<_>>();
        assert_close("value", &of(Estimator::value), &numbers(&want["value"]));
        assert_close("slope", &of(Estimator::slope), &numbers(&want["slope"]));
    }
}

#[test]
fn an_update_ends_where_pytorchs_does() {
    let stop = &expected()["stop"];
    let moves = numbers(&stop["moves"]);
    for (target, want) in numbers(&stop["targets"])
        .into_iter()
        .zip(numbers(&stop["steps"]))
    {
        let steps = moves
            .iter()
            .take_while(|moved| !ends_update(**moved, Some(target)));
        assert_eq!(steps.count(), want as usize, "target {target}");
    }
    assert!(!ends_update(f64::MAX, None));
}

/// A batch of the fixture.
struct Batch {
    episodes: Vec<Episode>,
    said: Vec<Vec<Prediction>>,
    longest: usize,
}

impl Batch {
    fn read(expected: &Value, batch: &Value, critic: bool) -> Self {
        let groups: Vec<usize> = serde_json::from_value(expected["groups"].clone()).unwrap();
        let (old, reference) = (rows(&batch["old"]), rows(&batch["reference"]));
        let (values, rewards) = (rows(&batch["values"]), numbers(&batch["rewards"]));
        let (new, entropy) = (rows(&batch["new"]), rows(&batch["entropy"]));
        let new_values = rows(&batch["new_values"]);
        let episode = |i: usize| Episode {
            group: groups[i],
            rewards: Some(vec![rewards[i]]),
            is_whole: true,
            old: old[i].clone(),
            reference: reference[i].clone(),
            values: if critic {
                values[i].clone()
            } else {
                vec![0.0; old[i].len()]
            },
        };
        let said = |i: usize| {
            let prediction = |t: usize| Prediction {
                score: TokenScore {
                    log_prob: new[i][t] as f32,
                    entropy: entropy[i][t] as f32,
                },
                value: critic.then_some(new_values[i][t] as f32),
            };
            (0..new[i].len()).map(prediction).collect()
        };
        Self {
            episodes: (0..groups.len()).map(episode).collect(),
            said: (0..groups.len()).map(said).collect(),
            longest: expected["longest"].as_u64().unwrap() as usize,
        }
    }
}

#[test]
fn the_loss_and_gradients_of_each_algorithm_are_pytorchs() {
    let expected = expected();
    for batch in expected["batches"].as_array().unwrap() {
        for algorithm in Algorithm::ALL {
            let name = algorithm.name();
            check(name, algorithm, &expected, batch, &batch["losses"][name]);
        }
    }
}

fn check(name: &str, algorithm: Algorithm, expected: &Value, batch: &Value, want: &Value) {
    let parts = algorithm.parts();
    let critic = matches!(parts.source, Source::Values);
    let Batch {
        episodes,
        said,
        longest,
    } = Batch::read(expected, batch, critic);
    let shaping = Shaping {
        discounts: Discounts::default(),
        reward_weights: vec![1.0],
        kl_weight: parts.kl_weight,
        missing_end_penalty: 0.0,
        mask_truncated: false,
    };
    let targets = targets(&episodes, &parts, &shaping);
    let lessons: Vec<Lesson> = episodes
        .iter()
        .zip(&targets)
        .map(|(episode, target)| (episode, target.as_ref().unwrap()))
        .collect();
    let kl = match parts.kl {
        KlPlace::Loss(estimator) => Some((estimator, parts.kl_weight)),
        KlPlace::Reward => None,
    };
    let objective = Objective {
        clip: parts.clip,
        answer_ratio: parts.answer_ratio,
        aggregate: parts.aggregate,
        longest,
        value_weight: 0.1,
        value_clip: Some(0.2),
        kl,
        entropy_weight: 0.01,
    };
    let all: Vec<&[Prediction]> = said.iter().map(Vec::as_slice).collect();
    let report = objective.report(&lessons, &all);
    assert_close(name, &[report.loss], &[want["loss"].as_f64().unwrap()]);
    let weights = objective.weights(&lessons);
    let mut slopes = [vec![], vec![], vec![]];
    for ((lesson, said), weight) in lessons.iter().zip(&said).zip(weights) {
        let answer = objective.answer_log_ratio(*lesson, said);
        for (t, one) in said.iter().enumerate() {
            let slope = objective.slope(*lesson, t, *one, answer, weight);
            slopes[0].push(f64::from(slope.log_prob));
            slopes[1].push(f64::from(slope.entropy));
            slopes[2].push(f64::from(slope.value));
        }
    }
    for (key, got) in ["log_prob", "entropy", "value"].iter().zip(&slopes) {
        assert_close(
            &format!("{name}, by {key}"),
            got,
            &rows(&want[*key]).concat(),
        );
    }
}
