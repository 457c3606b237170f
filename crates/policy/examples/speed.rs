//! Tokens per second, tokens per second of CPU time (for a machine that does other things), peak memory and a checksum of
//! the results' bits, of a training step and of decoding: the Rust half of `just bench-model`, whose other half is `speed.py`.
//!
//! `cargo run --release -p scrl-policy --example speed -- MODEL TASK PRECISION THREADS ROUNDS`, with MODEL a folder,
//! TASK `one` (`LoRA` of rank 16 on attention, one sequence of 256 tokens), `train` (4 of them), `uneven` (16 sequences of 16 to 256), `decode`
//! (32 answers of 64 tokens to 32 prompts of 32) or `groups` (4 prompts of 128, 8 answers of 64 each), and PRECISION
//! `bf16` or `f32`.
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::path::Path;
use std::time::Instant;

use scrl_kernels::{Isa, Precision};
use scrl_policy::{
    Adapter, AdapterConfig, GenerateOptions, GradientOptions, LoadOptions, Model, Policy, Prompt,
    Sampling, Sequence, Slope,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, task, precision, threads, rounds] = &arguments[..] else {
        panic!("MODEL TASK PRECISION THREADS ROUNDS");
    };
    let precision = if precision == "f32" {
        Precision::F32
    } else {
        Precision::Bf16
    };
    let model = Model::load(
        Path::new(model),
        LoadOptions {
            precision,
            context: Some(512),
        },
    )
    .expect("a model");
    let config = AdapterConfig {
        dropout: 0.0,
        ..AdapterConfig::default()
    };
    let adapter = Adapter::new(config, model.config(), 1);
    let threads = threads.parse().expect("THREADS");
    let policy = Policy {
        model: &model,
        adapter: Some(&adapter),
        threads,
    };
    let (mut fastest, mut least) = (f64::INFINITY, f64::INFINITY);
    let mut done = Done::default();
    let rounds: usize = rounds.parse().expect("ROUNDS");
    // The first only warms up.
    for round in 0..=rounds {
        let (start, cpu) = (Instant::now(), cpu_seconds());
        done = match task.as_str() {
            "one" => train(&policy, &[256]),
            "train" => train(&policy, &[256; 4]),
            "uneven" => train(&policy, &(1..=16).map(|n| n * 16).collect::<Vec<_>>()),
            "decode" => decode(&policy, 32, 1, 32),
            _ => decode(&policy, 4, 8, 128),
        };
        if round > 0 {
            fastest = fastest.min(start.elapsed().as_secs_f64());
            least = least.min(cpu_seconds() - cpu);
        }
    }
    let (rate, cpu_rate) = (done.tokens as f64 / fastest, done.tokens as f64 / least);
    let isa = Isa::in_use().as_str();
    println!(
        "{task} {isa}: {rate:.0} tokens/s, {cpu_rate:.1} tokens/CPU s, peak {} MiB, bits {:016x}",
        peak_mib(),
        done.bits
    );
}

/// User and system time of this process so far.
fn cpu_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, which may hold spaces, ends with a bracket; then 11 fields, then both times.
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}

/// What a task has done.
#[derive(Default)]
struct Done {
    tokens: usize,
    bits: u64,
}

/// FNV-1a of some bits: whether two builds compute the same.
fn checksum(bits: impl Iterator<Item = u32>) -> u64 {
    bits.fold(0xcbf2_9ce4_8422_2325, |hash, bits| {
        (hash ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Tokens that stand in for text.
fn tokens(seed: usize, count: usize) -> Vec<u32> {
    (0..count)
        .map(|index| ((seed * 7919 + index * 104_729) % 49_000) as u32)
        .collect()
}

fn train(policy: &Policy, lengths: &[usize]) -> Done {
    let texts: Vec<_> = lengths
        .iter()
        .enumerate()
        .map(|(seed, length)| tokens(seed, *length))
        .collect();
    let sequences: Vec<_> = texts
        .iter()
        .zip(0..)
        .map(|(tokens, stream)| Sequence { tokens, stream })
        .collect();
    let slope = |_, _, _| Slope {
        log_prob: -1e-3,
        ..Slope::default()
    };
    let gradient = policy
        .gradient(&sequences, GradientOptions::default(), slope)
        .expect("sequences that fit");
    assert!(gradient.values.iter().all(|value| value.is_finite()));
    Done {
        tokens: lengths.iter().sum(),
        bits: checksum(gradient.values.iter().map(|value| value.to_bits())),
    }
}

fn decode(policy: &Policy, prompts: usize, answers: u64, length: usize) -> Done {
    let texts: Vec<_> = (0..prompts).map(|seed| tokens(seed, length)).collect();
    let prompts: Vec<_> = texts
        .iter()
        .map(|tokens| Prompt {
            tokens,
            seeds: (0..answers).collect(),
        })
        .collect();
    let options = GenerateOptions {
        sampling: Sampling::default(),
        max_new_tokens: 64,
        stop_tokens: vec![],
        batch: 32 / policy.threads.max(1),
    };
    let made = policy
        .generate(&prompts, &options)
        .expect("prompts that fit");
    let answers = || made.iter().flatten();
    Done {
        tokens: answers().map(|answer| answer.tokens.len()).sum(),
        bits: checksum(
            answers()
                .flat_map(|answer| &answer.log_probs)
                .map(|p| p.to_bits()),
        ),
    }
}

/// The most memory that this process has had.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
