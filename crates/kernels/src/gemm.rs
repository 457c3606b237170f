//! Matrix product `C (+)= A B`, the operation that everything else waits for.
//!
//! `A (M, K)`, `B (K, N)`, `C (M, N)`. Each element of `C` is one chain of fused multiply-adds over `k = 0, 1, ..., K-1`,
//! whatever the sizes: blocking only decides when a chain is put aside in `C` and taken up again. So a row's result does
//! not depend on the other rows, a sequence decoded token by token gives the bits of the whole sequence at once, and
//! the scalar reference is equal, not close.
//!
//! The blocking is that of Goto and van de Geijn 2008 (*Anatomy of high-performance matrix multiplication*): a block of
//! `A` in the second-level cache, a panel of `B` in the first, a tile of `C` in registers.

mod matrix;
mod pack;
mod tile;
mod transpose;

use std::ops::Range;

pub use matrix::{Matrix, MatrixMut, Panels, Right};

use crate::simd::vectorized;
use crate::workspace::Workspace;
pub(crate) use tile::TILE_COLUMNS;
use tile::{TILE_ROWS, Tile};
pub(crate) use transpose::transpose;

/// The longest part of a chain that is computed at a time: a panel of `B` is 20 KiB then, and leaves room in a
/// first-level cache.
const DEPTH: usize = 20 * TILE_COLUMNS;
/// The most rows of `A` that are packed at a time: 330 KiB, two thirds of a second-level cache. A pack of training fits.
const BLOCK_ROWS: usize = 44 * TILE_ROWS;

/// Elements of a packed block of `A`.
pub(crate) const BLOCK_LENGTH: usize = BLOCK_ROWS * DEPTH;
/// Elements of a packed panel of `B`, and of what may be skipped before it.
pub(crate) const PANEL_LENGTH: usize = TILE_COLUMNS * (DEPTH + 1);

/// Whether a product replaces what it is written to or adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// `C = A B`.
    Zero,
    /// `C += A B`, the chains starting from what is there.
    Add,
}

/// `C = A B` or `C += A B`; see the module for shapes and order.
///
/// # Panics
/// If the shapes do not fit together.
pub fn gemm(a: Matrix, b: Right, mut c: MatrixMut, start: Start, workspace: &mut Workspace) {
    assert_eq!(a.columns(), b.rows(), "columns of A, rows of B");
    assert_eq!(a.rows(), c.rows(), "rows of A and C");
    assert_eq!(b.columns(), c.columns(), "columns of B and C");
    blocks(a, b, &mut c, start, workspace);
}

vectorized! {
    fn blocks(a: Matrix, b: Right, c: &mut MatrixMut, start: Start, workspace: &mut Workspace) {
        if a.columns() == 0 && start == Start::Zero {
            c.fill_zero();
        }
        for row_start in (0..a.rows()).step_by(BLOCK_ROWS) {
            let rows = BLOCK_ROWS.min(a.rows() - row_start);
            // A few rows are packed in their whole length: `B` is then read in the order in which it lies.
            let longest = BLOCK_LENGTH / rows.next_multiple_of(TILE_ROWS);
            for block in parts(0..a.columns(), longest) {
                let left = pack::block(&a, row_start, rows, block.clone(), &mut workspace.block);
                for column in (0..b.columns()).step_by(TILE_COLUMNS) {
                    for part in parts(block.clone(), DEPTH) {
                        let panel = pack::panel(&b, part.clone(), column, &mut workspace.panel);
                        let load = part.start > 0 || start == Start::Add;
                        let within = part.start - block.start..part.end - block.start;
                        let (next, next_column) = following(&part, &block, column);
                        let share = next.len().div_ceil(rows.div_ceil(TILE_ROWS));
                        for (index, first) in (0..rows).step_by(TILE_ROWS).enumerate() {
                            let height = TILE_ROWS.min(rows - first);
                            let asked = |index| next.end.min(next.start + index * share);
                            b.prefetch(asked(index)..asked(index + 1), next_column);
                            let tile = Tile { row: row_start + first, height, column };
                            tile.multiply(left.tile(index, within.clone()), panel, c, load);
                        }
                    }
                }
            }
        }
    }
}

/// Which part of `B` is read after a part of a block, and at which column.
#[inline(always)]
fn following(part: &Range<usize>, block: &Range<usize>, column: usize) -> (Range<usize>, usize) {
    let (start, column) = if part.end < block.end {
        (part.end, column)
    } else {
        (block.start, column + TILE_COLUMNS)
    };
    (start..block.end.min(start + part.len()), column)
}

/// Cuts a range into parts of about one length, at most `longest`, which begin at whole panels.
#[inline(always)]
fn parts(range: Range<usize>, longest: usize) -> impl Iterator<Item = Range<usize>> {
    let longest = longest / TILE_COLUMNS * TILE_COLUMNS;
    let count = range.len().div_ceil(longest).max(1);
    let length = range
        .len()
        .div_ceil(count)
        .next_multiple_of(TILE_COLUMNS)
        .max(1);
    let end = range.end;
    range
        .step_by(length)
        .map(move |start| start..end.min(start + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_same_bits, noise};
    use crate::weight::{Precision, Weight};

    /// The definition: one chain of fused multiply-adds for each element.
    fn reference(a: Matrix, b: Matrix, c: &mut [f32]) {
        for (index, chain) in c.iter_mut().enumerate() {
            let (i, j) = (index / b.columns(), index % b.columns());
            for k in 0..a.columns() {
                *chain = a.at(i, k).mul_add(b.at(k, j), *chain);
            }
        }
    }

    /// Sizes on both sides of every block.
    const SIZES: [(usize, usize, usize); 10] = [
        (0, 3, 3),
        (1, 1, 1),
        (1, 40, 17),
        (5, 0, 3),
        (6, 16, 16),
        (7, 257, 15),
        (13, 300, 33),
        (193, 20, 31),
        (265, 20, 31),
        (270, 660, 18),
    ];

    #[test]
    fn equals_the_definition_bit_for_bit() {
        let workspace = &mut Workspace::new();
        for (m, k, n) in SIZES {
            let (a, b, c) = (noise(1, m * k), noise(2, k * n), noise(3, m * n));
            let (a, b) = (Matrix::new(&a, m, k), Matrix::new(&b, k, n));
            for start in [Start::Zero, Start::Add] {
                let mut want = if start == Start::Add {
                    c.clone()
                } else {
                    vec![0.0; m * n]
                };
                reference(a, b, &mut want);
                let mut got = c.clone();
                gemm(
                    a,
                    Right::Matrix(b),
                    MatrixMut::new(&mut got, m, n),
                    start,
                    workspace,
                );
                assert_same_bits(&format!("{m} {k} {n} {start:?}"), &got, &want);
            }
        }
    }

    #[test]
    fn transposed_and_packed_operands_give_the_same_bits() {
        let workspace = &mut Workspace::new();
        for (m, k, n) in SIZES {
            let (at, bt) = (noise(4, m * k), noise(5, k * n));
            let a = Matrix::new(&at, k, m).transposed();
            let b = Matrix::new(&bt, n, k).transposed();
            let mut want = vec![0.0; m * n];
            reference(a, b, &mut want);
            let forward = Weight::from_rows(Precision::F32, n, k, &bt);
            let rows: Vec<f32> = (0..k * n)
                .map(|at| b.at(at / n.max(1), at % n.max(1)))
                .collect();
            let backward = Weight::from_rows(Precision::F32, k, n, &rows);
            for b in [
                Right::Matrix(b),
                Right::Weight(&forward),
                Right::WeightTransposed(&backward),
            ] {
                let mut got = vec![f32::NAN; m * n];
                gemm(a, b, MatrixMut::new(&mut got, m, n), Start::Zero, workspace);
                assert_same_bits(&format!("{m} {k} {n}"), &got, &want);
            }
        }
    }

    #[test]
    fn narrow_weights_count_as_their_rounded_values() {
        let (m, k, n) = (9, 50, 35);
        let (a, rows) = (noise(6, m * k), noise(7, k * n));
        let narrow = Weight::from_rows(Precision::Bf16, n, k, &rows);
        let mut rounded = vec![0.0; k * n];
        for (output, row) in rounded.chunks_exact_mut(k).enumerate() {
            narrow.row(output, row);
        }
        let wide = Weight::from_rows(Precision::F32, n, k, &rounded);
        let product = |b| {
            let mut c = vec![0.0; m * n];
            let a = Matrix::new(&a, m, k);
            gemm(
                a,
                b,
                MatrixMut::new(&mut c, m, n),
                Start::Zero,
                &mut Workspace::new(),
            );
            c
        };
        assert_same_bits(
            "forward",
            &product(Right::Weight(&narrow)),
            &product(Right::Weight(&wide)),
        );
        let a = noise(8, m * n);
        let product = |b| {
            let mut c = vec![0.0; m * k];
            let a = Matrix::new(&a, m, n);
            gemm(
                a,
                b,
                MatrixMut::new(&mut c, m, k),
                Start::Zero,
                &mut Workspace::new(),
            );
            c
        };
        let (got, want) = (
            Right::WeightTransposed(&narrow),
            Right::WeightTransposed(&wide),
        );
        assert_same_bits("backward", &product(got), &product(want));
    }

    #[test]
    fn a_row_does_not_depend_on_the_others() {
        let (m, k, n) = (20, 300, 40);
        let (a, b) = (noise(9, m * k), noise(10, k * n));
        let b = Right::Matrix(Matrix::new(&b, k, n));
        let workspace = &mut Workspace::new();
        let mut all = vec![0.0; m * n];
        gemm(
            Matrix::new(&a, m, k),
            b,
            MatrixMut::new(&mut all, m, n),
            Start::Zero,
            workspace,
        );
        for (a, want) in a.chunks_exact(k).zip(all.chunks_exact(n)) {
            let mut got = vec![0.0; n];
            gemm(
                Matrix::new(a, 1, k),
                b,
                MatrixMut::new(&mut got, 1, n),
                Start::Zero,
                workspace,
            );
            assert_same_bits("one row", &got, want);
        }
    }

    #[test]
    fn writes_nothing_outside_its_columns() {
        let (a, b) = (noise(11, 3 * 4), noise(12, 4 * 5));
        let mut wide = vec![7.0; 3 * 8];
        let c = MatrixMut::strided(&mut wide, 3, 5, 8);
        let b = Right::Matrix(Matrix::new(&b, 4, 5));
        gemm(
            Matrix::new(&a, 3, 4),
            b,
            c,
            Start::Zero,
            &mut Workspace::new(),
        );
        for row in wide.chunks_exact(8) {
            assert_same_bits("beyond", &row[5..], &[7.0; 3]);
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let (m, k, n) = (13, 70, 33);
        let (a, b) = (noise(13, m * k), noise(14, k * n));
        let product = |isa| {
            crate::Isa::limit(isa);
            let mut c = vec![0.0; m * n];
            let b = Right::Matrix(Matrix::new(&b, k, n));
            let c_view = MatrixMut::new(&mut c, m, n);
            gemm(
                Matrix::new(&a, m, k),
                b,
                c_view,
                Start::Zero,
                &mut Workspace::new(),
            );
            c
        };
        let baseline = product(crate::Isa::Baseline);
        assert_same_bits("widest", &product(crate::Isa::detected()), &baseline);
    }
}
