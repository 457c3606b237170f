//! What a model is asked: a problem as a text to be continued, or as a chat.

use scrl_record::{Kind, Problem};
use serde::Serialize;

/// How a problem is put to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptStyle {
    /// As a text that the model goes on with: for base models.
    Completion,
    /// As a chat, in the model's own template: for models that follow instructions.
    Chat,
}

impl PromptStyle {
    /// The name used in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            PromptStyle::Completion => "completion",
            PromptStyle::Chat => "chat",
        }
    }
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Who speaks: `system`, `user` or `assistant`.
    pub role: &'static str,
    /// What is said.
    pub content: String,
}

impl Message {
    /// What sets the scene.
    pub fn system(content: impl Into<String>) -> Self {
        Self {
            role: "system",
            content: content.into(),
        }
    }

    /// What the user says.
    pub fn user(content: impl Into<String>) -> Self {
        Self {
            role: "user",
            content: content.into(),
        }
    }
}

/// The text to be continued: the problem's prompt as it stands, and its starter code where the prompt does not have it.
pub fn completion(problem: &Problem) -> String {
    let starter = missing_starter(problem);
    match (problem.prompt.as_str(), starter) {
        (prompt, None) => prompt.to_owned(),
        ("", Some(starter)) => starter.to_owned(),
        (prompt, Some(starter)) => format!("{}\n\n{starter}", prompt.trim_end()),
    }
}

/// The chat: the problem, and in one sentence what kind of program is wanted. Starts with `system` where there is one.
pub fn messages(problem: &Problem, system: Option<&str>) -> Vec<Message> {
    let mut parts = vec![problem.prompt.trim().to_owned()];
    if let Some(starter) = missing_starter(problem) {
        parts.push(format!("```python\n{}\n```", starter.trim_end()));
    }
    parts.push(wanted(problem));
    parts.retain(|part| !part.is_empty());
    let system = system.map(Message::system).into_iter();
    system.chain([Message::user(parts.join("\n\n"))]).collect()
}

/// A program as the chat asks for it.
pub fn answer(code: &str) -> String {
    format!("```python\n{}\n```", code.trim_end())
}

/// The starter code, unless there is none or the prompt has it already.
fn missing_starter(problem: &Problem) -> Option<&str> {
    let starter = problem.starter_code.as_str();
    let is_there = starter.trim().is_empty() || problem.prompt.contains(starter.trim_end());
    (!is_there).then_some(starter)
}

fn wanted(problem: &Problem) -> String {
    let program = match (problem.kind, problem.entry_point.as_deref()) {
        (Kind::Stdin, _) => {
            "a complete Python 3 program that reads standard input and writes standard output"
                .to_owned()
        }
        (Kind::Call, Some(entry)) if entry.contains('.') => {
            format!(
                "Python 3 code that defines the method `{entry}`, with all imports that it needs"
            )
        }
        (Kind::Call, Some(entry)) => {
            format!(
                "Python 3 code that defines the function `{entry}`, with all imports that it needs"
            )
        }
        (Kind::Call, None) => "Python 3 code, with all imports that it needs".to_owned(),
    };
    format!("Answer with {program}, in one ```python block.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Problem {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_completion_is_the_prompt_with_the_starter_code_once() {
        let whole = r#"{"id": "p", "kind": "call", "prompt": "def f(a):\n    \"\"\"Add.\"\"\"\n", "starter_code": "def f(a):\n"}"#;
        assert_eq!(
            completion(&problem(whole)),
            "def f(a):\n    \"\"\"Add.\"\"\"\n"
        );
        let apart =
            r#"{"id": "p", "kind": "call", "prompt": "Add.\n", "starter_code": "def f(a):\n"}"#;
        assert_eq!(completion(&problem(apart)), "Add.\n\ndef f(a):\n");
        assert_eq!(completion(&problem(r#"{"id": "p", "kind": "stdin"}"#)), "");
    }

    #[test]
    fn a_chat_says_what_is_wanted() {
        let method = r#"{"id": "p", "kind": "call", "prompt": "Add.\n", "starter_code": "class Solution:\n    def f(self):\n",
            "entry_point": "Solution.f"}"#;
        let said = messages(&problem(method), Some("Be brief."));
        assert_eq!(said[0], Message::system("Be brief."));
        assert_eq!(
            said[1].content,
            "Add.\n\n```python\nclass Solution:\n    def f(self):\n```\n\nAnswer with Python 3 code that defines the method \
             `Solution.f`, with all imports that it needs, in one ```python block."
        );
        let stdin = messages(
            &problem(r#"{"id": "p", "kind": "stdin", "prompt": "Sum."}"#),
            None,
        );
        assert!(stdin[0].content.starts_with(
            "Sum.\n\nAnswer with a complete Python 3 program that reads standard input"
        ));
    }
}
