//! The backward pass (Dao et al. 2022, `FlashAttention`, algorithm 4): weights are computed again from scores and
//! normalizers, block by block.
//!
//! With `w` the weights, `dw = dout vᵀ` and `D_i = dout_i · out_i`: `dv += wᵀ dout`; `ds = w (dw - D)`;
//! `dq += ds k / sqrt(size)`; `dk += dsᵀ q / sqrt(size)`.

use std::ops::Range;

use super::forward::within;
use super::{Attention, BLOCK, Keys, head_block};
use crate::gemm::{Matrix, MatrixMut, Right, Start, gemm};
use crate::math::{dot, exp};
use crate::simd::vectorized;
use crate::workspace::Workspace;

/// Where [`backward`] adds, each of the shape of what it is the gradient of.
#[derive(Debug)]
pub struct AttentionGradients<'a> {
    /// Of the queries.
    pub q: &'a mut [f32],
    /// Of the keys.
    pub k: &'a mut [f32],
    /// Of the values.
    pub v: &'a mut [f32],
}

/// Adds to the gradients of queries, keys and values, from the inputs `(q, k, v)` and the results `(out, normalizers)`
/// of the forward pass.
///
/// # Panics
/// If the shapes do not fit together.
pub fn backward(
    shape: Attention,
    inputs: (&[f32], &[f32], &[f32]),
    (out, normalizers): (&[f32], &[f32]),
    dout: &[f32],
    mut gradients: AttentionGradients,
    workspace: &mut Workspace,
) {
    let (q, k, v) = inputs;
    let tokens = Keys::whole(k, v, shape.key_width()).tokens();
    let new = shape.new_tokens(q, tokens);
    assert!(
        out.len() == q.len() && dout.len() == q.len(),
        "lengths of output and gradient"
    );
    assert_eq!(
        normalizers.len(),
        new * shape.heads,
        "length of the normalizers"
    );
    let mut scores = std::mem::take(&mut workspace.scores);
    let mut slopes = std::mem::take(&mut workspace.gradients);
    for head in 0..shape.heads {
        for first in (0..new).step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(new);
            let positions = tokens - new + rows.start..tokens - new + rows.end;
            let mut totals = [(0.0, 0.0); BLOCK];
            for (row, total) in rows.clone().zip(&mut totals) {
                let start = row * shape.query_width() + head * shape.size;
                let along = dot(
                    &dout[start..start + shape.size],
                    &out[start..start + shape.size],
                );
                *total = (normalizers[row * shape.heads + head], along);
            }
            for first in shape.key_blocks(&positions) {
                let keys = first..(first + BLOCK).min(tokens);
                let count = rows.len() * keys.len();
                let block = Block {
                    shape,
                    head,
                    rows: rows.clone(),
                    keys,
                };
                let room = (&mut scores[..count], &mut slopes[..count]);
                block.weights(inputs, dout, positions.start, &totals, room, workspace);
                let room = (&scores[..count], &slopes[..count]);
                block.spread(inputs, dout, room, &mut gradients, workspace);
            }
        }
    }
    (workspace.scores, workspace.gradients) = (scores, slopes);
}

/// Some queries of one head, and some keys.
struct Block {
    shape: Attention,
    head: usize,
    rows: Range<usize>,
    keys: Range<usize>,
}

impl Block {
    /// The keys or values of the block that its head reads.
    fn key_rows<'a>(&self, x: &'a [f32]) -> Matrix<'a> {
        let shape = self.shape;
        let head = self.head / shape.group();
        head_block(x, shape.key_width(), head, shape.size, &self.keys)
    }

    /// Writes the weights `w` and the scaled gradients of the scores, `ds / sqrt(size)`, both `(rows, keys)`.
    fn weights(
        &self,
        (q, k, v): (&[f32], &[f32], &[f32]),
        dout: &[f32],
        position: usize,
        totals: &[(f32, f32)],
        (weights, slopes): (&mut [f32], &mut [f32]),
        workspace: &mut Workspace,
    ) {
        let Self {
            shape,
            head,
            rows,
            keys,
        } = self;
        let product = |left: &[f32], right: &[f32], to: &mut [f32], workspace: &mut Workspace| {
            let right = self.key_rows(right).transposed();
            let to = MatrixMut::new(to, rows.len(), keys.len());
            let left = shape.query_block(left, *head, rows);
            gemm(left, Right::Matrix(right), to, Start::Zero, workspace);
        };
        product(q, k, weights, workspace);
        product(dout, v, slopes, workspace);
        let pairs = weights
            .chunks_exact_mut(keys.len())
            .zip(slopes.chunks_exact_mut(keys.len()));
        for (index, (weights, slopes)) in pairs.enumerate() {
            let seen = within(&shape.seen(position + index), keys);
            let (normalizer, along) = totals[index];
            differentiate(
                weights,
                slopes,
                seen.start,
                seen.end,
                shape.scale(),
                normalizer,
                along,
            );
        }
    }

    /// Adds what this block contributes to the three gradients.
    fn spread(
        &self,
        (q, k, _): (&[f32], &[f32], &[f32]),
        dout: &[f32],
        (weights, slopes): (&[f32], &[f32]),
        gradients: &mut AttentionGradients,
        workspace: &mut Workspace,
    ) {
        let Self {
            shape,
            head,
            rows,
            keys,
        } = self;
        let weights = Matrix::new(weights, rows.len(), keys.len());
        let slopes = Matrix::new(slopes, rows.len(), keys.len());
        let key_start = keys.start * shape.key_width() + head / shape.group() * shape.size;
        let query_start = rows.start * shape.query_width() + head * shape.size;

        let to = MatrixMut::strided(
            &mut gradients.v[key_start..],
            keys.len(),
            shape.size,
            shape.key_width(),
        );
        let right = Right::Matrix(shape.query_block(dout, *head, rows));
        gemm(weights.transposed(), right, to, Start::Add, workspace);

        let to = MatrixMut::strided(
            &mut gradients.q[query_start..],
            rows.len(),
            shape.size,
            shape.query_width(),
        );
        gemm(
            slopes,
            Right::Matrix(self.key_rows(k)),
            to,
            Start::Add,
            workspace,
        );

        let to = MatrixMut::strided(
            &mut gradients.k[key_start..],
            keys.len(),
            shape.size,
            shape.key_width(),
        );
        let right = Right::Matrix(shape.query_block(q, *head, rows));
        gemm(slopes.transposed(), right, to, Start::Add, workspace);
    }
}

vectorized! {
    /// Turns the scores of one query into weights and their gradients into those of the scores, times `scale`.
    fn differentiate(
        weights: &mut [f32],
        slopes: &mut [f32],
        start: usize,
        end: usize,
        scale: f32,
        normalizer: f32,
        along: f32,
    ) {
        for masked in [&mut *weights, &mut *slopes] {
            masked[..start].fill(0.0);
            masked[end..].fill(0.0);
        }
        for (weight, slope) in weights[start..end].iter_mut().zip(&mut slopes[start..end]) {
            *weight = exp(weight.mul_add(scale, -normalizer));
            *slope = *weight * (*slope - along) * scale;
        }
    }
}
