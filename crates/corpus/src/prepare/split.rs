//! Which problems are held out.

use std::collections::HashSet;

use scrl_record::ProblemId;

use super::near::mixed;

/// About `share` of the problems: whole families, in an order that the seed gives, until there are enough. Never all of them.
pub(super) fn held_out(families: &[Vec<ProblemId>], share: f64, seed: u64) -> HashSet<ProblemId> {
    let problems: usize = families.iter().map(Vec::len).sum();
    let wanted = (share * problems as f64).round() as usize;
    let place = |family: &&Vec<ProblemId>| {
        let bytes = family[0].as_str().bytes();
        bytes.fold(mixed(seed), |hash, byte| mixed(hash ^ u64::from(byte)))
    };
    let mut order: Vec<&Vec<ProblemId>> = families.iter().collect();
    order.sort_by_key(place);
    let mut held_out = HashSet::new();
    for family in order {
        if held_out.len() + family.len() <= wanted {
            held_out.extend(family.iter().cloned());
        }
    }
    held_out
}
