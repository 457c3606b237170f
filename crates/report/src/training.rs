//! What a report shows of training: the curves of its logs, and what became of answers to the same problems.

use std::collections::BTreeMap;

use scrl_record::Graded;
use serde::{Deserialize, Serialize};

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
    /// Compares answers that stand in pairs: the same number to the same problem. Examples are the first of each kind, and the one in its middle.
    pub fn of(before: &str, after: &str, pairs: &[(Answer, Answer)]) -> Self {
        let mut kinds: BTreeMap<(State, State), Vec<&(Answer, Answer)>> = BTreeMap::new();
        for pair in pairs {
            if let (Some(was), Some(is)) = (State::of(pair.0.graded), State::of(pair.1.graded)) {
                // What got better comes first, then what got worse.
                kinds.entry((is, was)).or_default().push(pair);
            }
        }
        let mut counts = [[0; 4]; 4];
        let mut examples = Vec::new();
        for ((is, was), pairs) in kinds {
            counts[was as usize][is as usize] = pairs.len() as u64;
            if was != is && was.min(is) == State::Right {
                let mut shown = vec![0, pairs.len() / 2];
                shown.dedup();
                let chosen = shown.into_iter().map(|at| pairs[at]);
                examples.extend(chosen.map(|(first, last)| example(first, was, last, is)));
            }
        }
        Self {
            before: before.to_owned(),
            after: after.to_owned(),
            counts,
            examples,
        }
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
