//! Byte-level byte-pair encoding: `tokenizer.ggml.model` is `gpt2`.
//!
//! How text is split before pairs are merged is named by `tokenizer.ggml.pre`; the expressions are those of llama.cpp and
//! of the models' own `tokenizer.json`.

use serde_json::{Value as Json, json};

use super::{Vocabulary, texts};

const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN_2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const DEEPSEEK_CODER: [&str; 5] = [
    r"[\r\n]",
    r"\s?\p{L}+",
    r"\s?\p{P}+",
    r"[一-龥ࠀ-一가-퟿]+",
    r"\p{N}",
];

/// The description of the tokenizer.
pub(super) fn description(vocabulary: &Vocabulary) -> Result<Json, String> {
    let pre = vocabulary.text("pre").unwrap_or("default");
    let (splits, own_split) = match pre {
        "gpt-2" | "gpt2" => (vec![], true),
        "smollm" | "starcoder" | "refact" | "codeshell" => (
            vec![json!({"type": "Digits", "individual_digits": true})],
            true,
        ),
        "llama-bpe" | "llama3" | "llama-v3" => (vec![split(LLAMA_3)], false),
        "qwen2" | "deepseek-r1-qwen" => (vec![split(QWEN_2)], false),
        "deepseek-coder" => (DEEPSEEK_CODER.map(split).to_vec(), false),
        _ => {
            return Err(format!(
                "the way of splitting text that `tokenizer.ggml.pre` names, `{pre}`, is not supported; gpt-2, smollm, starcoder, \
                 refact, codeshell, llama-bpe, qwen2 and deepseek-coder are. A folder with `tokenizer.json` works"
            ));
        }
    };
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": own_split});
    let steps: Vec<Json> = splits.into_iter().chain([bytes.clone()]).collect();
    let is_qwen = pre.contains("qwen");
    Ok(json!({
        "version": "1.0",
        "added_tokens": vocabulary.added(),
        "normalizer": is_qwen.then(|| json!({"type": "NFC"})),
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "decoder": bytes,
        "model": {
            "type": "BPE",
            "vocab": vocabulary.ids(),
            "merges": merges(vocabulary)?,
            "ignore_merges": pre.starts_with("llama"),
        },
    }))
}

fn split(expression: &str) -> Json {
    json!({"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": false})
}

/// Pairs in the order in which they are merged.
fn merges(vocabulary: &Vocabulary) -> Result<Vec<[String; 2]>, String> {
    let pair = |merge: &str| {
        let mut halves = merge.splitn(2, ' ').map(str::to_owned);
        match (halves.next(), halves.next()) {
            (Some(left), Some(right)) if !left.is_empty() && !right.is_empty() => Ok([left, right]),
            _ => Err(format!(
                "`tokenizer.ggml.merges` holds `{merge}`, which is no pair"
            )),
        }
    };
    texts(vocabulary.metadata, "merges")?
        .into_iter()
        .map(pair)
        .collect()
}
