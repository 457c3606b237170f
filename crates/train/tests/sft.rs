//! Supervised fine-tuning of a small random model.

mod common;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use common::{bits, learner, model};
use scrl_train::optimizer::OptimizerSettings;
use scrl_train::sft::{Example, SftData, SftSettings, evaluate, run};
use scrl_train::{Error, Learner, RunFolder, State};

/// The answer to `n` is `n + 1, n + 2, n + 3` and the end.
fn examples(range: std::ops::Range<u32>) -> Vec<Example> {
    let example = |n: u32| Example {
        tokens: vec![1, n, n + 1, n + 2, n + 3, 2],
        prompt: 2,
    };
    range.map(example).collect()
}

fn settings() -> SftSettings {
    SftSettings {
        epochs: 6,
        batch: 3,
        accumulation: 2,
        evaluate_every: 5,
        seed: 11,
        optimizer: OptimizerSettings {
            learning_rate: 0.01,
            ..OptimizerSettings::default()
        },
        ..SftSettings::default()
    }
}

fn train(
    learner: &mut Learner,
    folder: &Path,
    settings: &SftSettings,
    stop_after: u64,
) -> Result<State, Error> {
    let (train, validation) = (examples(4..40), examples(40..50));
    let data = SftData {
        train: &train,
        validation: &validation,
    };
    let stop = AtomicBool::new(false);
    let mut observe = |step, _: &_| {
        if step == stop_after {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let folder = RunFolder::open(folder, settings.keep, None).unwrap();
    run(learner, data, settings, &folder, &mut observe, &stop)
}

#[test]
fn it_learns_and_keeps_the_best() {
    let folder = tempfile::tempdir().unwrap();
    let mut learner = learner(false, 2);
    let before = evaluate(&learner, &examples(4..40)).unwrap();
    let state = train(&mut learner, folder.path(), &settings(), 0).unwrap();
    let after = evaluate(&learner, &examples(4..40)).unwrap();
    assert!(after < 0.7 * before, "{before} before, {after} after");
    assert_eq!(state.step, 36);
    let best = folder.path().join("best/adapter_model.safetensors");
    assert!(best.exists() && folder.path().join("last/state.json").exists());
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 36);
    assert_eq!(log.matches("validation_loss").count(), 8);
    let kept = std::fs::read_dir(folder.path().join("checkpoints")).unwrap();
    assert!(kept.count() <= 3);
}

#[test]
fn threads_and_interruptions_change_no_bit() {
    let whole = tempfile::tempdir().unwrap();
    let mut one = learner(false, 1);
    train(&mut one, whole.path(), &settings(), 0).unwrap();
    let parts = tempfile::tempdir().unwrap();
    for stop_after in [3, 7, 20] {
        let state = train(
            &mut learner(false, 2),
            parts.path(),
            &settings(),
            stop_after,
        )
        .unwrap();
        assert_eq!(state.step, stop_after);
    }
    // What a kill in the middle of a checkpoint leaves behind.
    std::fs::create_dir(parts.path().join("checkpoints/unfinished")).unwrap();
    let mut resumed = learner(false, 2);
    train(&mut resumed, parts.path(), &settings(), 0).unwrap();
    assert_eq!(bits(one.values()), bits(resumed.values()));
    for file in [
        "last/optimizer.safetensors",
        "last/adapter_model.safetensors",
        "last/state.json",
    ] {
        let read = |folder: &Path| std::fs::read(folder.join(file)).unwrap();
        assert_eq!(read(whole.path()), read(parts.path()), "{file}");
    }
}

#[test]
fn all_weights_are_trained_and_resumed_alike() {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut one = Learner::weights(model(), 2);
    let before = one.values().to_vec();
    train(&mut one, whole.path(), &settings(), 0).unwrap();
    assert_ne!(before, one.values());
    train(
        &mut Learner::weights(model(), 1),
        parts.path(),
        &settings(),
        9,
    )
    .unwrap();
    let mut resumed = Learner::weights(model(), 1);
    train(&mut resumed, parts.path(), &settings(), 0).unwrap();
    assert_eq!(bits(one.values()), bits(resumed.values()));
}

#[test]
fn a_loss_that_is_not_finite_stops_the_run_and_keeps_the_batch() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SftSettings {
        optimizer: OptimizerSettings {
            learning_rate: 1e38,
            warmup: 0.0,
            ..OptimizerSettings::default()
        },
        ..settings()
    };
    let error = train(&mut learner(false, 1), folder.path(), &settings, 0).unwrap_err();
    let Error::NotFinite { batch, .. } = &error else {
        panic!("{error}");
    };
    assert!(std::fs::read_to_string(batch).unwrap().contains("tokens"));
}

#[test]
fn patience_ends_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SftSettings {
        patience: 2,
        evaluate_every: 1,
        optimizer: OptimizerSettings {
            learning_rate: 1e-30,
            ..OptimizerSettings::default()
        },
        ..settings()
    };
    let state = train(&mut learner(false, 2), folder.path(), &settings, 0).unwrap();
    assert_eq!((state.step, state.best.unwrap().step), (3, 1));
}
