//! A day, and how Python's `strftime` writes it.

use std::fmt::Write as _;
use std::str::FromStr;

/// A day of the Gregorian calendar. Templates that ask for the time are given its midnight, so that the same day gives
/// the same prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl Date {
    /// The day that is so many days after 1970-01-01, until the year 9999.
    pub fn from_days(days: u32) -> Self {
        // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras have 400 years.
        let days = days + 719_468;
        let of_era = days % 146_097;
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let year = days / 146_097 * 400 + year + u32::from(month >= 10);
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        }
    }

    fn is_leap(self) -> bool {
        self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400))
    }

    fn days_of_month(self, month: u8) -> u16 {
        match month {
            2 => 28 + u16::from(self.is_leap()),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn day_of_year(self) -> u16 {
        (1..self.month)
            .map(|month| self.days_of_month(month))
            .sum::<u16>()
            + u16::from(self.day)
    }

    /// 0 is Monday.
    fn weekday(self) -> usize {
        let before = usize::from(self.year) - 1;
        let days = 365 * before + before / 4 - before / 100 + before / 400;
        (days + usize::from(self.day_of_year()) - 1) % 7
    }

    /// The day in the words of a format such as `%d %b %Y`.
    ///
    /// # Errors
    /// If the format has a directive that is not supported; the error names it.
    pub fn format(self, format: &str) -> Result<String, String> {
        let mut text = String::new();
        let mut rest = format.chars();
        while let Some(next) = rest.next() {
            if next != '%' {
                text.push(next);
                continue;
            }
            let mut directive = rest.next();
            let is_bare = directive == Some('-');
            if is_bare {
                directive = rest.next();
            }
            self.write(&mut text, directive, is_bare)
                .ok_or_else(|| format!("`{format}` has a directive that is not supported"))?;
        }
        Ok(text)
    }

    fn write(self, text: &mut String, directive: Option<char>, is_bare: bool) -> Option<()> {
        let month = MONTHS[usize::from(self.month) - 1];
        let weekday = WEEKDAYS[self.weekday()];
        let (number, width) = match directive? {
            'Y' => (self.year, 4),
            'y' => (self.year % 100, 2),
            'm' => (u16::from(self.month), 2),
            'd' => (u16::from(self.day), 2),
            'j' => (self.day_of_year(), 3),
            'H' | 'M' | 'S' => (0, 2),
            'I' => (12, 2),
            word => {
                text.push_str(match word {
                    'B' => month,
                    'b' => &month[..3],
                    'A' => weekday,
                    'a' => &weekday[..3],
                    'p' => "AM",
                    '%' => "%",
                    _ => return None,
                });
                return Some(());
            }
        };
        let width = if is_bare { 1 } else { width };
        write!(text, "{number:0width$}").ok()
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u16>> = text.split('-').map(|part| part.parse().ok()).collect();
        let Some([year @ 1..=9999, month @ 1..=12, day]) = numbers.as_deref() else {
            return Err(format!("`{text}` is no date; 2026-01-31 is"));
        };
        let date = Self {
            year: *year,
            month: *month as u8,
            day: *day as u8,
        };
        if (1..=date.days_of_month(date.month)).contains(day) {
            Ok(date)
        } else {
            Err(format!("`{text}`: the month has no such day"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_python_does() {
        let date: Date = "2024-02-29".parse().unwrap();
        // datetime.date(2024, 2, 29).strftime(...), CPython 3.11
        let format = "%d %b %Y|%A %a %B %j|%-d.%-m.%y|%H:%M:%S|%%";
        assert_eq!(
            date.format(format).unwrap(),
            "29 Feb 2024|Thursday Thu February 060|29.2.24|00:00:00|%"
        );
        assert!(date.format("%Q").unwrap_err().contains("%Q"));
        assert!(date.format("%").is_err());
    }

    #[test]
    fn days_are_counted_from_1970() {
        // (datetime.date(...) - datetime.date(1970, 1, 1)).days
        for (days, text) in [
            (0, "1970-01-01"),
            (19_782, "2024-02-29"),
            (20_780, "2026-11-23"),
            (47_540, "2100-02-28"),
        ] {
            assert_eq!(Date::from_days(days).to_string(), text);
            assert_eq!(text.parse::<Date>().unwrap(), Date::from_days(days));
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "x-1-1",
            "2026-1-1-1",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
