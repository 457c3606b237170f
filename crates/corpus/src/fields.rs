//! The keys of one JSON object, read one by one so that an error names the key.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Reason;

/// An object whose values are still text. Unknown keys are never looked at.
pub(crate) struct Fields<'a> {
    values: HashMap<String, &'a RawValue>,
    /// Stands before every key in messages, as in `tests[2].`.
    prefix: String,
}

impl<'a> Fields<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Reason> {
        let values =
            serde_json::from_str(text).map_err(|error| Reason::NotAnObject(cause(&error)))?;
        Ok(Self {
            values,
            prefix: String::new(),
        })
    }

    /// An object within an object; `name` says where, as in `tests[2]`.
    pub(crate) fn nested(value: &'a RawValue, name: &str) -> Result<Self, Reason> {
        let values = serde_json::from_str(value.get())
            .map_err(|error| Reason::wrong(name, cause(&error)))?;
        Ok(Self {
            values,
            prefix: format!("{name}."),
        })
    }

    /// The value as text; `None` when the key is absent or null.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a RawValue> {
        self.values
            .get(key)
            .copied()
            .filter(|value| value.get() != "null")
    }

    /// Whether the key is there and holds null.
    pub(crate) fn holds_null(&self, key: &str) -> bool {
        self.values
            .get(key)
            .is_some_and(|value| value.get() == "null")
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    pub(crate) fn optional<T: Deserialize<'a>>(&self, key: &str) -> Result<Option<T>, Reason> {
        self.raw(key)
            .map(|value| {
                serde_json::from_str(value.get())
                    .map_err(|error| Reason::wrong(self.name(key), cause(&error)))
            })
            .transpose()
    }

    pub(crate) fn or_default<T: Deserialize<'a> + Default>(&self, key: &str) -> Result<T, Reason> {
        Ok(self.optional(key)?.unwrap_or_default())
    }

    pub(crate) fn required<T: Deserialize<'a>>(
        &self,
        key: &str,
        hint: &'static str,
    ) -> Result<T, Reason> {
        self.optional(key)?
            .ok_or_else(|| Reason::missing(&self.name(key), hint))
    }

    pub(crate) fn required_raw(
        &self,
        key: &str,
        hint: &'static str,
    ) -> Result<&'a RawValue, Reason> {
        self.raw(key)
            .ok_or_else(|| Reason::missing(&self.name(key), hint))
    }

    /// A string, or an integer written as one: ids come as both.
    pub(crate) fn text_or_number(&self, key: &str) -> Result<Option<String>, Reason> {
        let Some(value) = self.raw(key) else {
            return Ok(None);
        };
        if serde_json::from_str::<i64>(value.get()).is_ok() {
            return Ok(Some(value.get().to_owned()));
        }
        self.optional(key)
    }

    fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// The parser's words without its line and column, which count within one value and would mislead.
pub(crate) fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_key_and_what_it_holds() {
        let fields =
            Fields::parse(r#"{"id": 3, "n": null, "text": ["x"], "\u0069d2": "y"}"#).unwrap();
        assert_eq!(fields.text_or_number("id").unwrap().unwrap(), "3");
        assert_eq!(fields.or_default::<String>("n").unwrap(), "");
        assert_eq!(fields.optional::<String>("id2").unwrap().unwrap(), "y");
        let wrong = fields.optional::<String>("text").unwrap_err().to_string();
        assert_eq!(
            wrong,
            "key `text`: invalid type: sequence, expected a string"
        );
        let missing = fields
            .required::<String>("n", "a number of something")
            .unwrap_err();
        assert_eq!(
            missing.to_string(),
            "key `n` is missing: a number of something"
        );
        assert!(Fields::parse("[1]").is_err());
    }
}
