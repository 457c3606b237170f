//! A quick hash for names, seeded anew in every process so that nobody can prepare names that collide.
//!
//! Folded multiplication as in wyhash: the product of two 64-bit words, its halves combined.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

/// A map from names.
pub(super) type NameMap<K, V> = HashMap<K, V, NameHash>;

/// A set of names.
pub(super) type NameSet<K> = HashSet<K, NameHash>;

/// Makes hashers that share the seed of the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameHash {
    seed: u64,
}

impl Default for NameHash {
    fn default() -> NameHash {
        static SEED: OnceLock<u64> = OnceLock::new();
        NameHash {
            seed: *SEED.get_or_init(|| RandomState::new().hash_one(0u8) | 1),
        }
    }
}

impl BuildHasher for NameHash {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded {
            state: self.seed,
            seed: self.seed,
        }
    }
}

/// The hash of what was written so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folded {
    state: u64,
    seed: u64,
}

impl Folded {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.seed ^ 0x9e37_79b9_7f4a_7c15);
        self.state = (product as u64) ^ ((product >> 64) as u64) ^ word.rotate_left(23);
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, byte: u8) {
        // The end mark of a text: the length is in its last word already.
        self.state = self.state.rotate_left(5) ^ u64::from(byte);
    }

    fn finish(&self) -> u64 {
        self.state.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_hash_differently() {
        let hash = NameHash::default();
        let mut seen = NameSet::default();
        for at in 0..10_000 {
            assert!(seen.insert(hash.hash_one(format!("name{at}"))));
            assert!(seen.insert(hash.hash_one((format!("n{at}").as_str(), "part"))));
        }
    }
}
