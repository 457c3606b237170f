//! The forward pass, with softmax online (Milakov and Gimelshein 2018, algorithm 3).

use std::ops::Range;

use super::{Attention, BLOCK, Keys};
use crate::gemm::{Matrix, MatrixMut, Right, Start, gemm};
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
    let new = shape.new_tokens(q, keys.tokens);
    assert_eq!(out.len(), q.len(), "length of the output");
    assert_eq!(
        normalizers.len(),
        new * shape.heads,
        "length of the normalizers"
    );
    let before = keys.tokens - new;
    for first in (0..new).step_by(BLOCK) {
        let rows = first..(first + BLOCK).min(new);
        for head in 0..shape.heads {
            let state = attend(shape, head, &rows, before, (q, keys), out, workspace);
            for (row, (most, total)) in rows.clone().zip(state) {
                normalizers[row * shape.heads + head] = most + total.ln();
                let start = row * shape.query_width() + head * shape.size;
                for out in &mut out[start..start + shape.size] {
                    *out /= total;
                }
            }
        }
    }
}

/// The largest score so far, and the sum of the weights relative to it.
type Softmax = (f32, f32);

/// One head of a block of queries: writes what has still to be divided by the sum of weights.
fn attend(
    shape: Attention,
    head: usize,
    rows: &Range<usize>,
    before: usize,
    (q, context): (&[f32], Keys),
    out: &mut [f32],
    workspace: &mut Workspace,
) -> [Softmax; BLOCK] {
    let positions = before + rows.start..before + rows.end;
    let mut state = [(f32::NEG_INFINITY, 0.0); BLOCK];
    let mut start = Start::Zero;
    for first in shape.key_blocks(&positions) {
        let keys = first..(first + BLOCK).min(context.tokens);
        // Out of the workspace for as long as products need the rest of it.
        let mut scores = std::mem::take(&mut workspace.scores);
        let block = &mut scores[..rows.len() * keys.len()];
        let to = MatrixMut::new(block, rows.len(), keys.len());
        let k = shape.key_block(context.keys, head, &keys).transposed();
        gemm(
            shape.query_block(q, head, rows),
            Right::Matrix(k),
            to,
            Start::Zero,
            workspace,
        );

        let begin = rows.start * shape.query_width() + head * shape.size;
        let out = &mut out[begin..];
        for (index, weights) in block.chunks_exact_mut(keys.len()).enumerate() {
            let seen = shape.seen(positions.start + index);
            let seen = within(&seen, &keys);
            let correction = weigh(
                weights,
                seen.start,
                seen.end,
                shape.scale(),
                &mut state[index],
            );
            if start == Start::Add {
                for out in &mut out[index * shape.query_width()..][..shape.size] {
                    *out *= correction;
                }
            }
        }
        let weights = Matrix::new(block, rows.len(), keys.len());
        let v = Right::Matrix(shape.key_block(context.values, head, &keys));
        let to = MatrixMut::strided(out, rows.len(), shape.size, shape.query_width());
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
