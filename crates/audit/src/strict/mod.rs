//! The strict mode: what a program does with what others send it, for rewards.
//!
//! Names are resolved through imports, aliases and shadowing; texts put together from constants are folded, and those
//! that the program executes are read in turn; values are followed from where they enter to where they do harm,
//! through variables, branches and functions of the same source, and guards clear what they dominate. `families/`
//! holds the rules, `tables` and `sinks` what the analysis knows about libraries.

mod analysis;
mod branches;
mod calls;
mod catalogue;
mod definitions;
mod dynamic;
mod env;
mod eval;
mod families;
mod flow;
mod fold;
mod functions;
mod guards;
mod hasher;
mod key_map;
mod operands;
mod questions;
mod report;
mod resolve;
mod results;
mod sinks;
mod subject;
mod tables;
mod value;
mod web;

pub use catalogue::{StrictRule, strict_rules};

use scrl_record::Finding;

use crate::syntax::Tree;

/// Bytes of executed text that are read in any source, beside twice its own length.
const EXECUTED_BYTES: usize = 64 * 1024;

/// The findings of the strict mode.
pub(crate) fn findings(tree: &Tree) -> Vec<Finding> {
    analysis::Analysis::run(tree, 0, EXECUTED_BYTES + 2 * tree.source.len()).finish(tree)
}
