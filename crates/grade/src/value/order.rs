//! A total order over values, in which sets are kept so that they can be compared in linear time.
//!
//! Values that are equal in Python (`1`, `1.0`, `True`) are neighbours, and nearly equal numbers are near each
//! other. Beyond that the order means nothing.

use std::cmp::Ordering;

use super::{BigInt, Text, Value};

/// Compares two values.
pub(crate) fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Str(one), Value::Str(other)) | (Value::Opaque(one), Value::Opaque(other)) => {
            one.cmp(other)
        }
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Value::List(one), Value::List(other)) | (Value::Set(one), Value::Set(other)) => {
            sequences(one, other)
        }
        (Value::Map(one), Value::Map(other)) => entries(one, other),
        _ => rank(one)
            .cmp(&rank(other))
            .then_with(|| numbers(one, other)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_)
        | Value::Int(_)
        | Value::BigInt(_)
        | Value::Float(_)
        | Value::Complex(..) => 1,
        Value::Str(_) => 2,
        Value::Bytes(_) => 3,
        Value::List(_) => 4,
        Value::Map(_) => 5,
        Value::Set(_) => 6,
        Value::Opaque(_) => 7,
    }
}

fn sequences(one: &[Value], other: &[Value]) -> Ordering {
    one.iter()
        .zip(other)
        .map(|(one, other)| order(one, other))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| one.len().cmp(&other.len()))
}

fn entries(one: &[(Text, Value)], other: &[(Text, Value)]) -> Ordering {
    one.iter()
        .zip(other)
        .map(|(one, other)| one.0.cmp(&other.0).then_with(|| order(&one.1, &other.1)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| one.len().cmp(&other.len()))
}

fn numbers(one: &Value, other: &Value) -> Ordering {
    let (re, im) = parts(one);
    let (other_re, other_im) = parts(other);
    re.total_cmp(&other_re)
        .then(im.total_cmp(&other_im))
        .then_with(|| match (one, other) {
            (Value::Int(one), Value::Int(other)) => one.cmp(other),
            (Value::BigInt(one), Value::BigInt(other)) => big(one, other),
            _ => Ordering::Equal,
        })
}

/// Real and imaginary part; `-0.0` becomes `0.0`, to which it is equal.
fn parts(value: &Value) -> (f64, f64) {
    let (re, im) = match value {
        Value::Bool(truth) => (f64::from(u8::from(*truth)), 0.0),
        Value::Int(small) => (*small as f64, 0.0),
        Value::BigInt(big) => (big.to_f64(), 0.0),
        Value::Float(float) => (*float, 0.0),
        Value::Complex(re, im) => (*re, *im),
        _ => (0.0, 0.0),
    };
    (re + 0.0, im + 0.0)
}

/// Both have the same sign, for their floats are equal.
fn big(one: &BigInt, other: &BigInt) -> Ordering {
    let by_magnitude = |one: &str, other: &str| one.len().cmp(&other.len()).then(one.cmp(other));
    if one.0.starts_with('-') {
        by_magnitude(&other.0, &one.0)
    } else {
        by_magnitude(&one.0, &other.0)
    }
}
