//! Security-sensitive families: the easy way to solve them is the unsafe way.
//!
//! Ordinary tests hold honest input, which the unsafe ways get right as well. Attacks stand apart, as exploit tests.

mod code;
mod input;
mod language;
mod secrets;

use crate::family::Family;

/// Every security-sensitive family.
pub(crate) fn families() -> Vec<Family> {
    [
        &code::FAMILIES[..],
        &language::FAMILIES,
        &secrets::FAMILIES,
        &input::FAMILIES,
    ]
    .concat()
}
