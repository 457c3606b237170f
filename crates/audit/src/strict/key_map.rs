//! A map from variables that is a plain list while it is short, as what a branch changes mostly is.

use super::env::Key;
use super::hasher::NameMap;

/// Entries up to which a list is searched from its start.
const SHORT: usize = 12;

/// Variables with what is known of them, in the order of their entry.
#[derive(Debug)]
pub(super) struct KeyMap<'a, T> {
    entries: Vec<(Key<'a>, T)>,
    /// Where each entry stands; empty while the list is short.
    places: NameMap<Key<'a>, usize>,
}

impl<T> Default for KeyMap<'_, T> {
    fn default() -> Self {
        KeyMap {
            entries: Vec::new(),
            places: NameMap::default(),
        }
    }
}

impl<'a, T> KeyMap<'a, T> {
    /// The entry of a variable.
    pub(super) fn get_mut(&mut self, key: Key<'a>) -> Option<&mut T> {
        let place = if self.entries.len() <= SHORT {
            self.entries.iter().position(|(known, _)| *known == key)
        } else {
            self.places.get(&key).copied()
        };
        place.map(|place| &mut self.entries[place].1)
    }

    /// Adds a variable that has no entry.
    pub(super) fn add(&mut self, key: Key<'a>, value: T) {
        let place = self.entries.len();
        self.entries.push((key, value));
        if place == SHORT {
            let known = self.entries.iter().enumerate();
            self.places = known.map(|(place, (key, _))| (*key, place)).collect();
        } else if place > SHORT {
            self.places.insert(key, place);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Key<'a>, T)> {
        self.entries.iter()
    }
}

impl<'a, T> IntoIterator for KeyMap<'a, T> {
    type Item = (Key<'a>, T);
    type IntoIter = std::vec::IntoIter<(Key<'a>, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_while_the_list_is_short_and_after() {
        let names: Vec<String> = (0..3 * SHORT).map(|at| format!("x{at}")).collect();
        let mut map = KeyMap::default();
        for (at, name) in names.iter().enumerate() {
            assert!(map.get_mut(Key::name(name)).is_none());
            map.add(Key::name(name), at);
            for (at, name) in names[..=at].iter().enumerate() {
                assert_eq!(map.get_mut(Key::name(name)).copied(), Some(at));
            }
        }
        assert!(map.into_iter().map(|(_, at)| at).eq(0..names.len()));
    }
}
