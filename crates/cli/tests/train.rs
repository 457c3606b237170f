//! `scrl train` with the small random model of `crates/text/tests/fixtures`.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use common::Place;
use serde_json::{Value, json};

const ADAPTER: &str = "adapter_model.safetensors";
const SFT: &str = "train sft --model talker --data data --threads 2 --set sft.epochs=8 --set sft.batch=2 --set \
                   sft.accumulation=1 --set sft.evaluate_every=3 --set sft.optimizer.learning_rate=0.01";
const PPO: &str = "train ppo --model talker --problems p.jsonl --validation v.jsonl --threads 2 --level D --set \
                   rl.episodes=96 --set rl.prompts=2 --set rl.samples=4 --set rl.mini_batch=4 --set rl.epochs=2 --set \
                   rl.max_new_tokens=24 --set rl.evaluate_every=4 --set rl.mask_truncated=false --set rl.rewards=[\"seed\"]";

const PRETRAIN: &str = "train pretrain --threads 2 --set pretrain.vocabulary=400 --set pretrain.vocabulary_examples=40 --set \
                        pretrain.examples=96 --set pretrain.validation_examples=8 --set pretrain.model.width=32 --set \
                        pretrain.model.layers=1 --set pretrain.model.heads=2 --set pretrain.model.kv_heads=1 --set \
                        pretrain.model.mlp_width=64 --set pretrain.training.epochs=1 --set pretrain.training.accumulation=1 --set \
                        pretrain.training.evaluate_every=4 --set pretrain.training.optimizer.learning_rate=0.01";

/// The model, examples for it, and problems.
fn place() -> Place {
    let place = Place::empty();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../text/tests/fixtures/talker");
    fs::create_dir(place.path("talker")).unwrap();
    for entry in fs::read_dir(&fixtures).unwrap() {
        let name = entry.unwrap().file_name();
        fs::copy(fixtures.join(&name), place.path("talker").join(&name)).unwrap();
    }
    fs::create_dir(place.path("data")).unwrap();
    for (name, range) in [("train", 0..16), ("val", 16..20)] {
        let line = |n: i32| json!({"prompt": format!("Print {n}."), "completion": format!("print({n})"), "reward": 1.0});
        let lines = range.fold(String::new(), |mut lines, n| {
            let _ = writeln!(lines, "{}", line(n));
            lines
        });
        place.write(&format!("data/{name}.jsonl"), lines);
    }
    for (name, range) in [("p", 0..6), ("v", 6..8)] {
        let problem = |n: i32| {
            let tests = [json!({"input": "", "output": format!("{n}\n")})];
            json!({"id": format!("print/{n}"), "kind": "stdin", "prompt": format!("Print {n}."), "tests": tests})
        };
        let lines = range.fold(String::new(), |mut lines, n| {
            let _ = writeln!(lines, "{}", problem(n));
            lines
        });
        place.write(&format!("{name}.jsonl"), lines);
    }
    place
}

fn log(place: &Place, run: &str) -> Vec<Value> {
    let text = place.read(&format!("{run}/log.jsonl"));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Starts a command again and again and kills it after a while that differs, then lets it end.
fn run_with_kills(place: &Place, command: &str, kills: u64) {
    for kill in 0..kills {
        let mut child = place.start(command);
        sleep(Duration::from_millis(60 + 131 * kill % 700));
        // It may be over already.
        let _ = child.kill();
        child.wait().unwrap();
    }
    place.scrl(command).expect(0);
}

fn assert_same_ends(place: &Place, one: &str, other: &str, weights: &str) {
    for file in [weights, "optimizer.safetensors", "state.json"] {
        let read = |run: &str| fs::read(place.path(&format!("{run}/last/{file}"))).unwrap();
        assert_eq!(read(one), read(other), "{file}");
    }
    assert_eq!(log(place, one).len(), log(place, other).len());
}

#[test]
fn a_new_model_learns_ends_the_same_when_it_is_killed_and_answers() {
    let place = Place::empty();
    place.scrl(&format!("{PRETRAIN} --out whole")).expect(0);
    let log = log(&place, "whole");
    assert_eq!(log.len(), 24);
    let loss = |line: &Value| line["validation_loss"].as_f64();
    let losses: Vec<f64> = log.iter().filter_map(loss).collect();
    assert!(losses[losses.len() - 1] < 0.9 * losses[0], "{losses:?}");
    run_with_kills(&place, &format!("{PRETRAIN} --out killed"), 10);
    assert_same_ends(&place, "whole", "killed", "model.safetensors");
    let read = |run: &str| fs::read(place.path(&format!("{run}/model/model.safetensors"))).unwrap();
    assert_eq!(read("whole"), read("killed"));
    place
        .scrl("corpus generate --count 2 --split held-out-instances --out p.jsonl")
        .expect(0);
    place
        .scrl("sample --model whole/model --problems p.jsonl --out a.jsonl --max-tokens 8")
        .expect(0);
    assert_eq!(place.lines("a.jsonl"), 2);
    let other = format!("{PRETRAIN} --out whole --set pretrain.mix=\"secure=1\"");
    let refused = place.scrl(&other).expect(2).stderr;
    assert!(refused.contains("another `pretrain`"), "{refused}");
}

#[test]
fn fine_tuning_learns_and_ends_the_same_when_it_is_killed() {
    let place = place();
    place.scrl(&format!("{SFT} --out whole")).expect(0);
    let log = log(&place, "whole");
    let loss = |line: &Value| line["validation_loss"].as_f64();
    let losses: Vec<f64> = log.iter().filter_map(loss).collect();
    assert!(losses[losses.len() - 1] < 0.9 * losses[0], "{losses:?}");
    run_with_kills(&place, &format!("{SFT} --out killed"), 10);
    assert_same_ends(&place, "whole", "killed", ADAPTER);
    let refused = place
        .scrl(&format!("{SFT} --out whole --set sft.seed=1"))
        .expect(2);
    assert!(
        refused.stderr.contains("another `recipe`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn reinforcement_starts_from_fine_tuning_and_ends_the_same_when_it_is_killed() {
    let place = place();
    place
        .scrl(&format!("{SFT} --out sft --set sft.epochs=2"))
        .expect(0);
    let command = format!("{PPO} --sft-checkpoint sft/best");
    place.scrl(&format!("{command} --out whole")).expect(0);
    let log = log(&place, "whole");
    assert_eq!(log.len(), 12);
    assert_eq!(
        (&log[0]["first_ratio_change"], &log[0]["kl"]),
        (&json!(0.0), &json!(0.0))
    );
    assert_eq!(log[0]["judged_share"], json!(1.0));
    assert!(place.exists("whole/rollouts/iteration-000012.jsonl.zst"));
    assert!(place.exists("whole/best/value_head.safetensors"));
    run_with_kills(&place, &format!("{command} --out killed"), 10);
    assert_same_ends(&place, "whole", "killed", ADAPTER);
    let sampled = "sample --model talker --adapter whole/best --problems v.jsonl --out a.jsonl --max-tokens 8";
    place.scrl(sampled).expect(0);
}

/// The reward that is learned from is the one that `scrl grade` gives the same text.
#[test]
fn training_and_evaluation_grade_alike() {
    let place = place();
    let command = PPO
        .replace("train ppo", "train grpo")
        .replace("episodes=96", "episodes=8");
    place.scrl(&format!("{command} --out run")).expect(0);
    let packed = fs::File::open(place.path("run/rollouts/iteration-000001.jsonl.zst")).unwrap();
    let text = String::from_utf8(zstd::decode_all(packed).unwrap()).unwrap();
    let rollouts: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rollouts.len(), 8);
    let samples = rollouts.iter().enumerate().fold(String::new(), |mut lines, (number, rollout)| {
        let sample = json!({
            "id": number.to_string(), "problem_id": rollout["id"], "completion": rollout["record"]["completion"],
        });
        let _ = writeln!(lines, "{sample}");
        lines
    });
    place.write("samples.jsonl", samples);
    place
        .scrl("grade --problems p.jsonl --samples samples.jsonl --out graded --level D")
        .expect(0);
    let graded = place.read("graded/graded.jsonl");
    for (rollout, line) in rollouts.iter().zip(graded.lines()) {
        let graded: Value = serde_json::from_str(line).unwrap();
        assert_eq!(rollout["rewards"][0], graded["rewards"]["seed"]);
        assert_eq!(
            rollout["record"]["graded"]["strict_findings"],
            graded["strict_findings"]
        );
    }
}

#[test]
fn a_dry_run_plans_and_leaves_nothing() {
    let place = place();
    let sft = place.scrl(&format!("{SFT} --dry-run")).expect(0).stdout;
    for part in [
        "model       2 layers",
        "memory      about",
        "data        16 examples",
        "steps       64, 8 in each epoch",
    ] {
        assert!(sft.contains(part), "{sft}");
    }
    fs::remove_file(place.path("talker/model.safetensors")).unwrap();
    let ppo = place
        .scrl(&format!("{PPO} --dry-run --set rl.mask_truncated=true"))
        .expect(0);
    assert!(ppo.stderr.contains("takes random ones"), "{}", ppo.stderr);
    let ppo = ppo.stdout;
    for part in [
        "data        6 prompts, 2 held out",
        "iterations  12",
        "first_ratio_change   0.00000",
        "learned_share        1.00000",
    ] {
        assert!(ppo.contains(part), "{ppo}");
    }
    let left: Vec<_> = fs::read_dir(place.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn wrong_settings_are_named() {
    let place = place();
    let refusal = |arguments: &str| place.scrl(arguments).expect(2).stderr;
    let cases = [
        (
            format!("{SFT} --out o --set sft.batch=0"),
            "`batch`: must be at least 1",
        ),
        (
            format!("{SFT} --out o --set sft.bach=1"),
            "unknown field `bach`",
        ),
        (
            format!("{SFT} --out o --recipe huge"),
            "`huge` is none of mission, pretrain, smollm2, tiny",
        ),
        (format!("{PPO} --out o --set adapter.full=true"), "`full`"),
        (
            format!("{PPO} --out o --set rl.rewards=[\"fame\"]"),
            "`fame` is none of seed",
        ),
        (
            format!("{PPO} --out o --set rl.max_new_tokens=600"),
            "longer than the context of 512",
        ),
        (
            PPO.replace("v.jsonl", "p.jsonl") + " --out o",
            "is in --problems and in --validation",
        ),
    ];
    for (command, words) in cases {
        let said = refusal(&command);
        assert!(said.contains(words), "{command}: {said}");
    }
}
