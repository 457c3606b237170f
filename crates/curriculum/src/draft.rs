//! What a family says about one instance, before it is rendered into a statement, tests and programs.

use std::collections::HashSet;

use scrl_record::Kind;

use crate::rng::Rng;
use crate::value::{Arguments, Shape, Value};
use crate::words::Words;

/// Tests of an instance. Outputs differ as far as the task allows, so a constant answer passes about one in 24.
pub(crate) const TESTS: usize = 24;

/// Draws that may repeat an output before a repetition is taken.
const PATIENCE: usize = 60;

/// One thing that a program is given.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Name of the variable and the parameter.
    pub(crate) name: String,
    /// Its form.
    pub(crate) shape: Shape,
    /// What it is, in a few words without an article, such as `prices of books`.
    pub(crate) about: String,
}

impl Input {
    pub(crate) fn new(name: &str, shape: Shape, about: impl Into<String>) -> Self {
        Self {
            name: name.to_string(),
            shape,
            about: about.into(),
        }
    }
}

/// Which kinds of problem a family's instances are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// Either, by chance.
    Both,
    /// Functions only.
    Call,
}

/// An instance as its family tells it. Texts are templates over `words`; bodies are those of [`crate::program`].
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What is asked for, as a noun phrase after `print` or `returns`; one is chosen.
    pub(crate) asks: &'static [&'static str],
    /// Sentences that settle what the phrase leaves open; may be empty.
    pub(crate) note: &'static str,
    /// The function's name.
    pub(crate) entry: &'static str,
    /// What a program is given.
    pub(crate) inputs: Vec<Input>,
    /// What this instance chose.
    pub(crate) words: Words,
    /// Bodies that are right and safe, in different styles.
    pub(crate) secure: &'static [&'static str],
    /// Bodies that are right and unsafe; empty where the only unsafe habit is to read input with `eval`.
    pub(crate) insecure: &'static [&'static str],
    /// Bodies with a typical mistake.
    pub(crate) wrong: &'static [&'static str],
    /// Arguments and results.
    pub(crate) cases: Vec<(Vec<Value>, Value)>,
    /// Which kinds of problem it may become.
    pub(crate) kinds: Kinds,
    /// Attacks that the insecure bodies do not withstand and the secure ones do.
    pub(crate) exploits: Vec<Exploit>,
}

/// An attack: arguments, and what shows that it came to nothing.
#[derive(Clone, Debug)]
pub(crate) struct Exploit {
    /// What is tried, in words.
    pub(crate) title: &'static str,
    /// What is called instead of the entry point.
    pub(crate) calls: Option<&'static str>,
    /// What the program is given.
    pub(crate) arguments: Vec<Value>,
    /// The results that are right; empty where any is, as long as nothing else shows the attack.
    pub(crate) equals: Vec<Value>,
    /// What the result must not hold.
    pub(crate) lacks: Vec<String>,
    /// Whether an exception is an answer.
    pub(crate) may_refuse: bool,
    /// Whether two runs must differ.
    pub(crate) unpredictable: bool,
}

impl Exploit {
    /// An attack that a denied call or a used-up limit shows; refusing is an answer.
    pub(crate) fn new(title: &'static str, arguments: Vec<Value>) -> Self {
        Self {
            title,
            calls: None,
            arguments,
            equals: Vec::new(),
            lacks: Vec::new(),
            may_refuse: true,
            unpredictable: false,
        }
    }

    /// The answer must be this one, unless the program refuses.
    pub(crate) fn answered(mut self, result: impl Into<Value>) -> Self {
        self.equals.push(result.into());
        self
    }

    /// The answer must be this one: there is nothing to refuse.
    pub(crate) fn must_answer(self, result: impl Into<Value>) -> Self {
        let mut exploit = self.answered(result);
        exploit.may_refuse = false;
        exploit
    }

    /// The answer must not hold this.
    pub(crate) fn lacks(mut self, text: impl Into<String>) -> Self {
        self.lacks.push(text.into());
        self
    }

    /// Two calls of this function, each in a new process, must differ.
    pub(crate) fn unpredictable(mut self, function: &'static str) -> Self {
        self.calls = Some(function);
        self.unpredictable = true;
        self
    }
}

impl Draft {
    /// Nothing yet: what a family leaves out is empty, and it may become either kind of problem.
    pub(crate) const NEW: Draft = Draft {
        asks: &[],
        note: "",
        entry: "",
        inputs: Vec::new(),
        words: Words::NONE,
        secure: &[],
        insecure: &[],
        wrong: &[],
        cases: Vec::new(),
        kinds: Kinds::Both,
        exploits: Vec::new(),
    };

    /// The parameters as a program writes them.
    pub(crate) fn parameters(&self) -> String {
        let names: Vec<&str> = self
            .inputs
            .iter()
            .map(|input| input.name.as_str())
            .collect();
        names.join(", ")
    }

    /// The form of the results.
    pub(crate) fn output(&self) -> Shape {
        self.cases[0].1.shape()
    }

    /// Standard input or call, as the family allows.
    pub(crate) fn draw_kind(&self, rng: &mut Rng) -> Kind {
        if self.kinds == Kinds::Both && rng.chance(50) {
            Kind::Stdin
        } else {
            Kind::Call
        }
    }
}

/// Arguments and results of an instance: the edges that a near miss gets wrong, then random ones, with as few
/// repeated results as 60 draws for each allow.
pub(crate) fn cases(
    rng: &mut Rng,
    edges: Vec<Vec<Value>>,
    mut draw: impl FnMut(&mut Rng) -> Vec<Value>,
    answer: impl Fn(Arguments<'_>) -> Value,
) -> Vec<(Vec<Value>, Value)> {
    let mut seen = Seen::default();
    let mut cases = Vec::with_capacity(TESTS);
    for arguments in edges {
        let result = answer(Arguments(&arguments));
        // Edges are few and each is there for a reason; two may share a result.
        if seen.input_is_new(&arguments) {
            seen.outputs.insert(result.clone());
            cases.push((arguments, result));
        }
    }
    let mut tries = 0;
    while cases.len() < TESTS && tries < TESTS * PATIENCE {
        tries += 1;
        let arguments = draw(rng);
        let result = answer(Arguments(&arguments));
        let wanted = !seen.outputs.contains(&result) || tries % PATIENCE == 0;
        if wanted && seen.input_is_new(&arguments) {
            seen.outputs.insert(result.clone());
            cases.push((arguments, result));
        }
    }
    cases
}

#[derive(Default)]
struct Seen {
    inputs: HashSet<Vec<Value>>,
    outputs: HashSet<Value>,
}

impl Seen {
    fn input_is_new(&mut self, arguments: &[Value]) -> bool {
        self.inputs.insert(arguments.to_vec())
    }
}

/// Arguments of a call, each turned into a [`Value`].
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => {
        vec![$($crate::value::Value::from($argument)),*]
    };
}

pub(crate) use arguments;
