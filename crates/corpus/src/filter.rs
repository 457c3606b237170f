//! Chooses problems by kind, difficulty, source and id.

use std::collections::HashSet;

use scrl_record::{Kind, Problem};

use crate::IdList;

/// A choice of problems. A field left empty does not restrict; those set must all hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Standard input or call.
    pub kind: Option<Kind>,
    /// Difficulties, in the dataset's words; any of them. Upper and lower case are the same.
    pub difficulties: Vec<String>,
    /// Sources, such as `apps_plus`; any of them.
    pub sources: Vec<String>,
    /// Ids; any of them.
    pub ids: Option<HashSet<String>>,
}

impl Filter {
    /// Restricts to the ids of `list`.
    #[must_use]
    pub fn with_ids(mut self, list: &IdList) -> Self {
        self.ids = Some(list.ids.iter().cloned().collect());
        self
    }

    /// Whether `problem` is chosen.
    pub fn keeps(&self, problem: &Problem) -> bool {
        self.kind.is_none_or(|kind| kind == problem.kind)
            && any_of(&self.difficulties, |word| {
                word.eq_ignore_ascii_case(&problem.difficulty)
            })
            && any_of(&self.sources, |source| *source == problem.source)
            && self
                .ids
                .as_ref()
                .is_none_or(|ids| ids.contains(problem.id.as_str()))
    }
}

fn any_of(words: &[String], holds: impl Fn(&String) -> bool) -> bool {
    words.is_empty() || words.iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(id: &str, kind: &str, difficulty: &str) -> Problem {
        let record = serde_json::json!({
            "id": id, "kind": kind, "difficulty": difficulty, "source": "own",
        });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn every_condition_that_is_set_must_hold() {
        let stdin = problem("a", "stdin", "interview");
        let call = problem("b", "call", "competition");
        let kept = |filter: &Filter| (filter.keeps(&stdin), filter.keeps(&call));
        assert_eq!(kept(&Filter::default()), (true, true));
        let mut filter = Filter {
            kind: Some(Kind::Stdin),
            ..Filter::default()
        };
        assert_eq!(kept(&filter), (true, false));
        filter.difficulties = vec!["competition".to_owned()];
        assert_eq!(kept(&filter), (false, false));
        filter.difficulties.push("Interview".to_owned());
        assert_eq!(kept(&filter), (true, false));
        filter.sources = vec!["other".to_owned()];
        assert_eq!(kept(&filter), (false, false));
        let list = IdList::new("one", ["b".to_owned()]);
        assert_eq!(kept(&Filter::default().with_ids(&list)), (false, true));
        let none = IdList::new("none", []);
        assert_eq!(kept(&Filter::default().with_ids(&none)), (false, false));
    }
}
