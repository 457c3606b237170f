//! The named ways of comparing a program's output with the expected one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A way of comparing; what each accepts is documented where it is implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareMode {
    /// Byte for byte, but for line feeds at the very end.
    Exact,
    /// Per line without trailing white space; trailing blank lines ignored. Default for `stdin`.
    TrailingWhitespace,
    /// The sequence of white-space separated tokens.
    Tokens,
    /// Tokens, numbers within a tolerance.
    Float,
    /// Lines in any order.
    UnorderedLines,
    /// Type-aware values, tuple = list, floats within a tolerance. Default for `call`.
    JsonValue,
    /// The official APPS rule, with its laxness.
    AppsCompat,
    /// `LiveCodeBench`'s rule.
    LcbCompat,
    /// The seed project's rule.
    SeedCompat,
}

impl CompareMode {
    /// Every mode, in the order help texts show them.
    pub const ALL: [CompareMode; 9] = [
        CompareMode::Exact,
        CompareMode::TrailingWhitespace,
        CompareMode::Tokens,
        CompareMode::Float,
        CompareMode::UnorderedLines,
        CompareMode::JsonValue,
        CompareMode::AppsCompat,
        CompareMode::LcbCompat,
        CompareMode::SeedCompat,
    ];

    /// The name used in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            CompareMode::Exact => "exact",
            CompareMode::TrailingWhitespace => "trailing-whitespace",
            CompareMode::Tokens => "tokens",
            CompareMode::Float => "float",
            CompareMode::UnorderedLines => "unordered-lines",
            CompareMode::JsonValue => "json-value",
            CompareMode::AppsCompat => "apps-compat",
            CompareMode::LcbCompat => "lcb-compat",
            CompareMode::SeedCompat => "seed-compat",
        }
    }
}

/// A mode and, for `float` and `json-value`, the tolerance: written `float-1e-6`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compare {
    /// The rule.
    pub mode: CompareMode,
    /// Absolute and relative tolerance for numbers, where the rule has one.
    pub tolerance: f64,
}

/// Tolerance where none is stated.
const DEFAULT_TOLERANCE: f64 = 1e-6;

impl From<CompareMode> for Compare {
    fn from(mode: CompareMode) -> Self {
        Self {
            mode,
            tolerance: DEFAULT_TOLERANCE,
        }
    }
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mode.as_str())?;
        match self.mode {
            CompareMode::Float | CompareMode::JsonValue => write!(f, "-{:e}", self.tolerance),
            _ => Ok(()),
        }
    }
}

/// The text names no way of comparing.
#[derive(Debug, thiserror::Error)]
#[error(
    "unknown compare mode `{0}`: use exact, trailing-whitespace, tokens, float, unordered-lines, json-value, \
     apps-compat, lcb-compat or seed-compat; float and json-value take a tolerance, as in `float-1e-6`"
)]
pub struct UnknownCompare(String);

impl FromStr for Compare {
    type Err = UnknownCompare;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(mode) = CompareMode::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
        {
            return Ok(mode.into());
        }
        [CompareMode::Float, CompareMode::JsonValue]
            .into_iter()
            .find_map(|mode| {
                let digits = text.strip_prefix(mode.as_str())?.strip_prefix('-')?;
                let tolerance: f64 = digits.parse().ok()?;
                (tolerance.is_finite() && tolerance >= 0.0).then_some(Compare { mode, tolerance })
            })
            .ok_or_else(|| UnknownCompare(text.to_owned()))
    }
}

impl Serialize for Compare {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Compare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_reads_back_what_it_writes() {
        for mode in CompareMode::ALL {
            let compare = Compare::from(mode);
            assert_eq!(compare.to_string().parse::<Compare>().unwrap(), compare);
            assert_eq!(mode.as_str().parse::<Compare>().unwrap(), compare);
        }
        assert_eq!(
            "float-1e-9".parse::<Compare>().unwrap().to_string(),
            "float-1e-9"
        );
    }

    #[test]
    fn nonsense_is_named_in_the_error() {
        for text in [
            "",
            "floaty",
            "float-",
            "float--1",
            "float-nan",
            "exact-1e-6",
        ] {
            let error = text.parse::<Compare>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
