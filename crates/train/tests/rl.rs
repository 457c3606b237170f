//! Reinforcement of a small random model on a problem with a known optimum.

// The first ratio is to be 1, not close to it.
#![allow(clippy::float_cmp)]

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{bits, learner};
use scrl_train::algorithm::Algorithm;
use scrl_train::log::Numbers;
use scrl_train::optimizer::{Decay, OptimizerSettings};
use scrl_train::rl::{Attempt, Judgement, Rl, RlData, RlPrompt, RlSettings};
use scrl_train::{Learner, RunFolder, State};

fn prompts(range: std::ops::Range<u32>) -> Vec<RlPrompt> {
    let prompt = |n: u32| RlPrompt {
        id: n.to_string(),
        tokens: vec![1, n],
    };
    range.map(prompt).collect()
}

fn settings() -> RlSettings {
    RlSettings {
        episodes: 40 * 32,
        prompts: 4,
        samples: 8,
        mini_batch: 16,
        max_new_tokens: 3,
        kl_weight: Some(0.01),
        mask_truncated: false,
        evaluate_every: 4,
        seed: 5,
        optimizer: OptimizerSettings {
            learning_rate: 0.01,
            warmup: 0.0,
            decay: Decay::Constant,
            ..OptimizerSettings::default()
        },
        ..RlSettings::default()
    }
}

/// The share of tokens below 16: about a quarter by chance, 1 at best.
fn judge(attempts: &[Attempt]) -> Vec<Judgement> {
    let judgement = |attempt: &Attempt| {
        let good = attempt.tokens.iter().filter(|token| **token < 16).count();
        Judgement {
            rewards: Some(vec![good as f64 / attempt.tokens.len() as f64]),
            record: serde_json::json!({"good": good}),
        }
    };
    attempts.iter().map(judgement).collect()
}

struct Trained {
    learner: Learner,
    state: State,
    log: Vec<Numbers>,
}

fn train(
    algorithm: Algorithm,
    settings: &RlSettings,
    folder: &Path,
    threads: usize,
    stop_after: u64,
) -> Trained {
    let mut learner = learner(algorithm.has_critic(), threads);
    let start = learner.trained_adapter().unwrap().clone();
    let (train, validation) = (prompts(20..40), prompts(40..50));
    let rl = Rl {
        algorithm,
        settings,
        data: RlData {
            train: &train,
            validation: &validation,
            stop_tokens: &[],
        },
        reference: Some(&start),
    };
    let stop = AtomicBool::new(false);
    let mut log = Vec::new();
    let mut observe = |iteration, numbers: &Numbers| {
        stop.store(iteration == stop_after, Ordering::Relaxed);
        log.push(numbers.clone());
    };
    let folder = RunFolder::open(folder, 2, None).unwrap();
    let mut judge = |attempts: &[Attempt]| Ok(judge(attempts));
    let state = rl
        .run(&mut learner, &folder, &mut judge, &mut observe, &stop)
        .unwrap();
    Trained {
        learner,
        state,
        log,
    }
}

fn number(numbers: &Numbers, name: &str) -> f64 {
    numbers.iter().find(|(key, _)| *key == name).unwrap().1
}

#[test]
fn every_algorithm_finds_the_optimum_and_starts_on_policy() {
    for algorithm in Algorithm::ALL {
        let folder = tempfile::tempdir().unwrap();
        let Trained { state, log, .. } = train(algorithm, &settings(), folder.path(), 2, 0);
        let name = algorithm.name();
        let (first, last) = (&log[0], &log[log.len() - 1]);
        assert_eq!(number(first, "first_ratio_change"), 0.0, "{name}");
        assert_eq!(number(first, "kl"), 0.0, "{name}");
        let later = log
            .iter()
            .filter(|numbers| number(numbers, "updates") > 0.0)
            .all(|numbers| number(numbers, "first_ratio_change") == 0.0);
        assert!(later, "{name}: a later iteration began off its policy");
        let (before, after) = (number(first, "reward"), number(last, "reward"));
        assert!(before < 0.5 && after > 0.9, "{name}: {before} to {after}");
        assert!(state.best.unwrap().score > 0.9, "{name}: {state:?}");
    }
}

#[test]
fn threads_and_interruptions_change_no_bit() {
    for algorithm in [Algorithm::Ppo, Algorithm::Gspo] {
        let settings = RlSettings {
            episodes: 12 * 32,
            epochs: 2,
            kl_controller: Some(scrl_train::kl::Controller {
                target: 1.0,
                rate: 0.1,
            }),
            ..settings()
        };
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let one = train(algorithm, &settings, whole.path(), 1, 0);
        train(algorithm, &settings, parts.path(), 2, 3);
        train(algorithm, &settings, parts.path(), 2, 8);
        let resumed = train(algorithm, &settings, parts.path(), 2, 0);
        assert_eq!(bits(one.learner.values()), bits(resumed.learner.values()));
        assert_eq!(one.state, resumed.state);
        for iteration in 1..=12 {
            let file = format!("rollouts/iteration-{iteration:06}.jsonl.zst");
            let read = |folder: &Path| std::fs::read(folder.join(&file)).unwrap();
            assert_eq!(read(whole.path()), read(parts.path()), "{file}");
        }
    }
}

#[test]
fn an_update_ends_when_the_policy_has_moved() {
    let folder = tempfile::tempdir().unwrap();
    let settings = RlSettings {
        episodes: 32,
        epochs: 4,
        target_kl: Some(1e-9),
        ..settings()
    };
    let Trained { log, .. } = train(Algorithm::Grpo, &settings, folder.path(), 2, 0);
    assert_eq!(
        (number(&log[0], "updates"), number(&log[0], "ended_early")),
        (1.0, 1.0)
    );
}

#[test]
fn without_any_reward_nothing_is_learned() {
    let mut learner = learner(true, 2);
    let before = bits(learner.values());
    let folder = tempfile::tempdir().unwrap();
    let folder = RunFolder::open(folder.path(), 2, None).unwrap();
    let (train, settings) = (prompts(20..30), settings());
    let rl = Rl {
        algorithm: Algorithm::Ppo,
        settings: &settings,
        data: RlData {
            train: &train,
            validation: &[],
            stop_tokens: &[],
        },
        reference: None,
    };
    let mut fail = |attempts: &[Attempt]| {
        let lost = Judgement {
            rewards: None,
            record: serde_json::Value::Null,
        };
        Ok(vec![lost; attempts.len()])
    };
    let numbers = rl
        .iterate(&mut learner, &mut State::default(), &folder, &mut fail)
        .unwrap();
    assert_eq!(
        (
            number(&numbers, "judged_share"),
            number(&numbers, "updates")
        ),
        (0.0, 0.0)
    );
    assert_eq!(before, bits(learner.values()));
}
