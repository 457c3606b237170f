//! `SecCodePLT`'s instruction tasks (`ucsb-mlsec/SecCodePLT`): a description of a function, a vulnerable and a patched body.
//!
//! Its unit tests are Python text that decides inside the answer's own process, where an answer can forge them: they are
//! left out, so answers are analysed and not run. The security policy is left out too, for it tells what is looked for.

use std::fmt::Write as _;
use std::path::Path;

use scrl_record::{Kind, Problem};
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
        tests: Vec::new(),
        canonical_solutions: vec![solution(&code, &before, "patched_code")?],
        compare: None,
        atol: None,
        origin_id: None,
        needs: fields.or_default("install_requires")?,
        cwes: vec![weakness(&cwe).ok_or_else(|| Reason::wrong("CWE_ID", not_a_weakness(&cwe)))?],
        family: None,
        exploit_tests: Vec::new(),
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
