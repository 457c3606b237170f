//! Each command does what it says: on files of our own, with data on standard output and nothing else there.
//!
//! Programs run at level C, which every machine that can run the project offers.

mod common;

use std::io::Write as _;
use std::process::Stdio;

use common::{Place, Ran};
use serde_json::Value;

const GRADE: &str = "grade --problems problems.jsonl --samples samples.jsonl --out run --level C";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn grade_counts_every_sample() {
    let place = Place::with_fixtures();
    let ran = place.scrl(&format!("{GRADE} --json")).expect(0);
    let summary = json(&ran);
    let counts = [
        ("samples", 9),
        ("tested", 7),
        ("all_tests_passed", 4),
        ("without_problem_or_tests", 2),
        ("not_parsed", 1),
        ("empty", 1),
        ("infrastructure_faults", 0),
    ];
    for (key, count) in counts {
        assert_eq!(summary[key], count, "{key} in {summary:#}");
    }
    assert_eq!(place.lines("run/graded.jsonl"), 9);
    let text = place.read("run/graded.jsonl");
    let order: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sample_id"].clone())
        .collect();
    let given: Vec<Value> = place
        .read("samples.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone())
        .collect();
    assert_eq!(order, given);
}

#[test]
fn grade_again_adds_nothing() {
    let place = Place::with_fixtures();
    let first = place.scrl(GRADE).expect(0);
    let graded = place.read("run/graded.jsonl");
    let again = place.scrl(GRADE).expect(0);
    assert_eq!(graded, place.read("run/graded.jsonl"));
    assert_eq!(first.stdout, again.stdout);
    assert!(again.stderr.contains("9 samples are graded already"));
}

#[test]
fn only_and_limit_choose_samples() {
    let place = Place::with_fixtures();
    let chosen = |out: &str, flags: &str| {
        let command = GRADE.replace("--out run", &format!("--out {out}"));
        json(&place.scrl(&format!("{command} {flags} --json")).expect(0))["samples"].clone()
    };
    assert_eq!(chosen("a", "--only double/*"), 3);
    assert_eq!(chosen("b", "--only demo/add"), 4);
    assert_eq!(chosen("c", "--only two --limit 2"), 2);
}

#[test]
fn report_writes_the_same_bytes_for_the_same_records() {
    let place = Place::with_fixtures();
    place.scrl(GRADE).expect(0);
    let first = place.scrl("report run --out first").expect(0);
    let again = place.scrl("report run --out again").expect(0);
    assert_eq!(first.stdout, again.stdout);
    for name in [
        "report.md",
        "report.html",
        "metrics.json",
        "measures.csv",
        "samples.csv",
    ] {
        let bytes = place.read(&format!("first/{name}"));
        assert!(!bytes.is_empty(), "{name}");
        assert_eq!(bytes, place.read(&format!("again/{name}")), "{name}");
    }
    let metrics = place.scrl("report run --out third --json").expect(0);
    assert_eq!(metrics.stdout, place.read("first/metrics.json"));
}

#[test]
fn quickstart_trains_and_reports_and_does_nothing_twice() {
    let place = Place::empty();
    let ran = place.scrl("quickstart --limit 2 --out first").expect(0);
    assert!(ran.stderr.contains("no model wrote them"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("\n$ scrl train ppo --model first/model")
    );
    for model in ["demo-careful", "\nbase ", "\nbase+sft ", "\nbase+sft+ppo "] {
        assert!(ran.stdout.contains(model), "{model}: {}", ran.stdout);
    }
    assert_eq!(place.lines("first/demonstration/graded.jsonl"), 2);
    assert_eq!(place.lines("first/evaluation/ppo/graded.jsonl"), 4);
    let page = place.read("first/report.html");
    assert!(page.contains("What training did") && page.contains("</html>"));
    let again = place.scrl("quickstart --limit 2 --out first").expect(0);
    assert!(!again.stderr.contains("step 1: "), "{}", again.stderr);
    assert_eq!(place.read("first/report.html"), page);
}

#[test]
fn quickstart_does_not_overwrite_another_run() {
    let place = Place::with_fixtures();
    place
        .scrl(&GRADE.replace("--out run", "--out other/demonstration"))
        .expect(0);
    let before = place.read("other/demonstration/graded.jsonl");
    let ran = place.scrl("quickstart --limit 2 --out other").expect(2);
    assert!(ran.stderr.contains("use another --out"), "{}", ran.stderr);
    assert_eq!(place.read("other/demonstration/graded.jsonl"), before);
}

#[test]
fn apps_plus_is_imported_counted_and_filtered() {
    let place = Place::with_fixtures();
    let ran = place
        .scrl("corpus import apps-plus apps_plus.json --out imported.jsonl")
        .expect(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("2 problems (1 stdin, 1 call)"));
    let stats = place
        .scrl("corpus stats --problems imported.jsonl --json")
        .expect(0);
    assert!(json(&stats).is_object());
    let filter =
        "corpus filter --problems imported.jsonl --kind call --out call.jsonl --lists lists";
    assert_eq!(place.scrl(filter).expect(0).stdout, "");
    assert_eq!(place.lines("call.jsonl"), 1);
    let list: Value = serde_json::from_str(&place.read("lists/full_dataset_ids.json")).unwrap();
    assert_eq!(list["ids"], serde_json::json!(["apps_plus_1"]));
    assert_eq!(list["count"], 1);
}

#[test]
fn recorded_results_become_graded_samples() {
    let place = Place::with_fixtures();
    let import = "corpus import seed-results seed_results.jsonl --out recorded.jsonl";
    let ran = place.scrl(import).expect(0);
    assert!(ran.stderr.contains("reward as recorded: 1 of 1"));
    place.scrl("report recorded.jsonl --out report").expect(0);
    let other = place.read("seed_results.jsonl").replace("0.7", "1.0");
    place.write("seed_results.jsonl", other);
    place.scrl(import).expect(1);
}

#[test]
fn corpus_audit_runs_canonical_solutions() {
    let place = Place::with_fixtures();
    let audit = "corpus audit --problems problems.jsonl --level C --json";
    let ran = json(&place.scrl(audit).expect(0));
    assert_eq!(ran["gold_run"], 2);
    assert_eq!(ran["gold_accepted"], 2);
    let wrong = place
        .read("problems.jsonl")
        .replace("return a + b", "return a - b");
    place.write("problems.jsonl", wrong);
    let ran = json(&place.scrl(audit).expect(1));
    assert_eq!(ran["gold_failed"][0]["id"], "demo/add");
    assert_eq!(ran["gold_failed"][0]["verdict"], "wrong_answer");
}

#[test]
fn run_prints_what_the_program_prints() {
    let place = Place::empty();
    place.write("double.py", "print(int(input()) * 2)\n");
    place.write("numbers.txt", "21\n");
    let ran = place
        .scrl("run double.py --stdin numbers.txt --level C")
        .expect(0);
    assert_eq!(ran.stdout, "42\n");
    assert!(ran.stderr.starts_with("exit code 0"), "{}", ran.stderr);
    let ran = place.scrl("run double.py --level C --json").expect(1);
    let ran = json(&ran);
    assert_eq!(ran["ended_well"], false);
    assert!(ran["raised"].as_str().unwrap().starts_with("EOFError"));
    place.write("loop.py", "while True:\n    pass\n");
    let ran = place
        .scrl("run loop.py --level C --cpu-limit 0.1")
        .expect(1);
    assert!(ran.stderr.starts_with("CPU time limit"), "{}", ran.stderr);
}

#[test]
fn run_reads_the_program_from_standard_input() {
    let place = Place::empty();
    let mut child = place
        .command("run - --level C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"print('hello')")
        .unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(ran.stdout, "hello\n");
}

#[test]
fn audit_reports_findings_with_its_exit_code() {
    let place = Place::empty();
    place.write("clean.py", "print(1)\n");
    place.write("risky.py", "import os\nos.system(input())  # nosec\n");
    let clean = place.scrl("audit clean.py").expect(0);
    assert_eq!(clean.stdout, "1 files, 0 findings, 0 not parsed\n");
    place.scrl("audit risky.py").expect(0);
    let strict = place.scrl("audit . --mode strict --format json").expect(1);
    assert!(
        json(&strict)["results"]
            .as_array()
            .unwrap()
            .iter()
            .any(|result| result["test_id"] == "S102")
    );
    let list = place.scrl("audit --list").expect(0);
    assert!(list.stdout.contains("B101") && list.stdout.contains("S102"));
}

#[test]
fn doctor_names_every_wall() {
    let place = Place::empty();
    let ran = place.scrl("doctor --json --no-attacks");
    let said = json(&ran);
    assert_eq!(said["walls"].as_array().unwrap().len(), 6);
    assert_eq!(said["attacks"], serde_json::Value::Null);
    let is_well = said["level"] == "A" && said["trial_error"].is_null();
    ran.expect(i32::from(!is_well));
    let text = place.scrl("doctor --no-attacks").stdout;
    assert!(text.starts_with("isolation level"), "{text}");
    assert!(text.ends_with("attack suite      not run\n"), "{text}");
    place.scrl("doctor --python no-such-python").expect(1);
}

#[test]
fn doctor_predicts_the_memory_of_a_model() {
    let place = Place::empty();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/tests/fixtures");
    for model in ["llama3", "llama3/config.json", "qwen2.gguf"] {
        let flags = format!("doctor --json --no-attacks --model {fixtures}/{model} --tokens 32");
        let said = json(&place.scrl(&flags));
        let bytes = |name: &str| said["model"][name].as_u64().unwrap();
        assert!(bytes("weights") > 10_000 && bytes("weights") < bytes("sampling"));
        assert!(bytes("lora_step_recomputed") <= bytes("lora_step"));
        assert!(bytes("available") > bytes("lora_step"));
    }
    let huge = r#"{"model_type": "llama", "vocab_size": 1000000, "hidden_size": 1000000, "intermediate_size": 1000000,
        "num_hidden_layers": 1000000, "num_attention_heads": 1, "max_position_embeddings": 4096}"#;
    place.write("huge.json", huge);
    let ran = place
        .scrl("doctor --no-attacks --model huge.json")
        .expect(1);
    assert!(
        ran.stdout.contains("too little for the weights"),
        "{}",
        ran.stdout
    );
    let ran = place.scrl("doctor --no-attacks --model nowhere").expect(2);
    assert!(ran.stderr.contains("nowhere/config.json"), "{}", ran.stderr);
    let long = format!("doctor --no-attacks --model {fixtures}/llama3 --tokens 65");
    let ran = place.scrl(&long).expect(2);
    assert!(ran.stderr.contains("is 64 tokens"), "{}", ran.stderr);
}

#[test]
fn doctor_attacks_the_walls() {
    let place = Place::empty();
    let ran = place.scrl("doctor --json");
    let said = json(&ran);
    assert_eq!(said["attacks_error"], serde_json::Value::Null);
    let attacks = &said["attacks"];
    assert_eq!(
        attacks["deviations"].as_array().map(Vec::len),
        Some(0),
        "{attacks}"
    );
    assert!(attacks["hostile"].as_u64().unwrap() >= 60);
    assert!(attacks["honest"].as_u64().unwrap() >= 20);
    ran.expect(i32::from(said["level"] != "A"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::empty();
    let mut child = place
        .command("audit --list")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(ran.stderr, "");
}

/// The verdicts of the only sample in `run/graded.jsonl`, and its record.
fn graded_with(code: &str, tests: usize, flags: &str) -> (Vec<String>, Value) {
    let place = Place::empty();
    let test = r#"{"input": "1\n", "output": "ok"}"#;
    let problem = format!(
        r#"{{"id": "p", "kind": "stdin", "tests": [{}]}}"#,
        vec![test; tests].join(", ")
    );
    let sample = serde_json::json!({"id": "s", "problem_id": "p", "model": "m", "code": code});
    std::fs::write(place.path("problems.jsonl"), problem).unwrap();
    std::fs::write(place.path("samples.jsonl"), sample.to_string()).unwrap();
    place
        .scrl(&format!("{GRADE} --cpu-limit 0.3 {flags}"))
        .expect(0);
    let graded: Value = serde_json::from_str(&place.read("run/graded.jsonl")).unwrap();
    let tests = graded["tests"].as_array().unwrap();
    let verdict = |test: &Value| test["verdict"].as_str().unwrap().to_owned();
    (tests.iter().map(verdict).collect(), graded)
}

#[test]
fn stop_at_leaves_the_rest_alone_and_says_so() {
    let wrong = "print('no')";
    let (verdicts, _) = graded_with(wrong, 3, "");
    assert_eq!(verdicts, ["wrong_answer"; 3]);
    let (verdicts, _) = graded_with(wrong, 3, "--stop-at time-limit");
    assert_eq!(verdicts, ["wrong_answer"; 3]);
    for flags in ["--stop-at failure", "--stop-at failure --isolated"] {
        let (verdicts, graded) = graded_with(wrong, 3, flags);
        assert_eq!(verdicts, ["wrong_answer", "not_run", "not_run"]);
        assert_eq!(graded["tests_total"], 3);
    }
    let (verdicts, _) = graded_with("while True: pass", 2, "--stop-at time-limit");
    assert_eq!(verdicts, ["time_limit", "not_run"]);
}

#[test]
fn repeat_marks_verdicts_that_change() {
    let coin = "import os\nprint('ok' if os.urandom(1)[0] % 2 else 'no')";
    let (verdicts, graded) = graded_with(coin, 4, "--repeat 20");
    assert_eq!(verdicts.len(), 4);
    assert_eq!(graded["flaky_tests"], serde_json::json!([0, 1, 2, 3]));
    let (_, graded) = graded_with("print('ok')", 2, "--repeat 3");
    assert_eq!(graded["flaky_tests"], serde_json::json!([]));
    let (_, graded) = graded_with("print('ok')", 2, "");
    assert!(graded.get("flaky_tests").is_none());
}

#[test]
fn batched_and_isolated_tests_end_alike() {
    // Numbers the tests of its process: what it remembers must not fail it.
    let counts = "import math\nmath.seen = getattr(math, 'seen', 0) + 1\nprint('ok' if math.seen == 1 else 'no')";
    for code in [
        counts,
        "print('ok')",
        "import os\nprint('ok', flush=True)\nos._exit(0)",
    ] {
        for flags in ["", "--isolated"] {
            let (verdicts, _) = graded_with(code, 4, flags);
            assert_eq!(verdicts, ["accepted"; 4], "{code} {flags}");
        }
    }
}
