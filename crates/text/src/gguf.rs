//! The vocabulary inside a GGUF file, as the description that `tokenizer.json` would hold.
//!
//! Two kinds are known by the names of llama.cpp: `gpt2`, byte-level byte-pair encoding, and `llama`, what `SentencePiece`
//! makes. Others are refused by name.

mod byte_level;
mod sentence_piece;

use std::collections::BTreeMap;
use std::path::Path;

use scrl_policy::Value;
use serde_json::{Value as Json, json};

use crate::error::Error;
use crate::special::Specials;
use crate::tokenizer::Tokenizer;

/// What a file says about its tokens.
struct Vocabulary<'a> {
    metadata: &'a BTreeMap<String, Value>,
    tokens: Vec<&'a str>,
    /// The kind of each token.
    kinds: Vec<u8>,
}

/// Kinds of tokens, by llama.cpp's numbers.
const NORMAL: u8 = 1;
const UNKNOWN: u8 = 2;
const CONTROL: u8 = 3;
const USER_DEFINED: u8 = 4;

/// The tokenizer of a file's metadata.
///
/// # Errors
/// If there is none, or of a kind that is not known.
pub(crate) fn tokenizer(
    path: &Path,
    metadata: &BTreeMap<String, Value>,
) -> Result<Tokenizer, Error> {
    let invalid = |problem: String| Error::invalid(path, problem);
    let vocabulary = Vocabulary::new(metadata).map_err(invalid)?;
    let kind = vocabulary.text("model").unwrap_or_default();
    let description = match kind {
        "gpt2" => byte_level::description(&vocabulary),
        "llama" => sentence_piece::description(&vocabulary),
        _ => Err(format!(
            "tokenizers of the kind `{kind}` are not supported; `gpt2` and `llama` are. A folder with `tokenizer.json` works"
        )),
    }
    .map_err(invalid)?;
    let mut tokenizer = Tokenizer::new(path, description.to_string().as_bytes())?;
    let begins = vocabulary.flag("add_bos_token").unwrap_or(kind == "llama");
    let first = vocabulary.id("bos_token_id").filter(|_| begins);
    tokenizer.begin_with(first.into_iter().collect());
    Ok(tokenizer)
}

/// Special tokens by the names that templates use.
pub(crate) fn specials(path: &Path, metadata: &BTreeMap<String, Value>) -> Result<Specials, Error> {
    let vocabulary = Vocabulary::new(metadata).map_err(|problem| Error::invalid(path, problem))?;
    let names = [
        ("bos_token", "bos_token_id"),
        ("eos_token", "eos_token_id"),
        ("unk_token", "unknown_token_id"),
        ("pad_token", "padding_token_id"),
    ];
    let token = |key| vocabulary.tokens.get(vocabulary.id(key)? as usize);
    Ok(names
        .into_iter()
        .filter_map(|(name, key)| Some((name, (*token(key)?).to_owned())))
        .collect())
}

/// The tokens that end an answer.
pub(crate) fn end_tokens(metadata: &BTreeMap<String, Value>) -> Vec<u32> {
    let id = |key: &str| as_id(metadata.get(&format!("tokenizer.ggml.{key}"))?);
    ["eos_token_id", "eot_token_id"]
        .into_iter()
        .filter_map(id)
        .collect()
}

fn as_id(value: &Value) -> Option<u32> {
    match value {
        Value::Number(id) if id.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(id) => {
            Some(*id as u32)
        }
        _ => None,
    }
}

impl<'a> Vocabulary<'a> {
    fn new(metadata: &'a BTreeMap<String, Value>) -> Result<Self, String> {
        let tokens = texts(metadata, "tokens")?;
        let kinds = match metadata.get("tokenizer.ggml.token_type") {
            None => vec![NORMAL; tokens.len()],
            Some(Value::Array(kinds)) if kinds.len() == tokens.len() => kinds
                .iter()
                .map(|kind| as_id(kind).map_or(NORMAL, |kind| kind as u8))
                .collect(),
            Some(_) => {
                return Err(
                    "`tokenizer.ggml.token_type` has not one entry for each token".to_owned(),
                );
            }
        };
        Ok(Self {
            metadata,
            tokens,
            kinds,
        })
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.metadata.get(&format!("tokenizer.ggml.{key}"))
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    fn id(&self, key: &str) -> Option<u32> {
        as_id(self.get(key)?)
    }

    /// Token ids by token.
    fn ids(&self) -> BTreeMap<&'a str, u32> {
        self.tokens.iter().copied().zip(0..).collect()
    }

    /// The tokens that are looked for before anything else is done with a text.
    fn added(&self) -> Json {
        let kinds = self.tokens.iter().zip(&self.kinds).enumerate();
        kinds
            .filter(|(_, (_, kind))| [CONTROL, UNKNOWN, USER_DEFINED].contains(kind))
            .map(|(id, (token, kind))| {
                json!({"id": id, "content": token, "special": *kind != USER_DEFINED, "single_word": false,
                    "lstrip": false, "rstrip": false, "normalized": false})
            })
            .collect()
    }
}

/// An array of texts.
fn texts<'a>(metadata: &'a BTreeMap<String, Value>, key: &str) -> Result<Vec<&'a str>, String> {
    let key = format!("tokenizer.ggml.{key}");
    let Some(Value::Array(values)) = metadata.get(&key) else {
        return Err(format!("has no list `{key}`"));
    };
    let text = |value: &'a Value| match value {
        Value::Text(text) => Ok(text.as_str()),
        _ => Err(format!("`{key}` holds something that is no text")),
    };
    values.iter().map(text).collect()
}
