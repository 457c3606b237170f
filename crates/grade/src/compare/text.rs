//! The rules of our own for printed text, and the seed's.

use std::collections::HashMap;

use super::close;

/// Byte for byte. Line feeds at the very end are ignored: judges' files often lack the last one, which `print` writes.
pub(super) fn exact(expected: &str, actual: &str) -> bool {
    expected.trim_end_matches('\n') == actual.trim_end_matches('\n')
}

/// Lines without their trailing white space (so `\r\n` is `\n`); trailing blank lines are ignored.
pub(super) fn trailing_whitespace(expected: &str, actual: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.trim_end().split('\n').map(str::trim_end)
    }
    lines(expected).eq(lines(actual))
}

/// The sequence of white-space separated tokens; line breaks are white space.
pub(super) fn tokens(expected: &str, actual: &str) -> bool {
    expected.split_whitespace().eq(actual.split_whitespace())
}

/// The sequence of tokens, each equal as text or, where both are numbers, within the tolerance.
///
/// The tolerance is absolute or relative to the expected number. `nan` equals `nan` only, an infinity only itself;
/// hexadecimal and digits grouped by `_` are no numbers.
pub(super) fn float(expected: &str, actual: &str, tolerance: f64) -> bool {
    let same = |expected: &str, actual: &str| {
        expected == actual
            || match (expected.parse::<f64>(), actual.parse::<f64>()) {
                (Ok(expected), Ok(actual)) => {
                    (expected.is_nan() && actual.is_nan()) || close(expected, actual, tolerance)
                }
                _ => false,
            }
    };
    let mut left = expected.split_whitespace();
    let mut right = actual.split_whitespace();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) if same(expected, actual) => {}
            _ => return false,
        }
    }
}

/// The same trimmed lines, each as often, in any order; blank lines are ignored.
pub(super) fn unordered_lines(expected: &str, actual: &str) -> bool {
    let mut missing: HashMap<&str, isize> = HashMap::new();
    for line in trimmed_lines(expected) {
        *missing.entry(line).or_default() += 1;
    }
    for line in trimmed_lines(actual) {
        *missing.entry(line).or_default() -= 1;
    }
    missing.values().all(|&count| count == 0)
}

fn trimmed_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
}

/// The seed project's rule: each line stripped on both sides, trailing blank lines dropped, the rest equal;
/// an empty output fails whatever is expected.
pub(super) fn seed(expected: &str, actual: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.trim_end().split('\n').map(str::trim)
    }
    !actual.trim().is_empty() && lines(expected).eq(lines(actual))
}
