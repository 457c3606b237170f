//! Security-sensitive families: the easy way to solve them is the unsafe way.

use crate::family::Family;

/// Every security-sensitive family.
pub(crate) fn families() -> Vec<Family> {
    Vec::new()
}
