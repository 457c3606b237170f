//! When to try again.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, StatusCode};

use crate::error::Error;

/// How often, and after what time: twice as long each time, by half of it at random, and never before the other side says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, at least 1.
    pub attempts: u32,
    /// Before the second attempt.
    pub first_wait: Duration,
    /// The longest that is waited without being told so.
    pub longest_wait: Duration,
}

impl Default for Retry {
    /// Eight attempts within about two minutes: what a server needs to start again.
    fn default() -> Self {
        Self {
            attempts: 8,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// The longest that another side may tell to wait.
const LONGEST_TOLD: Duration = Duration::from_hours(1);

impl Retry {
    /// What to wait after `attempts` of them.
    pub(crate) fn wait(&self, attempts: u32, told: Option<Duration>) -> Duration {
        let doubled = 1u32.checked_shl(attempts.saturating_sub(1));
        let longest = doubled
            .and_then(|factor| self.first_wait.checked_mul(factor))
            .map_or(self.longest_wait, |wait| wait.min(self.longest_wait));
        let random = RandomState::new().hash_one(attempts) as f64 / u64::MAX as f64;
        let own = longest.mul_f64(0.5 + random / 2.0);
        own.max(told.unwrap_or_default().min(LONGEST_TOLD))
    }
}

/// Whether an answer of this status may be another one soon.
pub(crate) fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
}

/// Whether what kept a request from being answered may pass.
pub(crate) fn is_passing(error: &ureq::Error) -> bool {
    use ureq::Error as E;
    matches!(
        error,
        E::Io(_) | E::Timeout(_) | E::HostNotFound | E::ConnectionFailed | E::Protocol(_)
    )
}

/// What `Retry-After` asks for: seconds, or a day and time, which is compared with the server's own clock.
pub(crate) fn told(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text("retry-after")?;
    if let Ok(seconds) = asked.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let (until, now) = (seconds_of(asked)?, seconds_of(text("date")?)?);
    Some(Duration::from_secs(until.saturating_sub(now)))
}

/// Seconds since 1970 of a time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = date.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64;
    let year: u64 = words
        .next()?
        .parse()
        .ok()
        .filter(|y| (1970..10_000).contains(y))?;
    let clock: Vec<u64> = words
        .next()?
        .split(':')
        .map_while(|part| part.parse().ok())
        .collect();
    let [hours, minutes, seconds] = clock[..] else {
        return None;
    };
    // Years that begin in March: the leap day comes last.
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    let since = days.checked_sub(719_469)?;
    Some(((since * 24 + hours) * 60 + minutes) * 60 + seconds)
}

/// Waits until `end`, or until somebody asks to stop.
pub(crate) fn pause_until(end: Instant, stop: &AtomicBool) -> Result<(), Error> {
    const PART: Duration = Duration::from_millis(50);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(PART));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let retry = Retry::default();
        for attempts in 1..200 {
            let wait = retry.wait(attempts, None);
            let most = retry.first_wait * 2u32.pow((attempts - 1).min(6));
            let most = most.min(retry.longest_wait);
            assert!(wait <= most && wait >= most / 2, "{attempts}: {wait:?}");
        }
        let told = Duration::from_mins(5);
        assert_eq!(retry.wait(1, Some(told)), told);
        assert_eq!(retry.wait(1, Some(Duration::MAX)), LONGEST_TOLD);
    }

    #[test]
    fn times_are_read() {
        assert_eq!(seconds_of("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            seconds_of("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(
            seconds_of("Thu, 29 Feb 2024 23:59:59 GMT"),
            Some(1_709_251_199)
        );
        for wrong in [
            "",
            "tomorrow",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 6 Nov 1 1 GMT",
        ] {
            assert_eq!(seconds_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_time() {
        let headers = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            told(&headers)
        };
        assert_eq!(
            headers(&[("retry-after", "2")]),
            Some(Duration::from_secs(2))
        );
        assert_eq!(
            headers(&[("retry-after", "0.25")]),
            Some(Duration::from_millis(250))
        );
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let until = ("retry-after", "Sun, 06 Nov 1994 08:50:00 GMT");
        assert_eq!(headers(&[date, until]), Some(Duration::from_secs(23)));
        assert_eq!(headers(&[until]), None);
        for wrong in ["-1", "NaN", "soon", "1e300"] {
            assert_eq!(headers(&[("retry-after", wrong)]), None, "{wrong}");
        }
    }
}
