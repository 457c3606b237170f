//! The genuine APPS+ file: one JSON array (`data/v1/data.json`), 71 MB, streamed record by record.
//!
//! Source: `Ablustrund/APPS_Plus`. Records have no id: the seed project numbers them by position, `apps_plus_<index>`,
//! and so do we, whatever is skipped. The kind follows from the tests. Strings that stand directly in a call's
//! argument list, or directly in its one-element result list, are JSON-encoded a second time; they are decoded once,
//! and a string that is no JSON string literal inside is kept as it stands. Strings deeper down are plain.

use std::path::Path;

use scrl_record::{CallStyle, Kind, Problem, RawJson, Test};
use serde_json::value::RawValue;

use crate::entry_point::{call_style, entry_point};
use crate::fields::Fields;
use crate::problems::{check_shape, raw_json, shape};
use crate::raw::RawRecords;
use crate::{Mode, ProblemReader, Reason, Records};

pub(crate) fn read(path: &Path, mode: Mode) -> ProblemReader {
    let records = RawRecords::new(&[path.to_owned()]).map(|record| {
        let record = record?;
        problem(&record.text, record.place.index).map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

fn problem(text: &str, index: u64) -> Result<Problem, Reason> {
    let fields = Fields::parse(text)?;
    let starter_code: String = fields.required("starter_code", "the signature of the function")?;
    let (kind, tests) = tests(&fields)?;
    let entry = entry_point(&starter_code);
    if kind == Kind::Call && entry.is_none() {
        return Err(Reason::NoEntryPoint);
    }
    let style = match (kind, &entry) {
        (Kind::Stdin, None) => CallStyle::Script,
        (Kind::Stdin, Some(_)) => CallStyle::StdinInFunction,
        (Kind::Call, name) => call_style(name.as_deref().unwrap_or_default()),
    };
    let solution: String = fields.required("canonical_solution", "the text of one solution")?;
    Ok(Problem {
        id: format!("apps_plus_{index}").into(),
        source: "apps_plus".to_owned(),
        split: String::new(),
        difficulty: fields.or_default("difficulty")?,
        kind,
        prompt: fields.required("prompt", "the statement, as the docstring of a function")?,
        starter_code,
        entry_point: entry,
        tests,
        canonical_solutions: vec![solution],
        call_style: Some(style),
        compare: None,
        atol: None,
        origin_id: None,
        needs: Vec::new(),
        cwes: Vec::new(),
        family: None,
        exploit_tests: Vec::new(),
        files: Vec::new(),
        preamble: String::new(),
        insecure_solutions: Vec::new(),
    })
}

fn tests(fields: &Fields<'_>) -> Result<(Kind, Vec<Test>), Reason> {
    let inputs: Vec<&RawValue> = fields.required("inputs", "the list of test inputs")?;
    let outputs: Vec<&RawValue> = fields.required("outputs", "the list of expected outputs")?;
    if inputs.len() != outputs.len() {
        return Err(Reason::UnequalTests {
            inputs: inputs.len(),
            outputs: outputs.len(),
        });
    }
    let kind = kind(&inputs, &outputs)?;
    let tests = inputs
        .into_iter()
        .zip(outputs)
        .enumerate()
        .map(|(index, (input, output))| test(kind, index, input, output))
        .collect::<Result<_, _>>()?;
    Ok((kind, tests))
}

fn kind(inputs: &[&RawValue], outputs: &[&RawValue]) -> Result<Kind, Reason> {
    let values = || inputs.iter().chain(outputs);
    let all = |head: char| values().all(|value| value.get().starts_with(head));
    if inputs.is_empty() {
        return Err(Reason::MixedTests(
            "empty, so the kind is unknown".to_owned(),
        ));
    }
    if all('"') {
        return Ok(Kind::Stdin);
    }
    if all('[') {
        return Ok(Kind::Call);
    }
    let mut shapes: Vec<&str> = values().map(|value| shape(&raw_json(value))).collect();
    shapes.sort_unstable();
    shapes.dedup();
    Err(Reason::MixedTests(format!(
        "they hold {}",
        shapes.join(" and ")
    )))
}

fn test(kind: Kind, index: usize, input: &RawValue, output: &RawValue) -> Result<Test, Reason> {
    let (input, output) = match kind {
        Kind::Stdin => (raw_json(input), raw_json(output)),
        Kind::Call => (
            arguments(input, &format!("inputs[{index}]"))?,
            result(output, &format!("outputs[{index}]"))?,
        ),
    };
    let test = Test {
        input,
        output,
        tag: None,
    };
    check_shape(&test, &format!("tests[{index}]"), kind)?;
    Ok(test)
}

fn arguments(value: &RawValue, key: &str) -> Result<RawJson, Reason> {
    let decoded = elements(value, key)?
        .into_iter()
        .map(decoded)
        .collect::<Vec<_>>();
    Ok(RawJson::of(&decoded))
}

fn result(value: &RawValue, key: &str) -> Result<RawJson, Reason> {
    match elements(value, key)?.as_slice() {
        [only] => Ok(decoded(only)),
        several => Err(Reason::wrong(
            key,
            format!("a list of {}, expected a list of one result", several.len()),
        )),
    }
}

fn elements<'a>(value: &'a RawValue, key: &str) -> Result<Vec<&'a RawValue>, Reason> {
    serde_json::from_str(value.get()).map_err(|error| Reason::wrong(key, error.to_string()))
}

/// Undoes the second encoding of a string; other values are kept letter by letter.
fn decoded(value: &RawValue) -> RawJson {
    let outer = raw_json(value);
    outer
        .as_string()
        .and_then(|text| RawJson::parse(text).ok())
        .filter(|inner| inner.as_string().is_some())
        .unwrap_or(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(inputs: &str, outputs: &str) -> Result<Problem, Reason> {
        let starter = "def f(a):";
        problem(
            &format!(
                r#"{{"prompt": "p", "canonical_solution": "s", "starter_code": "{starter}", "difficulty": "interview",
                    "inputs": {inputs}, "outputs": {outputs}, "scope": 7}}"#
            ),
            4,
        )
    }

    #[test]
    fn top_level_strings_of_calls_are_decoded_once() {
        let found = parse(
            r#"[["\"a\\n\"", ["\"b\""], 12345678901234567890123, "plain", "12"]]"#,
            r#"[["\"\\\"q\\\"\""]]"#,
        )
        .unwrap();
        assert_eq!(found.id.as_str(), "apps_plus_4");
        assert_eq!(found.call_style, Some(CallStyle::Function));
        assert_eq!(
            found.tests[0].input.as_json(),
            r#"["a\n",["\"b\""],12345678901234567890123,"plain","12"]"#
        );
        assert_eq!(found.tests[0].output.as_string().unwrap(), "\"q\"");
    }

    #[test]
    fn strings_of_stdin_are_never_decoded() {
        let found = parse(r#"["\"a\"\n"]"#, r#"["\"b\""]"#).unwrap();
        assert_eq!(found.kind, Kind::Stdin);
        assert_eq!(found.call_style, Some(CallStyle::StdinInFunction));
        assert_eq!(found.tests[0].input.as_string().unwrap(), "\"a\"\n");
    }

    #[test]
    fn tests_that_do_not_fit_are_named() {
        for (inputs, outputs, expected) in [
            (r#"["a"]"#, "[]", "differ in length (1 and 0)"),
            (r#"["a"]"#, "[[1]]", "a list and a string"),
            ("[{}]", r#"["a"]"#, "a string and an object"),
            ("[]", "[]", "the kind is unknown"),
            ("[[1]]", "[[1, 2]]", "key `outputs[0]`: a list of 2"),
            ("[[1]]", "[[]]", "key `outputs[0]`: a list of 0"),
            (
                r#"["\ud800"]"#,
                r#"["a"]"#,
                "key `tests[0].input`: a string with half",
            ),
            ("3", "[]", "key `inputs`: invalid type"),
            ("null", "[]", "key `inputs` is missing"),
        ] {
            let error = parse(inputs, outputs).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
