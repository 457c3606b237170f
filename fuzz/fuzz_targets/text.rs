//! Any bytes as a file of a model's text side: `tokenizer.json`, a chat template, `tokenizer_config.json`.
//!
//! The first byte says which. What cannot be used must be an error, and what can must come to an end; run with
//! `-rss_limit_mb=1024 -timeout=30`.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use scrl_text::{Date, Message, ModelText, Transcript};

const CONFIG: &str = r#"{"model_type":"llama","vocab_size":70000,"hidden_size":4,"intermediate_size":3,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"max_position_embeddings":8,"rms_norm_eps":1e-5,"tie_word_embeddings":true}"#;
const TOKENIZER: &str = include_str!("../../crates/text/tests/fixtures/talker/tokenizer.json");
/// A text with what tokenizers treat apart.
const TEXT: &str = "def f(x):\n\treturn  'é漢🙂\u{301}' # 1234 <|im_end|>\r\n";

/// A folder in memory, where there is one.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = PathBuf::from("/dev/shm");
    let parent = if shared.is_dir() {
        shared
    } else {
        std::env::temp_dir()
    };
    let folder = parent.join(format!("scrl-fuzz-text-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("room for files");
    fs::write(folder.join("config.json"), CONFIG).expect("room for files");
    folder
});

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let name = match kind {
        b't' => "tokenizer.json",
        b'c' => "tokenizer_config.json",
        _ => "chat_template.jinja",
    };
    if name != "tokenizer.json" {
        fs::write(FOLDER.join("tokenizer.json"), TOKENIZER).expect("room for files");
    }
    let path = FOLDER.join(name);
    fs::write(&path, bytes).expect("room for files");
    let text = ModelText::open(&FOLDER);
    let _ = fs::remove_file(path);
    let Ok(text) = text else {
        return;
    };
    if let Ok(tokens) = text.tokenizer().encode(TEXT) {
        let mut transcript = Transcript::new(text.tokenizer(), &[], &[]);
        for token in tokens {
            let _ = transcript.push(token);
        }
        let _ = transcript.finish();
    }
    let _ = text.chat(
        &[Message::system("Hi"), Message::user(TEXT)],
        Date::from_days(20_000),
    );
});
