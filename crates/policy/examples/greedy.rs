//! Compares greedy answers with those of transformers on the same GGUF file (`greedy.py`).
//!
//! `cargo run --release -p scrl-policy --example greedy -- MODEL.gguf expected.json THREADS`
#![allow(clippy::print_stdout, reason = "a program that reports")]

use std::path::Path;

use scrl_kernels::Precision;
use scrl_policy::{GenerateOptions, LoadOptions, Model, Policy, Prompt, Sampling};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    prompt: Vec<u32>,
    answer: Vec<u32>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, expected, threads] = &arguments[..] else {
        panic!("MODEL.gguf expected.json THREADS");
    };
    let options = LoadOptions {
        precision: Precision::F32,
        context: Some(512),
    };
    let model = Model::load(Path::new(model), options).expect("a model");
    let expected = std::fs::read(expected).expect("expectations");
    let expected: Vec<Expected> = serde_json::from_slice(&expected).expect("expectations");
    let policy = Policy {
        model: &model,
        adapter: None,
        threads: threads.parse().expect("THREADS"),
    };
    let prompts: Vec<_> = expected
        .iter()
        .map(|e| Prompt {
            tokens: &e.prompt,
            seeds: vec![0],
        })
        .collect();
    let longest = expected.iter().map(|e| e.answer.len()).max().unwrap_or(0);
    let options = GenerateOptions {
        sampling: Sampling::GREEDY,
        max_new_tokens: longest,
        stop_tokens: vec![],
        batch: 10,
    };
    let answers = policy
        .generate(&prompts, &options)
        .expect("prompts that fit");
    let mut same = 0;
    for (index, (expected, answer)) in expected.iter().zip(&answers).enumerate() {
        let agreed = expected
            .answer
            .iter()
            .zip(&answer[0].tokens)
            .take_while(|(a, b)| a == b)
            .count();
        if agreed == expected.answer.len() {
            same += 1;
        } else {
            println!("answer {index}: {agreed} tokens agree, then they part");
        }
    }
    println!("{same} of {} answers are identical", expected.len());
}
