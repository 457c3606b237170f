//! Numbers and names as documents write them.

use crate::measure::{Measure, Unit};

/// What stands where nothing was measured.
pub(crate) const ABSENT: &str = "-";

/// A count with thousands separated: `22,104`. Sums that are no whole numbers keep two decimals.
pub(crate) fn count(value: f64) -> String {
    let whole = value.abs().trunc();
    let mut digits = format!("{whole:.0}");
    let mut at = digits.len();
    while at > 3 {
        at -= 3;
        digits.insert(at, ',');
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if value.fract() == 0.0 {
        format!("{sign}{digits}")
    } else {
        let decimals = format!("{:.2}", value.abs().fract());
        match decimals.strip_prefix('0') {
            Some(decimals) => format!("{sign}{digits}{decimals}"),
            // The fraction rounds up to the next whole number.
            None => format!("{value:.2}"),
        }
    }
}

/// A share of 1 in per cent with one decimal.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A measure's value in its unit, `-` when it was not measured.
pub(crate) fn value(measure: &Measure) -> String {
    measure
        .value
        .map_or_else(|| ABSENT.to_owned(), |value| in_unit(value, measure.unit))
}

pub(crate) fn in_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => percent(value),
        Unit::Mean | Unit::PerSample => format!("{value:.3}"),
        Unit::PerThousandLines => format!("{value:.2}"),
    }
}

/// A measure's interval, `82.3 to 84.4 %`; empty when there is none.
pub(crate) fn interval(measure: &Measure) -> String {
    measure.bounds().map_or_else(String::new, |(low, high)| {
        let low = in_unit(low, measure.unit);
        let low = low.strip_suffix(" %").unwrap_or(&low);
        format!("{low} to {}", in_unit(high, measure.unit))
    })
}

/// Numerator and denominator, `3,986 / 4,779`.
pub(crate) fn fraction(measure: &Measure) -> String {
    format!(
        "{} / {}",
        count(measure.numerator),
        count(measure.denominator)
    )
}

/// A name from a record, made safe to show on one line: control and direction characters replaced, length bounded.
pub(crate) fn name(text: &str, longest: usize) -> String {
    let mut shown: String = text.chars().take(longest).map(visible).collect();
    if text.chars().nth(longest).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// A line of a program, tabs kept, as safe to show as a name.
pub(crate) fn shown_line(line: &str) -> String {
    let shown = |one| if one == '\t' { one } else { visible(one) };
    line.chars().map(shown).collect()
}

/// The character, or the one for what cannot be shown if it would move the cursor or the direction.
fn visible(one: char) -> char {
    let reorders = matches!(one, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if one.is_control() || reorders {
        '\u{fffd}'
    } else {
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0.0), "0");
        assert_eq!(count(999.0), "999");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(1234.5), "1,234.50");
        assert_eq!(count(1.999), "2.00");
        assert_eq!(count(-1000.25), "-1,000.25");
    }

    #[test]
    fn names_cannot_move_the_cursor_or_the_direction() {
        assert_eq!(
            name("a\u{1b}[2J\nb\u{202e}c", 40),
            "a\u{fffd}[2J\u{fffd}b\u{fffd}c"
        );
        assert_eq!(name("abcdef", 4), "abc…");
        assert_eq!(name("abcd", 4), "abcd");
    }
}
