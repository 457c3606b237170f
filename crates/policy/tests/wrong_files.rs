//! Models and adapters that are missing something, or lie: each is an error that names the file and what is wrong.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use scrl_kernels::Precision;
use scrl_policy::{LoadOptions, Model, ModelConfig, PeftAdapter};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A copy of a fixture, to be broken.
fn copy(name: &str) -> TempDir {
    let target = tempfile::tempdir().unwrap();
    let mut folders = vec![(fixture(name), target.path().to_path_buf())];
    while let Some((from, to)) = folders.pop() {
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                std::fs::create_dir(&to).unwrap();
                folders.push((entry.path(), to));
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    target
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {}", path.display());
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// The error with its cause.
fn problem(error: &scrl_policy::Error) -> String {
    error
        .source()
        .map_or(error.to_string(), |source| format!("{error}: {source}"))
}

fn load(folder: &Path) -> String {
    problem(
        &Model::load(
            folder,
            LoadOptions {
                precision: Precision::F32,
                context: None,
            },
        )
        .unwrap_err(),
    )
}

#[test]
fn a_missing_folder_is_named() {
    let problem = load(Path::new("no/such/model"));
    assert!(
        problem.contains("no/such/model/config.json") && problem.contains("No such file"),
        "{problem}"
    );
}

#[test]
fn a_model_without_weights_is_named() {
    let folder = copy("llama");
    std::fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    assert!(load(folder.path()).contains("model.safetensors"));
}

#[test]
fn configuration_and_tensors_must_agree() {
    for (from, to, words) in [
        (
            "\"vocab_size\": 67",
            "\"vocab_size\": 68",
            "`model.embed_tokens.weight` has the shape [67, 32]",
        ),
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
            "no tensor `model.layers.2.self_attn.q_proj.weight`",
        ),
        (
            "\"attention_bias\": false",
            "\"attention_bias\": true",
            "no tensor `model.layers.0.self_attn.q_proj.bias`",
        ),
        (
            "\"intermediate_size\": 40",
            "\"intermediate_size\": 41",
            "asks for [41, 32]",
        ),
    ] {
        let folder = copy("llama");
        replace(&folder.path().join("config.json"), from, to);
        let problem = load(folder.path());
        assert!(
            problem.contains(words),
            "{problem:?} does not contain {words:?}"
        );
    }
}

#[test]
fn a_file_that_is_cut_short_is_found_before_it_is_read() {
    let folder = copy("llama");
    let path = folder.path().join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 100]).unwrap();
    assert!(load(folder.path()).contains("may be cut short"));
}

#[test]
fn numbers_that_are_none_are_found() {
    let folder = copy("llama");
    let path = folder.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let problem = load(folder.path());
    assert!(
        problem.contains("model.safetensors") && problem.contains("holds NaN at element"),
        "{problem}"
    );
}

#[test]
fn an_index_looks_for_files_beside_it_only() {
    for name in ["../model.safetensors", "/etc/passwd", "..", ""] {
        let folder = copy("llama-linear");
        let index = folder.path().join("model.safetensors.index.json");
        replace(&index, "model-00002-of-00002.safetensors", name);
        let problem = load(folder.path());
        assert!(
            problem.contains("is not the name of a file in this folder"),
            "{problem}"
        );
    }
    let folder = copy("llama-linear");
    std::fs::remove_file(folder.path().join("model-00002-of-00002.safetensors")).unwrap();
    assert!(load(folder.path()).contains("model-00002-of-00002.safetensors"));
}

#[test]
fn a_longer_context_than_the_models_is_refused() {
    let options = LoadOptions {
        precision: Precision::F32,
        context: Some(65),
    };
    let problem = problem(&Model::load(&fixture("llama"), options).unwrap_err());
    assert!(
        problem.contains("context is 64 tokens, and 65"),
        "{problem}"
    );
}

#[test]
fn adapters_that_ask_for_more_are_refused() {
    let config = ModelConfig::read(&fixture("llama").join("config.json")).unwrap();
    for (from, to, words) in [
        (
            "\"use_dora\": false",
            "\"use_dora\": true",
            "`use_dora` is true",
        ),
        (
            "\"peft_type\": \"LORA\"",
            "\"peft_type\": \"LOHA\"",
            "`LOHA`",
        ),
        (
            "\"bias\": \"none\"",
            "\"bias\": \"all\"",
            "`bias` is \"all\"",
        ),
        (
            "\"modules_to_save\": null",
            "\"modules_to_save\": [\"lm_head\"]",
            "`modules_to_save` is",
        ),
        ("\"q_proj\"", "\"lm_head\"", "target module `lm_head`"),
        ("\"r\": 4", "\"r\": 0", "r is 0"),
        (
            "\"r\": 4",
            "\"r\": 5",
            "has the shape [4, 32]; the configuration asks for [5, 32]",
        ),
        ("\"r\": 4", "\"r\": 4000000000", "r is 4000000000"),
        (
            "\"lora_dropout\": 0.0",
            "\"lora_dropout\": 1.0",
            "lora_dropout 1 is out of range",
        ),
        ("\"q_proj\",", "", "belongs to nothing"),
        ("{", "[", "expected"),
    ] {
        let folder = copy("llama");
        let adapter = folder.path().join("adapter");
        let path = adapter.join("adapter_config.json");
        // The order of the targets is that of a Python set: the last has no comma.
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(
            &path,
            text.replace("\"q_proj\"\n", "\"q_proj\",\n \"o_proj\"\n"),
        )
        .unwrap();
        replace(&path, from, to);
        let problem = problem(&PeftAdapter::load(&adapter, &config).unwrap_err());
        assert!(
            problem.contains(words),
            "{problem:?} does not contain {words:?}"
        );
    }
}

#[test]
fn an_adapter_of_ours_comes_back_with_its_value_head() {
    let config = ModelConfig::read(&fixture("starcoder2").join("config.json")).unwrap();
    let settings = scrl_policy::AdapterConfig {
        value_head: true,
        ..Default::default()
    };
    let mut adapter = scrl_policy::Adapter::new(settings, &config, 3);
    let last = adapter.values().len() - 1;
    adapter.values_mut()[last] = 0.5;
    let folder = tempfile::tempdir().unwrap();
    PeftAdapter::new(adapter.clone(), &config, "base")
        .save(folder.path(), &config)
        .unwrap();
    let read = PeftAdapter::load(folder.path(), &config).unwrap().adapter;
    assert_eq!(read.config(), adapter.config());
    assert_eq!(read.values(), adapter.values());
    assert!(read.values().iter().any(|value| *value != 0.0));
}

/// The error of a GGUF file after some bytes were changed.
fn load_gguf(change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = std::fs::read(fixture("qwen2.gguf")).unwrap();
    change(&mut bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    std::fs::write(&path, bytes).unwrap();
    load(&path)
}

/// Where some bytes begin.
fn find(bytes: &[u8], text: &str) -> usize {
    bytes
        .windows(text.len())
        .position(|part| part == text.as_bytes())
        .unwrap()
}

#[test]
fn gguf_files_that_lie_are_refused() {
    let set = |at: usize, value: u64| {
        move |bytes: &mut Vec<u8>| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes())
    };
    let cases = [
        (load_gguf(|bytes| bytes[0] = b'X'), "no GGUF file"),
        (
            load_gguf(|bytes| bytes.truncate(3)),
            "ends within its header",
        ),
        (load_gguf(Vec::clear), "ends within its header"),
        (load_gguf(|bytes| bytes[4] = 9), "version 9"),
        (load_gguf(set(8, u64::MAX)), "18446744073709551615 tensors"),
        (
            load_gguf(set(16, 1 << 40)),
            "1099511627776 metadata entries",
        ),
        (load_gguf(set(24, 1 << 60)), "bytes of text"),
        (
            load_gguf(|bytes| bytes.truncate(bytes.len() / 2)),
            "beyond the end of the file",
        ),
        (
            load_gguf(|bytes| {
                let at = find(bytes, "qwen2.block_count");
                bytes[at] = b'X';
            }),
            "has no `qwen2.block_count`",
        ),
        (
            load_gguf(|bytes| {
                // Name, number of dimensions, two sizes, then the type.
                let at = find(bytes, "token_embd.weight") + 17 + 4 + 16;
                bytes[at] = 10;
            }),
            "GGML type 10, which is not supported",
        ),
        (
            load_gguf(|bytes| {
                let at = find(bytes, "token_embd.weight") + 17 + 4 + 16 + 4;
                bytes[at..at + 8].fill(0xff);
            }),
            "beyond the end of the file",
        ),
        (
            load_gguf(|bytes| {
                let at = find(bytes, "blk.1.ffn_up.weight");
                bytes[at] = b'X';
            }),
            "no tensor `model.layers.1.mlp.up_proj.weight`",
        ),
    ];
    for (problem, words) in cases {
        assert!(
            problem.contains(words),
            "{problem:?} does not contain {words:?}"
        );
    }
}

/// No change of a single byte may crash the reader, whatever it makes of it.
#[test]
fn a_broken_header_never_panics() {
    let bytes = std::fs::read(fixture("qwen2.gguf")).unwrap();
    let header = find(&bytes, "blk.0.attn_q.weight");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    for at in 0..header + 60 {
        let mut broken = bytes.clone();
        broken[at] ^= 0xff;
        std::fs::write(&path, &broken).unwrap();
        let _ = scrl_policy::Gguf::open(&path);
    }
}
