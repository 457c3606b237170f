//! Text to token ids and back.
//!
//! The work is that of the `tokenizers` crate, on the description of `tokenizer.json`; a GGUF vocabulary becomes the same
//! description first. Truncation and padding that a description asks for are not done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A model's tokenizer.
#[derive(Debug)]
pub struct Tokenizer {
    path: PathBuf,
    inner: tokenizers::Tokenizer,
    /// What goes before a text that is no chat; `None`: what the description says.
    first: Option<Vec<u32>>,
}

impl Tokenizer {
    /// The tokenizer of a description as in `tokenizer.json`; `path` is where it comes from.
    ///
    /// # Errors
    /// If it is no such description.
    pub fn new(path: &Path, description: &[u8]) -> Result<Self, Error> {
        // The crate trusts what it reads: ids out of range are panics in places.
        let read = || tokenizers::Tokenizer::from_bytes(description);
        let mut inner = catch_unwind(AssertUnwindSafe(read))
            .map_err(|_| Error::invalid(path, "is not a tokenizer that can be read"))?
            .map_err(|error| Error::invalid(path, format!("is not a tokenizer: {error}")))?;
        inner
            .with_truncation(None)
            .expect("no truncation has no wrong settings")
            .with_padding(None);
        Ok(Self {
            path: path.to_path_buf(),
            inner,
            first: None,
        })
    }

    /// Puts `tokens`, and nothing else, before every text that is no chat.
    pub(crate) fn begin_with(&mut self, tokens: Vec<u32>) {
        self.first = Some(tokens);
    }

    /// The file that it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An error if a token has no row in an embedding of `rows` rows.
    ///
    /// # Errors
    /// That one, which names both.
    pub fn check_embedding(&self, rows: usize) -> Result<(), Error> {
        let largest = self.inner.get_vocab(true).into_values().max();
        match largest {
            None => Err(Error::invalid(&self.path, "has no tokens")),
            Some(largest) if largest as usize >= rows => Err(Error::Vocabulary {
                path: self.path.clone(),
                largest,
                rows,
            }),
            Some(_) => Ok(()),
        }
    }

    /// The id of a token by its text, such as `<|im_end|>`.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// The ids of a text to be continued, with what the tokenizer puts before it, such as `<s>`.
    ///
    /// # Errors
    /// If the text has something that the tokenizer has no token for.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let Some(first) = &self.first else {
            return self.run(text, true);
        };
        let mut ids = first.clone();
        ids.extend(self.run(text, false)?);
        Ok(ids)
    }

    /// The ids of a text and nothing else: what a chat template has written names its special tokens itself.
    ///
    /// # Errors
    /// If the text has something that the tokenizer has no token for.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>, Error> {
        self.run(text, false)
    }

    fn run(&self, text: &str, add_special: bool) -> Result<Vec<u32>, Error> {
        let encoding = self
            .inner
            .encode_fast(text, add_special)
            .map_err(|error| self.error(&error))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of some ids, without special tokens; bytes that are no UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// If the tokenizer's own decoder fails.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        self.inner
            .decode(ids, true)
            .map_err(|error| self.error(&error))
    }

    fn error(&self, error: &tokenizers::Error) -> Error {
        Error::Tokens {
            path: self.path.clone(),
            problem: error.to_string(),
        }
    }
}
