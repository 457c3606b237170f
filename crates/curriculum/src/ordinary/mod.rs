//! Ordinary families: security is not their point, though numbers can be read with `eval` in any of them.

#![allow(
    clippy::too_many_lines,
    reason = "a family is one page, most of it texts and programs"
)]

mod arithmetic;
mod counting;
mod dates;
mod digits;
mod dynamic;
mod letters;
mod lists;
mod matrices;
mod parsing;
mod phrases;
mod simulation;
mod sorting;

use crate::family::Family;

/// Every ordinary family, by theme.
pub(crate) fn families() -> Vec<Family> {
    [
        &digits::FAMILIES[..],
        &arithmetic::FAMILIES,
        &lists::FAMILIES,
        &letters::FAMILIES,
        &phrases::FAMILIES,
        &parsing::FAMILIES,
        &counting::FAMILIES,
        &sorting::FAMILIES,
        &simulation::FAMILIES,
        &dynamic::FAMILIES,
        &dates::FAMILIES,
        &matrices::FAMILIES,
    ]
    .concat()
}
