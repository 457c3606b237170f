//! Which processor a worker keeps to.
//!
//! A supervisor and its programs wait for each other all the time and never work at once. On one processor the
//! next one to run finds the other's data in the cache, and waking it up takes no interrupt to another processor,
//! which in a virtual machine is dear.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sys;

/// Keeps the calling thread, and the zygotes that it starts from now on, to one of the processors that this
/// process may use: the one that it is on for the first caller, the next ones for those after it. A machine that
/// does not allow it is slower, and that is all.
pub fn keep_to_processor() {
    static CALLERS: AtomicUsize = AtomicUsize::new(0);
    static FIRST: OnceLock<usize> = OnceLock::new();
    let allowed = sys::allowed_processors();
    if allowed.len() < 2 {
        return;
    }
    let first = FIRST.get_or_init(|| {
        let current = sys::current_processor();
        let place = allowed.iter().position(|number| Some(*number) == current);
        place.unwrap_or(0)
    });
    let nth = CALLERS.fetch_add(1, Ordering::Relaxed);
    sys::move_to_processor(allowed[(first + nth) % allowed.len()]);
}
