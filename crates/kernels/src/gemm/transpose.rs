//! The transpose of a block, in a form that the compiler vectorizes.

use super::tile::TILE_COLUMNS;

/// Elements of a block: 16 rows of 16.
const BLOCK: usize = TILE_COLUMNS * TILE_COLUMNS;

/// Writes the transpose of a block of at most 16 rows, as many of its rows as `to` has room for. Rows that are not there
/// become columns of 0.
///
/// The place of an element has four bits for its row and four for its column. A riffle of both halves turns these eight bits
/// by one; four riffles exchange row and column.
#[inline(always)]
pub(crate) fn transpose<T: Copy + Default>(block: &[T], to: &mut [f32], widen: impl Fn(T) -> f32) {
    let mut a = [T::default(); BLOCK];
    let mut b = a;
    a[..block.len()].copy_from_slice(block);
    riffle(&a, &mut b);
    riffle(&b, &mut a);
    riffle(&a, &mut b);
    riffle(&b, &mut a);
    for (to, value) in to.iter_mut().zip(&a) {
        *to = widen(*value);
    }
}

#[inline(always)]
fn riffle<T: Copy>(from: &[T; BLOCK], to: &mut [T; BLOCK]) {
    let (low, high) = from.split_at(BLOCK / 2);
    let (pairs, _) = to.as_chunks_mut::<2>();
    for (pair, (low, high)) in pairs.iter_mut().zip(low.iter().zip(high)) {
        *pair = [*low, *high];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        for rows in [0, 1, 7, 16] {
            let block: Vec<u16> = (1..).take(rows * TILE_COLUMNS).collect();
            let mut to = vec![f32::NAN; BLOCK];
            transpose(&block, &mut to, f32::from);
            for (place, value) in to.iter().enumerate() {
                let (column, row) = (place / TILE_COLUMNS, place % TILE_COLUMNS);
                let want = block.get(row * TILE_COLUMNS + column).copied();
                assert_eq!(*value, f32::from(want.unwrap_or(0)));
            }
        }
    }
}
