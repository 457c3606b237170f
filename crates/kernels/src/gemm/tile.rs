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
    advance(a, b, height, &mut tile);
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
fn advance(a: &[f32], b: &[f32], height: usize, tile: &mut [Row; TILE_ROWS]) {
    let (a, _) = a.as_chunks::<TILE_ROWS>();
    let (b, _) = b.as_chunks::<TILE_COLUMNS>();
    match height {
        1 => advance_1(a, b, tile),
        2 => advance_2(a, b, tile),
        3 => advance_3(a, b, tile),
        4 => advance_4(a, b, tile),
        5 => advance_5(a, b, tile),
        _ => advance_6(a, b, tile),
    }
}

/// The loop for the first rows of a tile. One local for each: an array that is indexed in the loop would be kept in memory.
macro_rules! advance {
    ($name:ident, $($row:ident $i:literal),+) => {
        #[inline(always)]
        fn $name(a: &[[f32; TILE_ROWS]], b: &[Row], tile: &mut [Row; TILE_ROWS]) {
            let [$(mut $row,)+ ..] = *tile;
            for (a, b) in a.iter().zip(b) {
                $(fma(&mut $row, a[$i], b);)+
            }
            $(tile[$i] = $row;)+
        }
    };
}

advance!(advance_1, r0 0);
advance!(advance_2, r0 0, r1 1);
advance!(advance_3, r0 0, r1 1, r2 2);
advance!(advance_4, r0 0, r1 1, r2 2, r3 3);
advance!(advance_5, r0 0, r1 1, r2 2, r3 3, r4 4);
advance!(advance_6, r0 0, r1 1, r2 2, r3 3, r4 4, r5 5);

#[inline(always)]
fn fma(chains: &mut Row, a: f32, b: &Row) {
    for (chain, b) in chains.iter_mut().zip(b) {
        *chain = a.mul_add(*b, *chain);
    }
}
