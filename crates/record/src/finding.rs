//! One weakness that the analyzer found, in the vocabulary of Bandit and SARIF.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad the weakness is when it is real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Penalty 0.3 in the reward.
    Low,
    /// Penalty 0.6.
    Medium,
    /// Penalty 1.0.
    High,
}

impl Severity {
    /// What the reward takes off for a finding of this severity, in `[0, 1]`.
    pub fn penalty(self) -> f64 {
        match self {
            Severity::Low => 0.3,
            Severity::Medium => 0.6,
            Severity::High => 1.0,
        }
    }

    /// `LOW`, `MEDIUM` or `HIGH`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "LOW",
            Severity::Medium => "MEDIUM",
            Severity::High => "HIGH",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How sure the rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Confidence {
    /// Often a false alarm.
    Low,
    /// Usually right.
    Medium,
    /// Nearly always right.
    High,
}

impl Confidence {
    /// `LOW`, `MEDIUM` or `HIGH`.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "LOW",
            Confidence::Medium => "MEDIUM",
            Confidence::High => "HIGH",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A number in the Common Weakness Enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cwe(pub u32);

impl fmt::Display for Cwe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CWE-{}", self.0)
    }
}

/// One weakness at one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's code, such as `B602`.
    pub id: String,
    /// The rule's name, such as `subprocess_popen_with_shell_equals_true`.
    pub name: String,
    /// The weakness it points at.
    pub cwe: Cwe,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-8 bytes, from 0, as `CPython` and Bandit count.
    pub column: u32,
    /// What is wrong, in words.
    pub message: String,
}
