//! What the answer to a call proves: `x.isdigit()`, `re.fullmatch(p, x)`, functions of this source and of others.

use super::analysis::Analysis;
use super::env::Key;
use super::functions::{Cleaned, State, Summary};
use super::guards::Proved;
use super::subject::{Shape, subject};
use super::tables;
use super::value::{Clean, Kind, Value};
use crate::syntax::{Expr, ExprCall};

impl<'a> Analysis<'a> {
    pub(super) fn question(&mut self, call: &'a ExprCall, holds: bool) -> Proved<'a> {
        let arguments = &call.arguments.args;
        match &*call.func {
            Expr::Attribute(function) => {
                let method = function.attr.as_str();
                if let Some(proved) =
                    self.method_question(method, &function.value, arguments, holds)
                {
                    return proved;
                }
            }
            Expr::Name(name) if name.id.as_str() == "isinstance" && holds => {
                return isinstance(arguments);
            }
            Expr::Name(name) if matches!(name.id.as_str(), "any" | "all") => return Vec::new(),
            _ => {}
        }
        self.asked(call, holds)
    }

    fn method_question(
        &mut self,
        method: &str,
        receiver: &'a Expr,
        arguments: &'a [Expr],
        holds: bool,
    ) -> Option<Proved<'a>> {
        let on_receiver = |clean| {
            subject(receiver)
                .map(|(key, _)| (key, clean))
                .into_iter()
                .collect()
        };
        let on_argument = |at: usize, clean| {
            arguments
                .get(at)
                .and_then(subject)
                .map(|(key, _)| (key, clean))
                .into_iter()
                .collect()
        };
        Some(match method {
            "isdigit" | "isalnum" | "isnumeric" | "isdecimal" | "isidentifier" | "isalpha"
                if holds =>
            {
                on_receiver(Clean::ALL)
            }
            "is_relative_to" if holds => on_receiver(Clean::PATH),
            "startswith" => self.starts_with(receiver, arguments, holds),
            "fullmatch" if holds => match self.peek(receiver)?.as_path() {
                Some("re" | "regex") => on_argument(1, Clean::ALL),
                _ => on_argument(0, Clean::ALL),
            },
            "match" if holds => match self.peek(receiver)?.as_path() {
                Some("re" | "regex") if self.is_closed(arguments.first()) => {
                    on_argument(1, Clean::ALL)
                }
                Some("re.compile()") => on_argument(0, Clean::ALL),
                _ => Vec::new(),
            },
            "search" if holds => match self.peek(receiver)?.as_path() {
                Some("re") if self.is_closed(arguments.first()) => on_argument(1, Clean::ALL),
                _ => Vec::new(),
            },
            "search" if !holds => match self.peek(receiver)?.as_path() {
                Some("re") if self.is_forbidding(arguments.first()) => on_argument(1, Clean::ALL),
                _ => Vec::new(),
            },
            "compare_digest" | "verify" | "verify_signature" if holds => {
                self.frame_flag_verified();
                Vec::new()
            }
            _ => return None,
        })
    }

    fn frame_flag_verified(&mut self) {
        self.scope()
            .set(Key::name("<verified>"), Value::of(Kind::Bool(true)));
    }

    fn starts_with(
        &mut self,
        receiver: &'a Expr,
        arguments: &'a [Expr],
        holds: bool,
    ) -> Proved<'a> {
        let Some((key, shape)) = subject(receiver) else {
            return Vec::new();
        };
        let start = arguments.first().and_then(|argument| self.peek(argument));
        let text = start
            .as_ref()
            .and_then(|value| value.skeleton().map(str::to_owned));
        match text.as_deref() {
            Some(host) if host.contains("://") => {
                // Without the slash, `https://good.com` also starts `https://good.com.evil.net`.
                let after = host.split_once("://").map_or("", |(_, rest)| rest);
                if holds && after.contains('/') {
                    vec![(key, Clean::URL)]
                } else {
                    Vec::new()
                }
            }
            // A path on this very site.
            Some("/") if holds => Vec::new(),
            _ => {
                let resolved = shape == Shape::Resolved
                    || self.variable(key).is_some_and(|value| value.resolved);
                if holds && resolved {
                    vec![(key, Clean::PATH)]
                } else {
                    Vec::new()
                }
            }
        }
    }

    /// Whether a pattern says all that the text may be: it ends in `$` or `\Z` and lets no arbitrary text through.
    fn is_closed(&self, pattern: Option<&'a Expr>) -> bool {
        let text = pattern.and_then(|pattern| self.peek(pattern));
        text.as_ref()
            .and_then(Value::as_text)
            .is_some_and(|pattern| {
                let ends = pattern.ends_with('$') || pattern.ends_with("\\Z");
                ends && !pattern.contains(".*")
                    && !pattern.contains(".+")
                    && !pattern.contains("\\S")
            })
    }

    /// Whether a pattern finds every character outside a set: `[^a-z]`.
    fn is_forbidding(&self, pattern: Option<&'a Expr>) -> bool {
        let text = pattern.and_then(|pattern| self.peek(pattern));
        text.as_ref()
            .and_then(Value::as_text)
            .is_some_and(|pattern| pattern.starts_with("[^"))
    }

    /// What the answer of a function proves: of this source by its summary, of others by its name.
    fn asked(&mut self, call: &'a ExprCall, holds: bool) -> Proved<'a> {
        if !holds {
            return Vec::new();
        }
        let callee = self.peek(&call.func);
        if let Some(Kind::Function(index)) = callee.as_ref().map(|value| value.kind.clone()) {
            return self.approved(index, call, |summary| summary.approves.as_ref());
        }
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(node) => node.attr.as_str(),
            _ => return Vec::new(),
        };
        if !tables::validates(name) {
            return Vec::new();
        }
        let arguments = call.arguments.args.iter().filter_map(subject);
        arguments.map(|(key, _)| (key, Clean::ALL)).collect()
    }

    fn approved(
        &mut self,
        index: usize,
        call: &'a ExprCall,
        pick: fn(&Summary) -> Option<&Cleaned>,
    ) -> Proved<'a> {
        self.follow(index);
        let State::Done(summary) = &self.functions[index].state else {
            return Vec::new();
        };
        let offset = usize::from(self.functions[index].class.is_some());
        let mut proved = Vec::new();
        for &(at, clean) in pick(summary).into_iter().flatten() {
            let argument = (at as usize)
                .checked_sub(offset)
                .and_then(|at| call.arguments.args.get(at));
            if let Some((key, _)) = argument.and_then(subject) {
                proved.push((key, clean));
            }
        }
        proved
    }

    /// A call whose outcome is dropped still proves what it would have raised for:
    /// `path.resolve().relative_to(base)`, `validate(name)`, a function of this source that raises.
    pub(super) fn raises_unless(&mut self, call: &'a ExprCall) {
        let mut proved = Vec::new();
        match &*call.func {
            Expr::Attribute(function) if function.attr.as_str() == "relative_to" => {
                if let Some((key, Shape::Resolved)) = subject(&function.value) {
                    proved.push((key, Clean::PATH));
                }
            }
            function => {
                let callee = self.peek(function);
                let name = match function {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(node) => node.attr.as_str(),
                    _ => "",
                };
                if let Some(Kind::Function(index)) = callee.as_ref().map(|value| value.kind.clone())
                {
                    proved = self.approved(index, call, |summary| summary.survives.as_ref());
                } else if tables::validates(name) {
                    let arguments = call.arguments.args.iter().filter_map(subject);
                    proved.extend(arguments.map(|(key, _)| (key, Clean::ALL)));
                }
            }
        }
        for (key, clean) in proved {
            self.cleanse(key, clean);
        }
    }
}

fn isinstance(arguments: &[Expr]) -> Proved<'_> {
    let number = |kind: &Expr| matches!(kind, Expr::Name(name) if matches!(name.id.as_str(), "int" | "float" | "bool"));
    let numbers = match arguments.get(1) {
        Some(Expr::Tuple(node)) => node.elts.iter().all(number),
        Some(kind) => number(kind),
        None => false,
    };
    match arguments.first().and_then(subject) {
        Some((key, _)) if numbers => vec![(key, Clean::ALL)],
        _ => Vec::new(),
    }
}
