//! A tile of `C` in registers: the innermost loop.

use super::matrix::MatrixMut;

/// Rows of a tile. With [`TILE_COLUMNS`] it fills 12 of the 16 registers of AVX2 and keeps both multipliers busy.
pub(super) const TILE_ROWS: usize = 6;
/// Columns of a tile, and of a panel of `B`.
pub(crate) const TILE_COLUMNS: usize = 16;

/// One row of a tile.
type Row = [f32; TILE_COLUMNS];

/// Takes the chains of one tile further by the depth of `a` and `b`, both packed: `a[k * TILE_ROWS + i]` and
/// `b[k * TILE_COLUMNS + j]`. `load` says whether the chains go on from what `c` holds. Rows of `a` beyond `height` are
/// there and not written.
#[inline(always)]
pub(super) fn multiply(
    a: &[f32],
    b: &[f32],
    c: &mut MatrixMut,
    row: usize,
    height: usize,
    column: usize,
    load: bool,
) {
    let mut tile = [[0.0; TILE_COLUMNS]; TILE_ROWS];
    if load {
        for (i, chains) in tile.iter_mut().enumerate().take(height) {
            copy(c.row_part(row + i, column, TILE_COLUMNS), chains);
        }
    }
    advance(a, b, &mut tile);
    for (i, chains) in tile.iter().enumerate().take(height) {
        copy(chains, c.row_part(row + i, column, TILE_COLUMNS));
    }
}

/// Copies as many as both have. Whole rows go through registers instead of a call.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32]) {
    if let (Some(from), Some(to)) = (from.first_chunk::<TILE_COLUMNS>(), to.first_chunk_mut()) {
        *to = *from;
        return;
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[inline(always)]
fn advance(a: &[f32], b: &[f32], tile: &mut [Row; TILE_ROWS]) {
    let (a, _) = a.as_chunks::<TILE_ROWS>();
    let (b, _) = b.as_chunks::<TILE_COLUMNS>();
    // One local for each row: an array that is indexed in the loop would be kept in memory.
    let [mut r0, mut r1, mut r2, mut r3, mut r4, mut r5] = *tile;
    for (a, b) in a.iter().zip(b) {
        fma(&mut r0, a[0], b);
        fma(&mut r1, a[1], b);
        fma(&mut r2, a[2], b);
        fma(&mut r3, a[3], b);
        fma(&mut r4, a[4], b);
        fma(&mut r5, a[5], b);
    }
    *tile = [r0, r1, r2, r3, r4, r5];
}

#[inline(always)]
fn fma(chains: &mut Row, a: f32, b: &Row) {
    for (chain, b) in chains.iter_mut().zip(b) {
        *chain = a.mul_add(*b, *chain);
    }
}
