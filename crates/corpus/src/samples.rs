//! Samples in every form that publishers use, as uniform records.
//!
//! | what | keys, the first that is there |
//! |---|---|
//! | the problem | `problem_id`, `prompt_id` (the seed), `task_id` (`HumanEval`, `EvalPlus`) |
//! | the text | `completion` (raw text), `code` or `solution` (code that was extracted); at least one |
//! | the id | `id`, else the problem's |
//!
//! Ids that occur again get `#2`, `#3` and so on in the order of the files: no sample is dropped. The publisher's
//! verdict becomes [`Published`], whose `detail` is the publisher's one word, or `key=value` pairs.

use std::collections::HashMap;
use std::path::PathBuf;

use scrl_record::{Published, Sample, SampleId};
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::raw::RawRecords;
use crate::seed_results::seed_result;
use crate::{Mode, Reason, Records};

/// Samples, one at a time.
pub type SampleReader = Records<Sample>;

/// Reads sample files in order; ids are unique over all of them.
pub fn read_samples(paths: &[PathBuf], mode: Mode) -> SampleReader {
    let mut names = Names::default();
    let records = RawRecords::new(paths).map(move |record| {
        let record = record?;
        sample(&record.text)
            .map(|sample| names.unique(sample))
            .map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

/// The ids given out so far, each with the last number that was tried for it.
#[derive(Default)]
struct Names(HashMap<String, u64>);

impl Names {
    fn unique(&mut self, mut sample: Sample) -> Sample {
        let wanted = sample.id.as_str();
        let Some(last) = self.0.get(wanted).copied() else {
            self.0.insert(wanted.to_owned(), 1);
            return sample;
        };
        let mut numbers = last + 1..;
        let (number, name) = numbers
            .by_ref()
            .map(|number| (number, format!("{wanted}#{number}")))
            .find(|(_, name)| !self.0.contains_key(name))
            .expect("fewer than 2^64 samples");
        self.0.insert(wanted.to_owned(), number);
        self.0.insert(name.clone(), 1);
        sample.id = SampleId::from(name);
        sample
    }
}

fn sample(text: &str) -> Result<Sample, Reason> {
    let fields = Fields::parse(text)?;
    let problem_id = problem_id(&fields)?;
    let id = fields
        .text_or_number("id")?
        .filter(|id| !id.trim().is_empty())
        .unwrap_or_else(|| problem_id.clone());
    let completion: Option<String> = fields.optional("completion")?;
    let code = match fields.optional("code")? {
        Some(code) => Some(code),
        None => fields.optional("solution")?,
    };
    if completion.is_none() && code.is_none() {
        return Err(Reason::missing(
            "completion",
            "the model's raw text, or in its place `code` or `solution` with the extracted code",
        ));
    }
    Ok(Sample {
        id: id.into(),
        problem_id: problem_id.into(),
        model: fields.or_default("model")?,
        language: fields
            .optional("language")?
            .unwrap_or_else(|| "python3".to_owned()),
        prompt: fields.optional("prompt")?,
        completion,
        code,
        made_as: fields.optional("made_as")?,
        published: published(&fields)?,
        generation: generation(&fields)?,
    })
}

fn problem_id(fields: &Fields<'_>) -> Result<String, Reason> {
    for key in ["problem_id", "prompt_id", "task_id"] {
        if let Some(id) = fields.text_or_number(key)? {
            return if id.trim().is_empty() {
                Err(Reason::wrong(key, "empty; it must name the problem"))
            } else {
                Ok(id)
            };
        }
    }
    let hint = "the id of the problem that is answered (`prompt_id` and `task_id` do as well)";
    Err(Reason::missing("problem_id", hint))
}

/// Keys beside `passed` with which publishers say how a sample fared.
const DETAILS: [&str; 7] = [
    "base_status",
    "plus_status",
    "compilable",
    "test_correctness",
    "test_vulnerability",
    "codeql_direct",
    "codeql_indirect",
];

fn published(fields: &Fields<'_>) -> Result<Option<Published>, Reason> {
    if fields.has("published") {
        return fields.optional("published");
    }
    if fields.has("rsec") {
        return Ok(Some(seed_result(fields)?.published()));
    }
    let passed: Option<bool> = fields.optional("passed")?;
    let reliable: Option<bool> = fields.optional("verdict_reliable")?;
    let detail = detail(fields)?;
    if passed.is_none() && detail.is_none() {
        return Ok(None);
    }
    Ok(Some(Published {
        passed,
        reliable: reliable.unwrap_or(true),
        detail,
    }))
}

fn detail(fields: &Fields<'_>) -> Result<Option<String>, Reason> {
    if let Some(result) = fields.optional("result")? {
        return Ok(Some(result));
    }
    let pairs: Vec<String> = DETAILS
        .iter()
        .filter_map(|key| {
            let value = fields.raw(key)?.get();
            Some(format!("{key}={}", value.trim_matches('"')))
        })
        .collect();
    Ok((!pairs.is_empty()).then(|| pairs.join(" ")))
}

/// `generation` as it stands, else what else is recorded about how the sample was made.
fn generation(fields: &Fields<'_>) -> Result<Option<Value>, Reason> {
    if fields.has("generation") {
        return fields.optional("generation");
    }
    let mut settings = Map::new();
    for key in ["run", "temperature", "top_p", "seed"] {
        if let Some(value) = fields.optional(key)? {
            settings.insert(key.to_owned(), value);
        }
    }
    Ok((!settings.is_empty()).then_some(Value::Object(settings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(ids: &[&str]) -> Vec<String> {
        let mut names = Names::default();
        ids.iter()
            .map(|id| {
                let text = format!(r#"{{"id": "{id}", "problem_id": "p", "code": ""}}"#);
                names.unique(sample(&text).unwrap()).id.to_string()
            })
            .collect()
    }

    #[test]
    fn repeated_ids_are_numbered_and_never_collide() {
        assert_eq!(names(&["a", "a", "b", "a"]), ["a", "a#2", "b", "a#3"]);
        assert_eq!(
            names(&["a#2", "a", "a", "a#2"]),
            ["a#2", "a", "a#3", "a#2#2"]
        );
    }

    #[test]
    fn the_forms_of_human_eval_and_eval_plus_are_read() {
        let continued =
            sample(r#"{"task_id": "HumanEval/3", "completion": "    return 1\n"}"#).unwrap();
        assert_eq!(continued.id.as_str(), "HumanEval/3");
        assert_eq!(continued.completion.as_deref(), Some("    return 1\n"));
        assert_eq!((continued.model.as_str(), continued.published), ("", None));
        let whole = sample(r#"{"task_id": 11, "solution": "def f(): pass"}"#).unwrap();
        assert_eq!(whole.problem_id.as_str(), "11");
        assert_eq!(whole.code.as_deref(), Some("def f(): pass"));
    }

    #[test]
    fn a_publishers_verdict_is_kept() {
        let judged = |keys: &str| {
            let text = format!(r#"{{"problem_id": "p", "code": "", {keys}}}"#);
            sample(&text).unwrap().published.unwrap()
        };
        let plus = judged(r#""passed": true, "base_status": "pass", "plus_status": "fail""#);
        assert_eq!(
            plus.detail.as_deref(),
            Some("base_status=pass plus_status=fail")
        );
        let wrong = judged(r#""passed": false, "verdict_reliable": false"#);
        assert_eq!(
            (wrong.passed, wrong.reliable, wrong.detail),
            (Some(false), false, None)
        );
        let word = judged(r#""passed": false, "result": "failed@cases""#);
        assert_eq!(word.detail.as_deref(), Some("failed@cases"));
    }

    #[test]
    fn uniform_samples_read_back_what_they_write() {
        let first = sample(
            r#"{"id": "s", "problem_id": "p", "completion": "x", "code": "y", "language": "c++", "run": "r",
                "temperature": 0.2, "passed": true, "made_as": "insecure", "prompt": "q", "model": "m"}"#,
        )
        .unwrap();
        let again = sample(&serde_json::to_string(&first).unwrap()).unwrap();
        assert_eq!(first, again);
        assert_eq!(first.generation.unwrap()["run"], "r");
    }

    #[test]
    fn missing_text_and_missing_problem_say_what_would_do() {
        for (text, expected) in [
            (r#"{"problem_id": "p"}"#, "key `completion` is missing"),
            (
                r#"{"problem_id": "p", "completion": null}"#,
                "`code` or `solution`",
            ),
            (r#"{"code": "x"}"#, "key `problem_id` is missing"),
            (
                r#"{"problem_id": "", "code": "x"}"#,
                "key `problem_id`: empty",
            ),
            (
                r#"{"problem_id": "p", "code": ["x"]}"#,
                "key `code`: invalid type",
            ),
            (
                r#"{"problem_id": "p", "code": "", "passed": "yes"}"#,
                "key `passed`: invalid type",
            ),
        ] {
            let error = sample(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
