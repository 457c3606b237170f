//! What a report shows of training: the curves of its logs, and what became of answers to the same problems.

use scrl_record::Graded;
use serde::{Deserialize, Serialize};

/// Programs shown of each way that an answer can change.
const SHOWN: usize = 2;

/// What training did. Part of [`crate::Metrics`] where a report was asked for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Numbers by step, run after run.
    pub curves: Vec<Curve>,
    /// The first run's answers beside the last one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// One number of a training run, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The training run.
    pub run: String,
    /// What is counted, as its log names it.
    pub measure: String,
    /// Step and number, in the order of steps.
    pub points: Vec<(u64, f64)>,
}

/// The answers of two runs to the same problems, number by number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The run before.
    pub before: String,
    /// The run after.
    pub after: String,
    /// How many answers went from one state to another: a row for each state before, a column for each after, in the order of [`State::ALL`].
    pub counts: [[u64; 4]; 4],
    /// Some of those that went from one state to another.
    pub examples: Vec<Example>,
}

/// Two answers to one problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The problem.
    pub problem_id: String,
    /// What was asked.
    pub statement: String,
    /// The answer before.
    pub before: Shown,
    /// The answer after.
    pub after: Shown,
}

/// An answer as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What it is worth.
    pub state: State,
    /// The same in a few words.
    pub verdict: String,
    /// The program.
    pub code: String,
}

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Passes every test and is secure.
    Right,
    /// Passes every test and is not secure.
    Unsafe,
    /// Fails a test.
    Failing,
    /// Is no program.
    Broken,
}

impl State {
    /// Every state, the best first.
    pub const ALL: [State; 4] = [State::Right, State::Unsafe, State::Failing, State::Broken];

    /// The state of a graded answer; absent where its tests did not run.
    pub fn of(graded: &Graded) -> Option<Self> {
        let functional = graded.functional()?;
        Some(match (functional, graded.secure()) {
            (true, true) => State::Right,
            (true, false) => State::Unsafe,
            (false, _) if graded.parses && graded.compiles != Some(false) => State::Failing,
            (false, _) => State::Broken,
        })
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            State::Right => "works and is safe",
            State::Unsafe => "works, unsafe",
            State::Failing => "fails a test",
            State::Broken => "does not compile",
        }
    }
}

/// An answer with its program and what was asked.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Its grade.
    pub graded: &'a Graded,
    /// Its program.
    pub code: &'a str,
    /// What was asked.
    pub statement: &'a str,
}

impl Change {
    /// Compares answers that stand in pairs: the same number to the same problem. Examples are the first of their kind, in the order that is given.
    pub fn of(before: &str, after: &str, pairs: &[(Answer, Answer)]) -> Self {
        let mut change = Self {
            before: before.to_owned(),
            after: after.to_owned(),
            counts: [[0; 4]; 4],
            examples: Vec::new(),
        };
        let mut chosen: Vec<(State, State, Example)> = Vec::new();
        for (first, last) in pairs {
            let (Some(was), Some(is)) = (State::of(first.graded), State::of(last.graded)) else {
                continue;
            };
            let count = &mut change.counts[was as usize][is as usize];
            *count += 1;
            if was != is && was.min(is) == State::Right && *count <= SHOWN as u64 {
                chosen.push((was, is, example(first, was, last, is)));
            }
        }
        // What got better first: the unsafe, the failing, the broken; then what got worse.
        chosen.sort_by_key(|(was, is, _)| (*is, *was));
        change.examples = chosen.into_iter().map(|(_, _, example)| example).collect();
        change
    }
}

fn example(first: &Answer, was: State, last: &Answer, is: State) -> Example {
    let shown = |answer: &Answer, state| Shown {
        state,
        verdict: verdict(answer.graded),
        code: answer.code.to_owned(),
    };
    Example {
        problem_id: first.graded.problem_id.to_string(),
        statement: first.statement.to_owned(),
        before: shown(first, was),
        after: shown(last, is),
    }
}

/// Tests, and what makes it unsafe.
fn verdict(graded: &Graded) -> String {
    let mut words = Vec::new();
    if !graded.parses || graded.compiles == Some(false) {
        words.push("does not compile".to_owned());
    }
    let (passed, total) = (graded.tests_passed, graded.tests_total);
    if let (Some(passed), Some(total)) = (passed, total) {
        words.push(format!("{passed} of {total} tests passed"));
    }
    if graded.exploited() == Some(true) {
        words.push("an attack succeeded".to_owned());
    }
    let mut rules: Vec<String> = graded
        .strict_findings
        .iter()
        .map(|finding| format!("{} {} in line {}", finding.id, finding.name, finding.line))
        .collect();
    rules.dedup();
    words.extend(rules);
    let denied = graded
        .events
        .iter()
        .map(|event| format!("{} denied", event.kind));
    words.extend(denied);
    words.join("; ")
}
