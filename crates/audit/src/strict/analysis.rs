//! The state of one strict scan, and the words for where a value came from.

use std::rc::Rc;

use super::catalogue::StrictRule;
use super::env::{Env, Key};
use super::eval::Stacks;
use super::functions::{Class, Frame, Function};
use super::hasher::NameMap;
use super::report::{Report, Weight};
use super::value::{Clean, Level, Taint, Value};
use crate::syntax::{Stmt, TextSize, Tree};

/// Levels of nested bodies, called functions included, beyond which bodies are left alone: CPython refuses more than
/// 100 levels of indentation, and a broken tree must not end the process.
pub(super) const DEEPEST: u32 = 130;

/// Levels of text executed inside executed text that are read.
const MOST_EXECUTED: u32 = 3;

/// One step of a value's way: where it entered, or a variable that it went through.
#[derive(Clone, Debug)]
pub(super) struct Step<'a> {
    pub(super) previous: Option<u32>,
    /// The first step of the way.
    pub(super) origin: u32,
    pub(super) what: What<'a>,
    pub(super) at: TextSize,
}

/// What a step is.
#[derive(Clone, Debug)]
pub(super) enum What<'a> {
    Source(Rc<str>),
    Parameter(&'a str),
    Variable(&'a str),
}

/// One scan of one tree.
#[derive(Debug)]
pub(super) struct Analysis<'a> {
    pub(super) tree: &'a Tree,
    /// The module's variables first, those of the function at hand last.
    pub(super) scopes: Vec<Env<'a>>,
    pub(super) steps: Vec<Step<'a>>,
    pub(super) functions: Vec<Function<'a>>,
    pub(super) classes: Vec<Class<'a>>,
    /// Functions defined but not followed yet.
    pub(super) pending: Vec<usize>,
    pub(super) frame: Frame<'a>,
    /// Modules imported with a star.
    pub(super) stars: Vec<&'a str>,
    pub(super) report: Report,
    pub(super) nesting: u32,
    /// How many layers of executed text are around this tree.
    pub(super) executed: u32,
    /// Bytes of executed text that may still be read.
    pub(super) budget: usize,
    /// Stacks that no evaluation uses at the moment.
    pub(super) stacks: Vec<Stacks<'a>>,
    /// What the program put into its own environment or arguments.
    pub(super) planted: Option<Taint>,
    /// Words that were looked for in the source, and whether it holds them.
    words: Vec<(&'static str, bool)>,
    /// Names that nothing here binds, with what they mean.
    pub(super) unbound: NameMap<&'a str, Value>,
}

impl<'a> Analysis<'a> {
    /// Follows a whole tree and gives what it found.
    pub(super) fn run(tree: &'a Tree, executed: u32, budget: usize) -> Report {
        let mut analysis = Analysis {
            tree,
            scopes: vec![Env::default()],
            steps: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            pending: Vec::new(),
            frame: Frame::default(),
            stars: Vec::new(),
            report: Report::default(),
            nesting: 0,
            executed,
            budget,
            stacks: Vec::new(),
            planted: None,
            words: Vec::new(),
            unbound: NameMap::default(),
        };
        analysis.body(tree.body());
        analysis.races();
        while let Some(function) = analysis.pending.pop() {
            analysis.follow(function);
        }
        analysis.report
    }

    /// Follows text that the program executes, as if it stood there; findings are placed at `at`. False where the text
    /// is not read: texts that are executed again and again would cost more time than the source is long.
    pub(super) fn execute(&mut self, text: &str, at: TextSize) -> bool {
        if self.executed >= MOST_EXECUTED || text.len() > self.budget {
            return false;
        }
        self.budget -= text.len();
        let tree = Tree::parse(text);
        let inner = Analysis::run(&tree, self.executed + 1, self.budget);
        self.report.adopt(inner, at);
        true
    }

    /// Whether the source holds a word anywhere; each is looked for once, however often a hostile source makes rules ask.
    pub(super) fn holds(&mut self, word: &'static str) -> bool {
        if let Some((_, held)) = self.words.iter().find(|(known, _)| *known == word) {
            return *held;
        }
        let held = self.tree.source.contains(word);
        self.words.push((word, held));
        held
    }

    pub(super) fn scope(&mut self) -> &mut Env<'a> {
        self.scopes.last_mut().expect("the module's scope stays")
    }

    pub(super) fn variable(&self, key: Key<'a>) -> Option<&Value> {
        self.scopes.iter().rev().find_map(|scope| scope.get(key))
    }

    /// Enters a value into the analysis.
    pub(super) fn source(&mut self, level: Level, words: &str, at: TextSize) -> Taint {
        let step = self.step(None, What::Source(words.into()), at);
        Taint {
            level,
            step,
            parameters: 0,
            clean: Clean::NOTHING,
        }
    }

    pub(super) fn step(&mut self, previous: Option<u32>, what: What<'a>, at: TextSize) -> u32 {
        let index = self.steps.len() as u32;
        let origin = previous.map_or(index, |previous| self.steps[previous as usize].origin);
        self.steps.push(Step {
            previous,
            origin,
            what,
            at,
        });
        index
    }

    /// Reports a flow from a source into a use that is not safe for it.
    pub(super) fn flow(&mut self, rule: &StrictRule, at: TextSize, taint: Taint, sink: &str) {
        let words = format!("{} {sink}", self.way(taint));
        let weight = Weight::of(rule, taint.level);
        self.report.add(rule, at, weight, &words);
    }

    /// Reports what is wrong whoever chose the values.
    pub(super) fn wrong(&mut self, rule: &StrictRule, at: TextSize, words: &str) {
        self.report.add(rule, at, Weight::full(rule), words);
    }

    /// The way of a value in words: its source, and the last variables that it went through.
    pub(super) fn way(&self, taint: Taint) -> String {
        let mut variables: Vec<String> = Vec::new();
        let mut at = Some(taint.step);
        while let Some(step) = at.map(|at| &self.steps[at as usize]) {
            if let What::Variable(name) = step.what {
                variables.push(format!(
                    "`{name}` (line {})",
                    self.tree.lines().line(step.at)
                ));
            }
            // The first steps say where it came from, the last ones how it got here.
            at = step.previous.filter(|_| variables.len() < 4);
        }
        let origin = self.origin(taint);
        let line = self.tree.lines().line(origin.at);
        match &origin.what {
            What::Source(words) => through(&format!("{words} (line {line})"), &variables),
            What::Parameter("self") => through("an attribute of `self`", &variables),
            What::Parameter(name) | What::Variable(name) => {
                through(&format!("parameter `{name}`"), &variables)
            }
        }
    }

    /// The step by which a value entered.
    fn origin(&self, taint: Taint) -> &Step<'a> {
        let last = &self.steps[taint.step as usize];
        &self.steps[last.origin as usize]
    }

    /// Whether a value entered under these words.
    pub(super) fn entered_as(&self, taint: Taint, words: &str) -> bool {
        matches!(&self.origin(taint).what, What::Source(source) if &**source == words)
    }

    /// Runs `body` one level deeper, unless that is too deep.
    pub(super) fn nested(&mut self, body: &'a [Stmt]) -> bool {
        if self.nesting >= DEEPEST {
            return true;
        }
        self.nesting += 1;
        let falls = self.statements(body);
        self.nesting -= 1;
        falls
    }
}

fn through(source: &str, variables: &[String]) -> String {
    if variables.is_empty() {
        return source.to_owned();
    }
    let way: Vec<&str> = variables.iter().rev().map(String::as_str).collect();
    format!("{source} through {}", way.join(", "))
}
