//! A tile of `C` in registers: the innermost loop.

use super::matrix::MatrixMut;

/// Rows of a tile. With [`TILE_COLUMNS`] it fills 12 of the 16 registers of AVX2 and keeps both multipliers busy.
pub(super) const TILE_ROWS: usize = 6;
/// Columns of a tile, and of a panel of `B`.
pub(crate) const TILE_COLUMNS: usize = 16;

/// One row of a tile.
type Row = [f32; TILE_COLUMNS];

/// Where a tile lies in `C`. Of its rows the first `height` are there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    pub(super) row: usize,
    pub(super) height: usize,
    pub(super) column: usize,
}

/// The rows of `A` that belong to a tile. Those beyond its height hold anything.
#[derive(Clone, Copy, Debug)]
pub(super) enum Left<'a> {
    /// Each row by itself.
    Rows([&'a [f32]; TILE_ROWS]),
    /// Column after column.
    Columns(&'a [[f32; TILE_ROWS]]),
}

impl Tile {
    /// Takes the chains of the tile further by the depth of `a` and `b`, the latter packed: `b[k * TILE_COLUMNS + j]`.
    /// `load` says whether the chains go on from what `c` holds.
    #[inline(always)]
    pub(super) fn multiply(self, a: Left, b: &[f32], c: &mut MatrixMut, load: bool) {
        let Self {
            row,
            height,
            column,
        } = self;
        let mut chains = [[0.0; TILE_COLUMNS]; TILE_ROWS];
        if load {
            for (i, chains) in chains.iter_mut().enumerate().take(height) {
                copy(c.row_part(row + i, column, TILE_COLUMNS), chains);
            }
        }
        c.prefetch(row + TILE_ROWS..row + 2 * TILE_ROWS, column);
        let (b, _) = b.as_chunks();
        match a {
            Left::Rows([r0, r1, r2, r3, r4, r5]) => {
                let rows = r0.iter().zip(r1).zip(r2).zip(r3).zip(r4).zip(r5);
                let columns =
                    rows.map(|(((((a0, a1), a2), a3), a4), a5)| [*a0, *a1, *a2, *a3, *a4, *a5]);
                advance(columns, b, height, &mut chains);
            }
            Left::Columns(columns) => advance(columns.iter().copied(), b, height, &mut chains),
        }
        for (i, chains) in chains.iter().enumerate().take(height) {
            copy(chains, c.row_part(row + i, column, TILE_COLUMNS));
        }
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
fn advance(
    a: impl Iterator<Item = [f32; TILE_ROWS]>,
    b: &[Row],
    height: usize,
    chains: &mut [Row; TILE_ROWS],
) {
    match height {
        1 => advance_1(a, b, chains),
        2 => advance_2(a, b, chains),
        3 => advance_3(a, b, chains),
        4 => advance_4(a, b, chains),
        5 => advance_5(a, b, chains),
        _ => advance_6(a, b, chains),
    }
}

/// The loop for the first rows of a tile. One local for each: an array that is indexed in the loop would be kept in memory.
macro_rules! advance {
    ($name:ident, $($row:ident $i:literal),+) => {
        #[inline(always)]
        fn $name(a: impl Iterator<Item = [f32; TILE_ROWS]>, b: &[Row], chains: &mut [Row; TILE_ROWS]) {
            let [$(mut $row,)+ ..] = *chains;
            for (a, b) in a.zip(b) {
                $(fma(&mut $row, a[$i], b);)+
            }
            $(chains[$i] = $row;)+
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
