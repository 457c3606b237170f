//! The sequence of instances under a seed.

use std::collections::HashSet;

use crate::family::Family;
use crate::instance::Instance;
use crate::split::{Split, held_out};
use crate::{ordinary, security};

/// Every family: the ordinary ones by theme, then the security-sensitive ones.
pub fn families() -> Vec<Family> {
    let mut all = ordinary::families();
    all.extend(security::families());
    all
}

/// Some families under a seed.
#[derive(Clone, Debug)]
pub struct Curriculum {
    seed: u64,
    families: Vec<Family>,
    held_out: HashSet<&'static str>,
}

/// A name is no family's.
#[derive(Debug, thiserror::Error)]
#[error("there is no family `{name}`; the families are {known}")]
pub struct UnknownFamily {
    name: String,
    known: String,
}

impl Curriculum {
    /// The families of these names, or all of them where none is named.
    pub fn new(seed: u64, names: &[String]) -> Result<Self, UnknownFamily> {
        let mut families = families();
        let unknown = names
            .iter()
            .find(|name| !families.iter().any(|family| family.name == name.as_str()));
        if let Some(name) = unknown {
            let known: Vec<&str> = families.iter().map(|family| family.name).collect();
            return Err(UnknownFamily {
                name: name.clone(),
                known: known.join(", "),
            });
        }
        let held_out = held_out(&families, seed);
        families.retain(|family| names.is_empty() || names.iter().any(|name| name == family.name));
        Ok(Self {
            seed,
            families,
            held_out,
        })
    }

    /// The families that instances are drawn from.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Whether the whole family is held out under this seed.
    pub fn holds_out(&self, family: &Family) -> bool {
        self.held_out.contains(family.name)
    }

    /// Whether any instance can belong to `split`.
    pub fn offers(&self, split: Split) -> bool {
        let is_whole = split == Split::HeldOutFamilies;
        self.families
            .iter()
            .any(|family| self.holds_out(family) == is_whole)
    }

    /// Instance `index` of the sequence, which takes the families in turn. What a family's n-th instance is does not depend
    /// on the other families.
    pub fn instance(&self, index: u64) -> Instance {
        let count = self.families.len() as u64;
        let family = &self.families[(index % count) as usize];
        Instance::draw(family, index / count, self.seed, self.holds_out(family))
    }
}
