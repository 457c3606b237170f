//! How often another side may be asked.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// At most so much a minute, evenly: never a burst, so that no minute has more, wherever the other side begins to count.
#[derive(Debug)]
pub struct RateLimit {
    per_minute: f64,
    /// When the next may begin.
    next: Mutex<Option<Instant>>,
}

impl RateLimit {
    /// At most `per_minute` a minute.
    ///
    /// # Panics
    /// If that is not above 0.
    pub fn new(per_minute: f64) -> Self {
        assert!(per_minute > 0.0, "a rate of {per_minute}");
        Self {
            per_minute,
            next: Mutex::new(None),
        }
    }

    /// When something that counts `cost` may begin, asked for at `now`. Its time is taken.
    pub fn reserve(&self, cost: f64, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = next.map_or(now, |next| next.max(now));
        *next = Some(begin + self.time(cost));
        begin
    }

    /// Gives back what was reserved and not needed.
    pub fn refund(&self, cost: f64) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = next.and_then(|next| next.checked_sub(self.time(cost)));
    }

    fn time(&self, cost: f64) -> Duration {
        Duration::from_secs_f64((cost.max(0.0) * 60.0 / self.per_minute).min(86_400.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more() {
        let (limit, now) = (RateLimit::new(30.0), Instant::now());
        let begins: Vec<Instant> = (0..60).map(|_| limit.reserve(1.0, now)).collect();
        assert_eq!(begins[0], now);
        for pair in begins.windows(31) {
            assert!(pair[30] - pair[0] >= Duration::from_mins(1));
        }
    }

    #[test]
    fn an_idle_minute_is_not_saved_up() {
        let (limit, now) = (RateLimit::new(60.0), Instant::now());
        limit.reserve(1.0, now);
        let later = now + Duration::from_mins(10);
        assert_eq!(limit.reserve(1.0, later), later);
        assert_eq!(limit.reserve(1.0, later), later + Duration::from_secs(1));
    }

    #[test]
    fn what_was_not_needed_comes_back() {
        let (limit, now) = (RateLimit::new(6_000.0), Instant::now());
        limit.reserve(1_000.0, now);
        limit.refund(900.0);
        assert_eq!(limit.reserve(1.0, now), now + Duration::from_secs(1));
    }
}
