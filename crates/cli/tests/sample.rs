//! `scrl sample` with the small random model of `crates/text/tests/fixtures`: its answers are noise, and always the same.

mod common;

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use common::Place;
use serde_json::Value;

const PROBLEMS: &str = r#"{"id": "sum", "kind": "stdin", "prompt": "Add two numbers.", "tests": [{"input": "1 2", "output": "3"}]}
{"id": "twice", "kind": "call", "prompt": "def twice(n):\n    \"\"\"Return 2 n.\"\"\"\n", "entry_point": "twice", "tests": [{"input": [2], "output": 4}]}
{"id": "wait", "kind": "stdin", "prompt": "Print the largest of n numbers.", "tests": []}
"#;
const SAMPLE: &str = "sample --model talker --problems p.jsonl --out a.jsonl --max-tokens 40 --samples 3 --threads 2";

/// A folder with three problems and the model, as folder and as GGUF file.
fn place() -> Place {
    let place = Place::empty();
    place.write("p.jsonl", PROBLEMS);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../text/tests/fixtures");
    fs::create_dir(place.path("talker")).unwrap();
    for entry in fs::read_dir(fixtures.join("talker")).unwrap() {
        let name = entry.unwrap().file_name();
        fs::copy(
            fixtures.join("talker").join(&name),
            place.path("talker").join(&name),
        )
        .unwrap();
    }
    fs::copy(fixtures.join("talker.gguf"), place.path("talker.gguf")).unwrap();
    place
}

fn answers(place: &Place, name: &str) -> Vec<Value> {
    let text = place.read(name);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn refusal(place: &Place, arguments: &str) -> String {
    let ran = place.scrl(arguments).expect(2);
    assert_eq!(ran.stdout, "", "{arguments}");
    ran.stderr
}

#[test]
fn answers_are_samples_that_are_graded() {
    let place = place();
    place.scrl(SAMPLE).expect(0);
    let answers = answers(&place, "a.jsonl");
    let ids: Vec<&str> = answers
        .iter()
        .map(|answer| answer["id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = ["sum", "twice", "wait"]
        .iter()
        .flat_map(|problem| (0..3).map(move |number| format!("{problem}/talker/{number}")))
        .collect();
    assert_eq!(ids, expected);
    for answer in &answers {
        let made = &answer["generation"];
        assert_eq!(
            (&made["style"], &answer["model"]),
            (&"chat".into(), &"talker".into())
        );
        let (tokens, finish) = (
            made["tokens"].as_u64().unwrap(),
            made["finish"].as_str().unwrap(),
        );
        assert!((1..=40).contains(&tokens));
        assert!(finish == "stop" || (finish == "length" && tokens == 40));
        assert!(
            !answer["completion"]
                .as_str()
                .unwrap()
                .contains("<|im_end|>")
        );
    }
    assert_ne!(answers[0]["completion"], answers[1]["completion"]);
    let graded = place
        .scrl("grade --problems p.jsonl --samples a.jsonl --out run --level D")
        .expect(0);
    assert!(
        graded.stdout.contains("samples graded"),
        "{}",
        graded.stdout
    );
    assert_eq!(place.lines("run/graded.jsonl"), 9);
}

#[test]
fn answers_depend_on_their_seed_and_on_nothing_beside_them() {
    let place = place();
    place.scrl(SAMPLE).expect(0);
    let all = place.read("a.jsonl");
    let other = SAMPLE
        .replace("a.jsonl", "b.jsonl")
        .replace("--threads 2", "--threads 1 --batch 1");
    place.scrl(&other).expect(0);
    assert_eq!(place.read("b.jsonl"), all);
    let one = SAMPLE.replace("a.jsonl", "c.jsonl") + " --only twice";
    place.scrl(&one).expect(0);
    let part: Vec<&str> = all.lines().skip(3).take(3).collect();
    assert_eq!(place.read("c.jsonl").lines().collect::<Vec<_>>(), part);
    let seeded = SAMPLE.replace("a.jsonl", "d.jsonl") + " --seed 1";
    place.scrl(&seeded).expect(0);
    assert_ne!(
        answers(&place, "d.jsonl")[0]["completion"],
        answers(&place, "a.jsonl")[0]["completion"]
    );
}

#[test]
fn folder_and_gguf_give_the_same_answers() {
    let place = place();
    let folder = SAMPLE.replace(
        "talker",
        "talker --name m --style completion --temperature 0 --precision f32",
    );
    place.scrl(&folder).expect(0);
    let file = folder
        .replace("--model talker", "--model talker.gguf")
        .replace("a.jsonl", "b.jsonl");
    place.scrl(&file).expect(0);
    let completions = |name| -> Vec<Value> {
        answers(&place, name)
            .into_iter()
            .map(|mut answer| answer["completion"].take())
            .collect()
    };
    assert_eq!(completions("a.jsonl"), completions("b.jsonl"));
    assert_eq!(
        completions("a.jsonl")[0],
        completions("a.jsonl")[1],
        "the likeliest is the likeliest"
    );
}

#[test]
fn a_stop_string_ends_answers_before_it() {
    let place = place();
    place.scrl(SAMPLE).expect(0);
    let whole = answers(&place, "a.jsonl");
    let said = |answer: &Value| answer["completion"].as_str().unwrap().to_owned();
    let longest = whole.iter().map(said).max_by_key(String::len).unwrap();
    // Two characters from the middle; the arguments of the test hold no spaces.
    let middle: Vec<char> = longest.chars().collect();
    let stop: String = middle
        .windows(2)
        .skip(middle.len() / 3)
        .find(|two| two.iter().all(char::is_ascii_alphanumeric))
        .expect("noise has letters")
        .iter()
        .collect();
    let arguments = SAMPLE.replace("a.jsonl", "b.jsonl") + " --stop " + &stop;
    place.scrl(&arguments).expect(0);
    let cut = answers(&place, "b.jsonl");
    let mut stopped = 0;
    for (whole, cut) in whole.iter().zip(&cut) {
        let (text, made) = (said(whole), &cut["generation"]);
        let expected = text.find(&stop).map_or(text.as_str(), |at| &text[..at]);
        assert_eq!(said(cut), expected);
        if expected.len() < text.len() {
            stopped += 1;
            assert_eq!(made["finish"], "stop");
            assert!(made["tokens"].as_u64() <= whole["generation"]["tokens"].as_u64());
        }
    }
    assert!(stopped > 0);
}

#[test]
fn a_killed_run_goes_on_to_the_same_file() {
    let place = place();
    let arguments = SAMPLE.replace("--samples 3", "--samples 12 --temperature 0.8 --top-p 0.95");
    place
        .scrl(&arguments.replace("a.jsonl", "whole.jsonl"))
        .expect(0);
    let mut cut_short = 0;
    for kill in 0..6u64 {
        let mut child = place.start(&arguments);
        sleep(Duration::from_millis(60 + 50 * kill));
        child.kill().unwrap();
        child.wait().unwrap();
        cut_short += usize::from(place.lines("a.jsonl") < 36);
    }
    if let Some(torn) = place
        .exists("a.jsonl")
        .then(|| place.read("a.jsonl") + "{\"id\": \"sum")
    {
        place.write("a.jsonl", torn);
    }
    place.scrl(&arguments).expect(0);
    assert!(cut_short > 0);
    assert_eq!(place.read("a.jsonl"), place.read("whole.jsonl"));
}

#[test]
fn an_interrupted_run_leaves_whole_lines() {
    let place = place();
    let arguments = SAMPLE.replace("--samples 3", "--samples 2000");
    let mut child = place.start(&arguments);
    while place.lines("a.jsonl") == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended early");
        sleep(Duration::from_millis(10));
    }
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(2));
    let text = place.read("a.jsonl");
    assert!(text.ends_with('\n'));
    let there = answers(&place, "a.jsonl").len();
    assert!((1..6000).contains(&there), "{there}");
}

#[test]
fn a_file_is_not_continued_with_other_settings() {
    let place = place();
    place.scrl(SAMPLE).expect(0);
    let before = place.read("a.jsonl");
    let ran = place.scrl(SAMPLE).expect(0);
    assert!(
        ran.stderr.contains("9 answers are there already"),
        "{}",
        ran.stderr
    );
    let words = refusal(&place, &(SAMPLE.to_owned() + " --temperature 0.5"));
    assert!(
        words.contains("another `sampling`") && words.contains("--out"),
        "{words}"
    );
    place.write("talker/generation_config.json", "{}");
    assert!(refusal(&place, SAMPLE).contains("another `files`"));
    assert_eq!(place.read("a.jsonl"), before);
}

#[test]
fn a_dry_run_shows_prompts_and_writes_nothing() {
    let place = place();
    let shown = place
        .scrl("sample --model talker --problems p.jsonl --dry-run --system Short.")
        .expect(0)
        .stdout;
    assert!(shown.contains("── sum: "), "{shown}");
    assert!(
        shown.contains("<|im_start|>system\nShort.<|im_end|>\n<|im_start|>user\nAdd two numbers."),
        "{shown}"
    );
    assert!(shown.contains("reads standard input"), "{shown}");
    let plain =
        "sample --model talker --problems p.jsonl --dry-run --style completion --only twice";
    let shown = place.scrl(plain).expect(0).stdout;
    assert!(
        shown.ends_with("completion\ndef twice(n):\n    \"\"\"Return 2 n.\"\"\"\n\n"),
        "{shown}"
    );
    assert!(!place.exists("a.jsonl"));
}

#[test]
fn what_cannot_be_sampled_is_refused_before_anything_is_written() {
    let place = place();
    let cases = [
        (
            "--max-tokens 40",
            "--max-tokens 500",
            "problem `sum`: a prompt of",
        ),
        (
            "--max-tokens 40",
            "--max-tokens 0",
            "--max-tokens must be at least 1",
        ),
        ("--max-tokens 40", "--temperature -1", "error"),
        ("--max-tokens 40", "--top-p 1.5", "--top-p must be above 0"),
        ("--max-tokens 40", "--only nothing", "no problem to ask"),
        ("--model talker", "--model absent", "`absent` is not there"),
        (
            "--model talker",
            "--model p.jsonl",
            "`p.jsonl`: this is no GGUF file",
        ),
        ("--max-tokens 40", "--context 9999", "context"),
    ];
    for (from, to, words) in cases {
        let said = refusal(&place, &SAMPLE.replace(from, to));
        assert!(said.contains(words), "{to}: {said}");
        assert!(
            !place.exists("a.jsonl") || place.read("a.jsonl").is_empty(),
            "{to}"
        );
    }
    place.write("talker/tokenizer_config.json", "{}");
    let said = refusal(&place, SAMPLE);
    assert!(
        said.contains("no chat template") && said.contains("--style completion"),
        "{said}"
    );
    fs::remove_file(place.path("talker/tokenizer.json")).unwrap();
    assert!(refusal(&place, SAMPLE).contains("tokenizer.json"));
}
