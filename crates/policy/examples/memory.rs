//! Peak memory of sampling or of a `LoRA` step, as predicted and as it was.
//!
//! `cargo run --release -p scrl-policy --example memory -- MODEL TASK SEQUENCES TOKENS THREADS`, with TASK `sample`, `train`
//! or `recompute`. `random_weights.py` makes a MODEL of any form.
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::path::Path;
use std::time::Instant;

use scrl_kernels::Precision;
use scrl_kernels::adamw::AdamW;
use scrl_policy::{
    Adapter, AdapterConfig, Footprint, GenerateOptions, GradientOptions, Load, LoadOptions, Model,
    Policy, Prompt, Sampling, Sequence, Slope,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, task, sequences, tokens, threads] = &arguments[..] else {
        panic!("MODEL TASK SEQUENCES TOKENS THREADS");
    };
    let number = |text: &String| text.parse().expect("a number");
    let load = Load {
        threads: number(threads),
        sequences: number(sequences),
        tokens: number(tokens),
    };
    let options = LoadOptions {
        precision: Precision::Bf16,
        context: Some(load.tokens),
    };
    let start = Instant::now();
    let model = Model::load(Path::new(model), options).expect("a model");
    let loaded = (start.elapsed().as_secs_f64(), peak_mib());
    let adapter = AdapterConfig::default();
    let footprint = Footprint::new(model.config(), options);
    let start = Instant::now();
    let predicted = if task == "sample" {
        sample(&model, load);
        footprint.sampling(load)
    } else {
        let recompute = task == "recompute";
        train(&model, adapter.clone(), recompute, load);
        footprint.training(&adapter, recompute, load)
    };
    let (predicted, peak) = ((predicted >> 20) as f64, peak_mib());
    println!(
        "{task}: loaded in {:.0} s ({:.0} MiB), ran {:.0} s; predicted {predicted:.0} MiB, peak {peak:.0} MiB, {:+.1} %",
        loaded.0,
        loaded.1,
        start.elapsed().as_secs_f64(),
        (predicted / peak - 1.0) * 100.0
    );
}

/// Tokens that stand in for text.
fn text(model: &Model, seed: usize, count: usize) -> Vec<u32> {
    let vocabulary = model.config().vocabulary;
    (0..count)
        .map(|index| ((seed * 7919 + index * 104_729) % vocabulary) as u32)
        .collect()
}

fn sample(model: &Model, load: Load) {
    let length = load.tokens / 2;
    let texts: Vec<_> = (0..load.sequences)
        .map(|seed| text(model, seed, length))
        .collect();
    let prompts: Vec<_> = texts
        .iter()
        .map(|tokens| Prompt {
            tokens,
            seeds: vec![1],
        })
        .collect();
    let options = GenerateOptions {
        sampling: Sampling::default(),
        max_new_tokens: load.tokens - length,
        stop_tokens: vec![],
        batch: load.sequences.div_ceil(load.threads),
    };
    let policy = Policy {
        model,
        adapter: None,
        threads: load.threads,
    };
    let answers = policy
        .generate(&prompts, &options)
        .expect("prompts that fit");
    let tokens = answers.iter().flatten();
    assert!(
        tokens
            .flat_map(|answer| &answer.log_probs)
            .all(|p| p.is_finite())
    );
}

fn train(model: &Model, config: AdapterConfig, recompute: bool, load: Load) {
    let mut adapter = Adapter::new(config, model.config(), 1);
    let texts: Vec<_> = (0..load.sequences)
        .map(|seed| text(model, seed, load.tokens))
        .collect();
    let sequences: Vec<_> = texts
        .iter()
        .zip(0..)
        .map(|(tokens, stream)| Sequence { tokens, stream })
        .collect();
    let options = GradientOptions {
        dropout: Some(1),
        recompute,
        ..GradientOptions::default()
    };
    let slope = |_, _, _| Slope {
        log_prob: -1e-3,
        ..Slope::default()
    };
    let policy = Policy {
        model,
        adapter: Some(&adapter),
        threads: load.threads,
    };
    let gradient = policy.gradient(&sequences, options, slope);
    let gradient = gradient.expect("sequences that fit").values;
    let mut moments = (vec![0.0; gradient.len()], vec![0.0; gradient.len()]);
    let moments = (&mut moments.0[..], &mut moments.1[..]);
    AdamW::default().step(1, &gradient, 1.0, moments, adapter.values_mut());
    assert!(adapter.values().iter().all(|value| value.is_finite()));
}

/// The most memory that this process has had.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
