//! One answer of one model to one problem.

use serde::{Deserialize, Serialize};

use crate::{ProblemId, SampleId};

/// What the publisher of a sample said about it; kept to measure agreement, never used in grading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Whether all of the publisher's tests passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// False where the publisher's verdict is known to be wrong.
    #[serde(default = "yes")]
    pub reliable: bool,
    /// The publisher's own word, such as `failed@cases`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

fn yes() -> bool {
    true
}

/// One answer; one line of a sample file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Unique within the files of one run.
    pub id: SampleId,
    /// The problem it answers, by `id` or `origin_id`.
    pub problem_id: ProblemId,
    /// The model that wrote it.
    #[serde(default)]
    pub model: String,
    /// The language as the publisher names it; `python3` when absent.
    #[serde(default = "python", skip_serializing_if = "is_python")]
    pub language: String,
    /// What the model was asked, where the file says so; joins samples to problems by statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The model's raw text. Empty is an answer too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<String>,
    /// Code that the publisher has already extracted; used as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The typical quality of a sample made for demonstration, such as `insecure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_as: Option<String>,
    /// The publisher's verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// Generation settings: temperature, seed and the like, as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<serde_json::Value>,
}

fn python() -> String {
    "python3".to_owned()
}

fn is_python(language: &str) -> bool {
    language == "python3"
}

impl Sample {
    /// Whether the answer is Python, by the publisher's word.
    pub fn is_python(&self) -> bool {
        self.language.to_ascii_lowercase().starts_with("py")
    }
}
