//! The text side of a model that is to be trained from nothing: a tokenizer learned from texts, and a chat template.

use std::path::Path;

use serde_json::{Value, json};

use crate::error::Error;
use crate::vocabulary::learn_vocabulary;

/// Ends an answer; token 0.
const END: &str = "<|end|>";
/// Each role of a chat has a token of its own.
const ROLES: [&str; 3] = ["<|system|>", "<|user|>", "<|assistant|>"];
const TEMPLATE: &str = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}\
                        {% if message.role == 'assistant' %}<|end|>{% endif %}{% endfor %}\
                        {% if add_generation_prompt %}<|assistant|>{% endif %}";

/// Writes `tokenizer.json`, `tokenizer_config.json` and `generation_config.json` into a folder that is there: a byte-level vocabulary of at most
/// `size` tokens, learned from `texts`, and a template with a token for each role.
///
/// # Errors
/// If `size` has no room for all bytes and the special tokens, or the system refuses.
pub fn write_new_text(folder: &Path, texts: &[String], size: usize) -> Result<(), Error> {
    let mut special = vec![END];
    special.extend(ROLES);
    let tokenizer = learn_vocabulary(texts, &special, size)?;
    let settings = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_bos_token": false,
        "eos_token": END,
        "pad_token": END,
        "chat_template": TEMPLATE,
        "clean_up_tokenization_spaces": false,
    });
    let generation = json!({"eos_token_id": 0, "pad_token_id": 0});
    write(&folder.join("tokenizer.json"), &tokenizer)?;
    write(&folder.join("tokenizer_config.json"), &pretty(&settings))?;
    write(&folder.join("generation_config.json"), &pretty(&generation))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::Unwritten {
        path: path.to_path_buf(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Date, Message, ModelText};

    const FORM: &str = r#"{"model_type": "llama", "vocab_size": 320, "hidden_size": 16, "intermediate_size": 32,
        "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-05,
        "tie_word_embeddings": true}"#;

    #[test]
    fn a_new_model_speaks_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let texts: Vec<String> = (0..40)
            .map(|n| format!("Print {n} words.\nprint(words[:{n}])\n"))
            .collect();
        write_new_text(folder.path(), &texts, 320).unwrap();
        std::fs::write(folder.path().join("config.json"), FORM).unwrap();
        let text = ModelText::open(folder.path()).unwrap();
        let chat = [
            Message::system("Be brief."),
            Message::user("Print 3 words."),
        ];
        let prompt = text.chat(&chat, Date::from_days(0)).unwrap();
        assert_eq!(
            prompt,
            "<|system|>Be brief.<|user|>Print 3 words.<|assistant|>"
        );
        let tokens = text.tokenizer().encode_plain(&prompt).unwrap();
        assert_eq!((tokens[0], tokens[tokens.len() - 1]), (1, 3));
        assert_eq!(text.end_tokens(), [0]);
        assert_eq!(
            text.tokenizer().decode(&tokens).unwrap(),
            "Be brief.Print 3 words."
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = write_new_text(Path::new("/nowhere"), &[], 300).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`/nowhere/tokenizer.json` cannot be written"
        );
    }
}
