//! The variables of one scope while its statements are followed, with the way back out of a branch.
//!
//! Every change is kept on a trail: leaving a branch undoes its changes and hands them over, so that following the
//! branches of a function costs time in its assignments, not in its variables times its branches.

use super::hasher::NameMap;
use super::key_map::KeyMap;
use super::value::Value;

/// A variable, or a part of one: `x`, `x.y`, or `x["y"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) part: &'a str,
}

impl<'a> Key<'a> {
    pub(super) fn name(name: &'a str) -> Key<'a> {
        Key { name, part: "" }
    }
}

/// What a branch left behind: the variables that it changed.
pub(super) type Changes<'a> = KeyMap<'a, Value>;

/// The variables of one scope.
#[derive(Debug, Default)]
pub(super) struct Env<'a> {
    values: NameMap<Key<'a>, Value>,
    trail: Vec<(Key<'a>, Option<Value>)>,
}

impl<'a> Env<'a> {
    pub(super) fn get(&self, key: Key<'a>) -> Option<&Value> {
        self.values.get(&key)
    }

    pub(super) fn set(&mut self, key: Key<'a>, value: Value) {
        let old = self.values.insert(key, value);
        self.trail.push((key, old));
    }

    /// Where the trail stands, for [`Env::leave`].
    pub(super) fn enter(&self) -> usize {
        self.trail.len()
    }

    /// Undoes what changed since `mark` and hands it over.
    pub(super) fn leave(&mut self, mark: usize) -> Changes<'a> {
        let mut changes = Changes::default();
        while self.trail.len() > mark {
            let Some((key, old)) = self.trail.pop() else {
                break;
            };
            let current = match old {
                Some(old) => self.values.insert(key, old),
                None => self.values.remove(&key),
            };
            // The last value comes first on the way back.
            if let Some(current) = current
                && changes.get_mut(key).is_none()
            {
                changes.add(key, current);
            }
        }
        changes
    }

    /// The same, and what the variables may have been on the way, for who was interrupted there.
    pub(super) fn leave_with_the_way(&mut self, mark: usize) -> (Changes<'a>, Changes<'a>) {
        let mut on_the_way = Changes::default();
        for (key, old) in &self.trail[mark.min(self.trail.len())..] {
            if let Some(old) = old {
                join_into(&mut on_the_way, *key, old.clone());
            }
        }
        let done = self.leave(mark);
        for (key, value) in done.iter() {
            join_into(&mut on_the_way, *key, value.clone());
        }
        (done, on_the_way)
    }

    /// Goes on after branches of which one was taken; those that did not come to an end hand in their changes.
    pub(super) fn merge(&mut self, mut branches: Vec<Changes<'a>>) {
        if branches.len() == 1 {
            for (key, value) in branches.remove(0) {
                self.set(key, value);
            }
            return;
        }
        let count = branches.len();
        let mut joined: KeyMap<'a, (Value, usize)> = KeyMap::default();
        for (key, value) in branches.into_iter().flatten() {
            match joined.get_mut(key) {
                Some((known, seen)) => {
                    *known = std::mem::take(known).join(value);
                    *seen += 1;
                }
                None => joined.add(key, (value, 1)),
            }
        }
        for (key, (value, seen)) in joined {
            let value = match self.values.get(&key) {
                Some(base) if seen < count => base.clone().join(value),
                _ => value,
            };
            self.set(key, value);
        }
    }
}

fn join_into<'a>(changes: &mut Changes<'a>, key: Key<'a>, value: Value) {
    match changes.get_mut(key) {
        Some(known) => *known = std::mem::take(known).join(value),
        None => changes.add(key, value),
    }
}
