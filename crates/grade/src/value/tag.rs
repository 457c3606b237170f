//! What a `__scrl__` object stands for.

use super::{Text, Value, order::order, parse};

/// The only key of a tagged object.
pub(super) const KEY: &[u8] = b"__scrl__";

/// The value that the payload of a tagged object stands for; `None` for what the encoder never writes.
pub(super) fn decode(value: Value) -> Option<Value> {
    let Value::List(parts) = value else {
        return None;
    };
    let [Value::Str(tag), payload] = <[_; 2]>::try_from(parts).ok()? else {
        return None;
    };
    match (tag.as_bytes(), payload) {
        (b"set", Value::List(mut items)) => {
            items.sort_by(order);
            Some(Value::Set(items))
        }
        (b"bytes", Value::Str(text)) => latin1(&text).map(Value::Bytes),
        (b"complex", Value::List(parts)) => match parts.as_slice() {
            [re, im] => Some(Value::Complex(float(re)?, float(im)?)),
            _ => None,
        },
        (b"repr", Value::Str(text)) => Some(Value::Opaque(text)),
        (b"dict", Value::List(pairs)) => {
            let entries: Option<Vec<_>> = pairs.into_iter().map(pair).collect();
            Some(Value::Map(parse::sorted(entries?)))
        }
        _ => None,
    }
}

fn latin1(text: &Text) -> Option<Vec<u8>> {
    text.as_str()?
        .chars()
        .map(|character| u8::try_from(character).ok())
        .collect()
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(small) => Some(*small as f64),
        Value::Float(float) => Some(*float),
        _ => None,
    }
}

fn pair(value: Value) -> Option<(Text, Value)> {
    let Value::List(parts) = value else {
        return None;
    };
    match <[_; 2]>::try_from(parts).ok()? {
        [Value::Str(key), value] => Some((key, value)),
        _ => None,
    }
}
