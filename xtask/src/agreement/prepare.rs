//! The problems of a set, with the tests that the publisher ran.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use scrl_corpus::{Mode, read_problems, write_problem};
use scrl_record::Problem;

use super::sets::Set;

/// Writes the problems of `set`, in their order, to `out`.
pub(crate) fn problems(set: &Set, data: &Path, out: &Path) -> anyhow::Result<()> {
    let files: Vec<PathBuf> = set
        .problems
        .iter()
        .map(|name| data.join("problems").join(name))
        .collect();
    let unfinished = out.with_extension("unfinished");
    let failed = || format!("`{}` cannot be written", out.display());
    let mut writer = BufWriter::new(File::create(&unfinished).with_context(failed)?);
    for problem in read_problems(&files, Mode::Strict) {
        let problem = problem?;
        if set.style.is_none() || set.style == problem.call_style {
            write_problem(&mut writer, &as_published(set, problem)).with_context(failed)?;
        }
    }
    writer.flush().with_context(failed)?;
    fs::rename(&unfinished, out).with_context(failed)
}

fn as_published(set: &Set, mut problem: Problem) -> Problem {
    if let Some(tag) = set.tag {
        problem
            .tests
            .retain(|test| test.tag.as_deref() == Some(tag));
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::sets::SETS;

    fn set(name: &str) -> &'static Set {
        SETS.iter().find(|set| set.name == name).unwrap()
    }

    fn problem(id: &str) -> Problem {
        let record = serde_json::json!({
            "id": id, "kind": "call", "entry_point": "f", "tests": [
                {"input": [1], "output": 1, "tag": "base"},
                {"input": [2], "output": 2, "tag": "plus"},
                {"input": [3], "output": 3},
            ],
        });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn only_tests_with_the_tag_stay() {
        let kept = as_published(set("qwen"), problem("p")).tests;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].input.as_json(), "[1]");
        assert_eq!(as_published(set("mercury"), problem("p")).tests.len(), 3);
    }
}
