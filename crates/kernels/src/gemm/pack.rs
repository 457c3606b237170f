//! Puts parts of the operands into the order in which a tile reads them.

use super::matrix::{Matrix, Right};
use super::tile::{TILE_COLUMNS, TILE_ROWS};
use super::transpose;

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
        if depth > 1 && a.column_part(row + start, first, height).is_some() {
            for (k, column) in tile.iter_mut().enumerate() {
                let values = a.column_part(row + start, first + k, height);
                column[height..].fill(0.0);
                copy(values.unwrap_or_default(), column);
            }
            continue;
        }
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
            let values = b.row_part(first + k, column, width).unwrap_or_default();
            row[..width].copy_from_slice(values);
            row[width..].fill(0.0);
        }
        return;
    }
    let mut block = [0.0; TILE_COLUMNS * TILE_COLUMNS];
    for (index, rows) in rows.chunks_mut(TILE_COLUMNS).enumerate() {
        let (k, count) = (first + index * TILE_COLUMNS, rows.len());
        for (j, row) in block.chunks_exact_mut(TILE_COLUMNS).take(width).enumerate() {
            match b.column_part(k, column + j, count) {
                Some(values) => row[..count].copy_from_slice(values),
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

/// Copies as many as both have; a whole tile's without a call.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32; TILE_ROWS]) {
    match from.first_chunk() {
        Some(from) => *to = *from,
        None => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}
