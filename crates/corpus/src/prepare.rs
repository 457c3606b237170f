//! Training data from graded samples: filtered, without duplicates, split by problem.
//!
//! A problem is in one split only, and so are problems with nearly the same statement: what is held out has not been seen in another
//! wording. Problems that are kept for evaluation, and those with nearly their statement, are left out of both.

mod near;
mod split;
mod statistics;

use std::collections::{BTreeSet, HashMap, HashSet};

use scrl_record::ProblemId;
use serde::{Deserialize, Serialize};

pub use statistics::{Distribution, PrepareStatistics};

use near::Near;

/// An example for fine-tuning, under the seed benchmark's names: one line of `sft/train.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreparedExample {
    /// The problem.
    pub prompt_id: ProblemId,
    /// What the model is asked.
    pub prompt: String,
    /// What it is to answer.
    pub completion: String,
    /// Who wrote the answer.
    pub model: String,
    /// Where the problem is from.
    pub dataset: String,
    /// The reward that examples were chosen by.
    pub reward: f64,
    /// Its functional part as the seed has it: share of tests passed, 0 if it does not compile.
    pub rfunc: f64,
    /// Its security part as the seed has it.
    pub rsec: f64,
    /// Whether the interpreter compiles it.
    pub compiles: bool,
    /// Tests passed.
    pub tests_passed: u32,
    /// Tests.
    pub tests_total: u32,
    /// Whether there is a finding.
    pub has_security_issues: bool,
}

/// Which examples are kept, and how they are split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrepareOptions {
    /// Keep what does not compile, too. The seed keeps what compiles.
    pub keep_not_compiling: bool,
    /// The lowest reward.
    pub min_reward: Option<f64>,
    /// Of each problem, only its best example, the first of equals.
    pub best_per_problem: bool,
    /// Share of words, in rows of five, from which two texts are nearly the same; `None` looks for equal ones only.
    pub near: Option<f64>,
    /// Share of the problems that are held out.
    pub validation_share: f64,
    /// Of the split.
    pub seed: u64,
}

impl Default for PrepareOptions {
    fn default() -> Self {
        Self {
            keep_not_compiling: false,
            min_reward: None,
            best_per_problem: false,
            near: Some(0.85),
            validation_share: 0.1,
            seed: 0,
        }
    }
}

/// A statement that must not be learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The problem.
    pub id: ProblemId,
    /// Its prompt.
    pub prompt: String,
}

/// How many examples were left out, and why. Each counts once, for the first reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// It does not compile.
    pub not_compiling: usize,
    /// The reward is too low.
    pub low_reward: usize,
    /// The problem, or one of nearly its statement, is kept for evaluation.
    pub reserved: usize,
    /// Another answer to the problem is the same.
    pub duplicates: usize,
    /// Another answer to the problem is nearly the same.
    pub near_duplicates: usize,
    /// The problem has a better one.
    pub not_best: usize,
}

/// Training data.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// To learn from.
    pub train: Vec<PreparedExample>,
    /// Held out.
    pub validation: Vec<PreparedExample>,
    /// What is in neither.
    pub left_out: LeftOut,
    /// Pairs of problems with nearly the same statement, which went the same way.
    pub near_problems: usize,
}

/// Makes training data of examples, whose order is kept.
pub fn prepare(
    examples: Vec<PreparedExample>,
    reserved: &[Reserved],
    options: &PrepareOptions,
) -> Prepared {
    let mut left_out = LeftOut::default();
    let mut kept = examples;
    let mut drop_unless =
        |kept: &mut Vec<PreparedExample>,
         count: fn(&mut LeftOut) -> &mut usize,
         holds: &mut dyn FnMut(&PreparedExample) -> bool| {
            let before = kept.len();
            kept.retain(|example| holds(example));
            *count(&mut left_out) += before - kept.len();
        };
    drop_unless(&mut kept, |l| &mut l.not_compiling, &mut |e| {
        e.compiles || options.keep_not_compiling
    });
    let lowest = options.min_reward.unwrap_or(f64::NEG_INFINITY);
    drop_unless(&mut kept, |l| &mut l.low_reward, &mut |e| {
        e.reward >= lowest
    });
    let forbidden = forbidden(&kept, reserved, options.near);
    drop_unless(&mut kept, |l| &mut l.reserved, &mut |e| {
        !forbidden.contains(&e.prompt_id)
    });
    let mut seen: HashSet<(ProblemId, String)> = HashSet::new();
    drop_unless(&mut kept, |l| &mut l.duplicates, &mut |e| {
        seen.insert((e.prompt_id.clone(), e.completion.trim().to_owned()))
    });
    if let Some(threshold) = options.near {
        let mut answers: HashMap<ProblemId, Near> = HashMap::new();
        drop_unless(&mut kept, |l| &mut l.near_duplicates, &mut |e| {
            let others = answers
                .entry(e.prompt_id.clone())
                .or_insert_with(|| Near::new(threshold));
            others.insert(&e.completion).is_empty()
        });
    }
    if options.best_per_problem {
        let best = best(&kept);
        let mut place = 0..;
        drop_unless(&mut kept, |l| &mut l.not_best, &mut |_| {
            place.next().is_some_and(|at| best.contains(&at))
        });
    }
    let families = families(&kept, options.near);
    let near_problems = families.iter().map(|family| family.len() - 1).sum();
    let held_out = split::held_out(&families, options.validation_share, options.seed);
    let (validation, train) = kept
        .into_iter()
        .partition(|example| held_out.contains(&example.prompt_id));
    Prepared {
        train,
        validation,
        left_out,
        near_problems,
    }
}

/// The problems that are reserved, or nearly are.
fn forbidden(
    examples: &[PreparedExample],
    reserved: &[Reserved],
    near: Option<f64>,
) -> HashSet<ProblemId> {
    let ids: HashSet<&ProblemId> = reserved.iter().map(|problem| &problem.id).collect();
    // At 1, texts are near that consist of the same rows of words.
    let mut statements = Near::new(near.unwrap_or(1.0));
    for problem in reserved {
        statements.insert(&problem.prompt);
    }
    let problems: HashMap<&ProblemId, &str> = examples
        .iter()
        .map(|e| (&e.prompt_id, &*e.prompt))
        .collect();
    problems
        .into_iter()
        .filter(|(id, prompt)| ids.contains(id) || !statements.find(prompt).is_empty())
        .map(|(id, _)| id.clone())
        .collect()
}

/// Places of the best example of each problem.
fn best(examples: &[PreparedExample]) -> HashSet<usize> {
    let mut best: HashMap<&ProblemId, usize> = HashMap::new();
    for (place, example) in examples.iter().enumerate() {
        let there = best.entry(&example.prompt_id).or_insert(place);
        if example.reward > examples[*there].reward {
            *there = place;
        }
    }
    best.into_values().collect()
}

/// Problems, those with nearly the same statement together; in the order of their ids.
fn families(examples: &[PreparedExample], near: Option<f64>) -> Vec<Vec<ProblemId>> {
    let problems: BTreeSet<(&ProblemId, &str)> = examples
        .iter()
        .map(|e| (&e.prompt_id, &*e.prompt))
        .collect();
    let mut statements = Near::new(near.unwrap_or(1.0));
    let mut family_of: Vec<usize> = Vec::new();
    let mut families: Vec<Vec<ProblemId>> = Vec::new();
    let mut seen = HashSet::new();
    for (id, prompt) in problems {
        // A problem that has two prompts, of two runs, is one problem.
        if !seen.insert(id) {
            continue;
        }
        let alike: BTreeSet<usize> = statements
            .insert(prompt)
            .into_iter()
            .map(|place| family_of[place])
            .collect();
        let mut alike = alike.into_iter();
        let family = alike.next().unwrap_or_else(|| {
            families.push(Vec::new());
            families.len() - 1
        });
        for other in alike {
            let joined = std::mem::take(&mut families[other]);
            families[family].extend(joined);
            family_of
                .iter_mut()
                .filter(|place| **place == other)
                .for_each(|place| *place = family);
        }
        families[family].push(id.clone());
        family_of.push(family);
    }
    families.retain(|family| !family.is_empty());
    families
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(problem: &str, completion: &str, reward: f64) -> PreparedExample {
        PreparedExample {
            prompt_id: ProblemId::from(problem),
            prompt: format!("Task {problem}: {}", problem.repeat(9)),
            completion: completion.to_owned(),
            model: "m".to_owned(),
            dataset: "d".to_owned(),
            reward,
            rfunc: reward,
            rsec: 1.0,
            compiles: reward > 0.0,
            tests_passed: 1,
            tests_total: 1,
            has_security_issues: false,
        }
    }

    const LONG: &str = "n = int(input())\ntotal = 0\nfor i in range(n):\n    total = total + i * i\n    if total > 100:\n        break\nprint(total, n, i)\n";

    #[test]
    fn each_reason_counts_once_and_the_first_is_kept() {
        let near = LONG.to_owned() + "# the end\n";
        let all = vec![
            example("a", "", 0.0),
            example("a", LONG, 0.5),
            example("a", LONG, 0.5),
            example("a", &near, 0.6),
            example("a", "pass", 0.1),
            example("b", LONG, 0.5),
            example("c", "print(1)", 0.9),
            example("a", "print(sum(range(int(input()))))", 0.7),
        ];
        let options = PrepareOptions {
            min_reward: Some(0.2),
            best_per_problem: true,
            ..PrepareOptions::default()
        };
        let reserved = Reserved {
            id: ProblemId::from("elsewhere"),
            prompt: example("c", "", 0.0).prompt,
        };
        let got = prepare(all, &[reserved], &options);
        let expected = LeftOut {
            not_compiling: 1,
            low_reward: 1,
            reserved: 1,
            duplicates: 1,
            near_duplicates: 1,
            not_best: 1,
        };
        assert_eq!(got.left_out, expected);
        assert_eq!(got.train.len() + got.validation.len(), 2);
    }

    #[test]
    fn a_problem_and_its_like_are_in_one_split_and_the_seed_decides() {
        let word = |n: u32| format!("w{}", n.wrapping_mul(2_654_435_761) >> 8);
        let statement = |n: u32| {
            (0..60)
                .map(|at| word(100 * n + at))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let mut all = Vec::new();
        for n in 0..100 {
            for copy in 0..2 {
                let mut one = example(&format!("p{n}-{copy}"), &format!("print({n}, {copy})"), 0.5);
                one.prompt = statement(n) + if copy == 0 { "" } else { " really" };
                all.push(one);
            }
        }
        let options = PrepareOptions::default();
        let got = prepare(all.clone(), &[], &options);
        assert_eq!((got.near_problems, got.validation.len()), (100, 20));
        let families = |examples: &[PreparedExample]| -> BTreeSet<String> {
            examples
                .iter()
                .map(|e| e.prompt_id.as_str().split('-').next().unwrap().to_owned())
                .collect()
        };
        assert!(families(&got.train).is_disjoint(&families(&got.validation)));
        assert_eq!(prepare(all.clone(), &[], &options), got);
        let other = prepare(all, &[], &PrepareOptions { seed: 1, ..options });
        assert_ne!(families(&other.validation), families(&got.validation));
    }

    #[test]
    fn nothing_gives_nothing() {
        let got = prepare(vec![], &[], &PrepareOptions::default());
        assert!(got.train.is_empty() && got.validation.is_empty());
        let one = prepare(
            vec![example("a", "x", 0.5)],
            &[],
            &PrepareOptions::default(),
        );
        assert_eq!((one.train.len(), one.validation.len()), (1, 0));
    }
}
