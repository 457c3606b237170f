//! `LiveCodeBench`'s rule for printed output, ported from `grade_stdio` in its `testing_util.py`.
//!
//! Departures: only ASCII digits are digits, and an exponent beyond 64 bits is no number.

use super::python::{split, strip};

/// Both outputs stripped and split into stripped lines: as many lines, each equal as text or, where every token
/// of both is a decimal number, equal number by number, exactly. `1.0` equals `1`, `1e2` equals `100`, NaN nothing.
pub(super) fn outputs(expected: &str, actual: &str) -> bool {
    let mut left = strip(expected).split('\n').map(strip);
    let mut right = strip(actual).split('\n').map(strip);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) => {
                if expected != actual && !same_decimals(expected, actual) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

fn same_decimals(expected: &str, actual: &str) -> bool {
    let decimals = |line| split(line).map(Decimal::parse).collect::<Option<Vec<_>>>();
    match (decimals(expected), decimals(actual)) {
        (Some(expected), Some(actual)) => expected == actual,
        _ => false,
    }
}

/// A decimal number in a form that is equal when the numbers are.
#[derive(PartialEq)]
enum Decimal {
    Zero,
    Infinite {
        negative: bool,
    },
    /// `0.digits * 10^exponent`, without leading or trailing zeros.
    Finite {
        negative: bool,
        digits: String,
        exponent: i64,
    },
}

impl Decimal {
    /// What `Decimal(token)` reads; `None` where it raises, and for NaN, which equals nothing.
    fn parse(token: &str) -> Option<Self> {
        // `Decimal` ignores underscores wherever they stand.
        let token = token.replace('_', "").to_ascii_lowercase();
        let (negative, number) = match token.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, token.strip_prefix('+').unwrap_or(&token)),
        };
        if number == "inf" || number == "infinity" {
            return Some(Self::Infinite { negative });
        }
        let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let exponent_digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let all_digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(&digits) || !all_digits(exponent_digits) {
            return None;
        }
        let exponent: i64 = exponent.parse().ok()?;
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            return Some(Self::Zero);
        }
        let leading_zeros = i64::try_from(digits.len() - significant.len()).ok()?;
        let whole_digits = i64::try_from(whole.len()).ok()?;
        Some(Self::Finite {
            negative,
            digits: significant.trim_end_matches('0').to_owned(),
            exponent: exponent.checked_add(whole_digits - leading_zeros)?,
        })
    }
}
