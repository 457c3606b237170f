//! The embedded suite of security tasks: one file of TOML per task, read into problems.
//!
//! `suites/secure-tasks/FAMILY/TASK.toml`, with `family.toml` beside the tasks of a family. The format is told in
//! `docs/suites.md`.

use std::collections::BTreeMap;

use scrl_record::{
    CallStyle, Compare, ExploitTest, FileContents, FilesAfter, Kind, PrivateFile, Problem, RawJson,
    Test,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/secure_tasks.rs"));
}

/// What the families' own files are called.
const FAMILY_FILE: &str = "family";

/// What tasks have in common that share a folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// The folder's name.
    #[serde(skip)]
    pub name: String,
    /// In a few words.
    pub title: String,
    /// What goes wrong, and what helps, for a newcomer.
    pub about: String,
}

/// A task: a problem, and what is told about it.
#[derive(Clone, Debug)]
pub struct SecureTask {
    /// The folder it lies in.
    pub family: String,
    /// In a few words.
    pub title: String,
    /// What the easy way gets wrong.
    pub danger: String,
    /// Its secure solutions are the canonical ones.
    pub problem: Problem,
}

/// A file of the suite that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`suites/secure-tasks/{path}`: {reason}")]
pub struct TaskError {
    /// The file, within the suite.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A task's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskFile {
    title: String,
    cwes: Vec<u32>,
    statement: String,
    danger: String,
    /// The first line of the function that is asked for; absent where a whole program is.
    signature: Option<String>,
    compare: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, FileContents>,
    /// A test a line: input, `->`, output, both in JSON.
    tests: String,
    exploit: Vec<ExploitFile>,
    secure: Vec<String>,
    insecure: Vec<String>,
}

/// An exploit test in a task's file: as [`ExploitTest`], with values in TOML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExploitFile {
    title: String,
    input: toml::Value,
    entry_point: Option<String>,
    #[serde(default)]
    equals: Vec<toml::Value>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    secrets: Vec<String>,
    may_refuse: Option<bool>,
    #[serde(default)]
    must_refuse: bool,
    #[serde(default)]
    unpredictable: bool,
    files: Option<FilesAfter>,
}

/// Every family, by name.
pub fn families() -> Result<Vec<Family>, TaskError> {
    let mut families = Vec::new();
    for (path, text) in embedded::FILES {
        let (folder, name) = split(path)?;
        if name == FAMILY_FILE {
            let family: Family =
                toml::from_str(text).map_err(|error| wrong(path, error.to_string()))?;
            families.push(Family {
                name: folder.to_owned(),
                ..family
            });
        }
    }
    Ok(families)
}

/// Every task, by family and name.
pub fn secure_tasks() -> Result<Vec<SecureTask>, TaskError> {
    let mut tasks = Vec::new();
    for (path, text) in embedded::FILES {
        let (family, name) = split(path)?;
        if name != FAMILY_FILE {
            tasks.push(task(family, name, text).map_err(|reason| wrong(path, reason))?);
        }
    }
    Ok(tasks)
}

fn wrong(path: &str, reason: String) -> TaskError {
    TaskError {
        path: path.to_owned(),
        reason,
    }
}

/// Folder and name of a file.
fn split(path: &str) -> Result<(&str, &str), TaskError> {
    path.strip_suffix(".toml")
        .and_then(|path| path.split_once('/'))
        .ok_or_else(|| wrong(path, "it is not called FAMILY/TASK.toml".to_owned()))
}

fn task(family: &str, name: &str, text: &str) -> Result<SecureTask, String> {
    let file: TaskFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let kind = match file.signature {
        Some(_) => Kind::Call,
        None => Kind::Stdin,
    };
    let compare = file.compare.as_deref().map(str::parse::<Compare>);
    let exploit_tests: Result<_, String> = file.exploit.into_iter().map(exploit_test).collect();
    let private = |(path, contents)| PrivateFile { path, contents };
    let problem = Problem {
        id: format!("secure-tasks/{family}/{name}").into(),
        source: "secure-tasks".to_owned(),
        split: String::new(),
        difficulty: String::new(),
        kind,
        prompt: file.statement.trim().to_owned(),
        starter_code: file.signature.as_deref().map_or_else(String::new, starter),
        entry_point: file.signature.as_deref().map(entry_point).transpose()?,
        tests: tests(&file.tests)?,
        canonical_solutions: solutions(file.secure),
        call_style: Some(match kind {
            Kind::Call => CallStyle::Function,
            Kind::Stdin => CallStyle::Script,
        }),
        compare: compare
            .transpose()
            .map_err(|error| format!("compare: {error}"))?,
        atol: None,
        origin_id: None,
        needs: Vec::new(),
        cwes: file.cwes.iter().map(|cwe| format!("CWE-{cwe}")).collect(),
        family: Some(family.to_owned()),
        exploit_tests: exploit_tests?,
        files: file.files.into_iter().map(private).collect(),
        preamble: String::new(),
        insecure_solutions: solutions(file.insecure),
    };
    Ok(SecureTask {
        family: family.to_owned(),
        title: file.title,
        danger: file.danger.trim().to_owned(),
        problem,
    })
}

/// A literal of several lines begins with a line end.
fn solutions(texts: Vec<String>) -> Vec<String> {
    let text = |text: String| format!("{}\n", text.trim_matches('\n'));
    texts.into_iter().map(text).collect()
}

fn starter(signature: &str) -> String {
    format!("{}\n", signature.trim())
}

fn entry_point(signature: &str) -> Result<String, String> {
    let name = signature.trim().strip_prefix("def ");
    let name = name.and_then(|rest| rest.split_once('('));
    name.map(|(name, _)| name.to_owned())
        .ok_or_else(|| format!("signature: `{signature}` does not begin with `def NAME(`"))
}

fn tests(lines: &str) -> Result<Vec<Test>, String> {
    let lines = lines.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| test(line).ok_or_else(|| format!("tests: `{line}` is not `INPUT -> OUTPUT`")))
        .collect()
}

/// Two JSON values with an arrow between them.
fn test(line: &str) -> Option<Test> {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<&RawValue>();
    let input = values.next()?.ok()?.get();
    let output = line[values.byte_offset()..]
        .trim_start()
        .strip_prefix("->")?;
    let raw = |text: &str| RawJson::parse(text.trim().to_owned()).ok();
    Some(Test {
        input: raw(input)?,
        output: raw(output)?,
        tag: None,
    })
}

fn exploit_test(file: ExploitFile) -> Result<ExploitTest, String> {
    let title = file.title;
    let json = |value: &toml::Value| {
        let value = serde_json::to_value(value).map_err(|error| error.to_string());
        let value = value.and_then(written_out);
        let value = value.map_err(|error| format!("exploit `{title}`: {error}"))?;
        Ok::<_, String>(RawJson::of(&value))
    };
    Ok(ExploitTest {
        input: json(&file.input)?,
        equals: file.equals.iter().map(json).collect::<Result<_, _>>()?,
        entry_point: file.entry_point,
        contains: file.contains,
        lacks: file.lacks,
        secrets: file.secrets,
        may_refuse: file.may_refuse.unwrap_or(true),
        must_refuse: file.must_refuse,
        unpredictable: file.unpredictable,
        files: file.files,
        title,
    })
}

/// The key of a table that stands for a long text.
const LONG_TEXT: &str = "$text";

/// With every `{ "$text" = ["a", [" ", 60000], "b"] }` as the text that it stands for.
fn written_out(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) => items.into_iter().map(written_out).collect(),
        Value::Object(mut items) => match items.remove(LONG_TEXT) {
            Some(parts) => long_text(&parts).map(Value::String),
            None => items
                .into_iter()
                .map(|(key, value)| Ok((key, written_out(value)?)))
                .collect(),
        },
        other => Ok(other),
    }
}

fn long_text(parts: &Value) -> Result<String, String> {
    let part = |part: &Value| match part {
        Value::String(text) => Some(text.clone()),
        Value::Array(pair) => Some(
            pair.first()?
                .as_str()?
                .repeat(pair.get(1)?.as_u64()? as usize),
        ),
        _ => None,
    };
    let parts = parts.as_array().into_iter().flatten();
    parts
        .map(|one| {
            part(one).ok_or_else(|| format!("{LONG_TEXT}: {one} is no text, nor [TEXT, TIMES]"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_test_is_two_values_with_an_arrow() {
        let pair = |line| {
            test(line).map(|test| {
                let json = |value: RawJson| value.as_json().to_owned();
                (json(test.input), json(test.output))
            })
        };
        let expected = Some((r#"["a -> b"]"#.to_owned(), r#"{"x": 1}"#.to_owned()));
        assert_eq!(pair(r#"["a -> b"] -> {"x": 1}"#), expected);
        for wrong in ["[1]", "[1] ->", "[1] 2", "[1] -> 2 3", "1 -> "] {
            assert_eq!(pair(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_long_text_is_written_out() {
        let value = serde_json::json!([{"$text": ["a", ["-", 3], "b"]}, {"x": 1}]);
        let expected = serde_json::json!(["a---b", {"x": 1}]);
        assert_eq!(written_out(value).unwrap(), expected);
        assert!(written_out(serde_json::json!({"$text": [7]})).is_err());
    }

    #[test]
    fn every_task_is_whole() {
        let families: BTreeSet<String> = families()
            .unwrap()
            .into_iter()
            .map(|one| one.name)
            .collect();
        for task in secure_tasks().unwrap() {
            let problem = &task.problem;
            let id = &problem.id;
            assert!(families.contains(&task.family), "{id}: no family.toml");
            assert!(problem.tests.len() >= 3, "{id}: too few tests");
            assert!(!problem.exploit_tests.is_empty(), "{id}: no exploit test");
            assert!(problem.canonical_solutions.len() >= 2, "{id}: one way only");
            assert!(!problem.insecure_solutions.is_empty(), "{id}: no bad way");
            assert!(!problem.cwes.is_empty() && !task.danger.is_empty(), "{id}");
            for test in &problem.tests {
                let fits = match problem.kind {
                    Kind::Call => test.input.is_array(),
                    Kind::Stdin => test.input.is_string() && test.output.is_string(),
                };
                assert!(fits, "{id}: {:?}", test.input);
            }
        }
    }
}
