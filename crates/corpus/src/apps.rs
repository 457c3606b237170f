//! The original APPS: its folders, or the JSON Lines export (`codeparrot/apps`).
//!
//! `fn_name` in `input_output` makes a call problem; without it the tests are standard input and output, and a list
//! of lines is joined with line feeds, as APPS's own grader does. Without tests the starter code decides. Expected
//! results of calls are kept as they stand, often wrapped in a one-element list: whether the list belongs to the
//! result cannot be told, so these problems ask for [`CompareMode::AppsCompat`], whose rule is
//! `output == expected or output == expected[0]`.

use std::path::Path;

use scrl_record::{CompareMode, Kind, Problem, RawJson, Test};
use serde_json::value::RawValue;

use crate::entry_point::{call_style, entry_point};
use crate::fields::Fields;
use crate::problems::{UniqueIds, check_shape, raw_json};
use crate::raw::RawRecords;
use crate::{Mode, ProblemReader, Reason, Records, apps_folder};

/// A folder is read as APPS's folders, anything else as the export.
pub(crate) fn read(path: &Path, mode: Mode) -> ProblemReader {
    if path.is_dir() {
        return Records::new(apps_folder::problems(path), mode);
    }
    let mut ids = UniqueIds::default();
    let records = RawRecords::new(&[path.to_owned()]).map(move |record| {
        let record = record?;
        exported(&record.text)
            .and_then(|problem| ids.check(problem, &record.place))
            .map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

/// What both layouts say about one problem.
pub(crate) struct Parts {
    pub(crate) id: String,
    pub(crate) origin_id: Option<String>,
    pub(crate) split: String,
    pub(crate) difficulty: String,
    pub(crate) question: String,
    pub(crate) starter_code: String,
    pub(crate) solutions: Vec<String>,
    /// The JSON text of `input_output`; `None` when there is none.
    pub(crate) input_output: Option<String>,
}

impl Parts {
    pub(crate) fn into_problem(self) -> Result<Problem, Reason> {
        let in_out = self.input_output.as_deref().map(InputOutput::parse);
        let in_out = in_out.transpose()?.unwrap_or_default();
        let starter_entry = entry_point(&self.starter_code);
        // The starter code knows the class, `fn_name` is only the method.
        let entry = match &in_out.fn_name {
            Some(name) => starter_entry
                .filter(|entry| entry.rsplit('.').next() == Some(name))
                .or(in_out.fn_name.clone()),
            None if in_out.tests.is_empty() => starter_entry,
            None => None,
        };
        let kind = if entry.is_some() {
            Kind::Call
        } else {
            Kind::Stdin
        };
        Ok(Problem {
            id: self.id.into(),
            source: "apps".to_owned(),
            split: self.split,
            difficulty: self.difficulty,
            kind,
            prompt: self.question,
            starter_code: self.starter_code,
            call_style: entry.as_deref().map(call_style),
            compare: (kind == Kind::Call).then(|| CompareMode::AppsCompat.into()),
            entry_point: entry,
            tests: in_out.tests,
            canonical_solutions: self.solutions,
            atol: None,
            origin_id: self.origin_id,
            needs: Vec::new(),
            cwes: Vec::new(),
            family: None,
            exploit_tests: Vec::new(),
            files: Vec::new(),
            preamble: String::new(),
            insecure_solutions: Vec::new(),
        })
    }
}

#[derive(Default)]
struct InputOutput {
    fn_name: Option<String>,
    tests: Vec<Test>,
}

impl InputOutput {
    fn parse(text: &str) -> Result<Self, Reason> {
        let value: &RawValue = serde_json::from_str(text)
            .map_err(|error| Reason::wrong("input_output", format!("not JSON: {error}")))?;
        let fields = Fields::nested(value, "input_output")?;
        let inputs: Vec<&RawValue> = fields.or_default("inputs")?;
        let outputs: Vec<&RawValue> = fields.or_default("outputs")?;
        if inputs.len() != outputs.len() {
            return Err(Reason::UnequalTests {
                inputs: inputs.len(),
                outputs: outputs.len(),
            });
        }
        let fn_name: Option<String> = fields.optional("fn_name")?;
        let fn_name = fn_name.filter(|name| !name.is_empty());
        let tests = inputs
            .into_iter()
            .zip(outputs)
            .enumerate()
            .map(|(index, (input, output))| test(index, input, output, fn_name.is_some()))
            .collect::<Result<_, _>>()?;
        Ok(Self { fn_name, tests })
    }
}

fn test(index: usize, input: &RawValue, output: &RawValue, call: bool) -> Result<Test, Reason> {
    let read = if call { raw_json } else { joined_lines };
    let test = Test {
        input: read(input),
        output: read(output),
        tag: None,
    };
    let kind = if call { Kind::Call } else { Kind::Stdin };
    check_shape(&test, &format!("input_output.tests[{index}]"), kind)?;
    Ok(test)
}

fn joined_lines(value: &RawValue) -> RawJson {
    match serde_json::from_str::<Vec<String>>(value.get()) {
        Ok(lines) => RawJson::of(&lines.join("\n")),
        Err(_) => raw_json(value),
    }
}

fn exported(text: &str) -> Result<Problem, Reason> {
    let fields = Fields::parse(text)?;
    let hint = "the problem's number, as an integer or a string";
    let number = match fields.text_or_number("problem_id")? {
        Some(number) => number,
        None => fields
            .text_or_number("id")?
            .ok_or_else(|| Reason::missing("problem_id", hint))?,
    };
    let id = if number.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("apps-{}", without_zeros(&number))
    } else {
        number
    };
    Parts {
        id,
        origin_id: None,
        split: fields.or_default("split")?,
        difficulty: fields.or_default("difficulty")?,
        question: fields.required("question", "the statement")?,
        starter_code: fields.or_default("starter_code")?,
        solutions: solutions(&fields)?,
        input_output: embedded(&fields, "input_output")?,
    }
    .into_problem()
}

/// `0042` and `42` are the same problem.
pub(crate) fn without_zeros(number: &str) -> &str {
    match number.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

fn solutions(fields: &Fields<'_>) -> Result<Vec<String>, Reason> {
    match embedded(fields, "solutions")? {
        None => Ok(Vec::new()),
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| Reason::wrong("solutions", format!("no list of programs: {error}"))),
    }
}

/// JSON that the export writes as a string, perhaps an empty one, and other tools as it is.
fn embedded(fields: &Fields<'_>, key: &str) -> Result<Option<String>, Reason> {
    let Some(value) = fields.raw(key) else {
        return Ok(None);
    };
    if !value.get().starts_with('"') {
        return Ok(Some(value.get().to_owned()));
    }
    let text: Option<String> = fields.optional(key)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(input_output: &str, starter: &str) -> Result<Problem, Reason> {
        let record = serde_json::json!({
            "problem_id": 42, "question": "q", "difficulty": "interview", "url": "u",
            "solutions": "[\"print(1)\"]", "input_output": input_output, "starter_code": starter,
        });
        exported(&record.to_string())
    }

    #[test]
    fn integers_of_many_digits_survive_both_encodings() {
        let digits = "7".repeat(5000);
        let text =
            format!(r#"{{"fn_name": "f", "inputs": [[{digits}]], "outputs": [[{digits}]]}}"#);
        let problem = export(&text, "def f(n):\n\t").unwrap();
        assert_eq!(problem.kind, Kind::Call);
        assert_eq!(problem.tests[0].input.as_json(), format!("[{digits}]"));
        assert_eq!(problem.compare, Some(CompareMode::AppsCompat.into()));
        assert_eq!(problem.canonical_solutions, ["print(1)"]);
        assert_eq!(problem.id.as_str(), "apps-42");
    }

    #[test]
    fn standard_input_comes_as_text_or_as_lines() {
        let text = r#"{"inputs": ["1\n", ["1", "2"]], "outputs": ["2\n", ["3"]]}"#;
        let problem = export(text, "").unwrap();
        assert_eq!(problem.kind, Kind::Stdin);
        assert_eq!(problem.entry_point, None);
        assert_eq!(problem.tests[1].input.as_string().unwrap(), "1\n2");
        assert_eq!(problem.tests[1].output.as_string().unwrap(), "3");
    }

    #[test]
    fn empty_tests_leave_the_kind_to_the_starter_code() {
        assert_eq!(export("", "").unwrap().kind, Kind::Stdin);
        let method = export("", "class Solution:\n    def m(self):").unwrap();
        assert_eq!(method.entry_point.as_deref(), Some("Solution.m"));
        let named = r#"{"fn_name": "m", "inputs": [], "outputs": []}"#;
        let named = export(named, "class Solution:\n    def m(self):").unwrap();
        assert_eq!(named.entry_point.as_deref(), Some("Solution.m"));
    }

    #[test]
    fn bad_embedded_json_names_its_key() {
        for (text, expected) in [
            ("{\"inputs\": [", "`input_output`: not JSON"),
            ("[]", "`input_output`: invalid type"),
            (r#"{"inputs": ["a"], "outputs": []}"#, "differ in length"),
            (
                r#"{"inputs": [3], "outputs": ["a"]}"#,
                "`input_output.tests[0].input`: a number",
            ),
            (
                r#"{"fn_name": "f", "inputs": ["a"], "outputs": ["a"]}"#,
                "expected the list of arguments",
            ),
        ] {
            let error = export(text, "").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
