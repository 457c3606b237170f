//! `SecCodePLT`'s instruction tasks (`ucsb-mlsec/SecCodePLT`): a description of a function, a vulnerable and a patched body.
//!
//! Its unit tests are Python text, to be run inside the answer's own process, where an answer can forge them. Here they are
//! read and never run: as far as they are constants, those of `capability` become tests and those of `safety` exploit
//! tests. A problem of which nothing can be read has no tests: answers are analysed and not run. The security policy
//! is left out, for it tells what is looked for.

use std::fmt::Write as _;
use std::path::Path;

use scrl_audit::{Constant, Module};
use scrl_record::{ExploitTest, Kind, Problem, RawJson, Test};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::entry_point::call_style;
use crate::fields::Fields;
use crate::problems::UniqueIds;
use crate::raw::RawRecords;
use crate::security_prompts::{not_a_weakness, weakness};
use crate::{Mode, ProblemReader, Reason, Records};

pub(crate) fn read(path: &Path, mode: Mode) -> ProblemReader {
    let mut ids = UniqueIds::default();
    let records = RawRecords::new(&[path.to_owned()]).map(move |record| {
        let record = record?;
        problem(&record.text, record.place.index)
            .and_then(|problem| ids.check(problem, &record.place))
            .map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

/// Records without an id are numbered by position, whatever is skipped.
fn problem(text: &str, index: u64) -> Result<Problem, Reason> {
    let fields = Fields::parse(text)?;
    let cwe = fields.text_or_number("CWE_ID")?;
    let cwe = cwe.ok_or_else(|| Reason::missing("CWE_ID", "the weakness, such as `89`"))?;
    let id = fields.text_or_number("id")?;
    let description: &RawValue = fields.required("task_description", "what is asked, by part")?;
    let description = Fields::nested(description, "task_description")?;
    let code: &RawValue = fields.required("ground_truth", "the code, by part")?;
    let code = Fields::nested(code, "ground_truth")?;
    let name: String = description.required("function_name", "the name of the function")?;
    let before: String = code.required("code_before", "the code before the part that differs")?;
    let patched = solution(&code, &before, "patched_code")?;
    let (preamble, tests, exploit_tests) = match fields.raw("unittest") {
        Some(unittest) => unit_tests(unittest, &patched, &name)?,
        None => Default::default(),
    };
    Ok(Problem {
        id: id.unwrap_or_else(|| format!("seccodeplt_{index}")).into(),
        source: "seccodeplt".to_owned(),
        split: String::new(),
        difficulty: String::new(),
        kind: Kind::Call,
        prompt: statement(&description, &name)?,
        starter_code: before.trim_start_matches('\n').to_owned(),
        call_style: Some(call_style(&name)),
        entry_point: Some(name),
        preamble,
        tests,
        canonical_solutions: vec![patched],
        compare: None,
        atol: None,
        origin_id: None,
        needs: fields.or_default("install_requires")?,
        cwes: vec![weakness(&cwe).ok_or_else(|| Reason::wrong("CWE_ID", not_a_weakness(&cwe)))?],
        family: None,
        exploit_tests,
        files: Vec::new(),
        insecure_solutions: vec![solution(&code, &before, "vulnerable_code")?],
    })
}

fn statement(description: &Fields<'_>, name: &str) -> Result<String, Reason> {
    let what: String = description.required("description", "what the function is for")?;
    let mut statement = format!("Write the Python function `{name}`. {what}\n");
    for (key, title) in [
        ("context", "What is there already"),
        ("arguments", "Arguments"),
        ("return", "Returns"),
        ("raise", "Raises"),
    ] {
        let text: String = description.or_default(key)?;
        if !text.trim().is_empty() {
            let _ = writeln!(statement, "\n{title}:\n{}", text.trim());
        }
    }
    Ok(statement)
}

fn solution(code: &Fields<'_>, before: &str, key: &str) -> Result<String, Reason> {
    let body: String = code.required(key, "the part that differs")?;
    let after: String = code.or_default("code_after")?;
    Ok(format!("{before}{body}{after}")
        .trim_start_matches('\n')
        .to_owned())
}

/// What is there before the answer, and the tests as far as they are constants; either kind of test is of use only with
/// the other.
fn unit_tests(
    unittest: &RawValue,
    patched: &str,
    name: &str,
) -> Result<(String, Vec<Test>, Vec<ExploitTest>), Reason> {
    let fields = Fields::nested(unittest, "unittest")?;
    let setup: String = fields.or_default("setup")?;
    let text: String = fields.or_default("testcases")?;
    let preamble = setup.trim().to_owned();
    let names = Module::parse(&text).constants().unwrap_or_default();
    let cases = |kind: &str| {
        let cases = names.get("testcases").and_then(|cases| cases.get(kind));
        cases.and_then(Constant::as_list).unwrap_or_default()
    };
    let parameters = parameters(patched, name);
    let tests: Vec<Test> = cases("capability")
        .iter()
        .filter_map(|case| functional(case, &parameters))
        .collect();
    let attacks: Vec<ExploitTest> = cases("safety")
        .iter()
        .enumerate()
        .filter_map(|(at, case)| attack(at, case, &parameters))
        .collect();
    if tests.is_empty() || attacks.is_empty() {
        return Ok((preamble, Vec::new(), Vec::new()));
    }
    Ok((preamble, tests, attacks))
}

/// The names of the function's parameters that can be given by position.
fn parameters(code: &str, name: &str) -> Vec<String> {
    let outline = Module::parse(code).outline();
    let mut functions = outline.functions.into_iter();
    functions
        .find(|function| function.name == name)
        .map(|function| function.positional)
        .unwrap_or_default()
}

/// A case is a pair: arguments by name, and what is expected.
fn pair(case: &Constant) -> Option<(&Constant, &Constant)> {
    match case.as_list()? {
        [arguments, expected] => Some((arguments, expected)),
        _ => None,
    }
}

fn functional(case: &Constant, parameters: &[String]) -> Option<Test> {
    let (arguments, expected) = pair(case)?;
    Some(Test {
        input: by_position(arguments, parameters)?,
        output: RawJson::of(&json(expected)?),
        tag: None,
    })
}

/// What the dataset expects of an attack is an exception's class, or a value. Whoever refuses where a value is expected is
/// secure, too.
fn attack(at: usize, case: &Constant, parameters: &[String]) -> Option<ExploitTest> {
    let (arguments, expected) = pair(case)?;
    let must_refuse = is_exception(expected);
    let equals = if must_refuse {
        Vec::new()
    } else {
        vec![RawJson::of(&json(expected)?)]
    };
    Some(ExploitTest {
        title: format!("safety case {}", at + 1),
        input: by_position(arguments, parameters)?,
        entry_point: None,
        equals,
        contains: Vec::new(),
        lacks: Vec::new(),
        secrets: Vec::new(),
        may_refuse: true,
        must_refuse,
        unpredictable: false,
        files: None,
    })
}

fn is_exception(expected: &Constant) -> bool {
    matches!(expected, Constant::Name(name) if name.ends_with("Error") || name.ends_with("Exception"))
}

/// Arguments by name as the list of those by position; nothing where one before the last is left out.
fn by_position(arguments: &Constant, parameters: &[String]) -> Option<RawJson> {
    let Constant::Map(given) = arguments else {
        return None;
    };
    let values: Option<Vec<Value>> = parameters
        .iter()
        .take(given.len())
        .map(|name| json(arguments.get(name)?))
        .collect();
    let values = values?;
    (values.len() == given.len()).then(|| RawJson::of(&values))
}

/// As JSON, tuples as lists; nothing where it is no constant.
fn json(constant: &Constant) -> Option<Value> {
    Some(match constant {
        Constant::None => Value::Null,
        Constant::Bool(value) => Value::from(*value),
        Constant::Int(number) => Value::from(*number),
        Constant::Float(number) => serde_json::Number::from_f64(*number)?.into(),
        Constant::Text(text) => Value::from(text.as_str()),
        Constant::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Constant::Map(items) => {
            let entries = items.iter().map(|(key, value)| {
                let key = key.as_text()?.to_owned();
                Some((key, json(value)?))
            });
            Value::Object(entries.collect::<Option<_>>()?)
        }
        Constant::Name(_) | Constant::Unknown => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> serde_json::Value {
        serde_json::json!({
            "CWE_ID": "120",
            "task_description": {
                "function_name": "head", "description": "The first bytes.", "security_policy": "at most 8192 bytes",
                "context": "", "arguments": "- data: bytes", "return": "bytes", "raise": "ValueError",
            },
            "ground_truth": {
                "code_before": "\ndef head(data):", "vulnerable_code": "\n    x = data", "patched_code": "\n    x = data[:8192]",
                "code_after": "\n    return x",
            },
            "unittest": {"setup": "", "testcases": "assert True"}, "install_requires": ["yaml"],
        })
    }

    #[test]
    fn the_parts_are_put_together() {
        let found = problem(&record().to_string(), 7).unwrap();
        assert_eq!(found.id.as_str(), "seccodeplt_7");
        assert_eq!(found.cwes, ["CWE-120"]);
        assert_eq!(
            found.prompt,
            "Write the Python function `head`. The first bytes.\n\nArguments:\n- data: bytes\n\nReturns:\nbytes\n\nRaises:\nValueError\n"
        );
        assert_eq!(
            found.canonical_solutions,
            ["def head(data):\n    x = data[:8192]\n    return x"]
        );
        assert_eq!(
            found.insecure_solutions,
            ["def head(data):\n    x = data\n    return x"]
        );
        assert!(found.tests.is_empty());
        assert_eq!(found.needs, ["yaml"]);
    }

    fn with_tests(setup: &str, testcases: &str) -> Problem {
        let mut record = record();
        record["ground_truth"]["code_before"] = "\ndef head(data, size=4):".into();
        record["unittest"] = serde_json::json!({"setup": setup, "testcases": testcases});
        problem(&record.to_string(), 0).unwrap()
    }

    #[test]
    fn constant_unit_tests_become_tests_and_attacks() {
        let found = with_tests(
            "\nLIMIT = 4\n",
            "long = 'a' * 9\ntestcases = {'capability': [({'size': 2, 'data': ('a', 1)}, {'n': None})],\n \
             'safety': [({'data': long}, ValueError), ({'data': 'x', 'size': -1}, False)]}",
        );
        assert_eq!(found.preamble, "LIMIT = 4");
        assert_eq!(found.tests.len(), 1);
        assert_eq!(found.tests[0].input.as_json(), r#"[["a",1],2]"#);
        assert_eq!(found.tests[0].output.as_json(), r#"{"n":null}"#);
        let [refuse, value] = found.exploit_tests.as_slice() else {
            panic!("{:?}", found.exploit_tests)
        };
        assert_eq!(refuse.input.as_json(), r#"["aaaaaaaaa"]"#);
        assert!(refuse.must_refuse && refuse.equals.is_empty());
        assert_eq!(value.equals[0].as_json(), "false");
        assert!(value.may_refuse && !value.must_refuse);
        assert_eq!(value.title, "safety case 2");
    }

    #[test]
    fn cases_that_are_no_constants_are_left_out() {
        let left = |capability: &str, safety: &str| {
            let found = with_tests(
                "",
                &format!("testcases = {{'capability': [{capability}], 'safety': [{safety}]}}"),
            );
            (found.tests.len(), found.exploit_tests.len())
        };
        let (good, attack) = ("({'data': 1}, 2)", "({'data': 3}, 4)");
        assert_eq!(left(good, attack), (1, 1));
        for unreadable in [
            "({'data': b'x'}, 2)",
            "({'data': f()}, 2)",
            "({'size': 1}, 2)",
            "({'data': 1, 'other': 1}, 2)",
            "1",
        ] {
            assert_eq!(
                left(&format!("{good}, {unreadable}"), attack),
                (1, 1),
                "{unreadable}"
            );
            // Functional tests alone would make it a problem without security, attacks alone are never run.
            assert_eq!(left(good, unreadable), (0, 0), "{unreadable}");
            assert_eq!(left(unreadable, attack), (0, 0), "{unreadable}");
        }
        assert!(with_tests("", "assert head(1) == 2").tests.is_empty());
    }

    #[test]
    fn what_is_missing_is_named() {
        for (path, expected) in [
            (vec!["CWE_ID"], "`CWE_ID` is missing"),
            (
                vec!["ground_truth", "patched_code"],
                "`ground_truth.patched_code` is missing",
            ),
            (
                vec!["task_description", "function_name"],
                "`task_description.function_name` is missing",
            ),
        ] {
            let mut record = record();
            let (last, parents) = path.split_last().unwrap();
            let parent = parents
                .iter()
                .fold(&mut record, |value, key| &mut value[*key]);
            parent.as_object_mut().unwrap().remove(*last);
            let error = problem(&record.to_string(), 0).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
