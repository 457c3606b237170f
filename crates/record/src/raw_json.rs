//! One JSON value kept as the text it was read from.
//!
//! Test inputs and outputs hold integers of thousands of digits and floats whose last bit matters. Parsing them
//! into `f64` and back would change them, so they travel as text and are parsed only where they are compared.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON value as text; equal when the text is equal.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Serializes `value`. Only types that always serialize (strings, numbers, [`serde_json::Value`]) are meant.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        Self(serde_json::value::to_raw_value(value).expect("plain values serialize"))
    }

    /// Checks that `text` is one JSON value and keeps it.
    pub fn parse(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// The JSON text.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// The decoded text when the value is a JSON string, otherwise `None`.
    pub fn as_string(&self) -> Option<String> {
        if self.is_string() {
            serde_json::from_str(self.0.get()).ok()
        } else {
            None
        }
    }

    /// Whether the value is a JSON string.
    pub fn is_string(&self) -> bool {
        self.0.get().starts_with('"')
    }

    /// Whether the value is a JSON array.
    pub fn is_array(&self) -> bool {
        self.0.get().starts_with('[')
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_of_many_digits_survives() {
        let text = format!("[{}]", "9".repeat(5000));
        let value: RawJson = serde_json::from_str(&text).unwrap();
        assert_eq!(value.as_json(), text);
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }

    #[test]
    fn strings_decode_and_others_do_not() {
        assert_eq!(RawJson::of("a\n").as_string().as_deref(), Some("a\n"));
        assert_eq!(RawJson::of(&1).as_string(), None);
        assert!(RawJson::parse("[1".to_owned()).is_err());
    }
}
