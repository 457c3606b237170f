//! `scrl sample --endpoint` and models by their name on a hub, against servers of this machine.

mod common;
#[path = "../../remote/tests/common/mod.rs"]
mod server;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use common::{Place, Ran, SCRL};
use serde_json::{Value, json};
use server::{Asked, Reply, Server};

const PROBLEMS: &str = r#"{"id": "sum", "kind": "stdin", "prompt": "Add two numbers.", "tests": [{"input": "1 2", "output": "3"}]}
{"id": "twice", "kind": "call", "prompt": "def twice(n):\n    \"\"\"Return 2 n.\"\"\"\n", "entry_point": "twice", "tests": [{"input": [2], "output": 4}]}
"#;

/// A folder with two problems.
fn place() -> Place {
    let place = Place::empty();
    place.write("p.jsonl", PROBLEMS);
    place
}

fn sample(url: &str) -> String {
    format!(
        "sample --endpoint {url}/v1 --model org/m-7b --problems p.jsonl --out a.jsonl --samples 3 --max-tokens 9"
    )
}

/// Runs a command with a key in its environment, and with a cache of its own.
fn scrl(place: &Place, arguments: &str, hub: &str) -> Ran {
    let mut command = Command::new(SCRL);
    command
        .args(arguments.split(' '))
        .current_dir(place.path("."));
    command
        .env("SECRET_KEY", "sk-very-secret")
        .env("HF_HOME", place.path("hf"))
        .env("HF_ENDPOINT", hub);
    for name in [
        "HF_TOKEN",
        "HF_HUB_CACHE",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(name);
    }
    Ran::of(command.output().unwrap())
}

/// A server that answers with the seed that it was given.
fn answers(asked: &Asked, _: usize) -> Reply {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let said = format!("print({})", body["seed"]);
    Reply::ok(json!({"choices": [{"message": {"content": said}, "finish_reason": "length"}], "model": "served"}).to_string())
}

#[test]
fn answers_of_an_endpoint_are_samples() {
    let (place, server) = (place(), Server::new(answers));
    let command = sample(&server.url)
        + " --api-key-env SECRET_KEY --system Hi --stop END --concurrency 3 --requests-per-minute 100000";
    let ran = scrl(&place, &command, "").expect(0);
    let text = place.read("a.jsonl");
    let samples: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<&str> = samples
        .iter()
        .map(|sample| sample["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "sum/m-7b/0",
            "sum/m-7b/1",
            "sum/m-7b/2",
            "twice/m-7b/0",
            "twice/m-7b/1",
            "twice/m-7b/2"
        ]
    );
    for sample in &samples {
        let made = &sample["generation"];
        assert_eq!(
            (&made["style"], &made["finish"], &made["served_model"]),
            (&json!("chat"), &json!("length"), &json!("served"))
        );
        assert_eq!(
            sample["completion"],
            format!("print({})", made["request_seed"])
        );
    }
    assert_ne!(samples[0]["completion"], samples[1]["completion"]);
    for asked in server.asked() {
        assert_eq!(asked.header("authorization"), Some("Bearer sk-very-secret"));
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(
            (&body["model"], &body["max_tokens"], &body["stop"]),
            (&json!("org/m-7b"), &json!(9), &json!(["END"]))
        );
        assert_eq!(
            body["messages"][0],
            json!({"role": "system", "content": "Hi"})
        );
    }
    let everything = [&text, &place.read("a.run.json"), &ran.stdout, &ran.stderr]
        .map(String::as_str)
        .concat();
    assert!(
        !everything.contains("very-secret") && !everything.contains("SECRET_KEY"),
        "{everything}"
    );
    // A second time there is nothing left to ask.
    let before = server.asked().len();
    scrl(&place, &command, "").expect(0);
    assert_eq!(server.asked().len(), before);
    let refused = scrl(&place, &(command + " --seed 1"), "").expect(2);
    assert!(refused.stderr.contains("sampling"), "{}", refused.stderr);
}

#[test]
fn a_run_that_failed_goes_on_and_ends_as_if_nothing_had_been() {
    let (place, server) = (place(), Server::new(answers));
    scrl(&place, &sample(&server.url), "").expect(0);
    let whole = place.read("a.jsonl");
    let part: String = whole.split_inclusive('\n').take(2).collect();
    place.write("a.jsonl", &(part + "{\"id\": \"torn"));
    scrl(&place, &sample(&server.url), "").expect(0);
    assert_eq!(place.read("a.jsonl"), whole);
    assert_eq!(server.asked().len(), 6 + 4);
}

#[test]
fn an_interrupt_leaves_what_there_is() {
    let place = place();
    let server = Server::new(|asked, before| match before {
        0 | 1 => answers(asked, before),
        _ => Reply::new(429, &[("Retry-After", "3000")], ""),
    });
    let child = Command::new(SCRL)
        .args((sample(&server.url) + " --concurrency 1").split(' '))
        .current_dir(place.path("."))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while server.asked().len() < 3 {
        sleep(Duration::from_millis(10));
    }
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap()).expect(2);
    assert!(
        ran.stderr.contains("run the same command again"),
        "{}",
        ran.stderr
    );
    assert_eq!(place.lines("a.jsonl"), 2);
}

#[test]
fn prompts_are_shown_without_a_server() {
    let place = place();
    let shown = scrl(
        &place,
        &(sample("http://127.0.0.1:1") + " --dry-run --system Hi"),
        "",
    )
    .expect(0)
    .stdout;
    assert!(
        shown.starts_with("── sum: chat\n[system]\nHi\n[user]\nAdd two numbers.\n"),
        "{shown}"
    );
    let shown = scrl(
        &place,
        &(sample("http://127.0.0.1:1") + " --dry-run --style completion"),
        "",
    )
    .expect(0)
    .stdout;
    assert!(
        shown.ends_with("── twice: completion\ndef twice(n):\n    \"\"\"Return 2 n.\"\"\"\n\n"),
        "{shown}"
    );
    assert!(!place.path("a.jsonl").exists());
}

#[test]
fn bad_options_are_named() {
    let (place, server) = (
        place(),
        Server::new(|_, _| Reply::new(404, &[], r#"{"message": "no model org/m-7b"}"#)),
    );
    for (more, want) in [
        ("", "no model org/m-7b"),
        (" --api-key-env NOT_THERE_X", "--api-key-env"),
        (" --request-fields [1]", "--request-fields"),
        (" --concurrency 0", "--concurrency"),
        (" --adapter x", "--adapter"),
        (" --timeout 0", "--timeout"),
    ] {
        let ran = scrl(&place, &(sample(&server.url) + more), "").expect(2);
        assert!(ran.stderr.contains(want), "{more}: {}", ran.stderr);
    }
    let ran = scrl(
        &place,
        "sample --model a --problems p.jsonl --out b.jsonl --retries 2",
        "",
    )
    .expect(2);
    assert!(ran.stderr.contains("--endpoint"), "{}", ran.stderr);
}

/// A hub that has the small random model of `crates/text/tests/fixtures`.
fn hub(asked: &Asked, commit: &str) -> Reply {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../text/tests/fixtures/talker");
    if asked.path == "/api/models/own/talker/revision/main" {
        let names = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let siblings: Vec<Value> = names.map(|name| json!({"rfilename": name})).collect();
        return Reply::ok(json!({"sha": commit, "siblings": siblings}).to_string());
    }
    let Some(name) = asked
        .path
        .strip_prefix(&format!("/own/talker/resolve/{commit}/"))
    else {
        return Reply::new(404, &[], r#"{"error": "Repository not found"}"#);
    };
    let bytes = fs::read(folder.join(name)).unwrap();
    let (length, tag) = (
        bytes.len().to_string(),
        format!("\"{}\"", name.replace(['.', '_'], "-")),
    );
    let body = if asked.method == "HEAD" {
        Vec::new()
    } else {
        bytes
    };
    Reply::new(200, &[("ETag", &tag), ("Content-Length", &length)], body)
}

#[test]
fn a_model_is_sampled_by_its_name_on_a_hub() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let (place, server) = (place(), Server::new(move |asked, _| hub(asked, commit)));
    let command = "sample --model own/talker --problems p.jsonl --out a.jsonl --max-tokens 5";
    let ran = scrl(&place, command, &server.url).expect(0);
    assert!(
        ran.stderr.contains("fetching model.safetensors, "),
        "{}",
        ran.stderr
    );
    let description: Value = serde_json::from_str(&place.read("a.run.json")).unwrap();
    assert_eq!(
        (&description["commit"], &description["model"]),
        (&json!(commit), &json!("talker"))
    );
    assert!(place.path("hf/hub/models--own--talker/refs/main").is_file());
    let ran = scrl(
        &place,
        "sample --model own/other --problems p.jsonl --out b.jsonl",
        &server.url,
    )
    .expect(2);
    assert!(
        ran.stderr.contains("check owner, name and revision"),
        "{}",
        ran.stderr
    );
    let ran = scrl(
        &place,
        "sample --model nothing --problems p.jsonl --out b.jsonl",
        &server.url,
    )
    .expect(2);
    assert!(
        ran.stderr.contains("`nothing` is not there"),
        "{}",
        ran.stderr
    );
}
