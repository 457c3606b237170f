//! `scrl corpus generate`: the same seed gives the same bytes, splits are disjoint, and bad options are named.

mod common;

use std::collections::HashSet;
use std::io::Read as _;

use common::Place;
use serde_json::Value;

fn records(place: &Place, file: &str) -> Vec<Value> {
    place
        .read(file)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_jobs() {
    let place = Place::empty();
    let generate = "corpus generate --seed 4 --count 700";
    place
        .scrl(&format!(
            "{generate} --jobs 1 --out one.jsonl --samples one-samples.jsonl"
        ))
        .expect(0);
    place
        .scrl(&format!(
            "{generate} --jobs 3 --out three.jsonl.gz --samples three-samples.jsonl"
        ))
        .expect(0);
    assert_eq!(place.lines("one.jsonl"), 700);
    let mut text = String::new();
    let file = std::fs::File::open(place.path("three.jsonl.gz")).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    assert!(
        text == place.read("one.jsonl"),
        "the number of threads shows"
    );
    assert!(place.read("one-samples.jsonl") == place.read("three-samples.jsonl"));
    place
        .scrl("corpus generate --seed 5 --count 700 --out other.jsonl")
        .expect(0);
    assert!(place.read("other.jsonl") != place.read("one.jsonl"));
}

#[test]
fn each_split_is_written_alone() {
    let place = Place::empty();
    let mut prompts = HashSet::new();
    let mut families = Vec::new();
    for split in [
        "train",
        "validation",
        "held-out-instances",
        "held-out-families",
    ] {
        let out = format!("{split}.jsonl");
        place
            .scrl(&format!(
                "corpus generate --count 60 --split {split} --out {out}"
            ))
            .expect(0);
        let problems = records(&place, &out);
        assert_eq!(problems.len(), 60);
        assert!(problems.iter().all(|problem| problem["split"] == split));
        let own: HashSet<String> = problems
            .iter()
            .map(|problem| problem["prompt"].to_string())
            .collect();
        assert!(prompts.is_disjoint(&own), "{split} repeats a statement");
        prompts.extend(own);
        families.push(
            problems
                .iter()
                .map(|problem| problem["family"].to_string())
                .collect::<HashSet<_>>(),
        );
    }
    assert!(
        families[..3]
            .iter()
            .all(|seen| seen.is_disjoint(&families[3]))
    );
}

#[test]
fn samples_answer_the_problems_in_the_mix_that_is_asked_for() {
    let place = Place::empty();
    place
        .scrl(
            "corpus generate --count 300 --families sum_above,find_in_table --mix secure=1,crash=1 --out problems.jsonl \
             --samples samples.jsonl",
        )
        .expect(0);
    let problems = records(&place, "problems.jsonl");
    let samples = records(&place, "samples.jsonl");
    assert_eq!(samples.len(), 300);
    for (problem, sample) in problems.iter().zip(&samples) {
        assert_eq!(problem["id"], sample["problem_id"]);
        assert!(["sum_above", "find_in_table"].contains(&problem["family"].as_str().unwrap()));
    }
    let secure = samples
        .iter()
        .filter(|sample| sample["made_as"] == "secure")
        .count();
    let crash = samples
        .iter()
        .filter(|sample| sample["made_as"] == "crash")
        .count();
    assert!(
        secure + crash == 300 && secure.abs_diff(crash) < 60,
        "{secure} and {crash}"
    );
}

#[test]
fn bad_options_are_named() {
    let place = Place::empty();
    for (options, word) in [
        ("--count 5 --families sum_abov", "`sum_abov`"),
        ("--count 5 --split training", "`training`"),
        ("--count 5 --mix secure=0", "`secure=0`"),
        ("--count 0", "--count 0"),
        ("--count 5 --jobs 0", "--jobs"),
    ] {
        let ran = place
            .scrl(&format!("corpus generate {options} --out problems.jsonl"))
            .expect(2);
        assert!(ran.stderr.contains(word), "{options}: {}", ran.stderr);
    }
    assert!(!place.exists("problems.jsonl"));
}

#[test]
fn a_split_that_the_families_are_not_in_is_named() {
    let place = Place::empty();
    let generate = "corpus generate --count 5 --families sum_above --out problems.jsonl --split";
    let ends = ["train", "held-out-families"].map(|split| {
        let ran = place.scrl(&format!("{generate} {split}"));
        (ran.code, ran.stderr.contains(&format!("`{split}`")))
    });
    // The family is held out or it is not.
    assert!(
        ends.contains(&(Some(0), false)) && ends.contains(&(Some(2), true)),
        "{ends:?}"
    );
}
