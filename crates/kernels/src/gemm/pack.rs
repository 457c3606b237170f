//! Puts parts of the operands into the order in which a tile reads them.

use std::ops::Range;

use super::matrix::{Matrix, Right};
use super::tile::{Left, TILE_COLUMNS, TILE_ROWS};
use super::transpose;

/// A block of `A` side by side: rows as they are, or, where columns lie side by side, tiles of columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    data: &'a [f32],
    depth: usize,
    in_rows: bool,
}

impl<'a> Block<'a> {
    /// The rows of a tile, by the columns `within` the block.
    #[inline(always)]
    pub(super) fn tile(&self, tile: usize, within: Range<usize>) -> Left<'a> {
        let tile = &self.data[tile * TILE_ROWS * self.depth..][..TILE_ROWS * self.depth];
        if self.in_rows {
            let row = |i: usize| &tile[i * self.depth..][within.clone()];
            return Left::Rows([row(0), row(1), row(2), row(3), row(4), row(5)]);
        }
        Left::Columns(&tile.as_chunks().0[within])
    }
}

/// Copies a block of `A` into `room`.
#[inline(always)]
pub(super) fn block<'a>(
    a: &Matrix,
    first_row: usize,
    rows: usize,
    columns: Range<usize>,
    room: &'a mut [f32],
) -> Block<'a> {
    let depth = columns.len();
    let in_rows = a.row_part(first_row, columns.start, depth).is_some();
    if in_rows {
        for (i, row) in room.chunks_exact_mut(depth.max(1)).take(rows).enumerate() {
            let values = a.row_part(first_row + i, columns.start, depth);
            row.copy_from_slice(values.unwrap_or_default());
        }
    } else {
        let tiles = room.chunks_exact_mut((TILE_ROWS * depth).max(1));
        for (tile, start) in tiles.zip((0..rows).step_by(TILE_ROWS)) {
            let height = TILE_ROWS.min(rows - start);
            let (tile, _) = tile.as_chunks_mut::<TILE_ROWS>();
            for (column, k) in tile.iter_mut().zip(columns.clone()) {
                match a.column_part(first_row + start, k, height) {
                    Some(values) => copy(values, column),
                    None => (0..height).for_each(|i| column[i] = a.at(first_row + start + i, k)),
                }
            }
        }
    }
    Block {
        data: room,
        depth,
        in_rows,
    }
}

/// A panel of `B` as `[k][column]`: packed into `room`, or from where it lies in that order. Columns beyond the last
/// are 0.
#[inline(always)]
pub(super) fn panel<'a>(
    b: &'a Right<'a>,
    rows: Range<usize>,
    column: usize,
    room: &'a mut [f32],
) -> &'a [f32] {
    let (first, depth) = (rows.start, rows.len());
    // Where lines of the cache begin, so that no load takes two.
    let skipped = room.as_ptr().align_offset(64);
    let room = &mut room[skipped..];
    match b {
        Right::Weight(weight) => weight.panel(column / TILE_COLUMNS, first, depth, room),
        Right::WeightTransposed(weight) => {
            weight.transposed_panel(first, depth, column, room);
            &room[..depth * TILE_COLUMNS]
        }
        Right::Panels(panels) => panels.panel(first, depth, column),
        Right::Matrix(matrix) => {
            let room = &mut room[..depth * TILE_COLUMNS];
            dense(matrix, first, column, room);
            room
        }
    }
}

#[inline(always)]
fn dense(b: &Matrix, first: usize, column: usize, room: &mut [f32]) {
    let width = TILE_COLUMNS.min(b.columns() - column);
    let (rows, _) = room.as_chunks_mut::<TILE_COLUMNS>();
    if b.row_part(first, column, width).is_some() {
        for (k, row) in rows.iter_mut().enumerate() {
            copy(
                b.row_part(first + k, column, width).unwrap_or_default(),
                row,
            );
            row[width..].fill(0.0);
        }
        return;
    }
    let mut block = [0.0; TILE_COLUMNS * TILE_COLUMNS];
    for (index, rows) in rows.chunks_mut(TILE_COLUMNS).enumerate() {
        let (k, count) = (first + index * TILE_COLUMNS, rows.len());
        for (j, row) in block
            .as_chunks_mut::<TILE_COLUMNS>()
            .0
            .iter_mut()
            .take(width)
            .enumerate()
        {
            match b.column_part(k, column + j, count) {
                Some(values) => copy(values, row),
                None => (0..count).for_each(|i| row[i] = b.at(k + i, column + j)),
            }
        }
        transpose(
            &block[..width * TILE_COLUMNS],
            rows.as_flattened_mut(),
            |value| value,
        );
    }
}

/// Copies as many as both have; whole rows and columns of a tile without a call.
#[inline(always)]
fn copy<const N: usize>(from: &[f32], to: &mut [f32; N]) {
    match from.first_chunk() {
        Some(from) => *to = *from,
        None => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}
