//! Room for intermediate results, which a model keeps from one use to the next.
//!
//! Memory that goes back to the system is cleared page by page when it comes again, and a training step has hundreds of
//! mebibytes of intermediate results: where a page fault is dear, that was a quarter of the step.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Room that is in use, and room that nobody uses at the moment. Together it is never more than was in use at a time.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By length.
    free: BTreeMap<usize, Vec<Vec<f32>>>,
    /// Numbers of all that is free, of all that is in use, and the most that was in use.
    idle: usize,
    used: usize,
    most: usize,
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
        let reused = self.state().take(len);
        let values = reused.unwrap_or_else(|| vec![0.0; len]);
        let pool = self;
        Buffer { pool, values, len }
    }

    /// As many zeros.
    pub(crate) fn zeros(&self, len: usize) -> Buffer<'_> {
        let mut reused = self.state().take(len);
        if let Some(values) = &mut reused {
            values[..len].fill(0.0);
        }
        let values = reused.unwrap_or_else(|| vec![0.0; len]);
        let pool = self;
        Buffer { pool, values, len }
    }

    /// Gives back to the system what nobody uses.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        state.free.clear();
        state.idle = 0;
        state.most = state.used;
    }

    /// A panic elsewhere leaves nothing half done in here.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The shortest that is long enough and hardly longer. Without one, what is idle makes way for what the caller allocates.
    fn take(&mut self, len: usize) -> Option<Vec<f32>> {
        let fitting = self.free.range(len..=len + len / 4).next();
        if let Some(fitting) = fitting.map(|(len, _)| *len) {
            self.used += fitting;
            return self.remove(fitting);
        }
        self.used += len;
        self.most = self.most.max(self.used);
        while self.used + self.idle > self.most {
            let shorter = self.free.range(..len).next_back();
            let (len, _) = shorter.or_else(|| self.free.first_key_value())?;
            self.remove(*len);
        }
        None
    }

    fn remove(&mut self, len: usize) -> Option<Vec<f32>> {
        let same = self.free.get_mut(&len)?;
        let values = same.pop();
        if same.is_empty() {
            self.free.remove(&len);
        }
        self.idle -= len;
        values
    }

    fn give(&mut self, values: Vec<f32>) {
        self.used -= values.len();
        self.idle += values.len();
        self.free.entry(values.len()).or_default().push(values);
    }
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
        self.pool.state().give(std::mem::take(&mut self.values));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(pool: &Pool) -> Vec<usize> {
        let state = pool.state();
        let lengths = state.free.iter();
        lengths
            .flat_map(|(len, same)| vec![*len; same.len()])
            .collect()
    }

    #[test]
    fn what_fits_is_used_again() {
        let pool = Pool::default();
        let place = pool.room(100).as_ptr();
        let mut again = pool.room(80);
        assert_eq!((again.as_ptr(), again.len()), (place, 80));
        again.fill(7.0);
        drop(again);
        assert_eq!(*pool.zeros(100), [0.0; 100]);
        pool.clear();
        assert!(lengths(&pool).is_empty());
    }

    #[test]
    fn there_is_never_more_than_was_in_use_at_a_time() {
        let pool = Pool::default();
        for len in 1..300 {
            let (one, other) = (pool.room(len), pool.zeros(1000 - len));
            assert_eq!((one.len(), other.len()), (len, 1000 - len));
            drop((one, other));
            let total: usize = lengths(&pool).iter().sum();
            assert!(total <= pool.state().most && total < 1300, "{total}");
        }
        assert_eq!(pool.room(0).len(), 0);
    }
}
