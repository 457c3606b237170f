//! Chat templates against `transformers`, on the fixtures of `fixtures/make.py`.

use std::path::{Path, PathBuf};

use scrl_text::{Date, Message, ModelText};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Row {
    name: String,
    template: String,
    special: Map<String, Value>,
    messages: Vec<Said>,
    prompt: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    role: String,
    content: String,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The talker with other settings of its tokenizer.
fn model(settings: &Value) -> (tempfile::TempDir, ModelText) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json", "generation_config.json"] {
        std::fs::copy(fixture("talker").join(name), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join("tokenizer_config.json");
    std::fs::write(path, settings.to_string()).unwrap();
    let text = ModelText::open(folder.path()).unwrap();
    (folder, text)
}

fn day() -> Date {
    "2026-11-23".parse().unwrap()
}

fn role(name: &str) -> &'static str {
    ["system", "user", "assistant"]
        .into_iter()
        .find(|role| *role == name)
        .unwrap()
}

#[test]
fn prompts_are_those_of_transformers() {
    let text = std::fs::read_to_string(fixture("templates.json")).unwrap();
    let rows: Vec<Row> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() > 30);
    for row in rows {
        let mut settings = row.special.clone();
        settings.insert("chat_template".to_owned(), json!(row.template));
        let (_folder, text) = model(&Value::Object(settings));
        let said = row.messages.iter().map(|said| Message {
            role: role(&said.role),
            content: said.content.clone(),
        });
        let prompt = text.chat(&said.collect::<Vec<_>>(), day());
        match (row.prompt, row.error) {
            (Some(expected), _) => assert_eq!(prompt.unwrap(), expected, "{}", row.name),
            (None, error) => {
                let (problem, error) = (prompt.unwrap_err().to_string(), error.unwrap());
                assert!(
                    problem.contains(&error),
                    "{}: {problem} is not {error}",
                    row.name
                );
            }
        }
    }
}

#[test]
fn a_template_is_found_where_transformers_keeps_it() {
    let chat = [Message::user("hi")];
    let named = json!([{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d {{ eos_token }}"}]);
    let (folder, text) =
        model(&json!({"chat_template": named, "eos_token": {"content": "<|im_end|>"}}));
    assert_eq!(text.chat(&chat, day()).unwrap(), "d <|im_end|>");
    std::fs::write(folder.path().join("chat_template.jinja"), "of its own\n").unwrap();
    let text = ModelText::open(folder.path()).unwrap();
    assert_eq!(text.chat(&chat, day()).unwrap(), "of its own");
    let (_folder, text) = model(&json!({"chat_template": null}));
    let error = text.chat(&chat, day()).unwrap_err().to_string();
    assert!(
        error.contains("has no chat template") && error.contains("--style completion"),
        "{error}"
    );
}

#[test]
fn folder_and_gguf_say_the_same() {
    let (folder, file) = (fixture("talker"), fixture("talker.gguf"));
    let (folder, file) = (
        ModelText::open(&folder).unwrap(),
        ModelText::open(&file).unwrap(),
    );
    let chat = [Message::system("Be brief."), Message::user("hi")];
    let prompt = folder.chat(&chat, day()).unwrap();
    assert_eq!(prompt, file.chat(&chat, day()).unwrap());
    assert!(prompt.starts_with("<|im_start|>system\nBe brief.<|im_end|>"));
    assert_eq!(
        (folder.end_tokens(), file.end_tokens()),
        (&[0, 2][..], &[2][..])
    );
    assert_eq!(folder.without_end(&[7, 2]), [7]);
    assert_eq!(folder.without_end(&[2, 7]), [2, 7]);
}

#[test]
fn wrong_settings_are_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json"] {
        std::fs::copy(fixture("talker").join(name), folder.path().join(name)).unwrap();
    }
    for (settings, words) in [
        (r#"{"chat_template": "{% if %}"}"#, "the chat template of"),
        (r#"{"chat_template": 7}"#, "neither text nor a list"),
        (
            r#"{"chat_template": [{"name": "tool_use", "template": ""}]}"#,
            "the name `default`",
        ),
        ("[1]", "is not valid"),
    ] {
        std::fs::write(folder.path().join("tokenizer_config.json"), settings).unwrap();
        let error = ModelText::open(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("tokenizer_config.json"),
            "{error}"
        );
    }
}
