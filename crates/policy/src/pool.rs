//! Room for intermediate results, which a model keeps from one use to the next.
//!
//! Memory that goes back to the system is cleared page by page when it comes again, and a training step has hundreds of
//! mebibytes of intermediate results: where a page fault is dear, that was a quarter of the step.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What nobody uses at the moment, by length.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    free: Mutex<BTreeMap<usize, Vec<Vec<f32>>>>,
}

/// Room from a pool, to which it returns.
#[derive(Debug)]
pub(crate) struct Buffer<'p> {
    pool: &'p Pool,
    values: Vec<f32>,
    len: usize,
}

impl Pool {
    /// Room for `len` numbers, which are anything at first.
    pub(crate) fn room(&self, len: usize) -> Buffer<'_> {
        let values = self.reuse(len).unwrap_or_else(|| vec![0.0; len]);
        let pool = self;
        Buffer { pool, values, len }
    }

    /// As many zeros.
    pub(crate) fn zeros(&self, len: usize) -> Buffer<'_> {
        let pool = self;
        let Some(values) = self.reuse(len) else {
            let values = vec![0.0; len];
            return Buffer { pool, values, len };
        };
        let mut buffer = Buffer { pool, values, len };
        buffer.fill(0.0);
        buffer
    }

    /// Gives back to the system what nobody uses.
    pub(crate) fn clear(&self) {
        self.free().clear();
    }

    /// The shortest that is long enough and less than twice as long as asked. Where there is none, one that is too short
    /// makes way for the one that is allocated: lengths that change from batch to batch do not pile up.
    fn reuse(&self, len: usize) -> Option<Vec<f32>> {
        if len == 0 {
            return None;
        }
        let mut free = self.free();
        let fitting = free.range(len..2 * len).next().map(|(len, _)| *len);
        if let Some(fitting) = fitting {
            return take(&mut free, fitting);
        }
        let short = free.range(..len).next_back().map(|(len, _)| *len);
        drop(short.and_then(|short| take(&mut free, short)));
        None
    }

    /// A panic elsewhere leaves nothing half done in here.
    fn free(&self) -> MutexGuard<'_, BTreeMap<usize, Vec<Vec<f32>>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(free: &mut BTreeMap<usize, Vec<Vec<f32>>>, len: usize) -> Option<Vec<f32>> {
    let same = free.get_mut(&len)?;
    let values = same.pop();
    if same.is_empty() {
        free.remove(&len);
    }
    values
}

/// A model's room is its own.
impl Clone for Pool {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Deref for Buffer<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values[..self.len]
    }
}

impl DerefMut for Buffer<'_> {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values[..self.len]
    }
}

impl Drop for Buffer<'_> {
    fn drop(&mut self) {
        let values = std::mem::take(&mut self.values);
        if !values.is_empty() {
            self.pool
                .free()
                .entry(values.len())
                .or_default()
                .push(values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(pool: &Pool) -> Vec<usize> {
        let free = pool.free();
        let lengths = free.iter().flat_map(|(len, same)| vec![*len; same.len()]);
        lengths.collect()
    }

    #[test]
    fn what_fits_is_used_again() {
        let pool = Pool::default();
        let place = pool.room(100).as_ptr();
        let mut again = pool.room(60);
        assert_eq!((again.as_ptr(), again.len()), (place, 60));
        again.fill(7.0);
        drop(again);
        assert_eq!(*pool.zeros(100), [0.0; 100]);
        assert_ne!(pool.room(50).as_ptr(), place, "twice as long as needed");
        assert_eq!(lengths(&pool), [50, 100]);
        pool.clear();
        assert!(lengths(&pool).is_empty());
    }

    #[test]
    fn changing_lengths_do_not_pile_up() {
        let pool = Pool::default();
        for len in 1..300 {
            let (one, other) = (pool.room(len), pool.zeros(1000 - len));
            assert_eq!((one.len(), other.len()), (len, 1000 - len));
        }
        assert_eq!(lengths(&pool).len(), 2);
        assert_eq!(pool.room(0).len(), 0);
    }
}
