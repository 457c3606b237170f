//! Where the keys and values of a sequence lie.

use std::ops::Range;

use super::{Attention, PAGE, head_block};
use crate::gemm::{Panels, Right};

/// Columns of a panel, as products read them.
const PANEL: usize = crate::gemm::TILE_COLUMNS;

/// Keys and values of one sequence, at least those of `tokens` tokens.
#[derive(Clone, Copy, Debug)]
pub enum Keys<'a> {
    /// Both `(tokens, kv_heads * size)`.
    Whole {
        /// The keys.
        keys: &'a [f32],
        /// The values.
        values: &'a [f32],
        /// How many tokens have them.
        tokens: usize,
    },
    /// Pages of [`PAGE`] tokens, in the order in which products read them: nothing is packed for a token that comes
    /// alone. Sequences with the same beginning may share the pages of it.
    Pages {
        /// The keys, written by [`Attention::write_key`].
        keys: &'a [&'a [f32]],
        /// The values, written by [`Attention::write_value`].
        values: &'a [&'a [f32]],
        /// How many tokens have them; what lies beyond is not read.
        tokens: usize,
    },
}

impl<'a> Keys<'a> {
    /// Those of all tokens in one piece, rows of `width`.
    ///
    /// # Panics
    /// If there are not as many values as keys.
    pub fn whole(keys: &'a [f32], values: &'a [f32], width: usize) -> Self {
        assert_eq!(keys.len(), values.len(), "lengths of keys and values");
        assert_eq!(keys.len() % width, 0, "length of the keys");
        let tokens = keys.len() / width;
        Keys::Whole {
            keys,
            values,
            tokens,
        }
    }

    /// How many tokens have them.
    pub fn tokens(&self) -> usize {
        match self {
            Keys::Whole { tokens, .. } | Keys::Pages { tokens, .. } => *tokens,
        }
    }

    /// The keys of a block of tokens that one head has, transposed: `(size, tokens)`.
    pub(super) fn keys(self, shape: Attention, head: usize, block: &Range<usize>) -> Right<'a> {
        match self {
            Keys::Whole { keys, .. } => {
                let matrix = head_block(keys, shape.key_width(), head, shape.size, block);
                Right::Matrix(matrix.transposed())
            }
            Keys::Pages { keys, .. } => {
                let page = &keys[block.start / PAGE][head * shape.size * PAGE..];
                Right::Panels(Panels::new(page, shape.size, block.len(), shape.size))
            }
        }
    }

    /// The values of a block of tokens that one head has: `(tokens, size)`.
    pub(super) fn values(self, shape: Attention, head: usize, block: &Range<usize>) -> Right<'a> {
        match self {
            Keys::Whole { values, .. } => {
                let width = shape.key_width();
                Right::Matrix(head_block(values, width, head, shape.size, block))
            }
            Keys::Pages { values, .. } => {
                let page = &values[block.start / PAGE][head * shape.padded_size() * PAGE..];
                Right::Panels(Panels::new(page, block.len(), shape.size, PAGE))
            }
        }
    }
}

impl Attention {
    /// Elements of a page of keys.
    pub fn key_page(&self) -> usize {
        self.kv_heads * self.size * PAGE
    }

    /// Elements of a page of values.
    pub fn value_page(&self) -> usize {
        self.kv_heads * self.padded_size() * PAGE
    }

    fn padded_size(&self) -> usize {
        self.size.next_multiple_of(PANEL)
    }

    /// Writes the keys `row (kv_heads * size,)` of the token at `place` of a page.
    pub fn write_key(&self, page: &mut [f32], place: usize, row: &[f32]) {
        let panel = place / PANEL * self.size * PANEL + place % PANEL;
        for (head, row) in row.chunks_exact(self.size).enumerate() {
            let panel = &mut page[head * self.size * PAGE + panel..];
            let places = panel.iter_mut().step_by(PANEL);
            places.zip(row).for_each(|(place, value)| *place = *value);
        }
    }

    /// Writes the values `row (kv_heads * size,)` of the token at `place` of a page.
    pub fn write_value(&self, page: &mut [f32], place: usize, row: &[f32]) {
        for (head, row) in row.chunks_exact(self.size).enumerate() {
            let first = head * self.padded_size() * PAGE + place * PANEL;
            for (panel, part) in row.chunks(PANEL).enumerate() {
                page[first + panel * PAGE * PANEL..][..part.len()].copy_from_slice(part);
            }
        }
    }
}
