//! A tokenizer of our own: byte-level BPE, learned from texts (Sennrich et al. 2016; bytes as in Radford et al. 2019).

use std::path::Path;

use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;
use tokenizers::{AddedToken, Tokenizer as Inner};

use crate::error::Error;

/// Tokens for every byte.
const BYTES: usize = 256;
/// A line's end with the indentation of the next one.
const LINE_END: &str = "\n *";

/// Learns a vocabulary of at most `size` tokens, and returns it in the form of `tokenizer.json`. `special` tokens come first, in their order, and
/// count. Digits stand alone, so that numbers look alike. Merges stop at line ends and not at words: in texts from templates whole phrases return, and
/// a phrase is one token then. The same texts, in any order, give the same bytes.
///
/// # Errors
/// If `size` has no room for all bytes and `special`.
pub(crate) fn learn_vocabulary(
    texts: &[String],
    special: &[&str],
    size: usize,
) -> Result<String, Error> {
    let path = Path::new("a new tokenizer");
    if size < BYTES + special.len() {
        let least = BYTES + special.len();
        let problem = format!(
            "a vocabulary of {size} tokens is too small; every byte needs one: {least} or more"
        );
        return Err(Error::invalid(path, problem));
    }
    let invalid = |error: tokenizers::Error| Error::invalid(path, error.to_string());
    let bytes = ByteLevel::new(false, true, false);
    let line_end = SplitPattern::Regex(LINE_END.to_owned());
    let lines = Split::new(line_end, SplitDelimiterBehavior::Isolated, false).map_err(invalid)?;
    let parts = Sequence::new(vec![Digits::new(true).into(), lines.into(), bytes.into()]);
    let mut trainer: tokenizers::models::TrainerWrapper = BpeTrainer::builder()
        .vocab_size(size)
        .min_frequency(2)
        .show_progress(false)
        .special_tokens(
            special
                .iter()
                .map(|token| AddedToken::from(*token, true))
                .collect(),
        )
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build()
        .into();
    let mut inner = Inner::new(BPE::default());
    inner
        .with_pre_tokenizer(Some(parts))
        .with_decoder(Some(bytes));
    inner.train(&mut trainer, texts.iter()).map_err(invalid)?;
    inner.to_string(true).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tokenizer;

    const SPECIAL: [&str; 2] = ["<|end|>", "<|user|>"];

    fn texts() -> Vec<String> {
        let text = |n: u32| format!("def total_{n}(values):\n    return sum(values) + {n}\n");
        (0..50).map(text).collect()
    }

    fn learn(texts: &[String], size: usize) -> String {
        learn_vocabulary(texts, &SPECIAL, size).unwrap()
    }

    #[test]
    fn what_was_seen_is_short_and_everything_comes_back() {
        let tokenizer = Tokenizer::new(Path::new("new"), learn(&texts(), 320).as_bytes()).unwrap();
        tokenizer.check_embedding(320).unwrap();
        assert_eq!(
            (tokenizer.id("<|end|>"), tokenizer.id("<|user|>")),
            (Some(0), Some(1))
        );
        let seen = texts()[3].clone();
        let tokens = tokenizer.encode(&seen).unwrap();
        assert!(tokens.len() * 2 < seen.len(), "{} tokens", tokens.len());
        for text in [&seen, "größer ≠ 1234 🦀\r\n\t\u{0}", "", "  two  spaces "] {
            let tokens = tokenizer.encode_plain(text).unwrap();
            assert_eq!(tokenizer.decode(&tokens).unwrap(), text);
        }
        assert_eq!(tokenizer.encode_plain("1234").unwrap().len(), 4);
    }

    #[test]
    fn order_changes_nothing() {
        let mut reversed = texts();
        reversed.reverse();
        assert_eq!(learn(&texts(), 300), learn(&reversed, 300));
    }

    #[test]
    fn a_vocabulary_without_room_for_bytes_is_refused() {
        let error = learn_vocabulary(&texts(), &SPECIAL, 257)
            .unwrap_err()
            .to_string();
        assert!(error.contains("258 or more"), "{error}");
    }
}
