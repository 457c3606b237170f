//! Pieces with scores: `tokenizer.ggml.model` is `llama`.
//!
//! A text is merged from its characters, best score first, and what has no piece is written as bytes. That is byte-pair
//! encoding whose merges are all ways to put a piece together from two others, in the order of the pieces' scores.

use scrl_policy::Value;
use serde_json::{Value as Json, json};

use super::{NORMAL, UNKNOWN, Vocabulary};

/// What stands for a space.
const SPACE: &str = "\u{2581}";
/// Characters of the longest piece: the work grows with the square.
const LONGEST_PIECE: usize = 256;

/// The description of the tokenizer.
pub(super) fn description(vocabulary: &Vocabulary) -> Result<Json, String> {
    let has_prefix = vocabulary.flag("add_space_prefix").unwrap_or(true);
    let unknown = vocabulary
        .kinds
        .iter()
        .position(|kind| *kind == UNKNOWN)
        .map(|id| vocabulary.tokens[id]);
    let replace = json!({"type": "Replace", "pattern": {"String": " "}, "content": SPACE});
    let prepend = has_prefix.then(|| json!({"type": "Prepend", "prepend": SPACE}));
    let normalizers: Vec<Json> = prepend.into_iter().chain([replace]).collect();
    let strip = has_prefix.then(|| json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    let decoders: Vec<Json> = [
        json!({"type": "Replace", "pattern": {"String": SPACE}, "content": " "}),
        json!({"type": "ByteFallback"}),
        json!({"type": "Fuse"}),
    ]
    .into_iter()
    .chain(strip)
    .collect();
    Ok(json!({
        "version": "1.0",
        "added_tokens": vocabulary.added(),
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": {
            "type": "BPE",
            "vocab": vocabulary.ids(),
            "merges": merges(vocabulary)?,
            "unk_token": unknown,
            "fuse_unk": true,
            "byte_fallback": true,
        },
    }))
}

/// Every pair of pieces that makes a piece, best piece first.
fn merges(vocabulary: &Vocabulary) -> Result<Vec<[String; 2]>, String> {
    let scores = scores(vocabulary)?;
    let ids = vocabulary.ids();
    let mergeable = |piece: &str| {
        let id = ids.get(piece).map(|id| *id as usize);
        id.is_some_and(|id| vocabulary.kinds[id] == NORMAL)
    };
    let mut order: Vec<usize> = (0..vocabulary.tokens.len())
        .filter(|id| vocabulary.kinds[*id] == NORMAL)
        .collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    let mut merges = Vec::new();
    for id in order {
        let piece = vocabulary.tokens[id];
        if piece.chars().count() > LONGEST_PIECE {
            return Err(format!(
                "token {id} is longer than {LONGEST_PIECE} characters"
            ));
        }
        let cuts = piece
            .char_indices()
            .skip(1)
            .map(|(cut, _)| piece.split_at(cut));
        merges.extend(
            cuts.filter(|(left, right)| mergeable(left) && mergeable(right))
                .map(|(left, right)| [left.to_owned(), right.to_owned()]),
        );
    }
    Ok(merges)
}

fn scores(vocabulary: &Vocabulary) -> Result<Vec<f64>, String> {
    let wrong = || "`tokenizer.ggml.scores` has not one number for each token".to_owned();
    match vocabulary.get("scores") {
        Some(Value::Array(scores)) if scores.len() == vocabulary.tokens.len() => scores
            .iter()
            .map(|score| match score {
                Value::Number(score) => Ok(*score),
                _ => Err(wrong()),
            })
            .collect(),
        _ => Err(wrong()),
    }
}
