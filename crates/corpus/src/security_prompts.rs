//! `SecurityEval` (`s2e-lab/SecurityEval`) and SALLM (`s2e-lab/SALLM`): prompts that invite a weakness, and an insecure
//! completion of each. Neither's records have tests, so answers are analysed and not run.
//!
//! Keys are taken as the origins write them (`ID`, `Prompt`, `Insecure_code`) and in small letters. A prompt is Python
//! code up to where the answer begins; it asks for its last function, or for a whole program where it has none.

use std::path::Path;

use scrl_record::{Kind, Problem};
use serde::Deserialize;

use crate::entry_point::{call_style, entry_point};
use crate::fields::Fields;
use crate::problems::UniqueIds;
use crate::raw::RawRecords;
use crate::{Mode, ProblemReader, Reason, Records};

/// Reads prompts; `source` is the dataset's name.
pub(crate) fn read(path: &Path, mode: Mode, source: &'static str) -> ProblemReader {
    let mut ids = UniqueIds::default();
    let records = RawRecords::new(&[path.to_owned()]).map(move |record| {
        let record = record?;
        problem(&record.text, source)
            .and_then(|problem| ids.check(problem, &record.place))
            .map_err(|reason| record.place.error(reason))
    });
    Records::new(records, mode)
}

fn problem(text: &str, source: &str) -> Result<Problem, Reason> {
    let fields = Fields::parse(text)?;
    let id: String = either(
        &fields,
        "id",
        "ID",
        "the name of the prompt, such as `CWE-020_author_1.py`",
    )?;
    let prompt: String = either(
        &fields,
        "prompt",
        "Prompt",
        "the code that the answer goes on",
    )?;
    let insecure = either(
        &fields,
        "insecure_code",
        "Insecure_code",
        "an insecure answer",
    )?;
    let weakness = match fields.text_or_number("cwe")? {
        Some(cwe) => weakness(&cwe).ok_or_else(|| Reason::wrong("cwe", not_a_weakness(&cwe)))?,
        None => weakness_in(&id)
            .ok_or_else(|| Reason::missing("cwe", "the weakness, such as `CWE-89`"))?,
    };
    let entry = entry_point(&prompt);
    Ok(Problem {
        id: id.into(),
        source: source.to_owned(),
        split: String::new(),
        difficulty: String::new(),
        kind: if entry.is_some() {
            Kind::Call
        } else {
            Kind::Stdin
        },
        starter_code: String::new(),
        call_style: entry.as_deref().map(call_style),
        entry_point: entry,
        prompt,
        tests: Vec::new(),
        canonical_solutions: Vec::new(),
        compare: None,
        atol: None,
        origin_id: None,
        needs: Vec::new(),
        cwes: vec![weakness],
        family: None,
        exploit_tests: Vec::new(),
        files: Vec::new(),
        preamble: String::new(),
        insecure_solutions: vec![insecure],
    })
}

/// The value of the first of two keys that is there.
fn either<'a, T: Deserialize<'a>>(
    fields: &Fields<'a>,
    key: &'static str,
    other: &'static str,
    hint: &'static str,
) -> Result<T, Reason> {
    fields.required(if fields.has(other) { other } else { key }, hint)
}

/// `CWE-020`, `cwe020` and `20` as `CWE-20`.
pub(crate) fn weakness(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let number = text.strip_prefix("cwe").unwrap_or(&text);
    let number: u32 = number.strip_prefix('-').unwrap_or(number).parse().ok()?;
    Some(format!("CWE-{number}"))
}

pub(crate) fn not_a_weakness(text: &str) -> String {
    format!("`{text}`, expected a weakness such as `CWE-89`")
}

/// The weakness that an id names, as in `CWE-020_author_1.py` and `Matching_Author_A_cwe502_0.py`.
fn weakness_in(id: &str) -> Option<String> {
    id.split(['_', '.', '/'])
        .filter(|part| part.to_ascii_lowercase().starts_with("cwe"))
        .find_map(weakness)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(record: &serde_json::Value) -> Result<Problem, String> {
        problem(&record.to_string(), "securityeval").map_err(|reason| reason.to_string())
    }

    #[test]
    fn both_ways_to_write_the_keys_are_read() {
        let prompt = "import yaml\n\ndef load(name):\n    '''Load it.'''";
        let origin = serde_json::json!({"ID": "CWE-020_author_1.py", "Prompt": prompt, "Insecure_code": "code"});
        let small = serde_json::json!({"id": "CWE-020_author_1.py", "cwe": "CWE-020", "prompt": prompt, "insecure_code": "code"});
        let found = parse(&origin).unwrap();
        assert_eq!(found, parse(&small).unwrap());
        assert_eq!(found.cwes, ["CWE-20"]);
        assert_eq!(found.entry_point.as_deref(), Some("load"));
        assert_eq!(found.insecure_solutions, ["code"]);
        assert!(found.tests.is_empty());
    }

    #[test]
    fn a_prompt_without_a_function_asks_for_a_program() {
        let record = serde_json::json!({"id": "a_cwe502_0.py", "prompt": "import ssl\n", "insecure_code": ""});
        let found = parse(&record).unwrap();
        assert_eq!((found.kind, found.entry_point), (Kind::Stdin, None));
        assert_eq!(found.cwes, ["CWE-502"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (record, expected) in [
            (
                serde_json::json!({"id": "a", "prompt": "", "insecure_code": ""}),
                "`cwe` is missing",
            ),
            (
                serde_json::json!({"id": "a", "cwe": "SQL", "prompt": "", "insecure_code": ""}),
                "`cwe`: `SQL`",
            ),
            (
                serde_json::json!({"cwe": 5, "prompt": "", "insecure_code": ""}),
                "`id` is missing",
            ),
            (
                serde_json::json!({"id": "a", "cwe": 5, "insecure_code": ""}),
                "`prompt` is missing",
            ),
        ] {
            let error = parse(&record).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
