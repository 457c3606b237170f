//! Time limits from reference solutions.
//!
//! A program that loops costs its whole time limit, and one that is right seldom takes longer than a few times what
//! the problem's own solution does. So where that is known the limit can be far below what suits every problem.

use std::time::Duration;

/// Reference solutions of a problem that are tried until one is accepted.
pub(crate) const TRIED: usize = 3;

/// The least limit: below it the interpreter's own start and the machine's noise would decide.
const LEAST: Duration = Duration::from_millis(500);

/// Limits are whole multiples of this, so that a solution measured again gives the same one.
const STEP: Duration = Duration::from_millis(100);

/// The limit for programs of a problem whose reference solution takes `slowest` for one of its tests: `factor` times
/// that, not below [`LEAST`] and not above `most`.
pub(crate) fn limit(slowest: Duration, factor: f64, most: Duration) -> Duration {
    let wanted = slowest.as_secs_f64() * factor;
    // An enormous factor must not overflow.
    let steps = (wanted / STEP.as_secs_f64())
        .ceil()
        .min(f64::from(u32::MAX));
    (STEP * steps as u32).max(LEAST).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_follows_the_solution_within_bounds() {
        let most = Duration::from_secs(5);
        let limit = |milliseconds, factor| {
            super::limit(Duration::from_millis(milliseconds), factor, most).as_millis()
        };
        assert_eq!(limit(123, 10.0), 1300);
        assert_eq!(limit(129, 10.0), 1300);
        assert_eq!(limit(3, 10.0), 500);
        assert_eq!(limit(900, 10.0), 5000);
        assert_eq!(limit(900, 1e300), 5000);
        assert_eq!(limit(0, 2.0), 500);
        let little = Duration::from_millis(300);
        assert_eq!(super::limit(Duration::ZERO, 10.0, little), little);
    }
}
