//! The text of an answer while its tokens come.
//!
//! A character may be spread over several tokens, and what a token says may depend on the one before it. So text is
//! decoded from the last place where it was whole, and what ends in the middle of a character waits for the next token.
//! A stop string may begin in one token and end in another; the text stops before it.

use crate::error::Error;
use crate::tokenizer::Tokenizer;

/// Tokens that may pass before bytes that are no character are taken for good: one has at most four bytes.
const LONGEST_WAIT: usize = 8;

/// An answer's text so far.
#[derive(Debug)]
pub struct Transcript<'a> {
    tokenizer: &'a Tokenizer,
    stops: &'a [String],
    ids: Vec<u32>,
    /// Where the tokens begin that `shown` is decoded with.
    context: usize,
    /// How many tokens the text has in it.
    shown: usize,
    text: String,
    stopped: bool,
}

impl<'a> Transcript<'a> {
    /// An empty text after `prompt`, which ends before the first of `stops`, none of which is empty. The end of the prompt
    /// matters: tokenizers that begin words with a space leave it out at the start of a text.
    pub fn new(tokenizer: &'a Tokenizer, prompt: &[u32], stops: &'a [String]) -> Self {
        let end = &prompt[prompt.len().saturating_sub(LONGEST_WAIT)..];
        Self {
            tokenizer,
            stops,
            ids: end.to_vec(),
            context: 0,
            shown: end.len(),
            text: String::new(),
            stopped: false,
        }
    }

    /// Takes one more token, and says whether a stop string has ended the text.
    ///
    /// # Errors
    /// If the tokenizer cannot decode it.
    pub fn push(&mut self, token: u32) -> Result<bool, Error> {
        if !self.stopped {
            self.ids.push(token);
            let waited = self.ids.len() - self.shown;
            self.decode(waited >= LONGEST_WAIT)?;
        }
        Ok(self.stopped)
    }

    /// The text so far, without a last character that is not whole.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text; bytes that never became a character are U+FFFD.
    ///
    /// # Errors
    /// If the tokenizer cannot decode them.
    pub fn finish(mut self) -> Result<String, Error> {
        if !self.stopped {
            self.decode(true)?;
        }
        Ok(self.text)
    }

    /// Adds what the tokens that are not shown yet say, if it is whole or `at_any_rate`.
    fn decode(&mut self, at_any_rate: bool) -> Result<(), Error> {
        let before = self.tokenizer.decode(&self.ids[self.context..self.shown])?;
        let with = self.tokenizer.decode(&self.ids[self.context..])?;
        let is_whole = !with.ends_with(char::REPLACEMENT_CHARACTER);
        if !is_whole && !at_any_rate {
            return Ok(());
        }
        let new = &with[common(&before, &with)..];
        let from = self.text.len();
        self.text.push_str(new);
        if !is_whole {
            // Bytes that are no character spoil those after them, too.
            self.context = self.ids.len();
        } else if !new.is_empty() {
            self.context = self.shown;
        }
        self.shown = self.ids.len();
        self.cut(from);
        Ok(())
    }

    /// Ends the text before a stop string that ends behind `from`.
    fn cut(&mut self, from: usize) {
        let found = self.stops.iter().filter_map(|stop| {
            let earliest = (from + 1).saturating_sub(stop.len());
            let earliest = self.text.floor_char_boundary(earliest);
            self.text[earliest..]
                .find(stop.as_str())
                .map(|at| earliest + at)
        });
        if let Some(at) = found.min() {
            self.text.truncate(at);
            self.stopped = true;
        }
    }
}

/// How many bytes two texts begin with alike. They differ where one was cut within a character.
fn common(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    pairs
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    /// A tokenizer of single bytes: each token is one, and those of ASCII are characters.
    fn bytes() -> Tokenizer {
        let name = |byte: u8| match byte {
            0..128 => char::from(byte).to_string(),
            _ => format!("<0x{byte:02X}>"),
        };
        let vocab: serde_json::Map<String, serde_json::Value> =
            (0..=255).map(|byte| (name(byte), byte.into())).collect();
        let description = serde_json::json!({
            "version": "1.0",
            "model": {"type": "BPE", "vocab": vocab, "merges": [], "byte_fallback": true},
            "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
        });
        Tokenizer::new(Path::new("bytes"), description.to_string().as_bytes()).unwrap()
    }

    /// What the transcript shows after each byte, and at the end.
    fn follow(text: &[u8], stops: &[&str]) -> (Vec<String>, String) {
        let tokenizer = bytes();
        let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let mut transcript = Transcript::new(&tokenizer, &[65], &stops);
        let mut shown = Vec::new();
        for byte in text {
            let stopped = transcript.push(u32::from(*byte)).unwrap();
            shown.push(transcript.text().to_owned());
            if stopped {
                break;
            }
        }
        (shown, transcript.finish().unwrap())
    }

    #[test]
    fn a_character_waits_for_its_last_byte() {
        let (shown, whole) = follow("aé€".as_bytes(), &[]);
        assert_eq!(shown, ["a", "a", "aé", "aé", "aé", "aé€"]);
        assert_eq!(whole, "aé€");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_hold_up_the_rest() {
        let text = [&[0xff; 20][..], "ok é".as_bytes()].concat();
        let (shown, whole) = follow(&text, &[]);
        assert!(shown[10].contains(char::REPLACEMENT_CHARACTER));
        assert!(whole.ends_with("ok é"), "{whole:?}");
        let (_, cut) = follow(&"é".as_bytes()[..1], &[]);
        assert_eq!(cut, "\u{fffd}");
    }

    #[test]
    fn a_stop_string_over_several_tokens_ends_the_text_before_it() {
        let (shown, whole) = follow(b"x = 1\n\ndef f():", &["\ndef", "class"]);
        assert_eq!((shown.len(), whole.as_str()), (10, "x = 1\n"));
        let (_, nothing) = follow("€uro".as_bytes(), &["€"]);
        assert_eq!(nothing, "");
        let (_, missed) = follow(b"clas s", &["class"]);
        assert_eq!(missed, "clas s");
    }

    proptest! {
        #[test]
        fn the_text_is_what_all_tokens_say_together(text in any::<String>()) {
            let text = text.replace(char::REPLACEMENT_CHARACTER, "");
            prop_assert_eq!(&follow(text.as_bytes(), &[]).1, &text);
        }

        #[test]
        fn the_text_ends_before_the_first_stop(text in "[abé]{0,30}", stop in "[abé]{1,3}") {
            let expected = text.find(&stop).map_or(text.as_str(), |at| &text[..at]);
            prop_assert_eq!(&follow(text.as_bytes(), &[&stop]).1, expected);
        }
    }
}
