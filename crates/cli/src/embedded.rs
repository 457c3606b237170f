//! The suites that are part of the program, with answers made for demonstration.

use std::collections::HashSet;

use anyhow::Context as _;
use scrl_corpus::secure_tasks;
use scrl_curriculum::{Curriculum, Instance, Quality};
use scrl_record::{Problem, ProblemId, Sample};
use serde_json::json;

const PROBLEMS: &str = include_str!("../../../suites/starter/problems.jsonl");
const SAMPLES: &str = include_str!("../../../suites/starter/samples.jsonl");

/// The small model of `models/tiny`, file by file.
pub(crate) const MODEL: [(&str, &[u8]); 5] = [
    (
        "config.json",
        include_bytes!("../../../models/tiny/config.json"),
    ),
    (
        "generation_config.json",
        include_bytes!("../../../models/tiny/generation_config.json"),
    ),
    (
        "model.safetensors",
        include_bytes!("../../../models/tiny/model.safetensors"),
    ),
    (
        "tokenizer.json",
        include_bytes!("../../../models/tiny/tokenizer.json"),
    ),
    (
        "tokenizer_config.json",
        include_bytes!("../../../models/tiny/tokenizer_config.json"),
    ),
];

/// Of the curriculum's instances in the starter suite.
const SEED: u64 = 1;

/// Problems, and answers to them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Suite {
    pub(crate) problems: Vec<Problem>,
    pub(crate) samples: Vec<Sample>,
}

impl Suite {
    /// The problems of `suites/starter`, an instance of every family of the curriculum, and the security tasks, each with an
    /// answer of three fictional writers.
    pub(crate) fn starter() -> anyhow::Result<Self> {
        let mut suite = Self {
            problems: parse(PROBLEMS)?,
            samples: parse(SAMPLES)?,
        };
        let curriculum = Curriculum::new(SEED, &[])?;
        for number in 0..curriculum.families().len() as u64 {
            suite.add(
                Answered::of_instance(&curriculum.instance(number)),
                number as usize,
            )?;
        }
        for (number, task) in secure_tasks()?.into_iter().enumerate() {
            suite.add(Answered::of_task(task.problem), number)?;
        }
        Ok(suite)
    }

    /// The security tasks, with each of their solutions as an answer of `secure` or `insecure`.
    pub(crate) fn secure_tasks() -> anyhow::Result<Self> {
        let mut suite = Self {
            problems: Vec::new(),
            samples: Vec::new(),
        };
        for task in secure_tasks()? {
            let problem = task.problem;
            let kinds = [
                ("secure", &problem.canonical_solutions),
                ("insecure", &problem.insecure_solutions),
            ];
            for (kind, solutions) in kinds {
                for (number, code) in solutions.iter().enumerate() {
                    let id = format!("{}/{kind}-{number}", problem.id);
                    suite.samples.push(answer(&id, &problem, kind, kind, code)?);
                }
            }
            suite.problems.push(problem);
        }
        Ok(suite)
    }

    /// Adds a problem with the answers of the three writers: the careful one knows the safe way, the hasty one takes the easy
    /// way, the beginner makes a mistake of some kind.
    fn add(&mut self, answered: Answered, number: usize) -> anyhow::Result<()> {
        let Answered {
            problem,
            secure,
            insecure,
            mistakes,
        } = answered;
        let hasty = if number % 3 == 2 { &secure } else { &insecure };
        let mistake = mistakes.get(number % mistakes.len().max(1));
        let beginner = mistake.unwrap_or(if number % 2 == 1 { &secure } else { &insecure });
        for (writer, programs) in [
            ("demo-careful", &secure),
            ("demo-hasty", hasty),
            ("demo-beginner", beginner),
        ] {
            let code = &programs.codes[number % programs.codes.len()];
            let id = format!("{}/{writer}", problem.id);
            let sample = answer(&id, &problem, writer, programs.made_as, code)?;
            self.samples.push(sample);
        }
        self.problems.push(problem);
        Ok(())
    }

    /// What can be graded here: where no private folder is to be had, the problems that need one are left out, and it is said.
    pub(crate) fn gradable(mut self, has_folder: bool) -> Self {
        if has_folder {
            return self;
        }
        let all = self.problems.len();
        self.problems.retain(|problem| problem.files.is_empty());
        let kept: HashSet<&ProblemId> = self.problems.iter().map(|problem| &problem.id).collect();
        self.samples
            .retain(|sample| kept.contains(&sample.problem_id));
        crate::say(&format!(
            "left out: {} problems need a private folder, which takes namespaces and seccomp",
            all - self.problems.len()
        ));
        self
    }

    pub(crate) fn problems_text(&self) -> anyhow::Result<String> {
        lines(&self.problems)
    }

    pub(crate) fn samples_text(&self) -> anyhow::Result<String> {
        lines(&self.samples)
    }
}

/// A problem and what can be answered.
struct Answered {
    problem: Problem,
    secure: Programs,
    insecure: Programs,
    /// May be empty.
    mistakes: Vec<Programs>,
}

/// Programs made to be alike; at least one.
struct Programs {
    made_as: &'static str,
    codes: Vec<String>,
}

impl Answered {
    fn of_instance(instance: &Instance) -> Self {
        let programs = |quality: Quality, made_as| Programs {
            made_as,
            codes: instance.programs(quality).to_vec(),
        };
        Self {
            problem: instance.problem.clone(),
            secure: programs(Quality::Secure, "correct"),
            insecure: programs(Quality::Insecure, "insecure"),
            mistakes: vec![
                programs(Quality::Wrong, "wrong"),
                programs(Quality::Silent, "no_print"),
                programs(Quality::Crashing, "crash"),
            ],
        }
    }

    fn of_task(problem: Problem) -> Self {
        Self {
            secure: Programs {
                made_as: "correct",
                codes: problem.canonical_solutions.clone(),
            },
            insecure: Programs {
                made_as: "insecure",
                codes: problem.insecure_solutions.clone(),
            },
            mistakes: vec![],
            problem,
        }
    }
}

fn answer(
    id: &str,
    problem: &Problem,
    model: &str,
    made_as: &str,
    code: &str,
) -> anyhow::Result<Sample> {
    let record = json!({
        "id": id, "problem_id": problem.id, "model": model, "made_as": made_as, "code": code,
    });
    serde_json::from_value(record).context("an embedded answer")
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> anyhow::Result<Vec<T>> {
    text.lines()
        .map(|line| serde_json::from_str(line).context("the embedded suite"))
        .collect()
}

fn lines<T: serde::Serialize>(records: &[T]) -> anyhow::Result<String> {
    let mut text = String::new();
    for record in records {
        text.push_str(&serde_json::to_string(record)?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_problem_and_a_name_of_its_own() {
        for suite in [Suite::starter().unwrap(), Suite::secure_tasks().unwrap()] {
            let problems: HashSet<_> = suite.problems.iter().map(|one| &one.id).collect();
            assert_eq!(problems.len(), suite.problems.len());
            let ids: HashSet<_> = suite.samples.iter().map(|one| &one.id).collect();
            assert_eq!(ids.len(), suite.samples.len());
            for sample in &suite.samples {
                assert!(problems.contains(&sample.problem_id), "{}", sample.id);
            }
        }
        let starter = Suite::starter().unwrap();
        assert_eq!(starter.samples.len(), 3 * starter.problems.len());
    }

    /// The rows of five words of a statement.
    fn rows(problem: &Problem) -> HashSet<Vec<String>> {
        let words: Vec<String> = problem
            .prompt
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.windows(5).map(<[String]>::to_vec).collect()
    }

    /// What one suite trains must not be what another one measures.
    #[test]
    fn suites_have_no_task_in_common() {
        let curriculum = Curriculum::new(SEED, &[]).unwrap();
        let generated: Vec<Problem> = (0..10 * curriculum.families().len() as u64)
            .map(|number| curriculum.instance(number).problem)
            .collect();
        let suites: [Vec<Problem>; 3] = [
            parse(PROBLEMS).unwrap(),
            Suite::secure_tasks().unwrap().problems,
            generated,
        ];
        let suites = suites.map(|suite| {
            let with_rows = |problem| (rows(&problem), problem);
            suite.into_iter().map(with_rows).collect::<Vec<_>>()
        });
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            for (rows, problem) in &suites[one] {
                for (other_rows, other) in &suites[other] {
                    let common = rows.intersection(other_rows).count() as f64;
                    let share = common / (rows.len() + other_rows.len()) as f64 * 2.0;
                    assert!(share < 0.5, "{} and {}: {share}", problem.id, other.id);
                    let solutions = &other.canonical_solutions;
                    let is_same = |code| solutions.contains(code);
                    let same = problem
                        .canonical_solutions
                        .iter()
                        .find(|code| is_same(code));
                    assert_eq!(same, None, "{} and {}", problem.id, other.id);
                }
            }
        }
    }
}
