//! Security-sensitive families: the easy way to solve them is the unsafe way.
//!
//! Ordinary tests hold honest input, which the unsafe ways get right as well. Attacks stand apart, as exploit tests.

#![allow(
    clippy::too_many_lines,
    reason = "a family is one page, most of it texts and programs"
)]

mod code;
mod costs;
mod digests;
mod quoting;
mod rights;
mod secrets;
mod sql;

use crate::family::Family;

/// Every security-sensitive family.
pub(crate) fn families() -> Vec<Family> {
    [
        &code::FAMILIES[..],
        &sql::FAMILIES,
        &quoting::FAMILIES,
        &digests::FAMILIES,
        &secrets::FAMILIES,
        &costs::FAMILIES,
        &rights::FAMILIES,
    ]
    .concat()
}
