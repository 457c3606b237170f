//! Puts parts of the operands into the order in which a tile reads them.

use super::matrix::{Matrix, Right};
use super::tile::{TILE_COLUMNS, TILE_ROWS};

/// Packs a block of `A`: tiles of [`TILE_ROWS`] rows, each `[k][row]`, the last filled up with zeros.
#[inline(always)]
pub(super) fn block(
    a: &Matrix,
    row: usize,
    rows: usize,
    first: usize,
    depth: usize,
    room: &mut [f32],
) {
    for (tile, start) in room
        .chunks_exact_mut(TILE_ROWS * depth)
        .zip((0..rows).step_by(TILE_ROWS))
    {
        let height = TILE_ROWS.min(rows - start);
        let (tile, _) = tile.as_chunks_mut::<TILE_ROWS>();
        for i in 0..TILE_ROWS {
            if i >= height {
                for column in tile.iter_mut() {
                    column[i] = 0.0;
                }
            } else if let Some(values) = a.row_part(row + start + i, first, depth) {
                tile.iter_mut()
                    .zip(values)
                    .for_each(|(column, value)| column[i] = *value);
            } else {
                for (k, column) in tile.iter_mut().enumerate() {
                    column[i] = a.at(row + start + i, first + k);
                }
            }
        }
    }
}

/// A panel of `B` as `[k][column]`: packed into `room`, or from where it lies in that order. Columns beyond the last
/// are 0.
#[inline(always)]
pub(super) fn panel<'a>(
    b: &'a Right<'a>,
    first: usize,
    depth: usize,
    column: usize,
    room: &'a mut [f32],
) -> &'a [f32] {
    match b {
        Right::Weight(weight) => weight.panel(column / TILE_COLUMNS, first, depth, room),
        Right::WeightTransposed(weight) => {
            weight.transposed_panel(first, depth, column, room);
            &room[..depth * TILE_COLUMNS]
        }
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
    let depth = rows.len();
    if b.row_part(first, column, width).is_some() {
        for (k, row) in rows.iter_mut().enumerate() {
            let values = b.row_part(first + k, column, width).unwrap_or_default();
            row[..width].copy_from_slice(values);
            row[width..].fill(0.0);
        }
        return;
    }
    for j in 0..TILE_COLUMNS {
        let values = (j < width)
            .then(|| b.column_part(first, column + j, depth))
            .flatten();
        match values {
            Some(values) => rows
                .iter_mut()
                .zip(values)
                .for_each(|(row, value)| row[j] = *value),
            None => rows.iter_mut().for_each(|row| row[j] = 0.0),
        }
    }
}
