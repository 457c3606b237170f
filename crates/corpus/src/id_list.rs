//! Lists of problem ids: the seed's files, read and written in its exact form.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::Path;

use scrl_record::{Kind, Problem};
use serde::{Deserialize, Serialize};

use crate::{Error, open};

/// Ids with a description; the keys are in the order in which the seed writes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IdList {
    /// What the ids are.
    #[serde(default)]
    pub description: String,
    /// How many there are.
    pub count: usize,
    /// The share of the whole dataset, in percent; the seed gives it for its subsets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentage: Option<f64>,
    /// The ids, in the dataset's order.
    pub ids: Vec<String>,
}

/// The three lists that the seed publishes for a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subset {
    /// All problems.
    Full,
    /// The problems that read standard input.
    Stdin,
    /// The problems that are called.
    FunctionCall,
}

impl Subset {
    /// Every subset, in the order of the seed's tables.
    pub const ALL: [Subset; 3] = [Subset::Full, Subset::Stdin, Subset::FunctionCall];

    /// The seed's name for the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Subset::Full => "full_dataset_ids.json",
            Subset::Stdin => "stdin_subset_ids.json",
            Subset::FunctionCall => "function_call_subset_ids.json",
        }
    }

    fn holds(self, kind: Kind) -> bool {
        match self {
            Subset::Full => true,
            Subset::Stdin => kind == Kind::Stdin,
            Subset::FunctionCall => kind == Kind::Call,
        }
    }

    /// The seed's wording.
    fn description(self, dataset: &str) -> String {
        match self {
            Subset::Full => format!("Full {dataset} dataset (all input styles)"),
            Subset::Stdin => format!("{dataset} stdin-style subset (string inputs)"),
            Subset::FunctionCall => {
                format!("{dataset} function-call style subset (list/dict inputs)")
            }
        }
    }
}

impl IdList {
    /// A list of `ids`, counted.
    pub fn new(description: &str, ids: impl IntoIterator<Item = String>) -> Self {
        let ids: Vec<String> = ids.into_iter().collect();
        Self {
            description: description.to_owned(),
            count: ids.len(),
            percentage: None,
            ids,
        }
    }

    /// The seed's list of `subset` for `dataset` (`APPS+` in the seed's files), all of whose problems are given.
    pub fn of_subset<'a>(
        subset: Subset,
        dataset: &str,
        problems: impl IntoIterator<Item = &'a Problem>,
    ) -> Self {
        let mut total = 0_usize;
        let ids: Vec<String> = problems
            .into_iter()
            .inspect(|_| total += 1)
            .filter(|problem| subset.holds(problem.kind))
            .map(|problem| problem.id.to_string())
            .collect();
        let share = ids.len() as f64 / total as f64 * 100.0;
        let percentage = (subset != Subset::Full && total > 0).then_some(share);
        Self {
            percentage,
            ..Self::new(&subset.description(dataset), ids)
        }
    }

    /// Writes the list as the seed does: one line without spaces or line feed.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(out, self).map_err(io::Error::from)
    }

    /// The ids that are not in `present`, in the list's order: usually a sign of the wrong dataset.
    pub fn absent_from(&self, present: &HashSet<String>) -> Vec<&str> {
        let ids = self.ids.iter().filter(|id| !present.contains(*id));
        ids.map(String::as_str).collect()
    }
}

/// Reads a list of ids: the seed's object, a JSON array of strings, or one id a line.
///
/// # Errors
/// [`Error::IdList`] also when `count` is not the number of ids, or an id is empty.
pub fn read_id_list(path: &Path) -> Result<IdList, Error> {
    let mut bytes = Vec::new();
    open(path)?
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Stream {
            path: path.to_owned(),
            index: 0,
            source,
        })?;
    parse(&bytes).map_err(|detail| Error::IdList {
        path: path.to_owned(),
        detail,
    })
}

fn parse(bytes: &[u8]) -> Result<IdList, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("invalid UTF-8 at byte {}", error.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let list = match text.as_bytes().first() {
        None => return Err("the file is empty".to_owned()),
        Some(b'{') => serde_json::from_str(text).map_err(|error| error.to_string())?,
        Some(b'[') => {
            let ids: Vec<String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
            IdList::new("", ids)
        }
        Some(_) => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            IdList::new("", lines.map(str::to_owned))
        }
    };
    check(list)
}

fn check(list: IdList) -> Result<IdList, String> {
    if list.count != list.ids.len() {
        let (count, ids) = (list.count, list.ids.len());
        return Err(format!("`count` is {count}, but there are {ids} ids"));
    }
    match list.ids.iter().position(|id| id.trim().is_empty()) {
        Some(at) => Err(format!("id {at} (counted from 0) is empty")),
        None => Ok(list),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(list: &IdList) -> String {
        let mut bytes = Vec::new();
        list.write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn subsets_are_written_in_the_seeds_form() {
        let problems: Vec<Problem> = ["stdin", "call", "stdin"]
            .iter()
            .enumerate()
            .map(|(index, kind)| {
                let record = serde_json::json!({"id": format!("apps_plus_{index}"), "kind": kind});
                serde_json::from_value(record).unwrap()
            })
            .collect();
        let full = IdList::of_subset(Subset::Full, "APPS+", &problems);
        assert_eq!(
            written(&full),
            r#"{"description":"Full APPS+ dataset (all input styles)","count":3,"ids":["apps_plus_0","apps_plus_1","apps_plus_2"]}"#
        );
        let call = IdList::of_subset(Subset::FunctionCall, "APPS+", &problems);
        assert_eq!(
            written(&call),
            r#"{"description":"APPS+ function-call style subset (list/dict inputs)","count":1,"percentage":33.33333333333333,"ids":["apps_plus_1"]}"#
        );
        assert_eq!(parse(written(&call).as_bytes()).unwrap(), call);
        assert_eq!(
            IdList::of_subset(Subset::Stdin, "APPS+", &[]).percentage,
            None
        );
    }

    #[test]
    fn three_forms_are_read() {
        for text in [
            r#"{"description": "d", "count": 2, "ids": ["a", "b"]}"#,
            "[\"a\",\n\"b\"\n]",
            "\u{feff}a\r\n\n  b\n",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap().ids, ["a", "b"]);
        }
    }

    #[test]
    fn bad_lists_say_what_is_wrong() {
        for (text, expected) in [
            (&b""[..], "empty"),
            (
                b"{\"count\": 3, \"ids\": [\"a\"]}",
                "`count` is 3, but there are 1",
            ),
            (b"{\"count\": 1}", "missing field `ids`"),
            (b"[1]", "invalid type"),
            (b"[\"a\", \"\"]", "id 1 (counted from 0) is empty"),
            (b"a\xff", "invalid UTF-8 at byte 1"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
