//! `scrl corpus prepare`: from a graded run to data that `scrl train` reads.

mod common;

use std::collections::HashSet;

use common::Place;
use serde_json::Value;

const PREPARE: &str = "corpus prepare run --problems p.jsonl --samples s.jsonl";

fn records(place: &Place, file: &str) -> Vec<Value> {
    let text = place.read(file);
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A graded run of good and bad programs.
fn place() -> Place {
    let place = Place::empty();
    place
        .scrl("corpus generate --seed 3 --count 60 --out p.jsonl --samples s.jsonl")
        .expect(0);
    place
        .scrl("grade --problems p.jsonl --samples s.jsonl --level D --out run")
        .expect(0);
    place
}

fn problems_of(examples: &[Value]) -> HashSet<String> {
    let ids = examples
        .iter()
        .map(|example| example["prompt_id"].to_string());
    ids.collect()
}

#[test]
fn a_run_becomes_examples_prompts_and_a_manifest() {
    let place = place();
    let ran = place.scrl(&format!("{PREPARE} --out data")).expect(0);
    let train = records(&place, "data/sft/train.jsonl");
    let held_out = records(&place, "data/sft/val.jsonl");
    assert!(!train.is_empty() && !held_out.is_empty());
    assert!(problems_of(&train).is_disjoint(&problems_of(&held_out)));
    let mut keys: Vec<&String> = train[0].as_object().unwrap().keys().collect();
    keys.sort_unstable();
    let names = "compiles completion dataset has_security_issues model prompt prompt_id reward rfunc rsec tests_passed tests_total";
    assert_eq!(keys, names.split(' ').collect::<Vec<_>>());
    let manifest: Value = serde_json::from_str(&place.read("data/manifest.json")).unwrap();
    assert_eq!(manifest["train"]["examples"], train.len());
    let left_out = manifest["left_out"].as_object().unwrap();
    let gone: u64 = left_out.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(
        manifest["graded_with_reward"].as_u64().unwrap(),
        gone + (train.len() + held_out.len()) as u64
    );
    let prompts: Value =
        serde_json::from_str(&place.read("data/prompts/ppo_prompts.json")).unwrap();
    assert_eq!(prompts.as_array().unwrap().len(), problems_of(&train).len());
    let text = place.read("data/prompts/ppo_prompts.txt");
    assert_eq!(text.matches("=== ").count(), problems_of(&train).len());
    assert!(ran.stdout.contains("reward"), "{}", ran.stdout);
    place.scrl(&format!("{PREPARE} --out again")).expect(0);
    assert_eq!(
        place.read("again/sft/train.jsonl"),
        place.read("data/sft/train.jsonl")
    );
}

#[test]
fn what_is_asked_for_is_what_is_kept() {
    let place = place();
    place
        .scrl(&format!(
            "{PREPARE} --out data --min-reward 0.99 --best-per-problem --evaluation p.jsonl"
        ))
        .expect(2);
    place
        .scrl(&format!(
            "{PREPARE} --out data --min-reward 0.99 --best-per-problem"
        ))
        .expect(0);
    let kept = records(&place, "data/sft/train.jsonl");
    assert!(!kept.is_empty());
    for example in &kept {
        assert!(example["reward"].as_f64().unwrap() >= 0.99, "{example}");
    }
    assert_eq!(problems_of(&kept).len(), kept.len());
}

#[test]
fn bad_input_is_named() {
    let place = place();
    let told = |command: &str| place.scrl(command).expect(2).stderr;
    assert!(
        told("corpus prepare nowhere --problems p.jsonl --samples s.jsonl --out o")
            .contains("nowhere")
    );
    assert!(told(&format!("{PREPARE} --out o --validation-share 1")).contains("from 0 to below 1"));
    assert!(told(&format!("{PREPARE} --out o --near 0.2")).contains("from 0.5 to 1"));
    place.write("none.jsonl", String::new());
    let other = told("corpus prepare run --problems p.jsonl --samples none.jsonl --out o");
    assert!(
        other.contains("none.jsonl") || other.contains("--samples"),
        "{other}"
    );
    assert!(!place.exists("o/sft/train.jsonl"));
}
