//! A programming problem with its tests: the uniform record that every importer produces.

use serde::{Deserialize, Serialize};

use crate::{Compare, ExploitTest, PrivateFile, ProblemId, RawJson};

/// How a program is asked: through standard input, or by calling a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole program that reads standard input and writes standard output.
    Stdin,
    /// A function or method that is called with positional arguments.
    Call,
}

impl Kind {
    /// The name used in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Stdin => "stdin",
            Kind::Call => "call",
        }
    }
}

/// How the problem's own solutions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallStyle {
    /// A plain script.
    #[serde(rename = "script")]
    Script,
    /// A script wrapped in `def NAME():`, which prints nothing until `NAME()` is appended (APPS+).
    #[serde(rename = "stdin_in_function")]
    StdinInFunction,
    /// A call problem that its origin turned into a script: one argument a line.
    #[serde(rename = "function-as-stdin")]
    FunctionAsStdin,
    /// A top-level function.
    #[serde(rename = "function")]
    Function,
    /// A method of `class Solution`.
    #[serde(rename = "method")]
    Method,
}

/// One test: for `stdin` two JSON strings, for `call` the array of positional arguments and the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Standard input, or the array of arguments.
    pub input: RawJson,
    /// Expected standard output, or the expected result.
    pub output: RawJson,
    /// A group the test belongs to, such as `base` or `plus` (`HumanEval+`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A problem, its tests and its reference solutions; one line of a problem file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Unique within a problem file.
    pub id: ProblemId,
    /// The dataset it comes from.
    #[serde(default)]
    pub source: String,
    /// The dataset's own split name; empty when it has none.
    #[serde(default)]
    pub split: String,
    /// The dataset's own word, such as `introductory`; empty when it has none.
    #[serde(default)]
    pub difficulty: String,
    /// Standard input or call.
    pub kind: Kind,
    /// What the model is asked.
    #[serde(default)]
    pub prompt: String,
    /// Code the answer starts from, often a signature; empty when there is none.
    #[serde(default)]
    pub starter_code: String,
    /// Code that the statement says is there already; it runs before each answer, in the answer's module.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub preamble: String,
    /// `f` or `Solution.m`: what to call; for `stdin` the function that wraps the program, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_point: Option<String>,
    /// The tests; may be empty, then answers are analysed and not run.
    #[serde(default)]
    pub tests: Vec<Test>,
    /// Reference solutions, the first being the one that audits run.
    #[serde(default)]
    pub canonical_solutions: Vec<String>,
    /// How the reference solutions are written, where the origin says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_style: Option<CallStyle>,
    /// How outputs are compared; the kind's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Absolute tolerance for floats in results, where the origin states one (`EvalPlus`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atol: Option<f64>,
    /// The id in the origin's own files, such as `HumanEval/0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_id: Option<String>,
    /// Modules outside the standard library that the reference solution imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Weaknesses this problem invites, such as `CWE-89`; empty where security is not its point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwes: Vec<String>,
    /// The family of tasks that it is an instance of; absent for a problem of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Attacks that an answer must withstand; empty where security is not the problem's point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exploit_tests: Vec<ExploitTest>,
    /// What is in the private folder of each run; a problem without files has no folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PrivateFile>,
    /// Solutions that pass the tests and do not withstand the exploit tests; for audits and examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insecure_solutions: Vec<String>,
}
