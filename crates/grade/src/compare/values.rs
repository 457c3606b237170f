//! The rules for the values that calls return.

use super::close;
use crate::value::{BigInt, Text, Value, order};

/// Python's `==` on plain data, with these differences: a tuple equals the list of its elements; where at least
/// one of two numbers is a float they may differ by the tolerance (absolute or relative to the expected one); NaN
/// equals NaN; a set equals a list of its elements in any order, without repetitions, for files cannot hold sets.
///
/// So `1 == 1.0 == True`, as published verdicts have it; a string never equals a number or bytes; integers are
/// compared digit by digit; the order of dict keys is ignored. What has no plain form equals nothing.
///
/// Files of computed results write what JSON lacks as Python's text for it, so as expected values stand: `"(1+2j)"` for
/// that complex number, `"<re.Match object; ...>"` for what has this `repr`, and the dict key `"True"` for `True`.
pub(super) fn json_value(expected: &Value, actual: &Value, tolerance: f64) -> bool {
    let rule = Rule {
        tolerance,
        written_as_text: true,
        ..Rule::JSON
    };
    rule.equal(expected, actual)
}

/// The same JSON: types must agree (`1`, `1.0` and `true` differ), numbers are equal, NaN equals NaN.
/// A tuple is written as a list and equals it; the order of dict keys is ignored; a set equals only a set.
pub(super) fn exact(expected: &Value, actual: &Value) -> bool {
    let rule = Rule {
        types_matter: true,
        set_as_list: false,
        ..Rule::JSON
    };
    rule.equal(expected, actual)
}

/// Python's `==` after tuples, at any depth, were turned into lists: NaN equals nothing, no tolerance.
pub(super) fn python_equal(expected: &Value, actual: &Value) -> bool {
    let rule = Rule {
        nan_equals_nan: false,
        set_as_list: false,
        ..Rule::JSON
    };
    rule.equal(expected, actual)
}

/// Sets of at most this many elements whose sorted pairing fails are matched one against all.
const SMALL_SET: usize = 64;

// Independent switches of the named modes, not states of one thing.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy)]
struct Rule {
    tolerance: f64,
    types_matter: bool,
    nan_equals_nan: bool,
    set_as_list: bool,
    written_as_text: bool,
}

impl Rule {
    /// `json-value` without tolerance.
    const JSON: Self = Self {
        tolerance: 0.0,
        types_matter: false,
        nan_equals_nan: true,
        set_as_list: true,
        written_as_text: false,
    };

    /// Recursive; the depth of both values is bounded by their parser.
    fn equal(self, expected: &Value, actual: &Value) -> bool {
        match (expected, actual) {
            (Value::Null, Value::Null) => true,
            (Value::Str(expected), Value::Str(actual)) => expected == actual,
            (Value::Bytes(expected), Value::Bytes(actual)) => expected == actual,
            (Value::List(expected), Value::List(actual)) => self.lists(expected, actual),
            (Value::Map(expected), Value::Map(actual)) => self.maps(expected, actual),
            (Value::Set(expected), Value::Set(actual)) => self.sets(&refs(expected), &refs(actual)),
            (Value::List(expected), Value::Set(actual)) if self.set_as_list => {
                let mut expected = refs(expected);
                expected.sort_by(|one, other| order(one, other));
                self.sets(&expected, &refs(actual))
            }
            (Value::Str(expected), actual) if self.written_as_text => {
                self.is_text_of(expected, actual)
            }
            _ => self.numbers(expected, actual),
        }
    }

    /// Whether `text` is what Python writes for `actual`, which JSON cannot hold.
    fn is_text_of(self, text: &Text, actual: &Value) -> bool {
        match actual {
            Value::Opaque(repr) => text == repr && text.as_bytes().starts_with(b"<"),
            Value::Complex(re, im) => text
                .as_str()
                .and_then(complex)
                .is_some_and(|expected| self.close(expected.0, *re) && self.close(expected.1, *im)),
            _ => false,
        }
    }

    fn lists(self, expected: &[Value], actual: &[Value]) -> bool {
        expected.len() == actual.len()
            && expected
                .iter()
                .zip(actual)
                .all(|(expected, actual)| self.equal(expected, actual))
    }

    /// Both are sorted by key.
    fn maps(self, expected: &[(Text, Value)], actual: &[(Text, Value)]) -> bool {
        expected.len() == actual.len()
            && expected.iter().zip(actual).all(|(expected, actual)| {
                self.same_key(&expected.0, &actual.0) && self.equal(&expected.1, &actual.1)
            })
    }

    fn same_key(self, expected: &Text, actual: &Text) -> bool {
        let as_json = match expected.as_bytes() {
            b"True" => "true",
            b"False" => "false",
            b"None" => "null",
            _ => return expected == actual,
        };
        expected == actual || (self.written_as_text && actual.as_bytes() == as_json.as_bytes())
    }

    /// Both are sorted. Sorting pairs equal elements, and nearly equal floats too, unless several floats of one
    /// tuple are off in different directions.
    fn sets(self, expected: &[&Value], actual: &[&Value]) -> bool {
        expected.len() == actual.len()
            && (expected
                .iter()
                .zip(actual)
                .all(|(expected, actual)| self.equal(expected, actual))
                || self.small_sets(expected, actual))
    }

    /// Restricted to tuples of scalars, so that nested sets cannot multiply the work.
    fn small_sets(self, expected: &[&Value], actual: &[&Value]) -> bool {
        let simple = |value: &&Value| match value {
            Value::List(items) => items.iter().all(is_scalar),
            _ => false,
        };
        if expected.len() > SMALL_SET || !actual.iter().all(simple) {
            return false;
        }
        let mut left: Vec<&Value> = actual.to_vec();
        expected.iter().all(|expected| {
            let found = left.iter().position(|actual| self.equal(expected, actual));
            found.map(|at| left.swap_remove(at)).is_some()
        })
    }

    fn numbers(self, expected: &Value, actual: &Value) -> bool {
        if self.types_matter && std::mem::discriminant(expected) != std::mem::discriminant(actual) {
            return false;
        }
        match (number(expected), number(actual)) {
            (Some(expected), Some(actual)) => self.same_number(expected, actual),
            _ => false,
        }
    }

    fn same_number(self, expected: Number<'_>, actual: Number<'_>) -> bool {
        match (expected, actual) {
            (Number::Int(expected), Number::Int(actual)) => expected == actual,
            (Number::Big(expected), Number::Big(actual)) => expected == actual,
            (Number::Int(_), Number::Big(_)) | (Number::Big(_), Number::Int(_)) => false,
            (Number::Complex(re, im), other) => {
                let (other_re, other_im) = other.parts();
                self.close(re, other_re) && self.close(im, other_im)
            }
            (other, Number::Complex(re, im)) => {
                let (other_re, other_im) = other.parts();
                self.close(other_re, re) && self.close(other_im, im)
            }
            (Number::Float(expected), Number::Float(actual)) => self.close(expected, actual),
            (Number::Float(float), integer) | (integer, Number::Float(float)) => {
                let value = integer.parts().0;
                let (expected, actual) = match expected {
                    Number::Float(_) => (float, value),
                    _ => (value, float),
                };
                is_integer(float, integer) || (self.tolerance > 0.0 && self.close(expected, actual))
            }
        }
    }

    fn close(self, expected: f64, actual: f64) -> bool {
        (self.nan_equals_nan && expected.is_nan() && actual.is_nan())
            || close(expected, actual, self.tolerance)
    }
}

#[derive(Clone, Copy)]
enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
    Complex(f64, f64),
}

impl Number<'_> {
    /// Real and imaginary part; an integer beyond the range of floats has no finite one and is near to nothing.
    fn parts(self) -> (f64, f64) {
        match self {
            Number::Int(small) => (small as f64, 0.0),
            Number::Big(big) => Some(big.to_f64())
                .filter(|float| float.is_finite())
                .map_or((f64::NAN, 0.0), |float| (float, 0.0)),
            Number::Float(float) => (float, 0.0),
            Number::Complex(re, im) => (re, im),
        }
    }
}

fn number(value: &Value) -> Option<Number<'_>> {
    match value {
        Value::Bool(truth) => Some(Number::Int(i64::from(*truth))),
        Value::Int(small) => Some(Number::Int(*small)),
        Value::BigInt(big) => Some(Number::Big(big)),
        Value::Float(float) => Some(Number::Float(*float)),
        Value::Complex(re, im) => Some(Number::Complex(*re, *im)),
        _ => None,
    }
}

/// Whether `float` is exactly `integer`: all digits are compared, for a float holds 53 bits only.
fn is_integer(float: f64, integer: Number<'_>) -> bool {
    if !float.is_finite() || float.fract() != 0.0 {
        return false;
    }
    let digits = format!("{:.0}", float + 0.0);
    match integer {
        Number::Int(small) => digits == small.to_string(),
        Number::Big(big) => digits == big.as_str(),
        Number::Float(_) | Number::Complex(..) => false,
    }
}

/// Real and imaginary part of a complex number as Python writes it: `2j`, `(1+2j)`, `(-0-1e-16j)`.
fn complex(text: &str) -> Option<(f64, f64)> {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .unwrap_or(text)
        .strip_suffix('j')?;
    // The last sign that is not an exponent's begins the imaginary part.
    let at = inner.char_indices().rev().find(|&(at, c)| {
        matches!(c, '+' | '-') && !matches!(inner[..at].chars().next_back(), Some('e' | 'E'))
    });
    match at {
        Some((at, _)) if at > 0 => Some((inner[..at].parse().ok()?, inner[at..].parse().ok()?)),
        _ => Some((0.0, inner.parse().ok()?)),
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_) | Value::Set(_))
}

fn refs(values: &[Value]) -> Vec<&Value> {
    values.iter().collect()
}
