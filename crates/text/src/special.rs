//! The special tokens that a model's files name, and which of them end an answer.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, read_json};

/// The names under which files keep special tokens and templates ask for them.
const NAMES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

/// Special tokens by name: `eos_token` is `<|im_end|>`.
pub(crate) type Specials = BTreeMap<&'static str, String>;

/// Special tokens as `tokenizer_config.json` and `special_tokens_map.json` have them: text, or an object with `content`.
pub(crate) fn specials(config: &Map<String, Value>) -> Specials {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(token) => token.get("content")?.as_str().map(str::to_owned),
        _ => None,
    };
    NAMES
        .into_iter()
        .filter_map(|name| Some((name, text(config.get(name)?)?)))
        .collect()
}

/// The tokens that end an answer by `generation_config.json`, else by `config.json`, in a folder.
///
/// # Errors
/// If one is there and cannot be read.
pub(crate) fn end_tokens(folder: &Path) -> Result<Vec<u32>, Error> {
    for name in ["generation_config.json", "config.json"] {
        let config: Option<EndTokens> = read_json(&folder.join(name))?;
        if let Some(ids) = config.and_then(|config| config.eos_token_id) {
            return Ok(ids.into());
        }
    }
    Ok(vec![])
}

#[derive(Deserialize)]
struct EndTokens {
    eos_token_id: Option<OneOrMany>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(u32),
    Many(Vec<u32>),
}

impl From<OneOrMany> for Vec<u32> {
    fn from(ids: OneOrMany) -> Self {
        match ids {
            OneOrMany::One(id) => vec![id],
            OneOrMany::Many(ids) => ids,
        }
    }
}
