//! Tokenizers against the Python ones, on the fixtures of `fixtures/make.py`, and on a real vocabulary where it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrl_text::{Error, ModelText, Tokenizer, Transcript};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    text: String,
    ids: Vec<u32>,
    plain: Vec<u32>,
    decoded: String,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn expected() -> BTreeMap<String, Vec<Row>> {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Ids of both ways to encode, and the text of the ids, at once and token by token.
fn check(path: &str, rows: &[Row]) {
    let text = ModelText::open(&fixture(path)).unwrap();
    let tokenizer = text.tokenizer();
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(
            tokenizer.encode(&row.text).unwrap(),
            row.ids,
            "{path}: {:?}",
            row.text
        );
        assert_eq!(
            tokenizer.encode_plain(&row.text).unwrap(),
            row.plain,
            "{path}: {:?}",
            row.text
        );
        assert_eq!(
            tokenizer.decode(&row.ids).unwrap(),
            row.decoded,
            "{path}: {:?}",
            row.text
        );
        let mut transcript = Transcript::new(tokenizer, &[], &[]);
        for id in &row.ids {
            transcript.push(*id).unwrap();
        }
        assert_eq!(
            transcript.finish().unwrap(),
            row.decoded,
            "{path}: {:?}",
            row.text
        );
    }
}

#[test]
fn descriptions_give_the_ids_of_the_python_tokenizers() {
    let expected = expected();
    check("talker", &expected["talker"]);
    check("pieces", &expected["pieces"]);
}

#[test]
fn vocabularies_in_gguf_files_give_the_same_ids() {
    for (name, rows) in &expected() {
        check(&format!("{name}.gguf"), rows);
    }
}

#[test]
fn an_answer_keeps_the_indentation_that_it_begins_with() {
    let text = ModelText::open(&fixture("pieces")).unwrap();
    let tokenizer = text.tokenizer();
    let prompt = tokenizer.encode("def f():\n").unwrap();
    let whole = tokenizer.encode("def f():\n    return 0\n").unwrap();
    assert_eq!(whole[..prompt.len()], prompt);
    let mut transcript = Transcript::new(tokenizer, &prompt, &[]);
    for id in &whole[prompt.len()..] {
        transcript.push(*id).unwrap();
    }
    assert_eq!(transcript.finish().unwrap(), "    return 0\n");
}

#[test]
fn a_real_vocabulary_takes_texts_apart_and_together() {
    let Some(path) = std::env::var_os("SCRL_SMOLLM2_GGUF") else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"SKIPPED: SCRL_SMOLLM2_GGUF does not name the GGUF file of SmolLM2-135M-Instruct\n",
        );
        return;
    };
    let text = ModelText::open(Path::new(&path)).unwrap();
    // AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM2-135M-Instruct").encode(...)
    let ids = text
        .tokenizer()
        .encode("<|im_start|>user\nWhat is 12+30?<|im_end|>\n")
        .unwrap();
    assert_eq!(
        ids,
        [1, 4093, 198, 1780, 314, 216, 33, 34, 27, 35, 32, 47, 2, 198]
    );
    for row in expected().remove("talker").unwrap() {
        let ids = text.tokenizer().encode(&row.text).unwrap();
        assert_eq!(text.tokenizer().decode(&ids).unwrap(), row.decoded);
    }
}

#[test]
fn a_vocabulary_larger_than_the_embedding_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "tokenizer.json"] {
        let text = std::fs::read_to_string(fixture("talker").join(name)).unwrap();
        let text = text.replace("\"vocab_size\": 448", "\"vocab_size\": 400");
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let error = ModelText::open(folder.path()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Vocabulary {
                largest: 439,
                rows: 400,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("tokenizer.json"), "{error}");
}

#[test]
fn what_is_no_tokenizer_is_refused_and_named() {
    let path = Path::new("model/tokenizer.json");
    let no_token =
        br#"{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}"#;
    for text in [
        &b""[..],
        b"{",
        b"[]",
        b"\xff\xfe",
        b"{\"model\": {\"type\": \"Magic\"}}",
        no_token,
        br#"{"version": "9.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#,
    ] {
        let error = Tokenizer::new(path, text).unwrap_err().to_string();
        assert!(error.starts_with("`model/tokenizer.json`"), "{error}");
    }
    let empty = br#"{"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}}"#;
    let empty = Tokenizer::new(path, empty).unwrap();
    assert!(
        empty
            .check_embedding(10)
            .unwrap_err()
            .to_string()
            .contains("has no tokens")
    );
}

#[test]
fn a_folder_without_a_tokenizer_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(
        fixture("talker/config.json"),
        folder.path().join("config.json"),
    )
    .unwrap();
    let error = ModelText::open(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("tokenizer.json`: is not there; `AutoTokenizer"),
        "{error}"
    );
}
