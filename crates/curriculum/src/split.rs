//! Splits, fixed by the seed: which instances train, validate and test, and which families nobody has seen.
//!
//! Whole families are held out. Of the other families an instance's split follows from the task itself (the family and the
//! filled canonical solution), not from its number: the same task in other words or with other tests is always in
//! the same split, so no canonical solution of one split occurs in another.

use std::collections::HashSet;
use std::str::FromStr;

use crate::family::Family;
use crate::rng::Rng;

/// One family in this many is held out, of the ordinary and of the security-sensitive ones.
const HELD_OUT: usize = 6;

/// Where an instance belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Split {
    /// For training: eight in ten.
    Train,
    /// For choosing settings: one in ten.
    Validation,
    /// New instances of families that training sees: one in ten.
    HeldOutInstances,
    /// Families that training never sees.
    HeldOutFamilies,
}

impl Split {
    /// Every split.
    pub const ALL: [Split; 4] = [
        Split::Train,
        Split::Validation,
        Split::HeldOutInstances,
        Split::HeldOutFamilies,
    ];

    /// The name used in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::HeldOutInstances => "held-out-instances",
            Split::HeldOutFamilies => "held-out-families",
        }
    }

    /// The split of a task of a family that is not held out.
    pub(crate) fn of_task(essence: &str, seed: u64) -> Self {
        match Rng::of(seed, essence, 0).below(10) {
            0..8 => Split::Train,
            8 => Split::Validation,
            _ => Split::HeldOutInstances,
        }
    }
}

/// The text names no split.
#[derive(Debug, thiserror::Error)]
#[error("unknown split `{0}`: use train, validation, held-out-instances or held-out-families")]
pub struct UnknownSplit(String);

impl FromStr for Split {
    type Err = UnknownSplit;

    fn from_str(text: &str) -> Result<Self, UnknownSplit> {
        let found = Split::ALL.into_iter().find(|split| split.as_str() == text);
        found.ok_or_else(|| UnknownSplit(text.to_owned()))
    }
}

/// The names of the families that are held out under a seed: of each sort those that a draw puts first.
pub(crate) fn held_out(families: &[Family], seed: u64) -> HashSet<&'static str> {
    let mut names = HashSet::new();
    for security in [false, true] {
        let mut drawn: Vec<(u64, &str)> = families
            .iter()
            .filter(|family| family.is_security() == security)
            .map(|family| (Rng::of(seed, family.name, u64::MAX).bits(), family.name))
            .collect();
        drawn.sort_unstable();
        let count = drawn.len() / HELD_OUT;
        names.extend(drawn.into_iter().take(count).map(|(_, name)| name));
    }
    names
}
