//! Finds the problem that a sample answers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use scrl_record::{Problem, Sample};

use crate::statement_key;

/// How a sample was matched with its problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MatchedBy {
    /// The sample's `problem_id` is the problem's `id`.
    Id,
    /// It is the problem's `origin_id`, such as `HumanEval/0`.
    OriginId,
    /// Both hold the same statement.
    Statement,
}

impl MatchedBy {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            MatchedBy::Id => "id",
            MatchedBy::OriginId => "origin_id",
            MatchedBy::Statement => "statement",
        }
    }
}

/// Problems indexed by id, origin id and statement. Where several share one, the first in file order is found.
#[derive(Debug, Default)]
pub struct Join {
    problems: Vec<Problem>,
    by_id: HashMap<String, usize>,
    by_origin: HashMap<String, usize>,
    by_statement: HashMap<String, usize>,
}

impl Join {
    /// Indexes `problems`, which stay in their order.
    pub fn new(problems: Vec<Problem>) -> Self {
        let mut join = Self::default();
        for (at, problem) in problems.iter().enumerate() {
            first(&mut join.by_id, problem.id.to_string(), at);
            if let Some(origin) = &problem.origin_id {
                first(&mut join.by_origin, origin.clone(), at);
            }
            let key = statement_key(&problem.prompt);
            if !key.is_empty() {
                first(&mut join.by_statement, key, at);
            }
        }
        join.problems = problems;
        join
    }

    /// The problems, in the order given.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The problem that `sample` answers.
    pub fn find(&self, sample: &Sample) -> Option<&Problem> {
        Some(self.find_matched(sample)?.0)
    }

    /// The problem that `sample` answers and how it was found: by id, else by origin id, else by the statement in
    /// the sample's prompt.
    pub fn find_matched(&self, sample: &Sample) -> Option<(&Problem, MatchedBy)> {
        let id = sample.problem_id.as_str();
        let by_statement = || {
            let key = statement_key(sample.prompt.as_deref()?);
            self.by_statement.get(&key)
        };
        let (at, by) = if let Some(at) = self.by_id.get(id) {
            (at, MatchedBy::Id)
        } else if let Some(at) = self.by_origin.get(id) {
            (at, MatchedBy::OriginId)
        } else {
            (by_statement()?, MatchedBy::Statement)
        };
        Some((&self.problems[*at], by))
    }
}

fn first(index: &mut HashMap<String, usize>, key: String, at: usize) {
    if let Entry::Vacant(vacant) = index.entry(key) {
        vacant.insert(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(id: &str, origin: &str, prompt: &str) -> Problem {
        let record = serde_json::json!({
            "id": id, "origin_id": origin, "kind": "stdin", "prompt": prompt,
        });
        serde_json::from_value(record).unwrap()
    }

    fn sample(problem_id: &str, prompt: &str) -> Sample {
        let record = serde_json::json!({"id": "s", "problem_id": problem_id, "prompt": prompt});
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn id_goes_before_origin_and_origin_before_statement() {
        let join = Join::new(vec![
            problem("a", "Task/1", "def aaaaa():\n    \"\"\"Add one\"\"\""),
            problem("b", "a", "Add two"),
            problem("c", "Task/1", "Add one"),
            problem("d", "", ""),
        ]);
        let found = |id: &str, prompt: &str| {
            join.find_matched(&sample(id, prompt))
                .map(|(problem, by)| (problem.id.as_str(), by))
        };
        assert_eq!(found("a", "Add two"), Some(("a", MatchedBy::Id)));
        assert_eq!(found("Task/1", ""), Some(("a", MatchedBy::OriginId)));
        assert_eq!(
            found("x", "def zzzzz():\n  \"\"\" add ONE.\"\"\""),
            Some(("a", MatchedBy::Statement))
        );
        assert_eq!(found("x", "Add three"), None);
        assert_eq!(found("x", ""), None, "an empty statement matches nothing");
    }
}
