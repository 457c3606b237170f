//! The forward pass, with softmax online (Milakov and Gimelshein 2018, algorithm 3).

use std::ops::Range;

use super::{Attention, BLOCK, Keys};
use crate::gemm::{Matrix, MatrixMut, Start, gemm};
use crate::math::{exp, max, sum};
use crate::simd::vectorized;
use crate::workspace::Workspace;

/// Writes `out`, of the shape of `q`, and `normalizers (new, heads)`: the logarithm of each softmax's denominator.
///
/// # Panics
/// If the shapes do not fit together.
pub fn forward(
    shape: Attention,
    q: &[f32],
    keys: Keys,
    out: &mut [f32],
    normalizers: &mut [f32],
    workspace: &mut Workspace,
) {
    let new = shape.new_tokens(q, keys.tokens());
    assert_eq!(out.len(), q.len(), "length of the output");
    assert_eq!(
        normalizers.len(),
        new * shape.heads,
        "length of the normalizers"
    );
    let before = keys.tokens() - new;
    for first in (0..new).step_by(BLOCK) {
        for kv_head in 0..shape.kv_heads {
            for queries in Queries::of(shape, kv_head, first..(first + BLOCK).min(new)) {
                let state = attend(shape, kv_head, &queries, before, (q, keys), out, workspace);
                for (row, (most, total)) in queries.starts().zip(state) {
                    normalizers[row / shape.size] = most + total.ln();
                    for out in &mut out[row..row + shape.size] {
                        *out /= total;
                    }
                }
            }
        }
    }
}

/// Queries that read the keys of one head: those of several tokens, or the heads of one token.
struct Queries {
    /// Element of `q` that the first begins with, and from there to the next.
    start: usize,
    stride: usize,
    count: usize,
    /// The tokens, counted from the first new one.
    tokens: Range<usize>,
}

impl Queries {
    /// All that the queries of some tokens have for a key head.
    fn of(shape: Attention, kv_head: usize, tokens: Range<usize>) -> impl Iterator<Item = Self> {
        let (size, group) = (shape.size, shape.group());
        let first = tokens.start * shape.query_width() + kv_head * group * size;
        let alone = tokens.len() == 1 && group <= BLOCK;
        let (stride, count) = if alone {
            (size, group)
        } else {
            (shape.query_width(), tokens.len())
        };
        (0..if alone { 1 } else { group }).map(move |head| Self {
            start: first + head * size,
            stride,
            count,
            tokens: tokens.clone(),
        })
    }

    fn starts(&self) -> impl Iterator<Item = usize> {
        let (start, stride) = (self.start, self.stride);
        (0..self.count).map(move |index| start + index * stride)
    }

    /// The token of a query.
    fn token(&self, index: usize) -> usize {
        self.tokens.start + index.min(self.tokens.len() - 1)
    }
}

/// The largest score so far, and the sum of the weights relative to it.
type Softmax = (f32, f32);

/// A block of queries: writes what has still to be divided by the sum of weights.
fn attend(
    shape: Attention,
    kv_head: usize,
    queries: &Queries,
    before: usize,
    (q, context): (&[f32], Keys),
    out: &mut [f32],
    workspace: &mut Workspace,
) -> [Softmax; BLOCK] {
    let positions = before + queries.tokens.start..before + queries.tokens.end;
    let rows = queries.count;
    let q = Matrix::strided(&q[queries.start..], rows, shape.size, queries.stride);
    let out = &mut out[queries.start..];
    let mut state = [(f32::NEG_INFINITY, 0.0); BLOCK];
    let mut start = Start::Zero;
    for first in shape.key_blocks(&positions) {
        let keys = first..(first + BLOCK).min(context.tokens());
        // Out of the workspace for as long as products need the rest of it.
        let mut scores = std::mem::take(&mut workspace.scores);
        let block = &mut scores[..rows * keys.len()];
        let to = MatrixMut::new(block, rows, keys.len());
        let k = context.keys(shape, kv_head, &keys);
        gemm(q, k, to, Start::Zero, workspace);

        for (index, weights) in block.chunks_exact_mut(keys.len()).enumerate() {
            let seen = within(&shape.seen(before + queries.token(index)), &keys);
            let state = &mut state[index];
            let correction = weigh(weights, seen.start, seen.end, shape.scale(), state);
            if start == Start::Add {
                for out in &mut out[index * queries.stride..][..shape.size] {
                    *out *= correction;
                }
            }
        }
        let weights = Matrix::new(block, rows, keys.len());
        let v = context.values(shape, kv_head, &keys);
        let to = MatrixMut::strided(out, rows, shape.size, queries.stride);
        gemm(weights, v, to, start, workspace);
        workspace.scores = scores;
        start = Start::Add;
    }
    state
}

/// The part of `seen` that lies in a block of keys, counted from its start.
pub(super) fn within(seen: &Range<usize>, keys: &Range<usize>) -> Range<usize> {
    let start = seen.start.clamp(keys.start, keys.end);
    let end = seen.end.clamp(start, keys.end);
    start - keys.start..end - keys.start
}

vectorized! {
    /// Turns the scores of one query into weights relative to the largest so far, 0 outside `start..end`, and returns
    /// what earlier results are to be multiplied with.
    fn weigh(scores: &mut [f32], start: usize, end: usize, scale: f32, state: &mut Softmax) -> f32 {
        let (most, total) = *state;
        scores[..start].fill(0.0);
        scores[end..].fill(0.0);
        if start == end {
            return 1.0;
        }
        let now = most.max(max(&scores[start..end]) * scale);
        for score in &mut scores[start..end] {
            *score = exp(score.mul_add(scale, -now));
        }
        let correction = exp(most - now);
        *state = (now, total.mul_add(correction, sum(scores)));
        correction
    }
}
