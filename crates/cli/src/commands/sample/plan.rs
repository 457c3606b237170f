//! Which answers are still missing.

use std::collections::HashSet;

use scrl_record::{Problem, SampleId};
use sha2::{Digest as _, Sha256};

/// The answers that are missing, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By problem; problems without a missing answer are left out.
    pub(super) groups: Vec<Group>,
    /// How many answers are there already.
    pub(super) done: usize,
}

/// The missing answers to one problem.
#[derive(Debug)]
pub(crate) struct Group {
    /// The problem's place.
    pub(super) problem: usize,
    /// Places of its first answer among all that are missing.
    pub(super) first: usize,
    /// Number and id of each missing answer.
    pub(super) answers: Vec<(u32, SampleId)>,
}

impl Plan {
    pub(super) fn new(
        problems: &[Problem],
        model: &str,
        samples: u32,
        done: &HashSet<SampleId>,
    ) -> Self {
        let mut groups = Vec::new();
        let mut first = 0;
        for (place, problem) in problems.iter().enumerate() {
            let answers: Vec<(u32, SampleId)> = (0..samples)
                .map(|number| {
                    (
                        number,
                        SampleId::from(format!("{}/{model}/{number}", problem.id)),
                    )
                })
                .filter(|(_, id)| !done.contains(id))
                .collect();
            if !answers.is_empty() {
                let count = answers.len();
                groups.push(Group {
                    problem: place,
                    first,
                    answers,
                });
                first += count;
            }
        }
        Self {
            groups,
            done: done.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many answers are missing.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(|group| group.answers.len()).sum()
    }
}

/// The seed of one answer: whatever else is sampled, it stays the same.
pub(super) fn seed(seed: u64, problem: &Problem, number: u32) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(number.to_le_bytes());
    hash.update(problem.id.as_str());
    let digest = hash.finalize();
    u64::from_le_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems() -> Vec<Problem> {
        let problem = |id: &str| {
            serde_json::from_str(&format!(r#"{{"id": "{id}", "kind": "stdin"}}"#)).unwrap()
        };
        vec![problem("a"), problem("b"), problem("c")]
    }

    #[test]
    fn only_missing_answers_are_planned() {
        let there = ["a/m/0", "a/m/1", "b/m/0"].map(SampleId::from);
        let plan = Plan::new(&problems(), "m", 2, &there.into_iter().collect());
        assert_eq!((plan.len(), plan.done), (3, 3));
        let firsts: Vec<_> = plan
            .groups
            .iter()
            .map(|group| (group.problem, group.first))
            .collect();
        assert_eq!(firsts, [(1, 0), (2, 1)]);
        assert_eq!(plan.groups[0].answers[0].1.as_str(), "b/m/1");
    }

    #[test]
    fn seeds_differ_by_run_problem_and_number() {
        let problems = problems();
        let seeds = [
            seed(0, &problems[0], 0),
            seed(1, &problems[0], 0),
            seed(0, &problems[1], 0),
            seed(0, &problems[0], 1),
        ];
        let different: HashSet<u64> = seeds.into_iter().collect();
        assert_eq!(different.len(), 4);
        assert_eq!(seeds[0], seed(0, &problems[0], 0));
    }
}
