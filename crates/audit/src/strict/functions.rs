//! Functions of the source: each is followed once, and leaves a summary that its calls apply.

use std::rc::Rc;

use super::analysis::{Analysis, DEEPEST, What};
use super::catalogue::StrictRule;
use super::env::{Env, Key};
use super::hasher::{NameMap, NameSet};
use super::value::{Clean, Kind, Level, Taint, Value};
use super::web;
use crate::syntax::{Decorator, Expr, Parameters, Ranged, Stmt, TextSize};

/// Uses that a summary keeps; more would let one hostile function weigh on every call of it.
const MOST_USES: usize = 48;

/// A function, method or lambda.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) parameters: Option<&'a Parameters>,
    pub(super) body: Body<'a>,
    pub(super) decorators: &'a [Decorator],
    pub(super) class: Option<usize>,
    pub(super) state: State,
}

/// What a function runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    Statements(&'a [Stmt]),
    Expression(&'a Expr),
}

/// How far a function has been followed.
#[derive(Clone, Debug)]
pub(super) enum State {
    Waiting,
    Followed,
    Done(Rc<Summary>),
}

/// A class and what its body binds.
#[derive(Debug, Default)]
pub(super) struct Class<'a> {
    pub(super) bases: Vec<Rc<str>>,
    pub(super) members: NameMap<&'a str, Value>,
}

/// What a call of a function does with its arguments.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) returned: Value,
    pub(super) uses: Vec<Use>,
    /// What each parameter is cleaned of when the function says yes; `None` where it never does.
    pub(super) approves: Option<Cleaned>,
    /// What each parameter is cleaned of when the function comes back at all.
    pub(super) survives: Option<Cleaned>,
}

/// Parameters by position, with what they are cleaned of; no more than 64.
pub(super) type Cleaned = Vec<(u32, Clean)>;

/// A dangerous use that parameters reach.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) rule: StrictRule,
    pub(super) at: TextSize,
    pub(super) parameters: u64,
    pub(super) need: Clean,
    /// Values from less hostile places are let through.
    pub(super) floor: Level,
    pub(super) words: Rc<str>,
}

/// What is gathered while a function is followed.
#[derive(Debug, Default)]
pub(super) struct Frame<'a> {
    pub(super) function: Option<usize>,
    pub(super) name: &'a str,
    /// Whether requests come in here.
    pub(super) serves: bool,
    pub(super) parameters: Vec<&'a str>,
    /// Variables that hold the outcome of a check, with the check.
    pub(super) checks: NameMap<&'a str, &'a Expr>,
    /// Variables made by parsing or joining another, with that one.
    pub(super) origins: NameMap<&'a str, &'a str>,
    /// Files that were asked for before they are used, and such uses.
    pub(super) asked: NameSet<&'a str>,
    pub(super) races: Vec<(TextSize, &'a str)>,
    pub(super) locks: bool,
    /// How many `try` around this place handle the errors of files.
    pub(super) handled: u32,
    /// Where the mask of new files' permissions was opened.
    pub(super) unmasked: Option<TextSize>,
    /// Where a weak hash was begun with constant data, which is no use of it yet.
    pub(super) seeded: Option<TextSize>,
    /// Whether a connection was encrypted after it was opened.
    pub(super) encrypted: bool,
    /// Templates that were filled in, with what nothing escaped.
    pub(super) formats: Vec<(TextSize, Option<Taint>)>,
    pub(super) summary: Summary,
}

impl<'a> Analysis<'a> {
    /// Follows a function, unless that was done or is under way.
    pub(super) fn follow(&mut self, index: usize) {
        if !matches!(self.functions[index].state, State::Waiting) || self.nesting + 8 > DEEPEST {
            return;
        }
        // A function of the module or of a class does not see the variables of whoever calls it.
        let others = self.scopes.split_off(1);
        self.follow_here(index);
        self.scopes.extend(others);
    }

    /// Follows a function inside the scopes at hand.
    pub(super) fn follow_here(&mut self, index: usize) {
        if self.nesting >= DEEPEST {
            return;
        }
        self.nesting += 1;
        self.functions[index].state = State::Followed;
        let function = &self.functions[index];
        let (body, name) = (function.body, function.name);
        let serves = web::serves(self, index);
        let outer = std::mem::replace(
            &mut self.frame,
            Frame {
                function: Some(index),
                name,
                serves,
                ..Frame::default()
            },
        );
        self.scopes.push(Env::default());
        self.bind_parameters(index, serves);
        match body {
            Body::Statements(statements) => {
                if self.nested(statements) {
                    self.survived();
                }
            }
            Body::Expression(expression) => {
                let value = self.eval(expression);
                self.returned(&value, Some(expression));
            }
        }
        self.races();
        self.scopes.pop();
        let frame = std::mem::replace(&mut self.frame, outer);
        self.functions[index].state = State::Done(Rc::new(frame.summary));
        self.nesting -= 1;
    }

    fn bind_parameters(&mut self, index: usize, serves: bool) {
        let Some(parameters) = self.functions[index].parameters else {
            return;
        };
        let method = self.functions[index].class;
        for (at, parameter) in parameters.iter().enumerate() {
            let name = parameter.as_parameter().name.as_str();
            self.frame.parameters.push(name);
            let value = match method {
                Some(class) if at == 0 => self.own(class, name, parameter.as_parameter().start()),
                _ => self.parameter(at, parameter.as_parameter(), serves),
            };
            self.scope().set(Key::name(name), value);
        }
    }

    fn own(&mut self, class: usize, name: &'a str, at: TextSize) -> Value {
        let step = self.step(None, What::Parameter(name), at);
        Value::of(Kind::Instance(class)).with_taint(Some(Taint {
            level: Level::Parameter,
            step,
            parameters: 1,
            clean: Clean::NOTHING,
        }))
    }

    fn parameter(
        &mut self,
        at: usize,
        parameter: &'a crate::syntax::Parameter,
        serves: bool,
    ) -> Value {
        let name = parameter.name.as_str();
        let annotation = parameter.annotation.as_deref();
        if web::is_request(name, annotation) {
            return Value::path("request");
        }
        let step = self.step(None, What::Parameter(name), parameter.start());
        let level = if serves {
            Level::Remote
        } else {
            Level::Parameter
        };
        let clean = match annotation {
            // Frameworks convert what they pass; elsewhere nobody keeps a caller to an annotation.
            Some(Expr::Name(name))
                if serves && matches!(name.id.as_str(), "int" | "float" | "bool") =>
            {
                Clean::ALL
            }
            _ => Clean::NOTHING,
        };
        Value::tainted(Some(Taint {
            level,
            step,
            parameters: 1u64.checked_shl(at as u32).unwrap_or(0),
            clean,
        }))
    }

    /// Takes note of a value that the function at hand returns.
    pub(super) fn returned(&mut self, value: &Value, expression: Option<&'a Expr>) {
        let summary = &mut self.frame.summary;
        let known = std::mem::take(&mut summary.returned);
        summary.returned = if matches!(known.kind, Kind::Unknown) && known.taint.is_none() {
            value.clone()
        } else {
            known.join(value.clone())
        };
        if value.truth() != Some(false) {
            let approved = match expression {
                Some(expression) if value.truth() != Some(true) => self.parameters_when(expression),
                _ => self.parameters_now(),
            };
            meet(&mut self.frame.summary.approves, approved);
        }
        self.survived();
    }

    /// Takes note of one way on which the function at hand comes back.
    fn survived(&mut self) {
        let now = self.parameters_now();
        meet(&mut self.frame.summary.survives, now);
    }

    /// What the parameters are cleaned of at this point.
    fn parameters_now(&self) -> Cleaned {
        let mut cleaned = Cleaned::new();
        for (at, name) in self.frame.parameters.iter().enumerate().take(64) {
            let value = self
                .scopes
                .last()
                .and_then(|scope| scope.get(Key::name(name)));
            if let Some(taint) = value.and_then(|value| value.taint)
                && taint.clean != Clean::NOTHING
            {
                cleaned.push((at as u32, taint.clean));
            }
        }
        cleaned
    }

    /// The same, where `condition` holds.
    fn parameters_when(&mut self, condition: &'a Expr) -> Cleaned {
        let mark = self.scope().enter();
        self.assume(condition, true);
        let cleaned = self.parameters_now();
        self.scope().leave(mark);
        cleaned
    }

    /// Remembers that parameters of the function at hand reach a dangerous use.
    pub(super) fn remember(&mut self, danger: Use) {
        let known = &mut self.frame.summary.uses;
        if self.frame.function.is_some() && danger.parameters != 0 && known.len() < MOST_USES {
            known.push(danger);
        }
    }

    /// Applies the summary of a function to the arguments of a call; they start with `self` for methods.
    pub(super) fn apply(&mut self, index: usize, arguments: &Arguments<'_, 'a>) -> Value {
        self.follow(index);
        let State::Done(summary) = self.functions[index].state.clone() else {
            return Value::tainted(arguments.joined());
        };
        for danger in &summary.uses {
            let taint = arguments.of(danger.parameters, &self.functions[index]);
            let Some(taint) = taint.filter(|taint| !taint.clean.covers(danger.need)) else {
                continue;
            };
            let words = format!("through `{}` {}", self.functions[index].name, danger.words);
            if taint.level >= danger.floor.max(Level::Starter) {
                self.flow(&danger.rule, danger.at, taint, &words);
            }
            self.remember(Use {
                parameters: taint.parameters,
                ..danger.clone()
            });
        }
        let mut value = summary.returned.clone();
        value.taint = returned_taint(summary.returned.taint, |parameters| {
            arguments.of(parameters, &self.functions[index])
        });
        value
    }
}

fn returned_taint(
    returned: Option<Taint>,
    arguments: impl Fn(u64) -> Option<Taint>,
) -> Option<Taint> {
    let returned = returned?;
    let own = (returned.level > Level::Parameter).then_some(Taint {
        parameters: 0,
        ..returned
    });
    let passed = arguments(returned.parameters).map(|taint| Taint {
        clean: taint.clean.and(returned.clean),
        ..taint
    });
    Taint::join(own, passed)
}

/// Keeps what holds on this way and on every one before.
fn meet(known: &mut Option<Cleaned>, now: Cleaned) {
    *known = Some(match known.take() {
        None => now,
        Some(before) => before
            .into_iter()
            .filter_map(|(at, clean)| {
                let also = now.iter().find(|(other, _)| *other == at)?;
                Some((at, clean.common(also.1)))
            })
            .collect(),
    });
}

/// The arguments of one call, by position and name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arguments<'c, 'a> {
    /// What a method is called on.
    pub(super) receiver: Option<&'c Value>,
    pub(super) positional: &'c [Value],
    pub(super) keywords: &'c [(&'a str, Value)],
}

impl Arguments<'_, '_> {
    /// The taint of everything that is passed.
    pub(super) fn joined(&self) -> Option<Taint> {
        let keywords = self.keywords.iter().map(|(_, value)| value.taint);
        let values = self.positional.iter().map(|value| value.taint);
        values.chain(keywords).fold(None, Taint::join)
    }

    /// The taint of what is passed for a set of parameters.
    fn of(&self, parameters: u64, function: &Function<'_>) -> Option<Taint> {
        let mut taint = None;
        let mut rest = parameters;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            taint = Taint::join(taint, self.at(at, function).and_then(|value| value.taint));
        }
        taint
    }

    /// What is passed for the parameter at `at`.
    pub(super) fn at(&self, at: usize, function: &Function<'_>) -> Option<&Value> {
        let positional = match (self.receiver, at) {
            (Some(receiver), 0) => return Some(receiver),
            (Some(_), at) => self.positional.get(at - 1),
            (None, at) => self.positional.get(at),
        };
        let named = || {
            let name = function
                .parameters?
                .iter()
                .nth(at)?
                .as_parameter()
                .name
                .as_str();
            let found = self.keywords.iter().find(|(keyword, _)| *keyword == name)?;
            Some(&found.1)
        };
        positional.or_else(named)
    }
}
