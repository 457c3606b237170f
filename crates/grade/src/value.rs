//! The plain data that a call returns, read from the JSON that the child process writes.
//!
//! Two dialects of one parser. [`Value::parse`] reads what `json.dumps` writes: JSON with `NaN`, `Infinity`,
//! `-Infinity`, integers of any length and lone surrogates. [`Value::parse_tagged`] reads the same plus tags for
//! what JSON lacks: an object whose only key is `__scrl__` holds `[tag, payload]`.
//!
//! | Python | written as |
//! |---|---|
//! | `set`, `frozenset` | `{"__scrl__": ["set", [...]]}` |
//! | `bytes`, `bytearray` | `{"__scrl__": ["bytes", "<one character per byte>"]}` |
//! | `complex` | `{"__scrl__": ["complex", [re, im]]}` |
//! | a dict that has the key `__scrl__` | `{"__scrl__": ["dict", [[key, value], ...]]}` |
//! | anything else | `{"__scrl__": ["repr", "..."]}` |
//!
//! A tuple is written as a list. A dict key that is no string is written as `json.dumps` does: `1` becomes `"1"`.
//! The text comes from a process that ran hostile code: it is bounded in depth, read in linear time without
//! recursion, and nothing in it makes the parser panic.

mod order;
mod parse;
mod tag;

use std::fmt;

pub(crate) use order::order;

/// Nesting deeper than this is an error. Python's own `json` stops at about 1,000 as well.
pub const MAX_DEPTH: usize = 1_000;

/// One Python value, as plain data.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`.
    Null,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer beyond 64 bits.
    BigInt(BigInt),
    /// A float; may be infinite or NaN.
    Float(f64),
    /// A string.
    Str(Text),
    /// `bytes` or `bytearray`.
    Bytes(Vec<u8>),
    /// Real and imaginary part.
    Complex(f64, f64),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A dict, sorted by key; of equal keys the last was kept.
    Map(Vec<(Text, Value)>),
    /// A set or frozenset, in an order of our own.
    Set(Vec<Value>),
    /// The `repr` of anything else; equal to nothing.
    Opaque(Text),
}

/// An integer beyond 64 bits as canonical decimal text: an optional `-`, no leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigInt(Box<str>);

impl BigInt {
    /// The decimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest float; infinite when out of range.
    pub fn to_f64(&self) -> f64 {
        self.0
            .parse()
            .expect("an optional sign and digits are a float")
    }
}

/// A Python string: UTF-8 in which lone surrogates may occur, each as the three bytes that UTF-8 forbids (WTF-8).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Vec<u8>);

impl Text {
    /// The text, unless it holds a lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The WTF-8 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

/// Why a text is no value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not UTF-8.
    #[error("byte {at}: the value is not UTF-8")]
    NotUtf8 {
        /// Offset in bytes.
        at: usize,
    },
    /// Not JSON.
    #[error("byte {at}: expected {expected}")]
    Syntax {
        /// Offset in bytes.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// Lists and dicts nested too deeply.
    #[error("byte {at}: nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Offset in bytes.
        at: usize,
    },
    /// A `__scrl__` object that the encoder does not write.
    #[error("byte {at}: a `__scrl__` object must hold a known tag and its payload")]
    BadTag {
        /// Offset of the object's end in bytes.
        at: usize,
    },
}

impl Value {
    /// Reads JSON as Python writes it, for expected outputs: `__scrl__` has no meaning.
    pub fn parse(json: &[u8]) -> Result<Self, ValueError> {
        parse::parse(json, parse::Tags::Plain)
    }

    /// Reads what the child process writes: JSON with tags.
    pub fn parse_tagged(json: &[u8]) -> Result<Self, ValueError> {
        parse::parse(json, parse::Tags::Decoded)
    }
}
