//! Whether an output is the expected one: pure rules over text and plain values.
//!
//! Each [`CompareMode`] is one function; what it accepts is said there. Nothing here runs code or calls into
//! Python, so a program's `__eq__` has no say. Every rule takes time linear in the two outputs but for sorting.

mod apps;
mod lcb;
mod python;
mod text;
mod values;

use scrl_record::{Compare, CompareMode, Kind};

use crate::value::Value;

/// A way of comparing that does not fit the kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "compare mode `{}` compares printed text, but a call returns a value: use json-value, exact, \
     apps-compat or lcb-compat", .0.as_str()
)]
pub struct TextOnly(CompareMode);

/// Refuses the modes that have no meaning for `kind`; to be asked when a run is configured.
///
/// Every mode has a meaning for printed text. `trailing-whitespace`, `tokens`, `float`, `unordered-lines` and
/// `seed-compat` have none for the value that a call returns.
pub fn check(compare: Compare, kind: Kind) -> Result<(), TextOnly> {
    if kind == Kind::Call && is_text_only(compare.mode) {
        return Err(TextOnly(compare.mode));
    }
    Ok(())
}

fn is_text_only(mode: CompareMode) -> bool {
    match mode {
        CompareMode::TrailingWhitespace
        | CompareMode::Tokens
        | CompareMode::Float
        | CompareMode::UnorderedLines
        | CompareMode::SeedCompat => true,
        CompareMode::Exact
        | CompareMode::JsonValue
        | CompareMode::AppsCompat
        | CompareMode::LcbCompat => false,
    }
}

/// Whether what a program printed is the expected output. What is not UTF-8 is equal to nothing.
///
/// `json-value` reads both as one JSON document each; what is none is equal to nothing.
pub fn outputs(compare: Compare, expected: &str, actual: &[u8]) -> bool {
    let Ok(actual) = std::str::from_utf8(actual) else {
        return false;
    };
    match compare.mode {
        CompareMode::Exact => text::exact(expected, actual),
        CompareMode::TrailingWhitespace => text::trailing_whitespace(expected, actual),
        CompareMode::Tokens => text::tokens(expected, actual),
        CompareMode::Float => text::float(expected, actual, compare.tolerance),
        CompareMode::UnorderedLines => text::unordered_lines(expected, actual),
        CompareMode::JsonValue => documents(expected, actual, compare.tolerance),
        CompareMode::AppsCompat => apps::outputs(expected, actual),
        CompareMode::LcbCompat => lcb::outputs(expected, actual),
        CompareMode::SeedCompat => text::seed(expected, actual),
    }
}

/// Whether what a call returned is the expected result. A mode that [`check`] refuses accepts nothing.
///
/// | mode | rule |
/// |---|---|
/// | `json-value` | `values::json_value`: Python's `==`, tuple = list, floats within the tolerance |
/// | `exact` | `values::exact`: the same JSON, `1`, `1.0` and `true` being three things |
/// | `apps-compat` | `apps::values` |
/// | `lcb-compat` | `values::python_equal`: Python's `==` with tuples turned into lists |
pub fn values(compare: Compare, expected: &Value, actual: &Value) -> bool {
    match compare.mode {
        CompareMode::JsonValue => values::json_value(expected, actual, compare.tolerance),
        CompareMode::Exact => values::exact(expected, actual),
        CompareMode::AppsCompat => apps::values(expected, actual),
        CompareMode::LcbCompat => values::python_equal(expected, actual),
        CompareMode::TrailingWhitespace
        | CompareMode::Tokens
        | CompareMode::Float
        | CompareMode::UnorderedLines
        | CompareMode::SeedCompat => false,
    }
}

fn documents(expected: &str, actual: &str, tolerance: f64) -> bool {
    match (
        Value::parse(expected.as_bytes()),
        Value::parse(actual.as_bytes()),
    ) {
        (Ok(expected), Ok(actual)) => values::json_value(&expected, &actual, tolerance),
        _ => false,
    }
}

/// `|actual - expected| <= tolerance * max(1, |expected|)`: absolute or relative. Infinities equal themselves.
fn close(expected: f64, actual: f64, tolerance: f64) -> bool {
    let within = expected.is_finite()
        && actual.is_finite()
        && (actual - expected).abs() <= tolerance * expected.abs().max(1.0);
    #[expect(clippy::float_cmp, reason = "equal infinities have no difference")]
    let same = expected == actual;
    same || within
}

#[cfg(test)]
mod tests;
