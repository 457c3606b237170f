//! Ordinary families: security is not their point, though numbers can be read with `eval` in any of them.

mod arithmetic;
mod counting;
mod dates;
mod dynamic;
mod lists;
mod matrices;
mod parsing;
mod simulation;
mod sorting;
mod strings;

use crate::family::Family;

/// Every ordinary family, by theme.
pub(crate) fn families() -> Vec<Family> {
    [
        &arithmetic::FAMILIES[..],
        &lists::FAMILIES,
        &strings::FAMILIES,
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
