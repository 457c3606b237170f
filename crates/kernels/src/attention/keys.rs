//! Where the keys and values of a sequence lie.

use super::PAGE;

/// Rows `(tokens, kv_heads * size)`, in one piece or in pages.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// One after another.
    Whole(&'a [f32]),
    /// [`PAGE`] tokens in each. Sequences with the same beginning may share the pages of it.
    Pages(&'a [&'a [f32]]),
}

impl<'a> Rows<'a> {
    /// What holds the block that begins with row `first`, and the number of that row in it.
    #[inline]
    pub(super) fn block(self, first: usize, width: usize) -> (&'a [f32], usize) {
        match self {
            Rows::Whole(rows) => (&rows[first * width..], 0),
            Rows::Pages(pages) => (pages[first / PAGE], first % PAGE),
        }
    }
}

/// Keys and values of one sequence.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// The keys.
    pub keys: Rows<'a>,
    /// The values.
    pub values: Rows<'a>,
    /// How many tokens have them; rows beyond are not read.
    pub tokens: usize,
}

impl<'a> Keys<'a> {
    /// Those of all tokens in one piece, rows of `width`.
    ///
    /// # Panics
    /// If there are not as many values as keys.
    pub fn whole(keys: &'a [f32], values: &'a [f32], width: usize) -> Self {
        assert_eq!(keys.len(), values.len(), "lengths of keys and values");
        assert_eq!(keys.len() % width, 0, "length of the keys");
        Self {
            keys: Rows::Whole(keys),
            values: Rows::Whole(values),
            tokens: keys.len() / width,
        }
    }
}
