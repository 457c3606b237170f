//! The constant parts of f-strings and t-strings, joined the way CPython's `ast` joins them.
//!
//! Neighbouring literals, implicit concatenation and the `x=` of `f"{x=}"` melt into one constant; empty ones vanish.

use std::borrow::Cow;

use ruff_python_ast::{
    ExprFString, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement,
};
use ruff_text_size::TextRange;

/// One constant of an interpolated string.
#[derive(Clone, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) value: Cow<'a, str>,
    /// Range of the whole interpolated string: CPython 3.11 places its constants there.
    pub(crate) whole: TextRange,
    /// Whether this is the first constant of its string.
    pub(crate) first: bool,
}

/// A part of an interpolated string.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    Text(Text<'a>),
    Value(&'a InterpolatedElement),
}

/// The parts of an f-string, in order.
pub(crate) fn pieces(string: &ExprFString) -> Vec<Piece<'_>> {
    let mut joiner = Joiner::new(string.range);
    for part in string.value.as_slice() {
        match part {
            FStringPart::Literal(literal) => joiner.text(&literal.value),
            FStringPart::FString(inner) => joiner.elements(inner.elements.iter()),
        }
    }
    joiner.pieces
}

/// The parts of a t-string, in order.
pub(super) fn template_pieces(string: &ExprTString) -> Vec<Piece<'_>> {
    let mut joiner = Joiner::new(string.range);
    for part in string.value.as_slice() {
        joiner.elements(part.elements.iter());
    }
    joiner.pieces
}

/// The parts of a format specification such as the `>{width}` of `f"{x:>{width}}"`.
pub(super) fn element_pieces<'a>(
    elements: impl Iterator<Item = &'a InterpolatedStringElement>,
    whole: TextRange,
) -> Vec<Piece<'a>> {
    let mut joiner = Joiner::new(whole);
    joiner.elements(elements);
    joiner.pieces
}

struct Joiner<'a> {
    whole: TextRange,
    pieces: Vec<Piece<'a>>,
    seen_text: bool,
}

impl<'a> Joiner<'a> {
    fn new(whole: TextRange) -> Self {
        Joiner {
            whole,
            pieces: Vec::new(),
            seen_text: false,
        }
    }

    fn elements(&mut self, elements: impl Iterator<Item = &'a InterpolatedStringElement>) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => self.text(&literal.value),
                InterpolatedStringElement::Interpolation(value) => {
                    if let Some(debug) = &value.debug_text {
                        self.text(debug.as_str());
                    }
                    self.pieces.push(Piece::Value(value));
                }
            }
        }
    }

    fn text(&mut self, value: &'a str) {
        if value.is_empty() {
            return;
        }
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.value.to_mut().push_str(value);
            return;
        }
        self.pieces.push(Piece::Text(Text {
            value: Cow::Borrowed(value),
            whole: self.whole,
            first: !self.seen_text,
        }));
        self.seen_text = true;
    }
}
