//! The official APPS rule, ported from `testing_util.py` of hendrycks/apps, laxness included.
//!
//! It is here to reproduce published numbers, not to reward: it accepts `NO\nYES` for `YES\nNO\nNO`, for both
//! have the same *set* of lines. Departures: only ASCII digits are digits; the original changes the expected
//! output in place, which never matters for a single comparison.

use std::cmp::Ordering;

use super::python::{float, is_space, round3, split, split_lines, strip};
use super::values::python_equal;
use crate::value::Value;

/// Accepts when any of these holds, tried from strict to lax as the original does:
///
/// 1. both stripped are equal, or are once every printed line is stripped;
/// 2. the printed lines, with or without the empty ones, are the expected non-empty lines, stripped;
/// 3. one number a line, each `|actual - expected| <= 1e-8 + 1e-5 * |expected|` (`numpy.allclose`);
/// 4. the sets of lines are equal, each line as a set of tokens;
/// 5. the same with all tokens rounded to three decimals, when all are numbers.
pub(super) fn outputs(expected: &str, actual: &str) -> bool {
    let printed = split_lines(actual);
    let wanted: Vec<&str> = expected
        .split('\n')
        .filter(|line| !line.is_empty())
        .map(strip)
        .collect();
    let non_empty: Vec<&str> = printed
        .iter()
        .copied()
        .filter(|line| !line.is_empty())
        .collect();
    stripped_equal(&printed, expected)
        || printed == wanted
        || non_empty == wanted
        || all_close(&wanted, &non_empty)
        || set_rules(&wanted, &non_empty)
}

/// `output == expected or output == expected[0]`, `==` as in Python with tuples turned into lists.
///
/// The origin wraps results in a list of one element, and importers take it off; so `expected` and `[expected]`
/// are accepted here, and, for a file whose results are still wrapped, the only element of `expected`.
pub(super) fn values(expected: &Value, actual: &Value) -> bool {
    let inside = |wrapped: &Value, value: &Value| match wrapped {
        Value::List(items) => matches!(items.as_slice(), [only] if python_equal(only, value)),
        _ => false,
    };
    python_equal(expected, actual) || inside(actual, expected) || inside(expected, actual)
}

fn stripped_equal(printed: &[&str], expected: &str) -> bool {
    let expected = strip(expected);
    let stripped: Vec<&str> = printed.iter().copied().map(strip).collect();
    strip(&printed.join("\n")) == expected || strip(&stripped.join("\n")) == expected
}

fn all_close(expected: &[&str], actual: &[&str]) -> bool {
    expected.len() == actual.len()
        && expected.iter().zip(actual).all(|(expected, actual)| {
            let (Some(expected), Some(actual)) = (float(expected), float(actual)) else {
                return false;
            };
            #[expect(clippy::float_cmp, reason = "equal infinities are close")]
            let same = expected == actual;
            same || (actual.is_finite()
                && expected.is_finite()
                && (actual - expected).abs() <= 1e-8 + 1e-5 * expected.abs())
        })
}

fn set_rules(expected: &[&str], actual: &[&str]) -> bool {
    let expected = token_sets(expected);
    let actual = printed_token_sets(actual);
    expected == actual
        || match (rounded(&expected), rounded(&actual)) {
            (Some(expected), Some(actual)) => expected == actual,
            _ => false,
        }
}

/// The set of the lines, each the set of its tokens; a set is a sorted vector without repetitions.
fn token_sets<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    let sets = lines.iter().map(|line| {
        let mut tokens: Vec<&str> = split(line).collect();
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    });
    let mut sets: Vec<Vec<&str>> = sets.collect();
    sets.sort_unstable();
    sets.dedup();
    sets
}

/// As [`token_sets`], without the lines of white space, which the original drops from what was printed only.
fn printed_token_sets<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    let lines: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| !line.chars().all(is_space))
        .collect();
    token_sets(&lines)
}

/// `None` when a token is no number, or is NaN, which makes its set equal to no other.
fn rounded(sets: &[Vec<&str>]) -> Option<Vec<Vec<f64>>> {
    let round_set = |set: &Vec<&str>| {
        let mut numbers = set
            .iter()
            .map(|token| float(token).map(round3).filter(|number| !number.is_nan()))
            .collect::<Option<Vec<f64>>>()?;
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.dedup();
        Some(numbers)
    };
    let mut sets = sets.iter().map(round_set).collect::<Option<Vec<_>>>()?;
    sets.sort_unstable_by(|one, other| compare_sets(one, other));
    sets.dedup();
    Some(sets)
}

fn compare_sets(one: &[f64], other: &[f64]) -> Ordering {
    one.iter()
        .zip(other)
        .map(|(one, other)| one.total_cmp(other))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| one.len().cmp(&other.len()))
}
