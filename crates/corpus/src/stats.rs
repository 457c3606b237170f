//! What a dataset consists of: the seed's tables 2.1 (composition) and 2.2 (difficulty by kind), tests, solutions.

use std::collections::BTreeMap;

use scrl_record::{CallStyle, Kind, Problem};
use serde::{Deserialize, Serialize};

/// A count among others; the percentage is derived so that it can never disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The numerator.
    pub count: usize,
    /// The denominator.
    pub of: usize,
}

impl Share {
    /// In percent; `None` when there is nothing to count among.
    pub fn percent(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64 * 100.0)
    }
}

/// The seed's table 2.1: problems by the way they are asked, each among all problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composition {
    /// All problems.
    pub total: Share,
    /// Those that read standard input.
    pub stdin: Share,
    /// Those that are called.
    pub function_call: Share,
}

/// One row of the seed's table 2.2. Shares are among the problems of the same kind, so that each column adds up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifficultyRow {
    /// The dataset's word; empty where it has none.
    pub difficulty: String,
    /// Among all problems.
    pub total: Share,
    /// Among those that read standard input.
    pub stdin: Share,
    /// Among those that are called.
    pub function_call: Share,
}

/// How many tests problems have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Problems.
    pub problems: usize,
    /// Their tests together.
    pub tests: usize,
    /// Fewest tests of one problem.
    pub min: usize,
    /// Half of the problems have at most as many; the mean of the middle two.
    pub median: f64,
    /// Tests per problem.
    pub mean: f64,
    /// Most tests of one problem.
    pub max: usize,
}

/// How reference solutions are written, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StyleRow {
    /// The style; absent where the dataset does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_style: Option<CallStyle>,
    /// Among all problems.
    pub share: Share,
}

/// The composition of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// The seed's table 2.1.
    pub composition: Composition,
    /// The seed's table 2.2: `introductory`, `interview`, `competition`, `easy`, `medium`, `hard`, then the rest.
    pub difficulties: Vec<DifficultyRow>,
    /// Tests per problem; absent without problems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Spread>,
    /// The same of the problems that read standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin_tests: Option<Spread>,
    /// The same of the problems that are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_call_tests: Option<Spread>,
    /// Problems with at least one reference solution.
    pub with_solutions: Share,
    /// Problems without a test.
    pub without_tests: Share,
    /// How reference solutions are written, the most frequent first.
    pub styles: Vec<StyleRow>,
}

impl Stats {
    /// Counts `problems`.
    pub fn of<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> Self {
        let mut tally = StatsTally::default();
        for problem in problems {
            tally.add(problem);
        }
        tally.finish()
    }
}

/// Counts problems one by one, so that a file need not be in memory.
#[derive(Clone, Debug, Default)]
pub struct StatsTally {
    stdin: Vec<usize>,
    call: Vec<usize>,
    difficulties: BTreeMap<String, [usize; 2]>,
    styles: Vec<(Option<CallStyle>, usize)>,
    with_solutions: usize,
}

impl StatsTally {
    /// Counts one problem.
    pub fn add(&mut self, problem: &Problem) {
        let tests = problem.tests.len();
        let column = match problem.kind {
            Kind::Stdin => {
                self.stdin.push(tests);
                0
            }
            Kind::Call => {
                self.call.push(tests);
                1
            }
        };
        let row = self.difficulties.entry(problem.difficulty.clone());
        row.or_default()[column] += 1;
        self.with_solutions += usize::from(!problem.canonical_solutions.is_empty());
        match self
            .styles
            .iter_mut()
            .find(|(style, _)| *style == problem.call_style)
        {
            Some((_, count)) => *count += 1,
            None => self.styles.push((problem.call_style, 1)),
        }
    }

    /// The counts as tables.
    pub fn finish(mut self) -> Stats {
        let (stdin, call) = (self.stdin.len(), self.call.len());
        let total = stdin + call;
        let share = |count| Share { count, of: total };
        let mut all = [self.stdin.as_slice(), &self.call].concat();
        let without_tests = all.iter().filter(|tests| **tests == 0).count();
        self.styles
            .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Stats {
            composition: Composition {
                total: share(total),
                stdin: share(stdin),
                function_call: share(call),
            },
            difficulties: rows(self.difficulties, stdin, call),
            tests: spread(&mut all),
            stdin_tests: spread(&mut self.stdin),
            function_call_tests: spread(&mut self.call),
            with_solutions: share(self.with_solutions),
            without_tests: share(without_tests),
            styles: self
                .styles
                .into_iter()
                .map(|(call_style, count)| StyleRow {
                    call_style,
                    share: share(count),
                })
                .collect(),
        }
    }
}

/// Easy before hard where the words are known, as readers expect.
const ORDER: [&str; 6] = [
    "introductory",
    "interview",
    "competition",
    "easy",
    "medium",
    "hard",
];

fn rows(
    difficulties: BTreeMap<String, [usize; 2]>,
    stdin: usize,
    call: usize,
) -> Vec<DifficultyRow> {
    let mut rows: Vec<DifficultyRow> = difficulties
        .into_iter()
        .map(|(difficulty, counts)| DifficultyRow {
            difficulty,
            total: Share {
                count: counts[0] + counts[1],
                of: stdin + call,
            },
            stdin: Share {
                count: counts[0],
                of: stdin,
            },
            function_call: Share {
                count: counts[1],
                of: call,
            },
        })
        .collect();
    // The sort is stable: words that are not known stay in alphabetical order.
    rows.sort_by_key(|row| {
        let known = ORDER
            .iter()
            .position(|word| row.difficulty.eq_ignore_ascii_case(word));
        known.unwrap_or(ORDER.len())
    });
    rows
}

fn spread(tests: &mut [usize]) -> Option<Spread> {
    tests.sort_unstable();
    let (problems, sum) = (tests.len(), tests.iter().sum::<usize>());
    let middle = problems / 2;
    Some(Spread {
        problems,
        tests: sum,
        min: *tests.first()?,
        median: if problems % 2 == 1 {
            tests[middle] as f64
        } else {
            f64::midpoint(tests[middle - 1] as f64, tests[middle] as f64)
        },
        mean: sum as f64 / problems as f64,
        max: *tests.last()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: &str, difficulty: &str, tests: usize, style: &str) -> Problem {
        let tests = vec![serde_json::json!({"input": "", "output": ""}); tests];
        let text = serde_json::json!({
            "id": "p", "kind": kind, "difficulty": difficulty, "tests": tests, "call_style": style,
            "canonical_solutions": if tests.is_empty() { vec![] } else { vec!["pass"] },
        });
        serde_json::from_str(&text.to_string()).unwrap()
    }

    fn sample() -> Vec<Problem> {
        vec![
            problem("stdin", "competition", 3, "script"),
            problem("stdin", "introductory", 1, "script"),
            problem("stdin", "odd", 0, "stdin_in_function"),
            problem("call", "introductory", 4, "function"),
        ]
    }

    #[test]
    fn tables_add_up() {
        let stats = Stats::of(&sample());
        assert_eq!(stats.composition.stdin, Share { count: 3, of: 4 });
        assert_eq!(stats.composition.function_call.percent(), Some(25.0));
        let words: Vec<&str> = stats
            .difficulties
            .iter()
            .map(|row| row.difficulty.as_str())
            .collect();
        assert_eq!(words, ["introductory", "competition", "odd"]);
        assert_eq!(stats.difficulties[0].stdin, Share { count: 1, of: 3 });
        assert_eq!(stats.with_solutions, Share { count: 3, of: 4 });
        assert_eq!(stats.without_tests, Share { count: 1, of: 4 });
        let tests = stats.tests.unwrap();
        assert_eq!((tests.min, tests.max, tests.tests), (0, 4, 8));
        assert_eq!(stats.tests.unwrap().median.to_bits(), 2.0_f64.to_bits());
        assert_eq!(stats.styles[0].call_style, Some(CallStyle::Script));
        let columns: usize = stats.difficulties.iter().map(|row| row.stdin.count).sum();
        assert_eq!(columns, 3);
    }

    #[test]
    fn nothing_counted_is_absent_and_not_zero() {
        let stats = Stats::of(&[]);
        assert_eq!(stats.tests, None);
        assert_eq!(stats.composition.stdin.percent(), None);
        let text = serde_json::to_string(&stats).unwrap();
        assert_eq!(serde_json::from_str::<Stats>(&text).unwrap(), stats);
        assert!(stats.to_text().contains("no problems"));
    }

    #[test]
    fn the_text_is_aligned() {
        insta::assert_snapshot!(Stats::of(&sample()).to_text());
    }
}
