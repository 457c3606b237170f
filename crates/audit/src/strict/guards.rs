//! What a condition proves about variables where it holds, or where it does not.
//!
//! `if name not in ALLOWED: return` cleanses `name` from there on; `realpath` with `startswith`, `fullmatch`,
//! `isdigit`, a comparison of the host of a URL, and functions of this source that return such a condition do the
//! same. `"example.com" in url` proves nothing, and neither does a check whose outcome is not used.

use super::analysis::Analysis;
use super::env::Key;
use super::functions::State;
use super::tables;
use super::value::{Clean, Kind, Value};
use crate::syntax::{BoolOp, CmpOp, Expr, ExprCall, ExprCompare, UnaryOp};

/// Levels of `not`, `and`, `or` that are looked into.
const DEEPEST_CONDITION: u32 = 24;

/// Variables and what they are cleaned of.
type Proved<'a> = Vec<(Key<'a>, Clean)>;

/// The variable behind an expression, also where it is only stripped, lowered or resolved.
pub(super) fn subject(expression: &Expr) -> Option<(Key<'_>, Shape)> {
    let mut shape = Shape::Itself;
    let mut rest = expression;
    for _ in 0..8 {
        match rest {
            Expr::Name(name) => return Some((Key::name(name.id.as_str()), shape)),
            Expr::Named(node) => rest = &node.target,
            Expr::Attribute(node) => match node.attr.as_str() {
                "netloc" | "hostname" | "domain" | "host" => {
                    shape = Shape::Host;
                    rest = &node.value;
                }
                "scheme" | "port" | "suffix" | "filename" => return None,
                "parents" => {
                    shape = Shape::Resolved;
                    rest = &node.value;
                }
                part => {
                    return match &*node.value {
                        Expr::Name(owner) => Some((
                            Key {
                                name: owner.id.as_str(),
                                part,
                            },
                            shape,
                        )),
                        _ => None,
                    };
                }
            },
            Expr::Subscript(node) => {
                return match (&*node.value, &*node.slice) {
                    (Expr::Name(owner), Expr::StringLiteral(part)) => Some((
                        Key {
                            name: owner.id.as_str(),
                            part: part.value.to_str(),
                        },
                        shape,
                    )),
                    _ => None,
                };
            }
            Expr::Call(call) => {
                let (next, resolves) = unwrapped(call)?;
                if resolves {
                    shape = Shape::Resolved;
                }
                rest = next;
            }
            _ => return None,
        }
    }
    None
}

/// How an expression relates to its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Itself,
    /// The normal form of a path.
    Resolved,
    /// The host of a URL.
    Host,
}

/// What a call that keeps the meaning of its operand is applied to, and whether it resolves a path.
fn unwrapped(call: &ExprCall) -> Option<(&Expr, bool)> {
    let Expr::Attribute(function) = &*call.func else {
        return match (&*call.func, &call.arguments.args[..]) {
            (Expr::Name(name), [one]) if matches!(name.id.as_str(), "str" | "Path") => {
                Some((one, false))
            }
            (Expr::Name(name), [one, ..])
                if matches!(name.id.as_str(), "urlparse" | "urlsplit") =>
            {
                Some((one, false))
            }
            (Expr::Name(name), [one])
                if matches!(name.id.as_str(), "realpath" | "abspath" | "normpath") =>
            {
                Some((one, true))
            }
            _ => None,
        };
    };
    match function.attr.as_str() {
        "lower" | "upper" | "strip" | "casefold" | "rstrip" | "lstrip" => {
            Some((&function.value, false))
        }
        "resolve" | "absolute" => Some((&function.value, true)),
        "realpath" | "abspath" | "normpath" => call.arguments.args.first().map(|path| (path, true)),
        "urlparse" | "urlsplit" | "Path" => call.arguments.args.first().map(|path| (path, false)),
        _ => None,
    }
}

impl<'a> Analysis<'a> {
    /// Applies what follows from a condition being true, or false.
    pub(super) fn assume(&mut self, condition: &'a Expr, holds: bool) {
        for (key, clean) in self.proves(condition, holds, 0) {
            self.cleanse(key, clean);
        }
    }

    /// Cleans a variable, and the one that it was taken from by parsing it.
    pub(super) fn cleanse(&mut self, key: Key<'a>, clean: Clean) {
        let mut key = key;
        for _ in 0..4 {
            let Some(known) = self
                .variable(key)
                .or_else(|| self.variable(Key::name(key.name)))
                .cloned()
            else {
                return;
            };
            let taint = known.taint.map(|mut taint| {
                taint.clean = taint.clean.and(clean);
                taint
            });
            self.scope().set(key, known.with_taint(taint));
            match self.taken_from(key) {
                Some(origin) if clean.covers(Clean::URL) || clean.covers(Clean::PATH) => {
                    key = origin;
                }
                _ => return,
            }
        }
    }

    fn proves(&mut self, condition: &'a Expr, holds: bool, depth: u32) -> Proved<'a> {
        if depth > DEEPEST_CONDITION {
            return Vec::new();
        }
        match condition {
            Expr::UnaryOp(node) if node.op == UnaryOp::Not => {
                self.proves(&node.operand, !holds, depth + 1)
            }
            Expr::BoolOp(node) => {
                let all = (node.op == BoolOp::And) == holds;
                let mut parts = node.values.iter();
                let mut proved = match parts.next() {
                    Some(first) => self.proves(first, holds, depth + 1),
                    None => return Vec::new(),
                };
                for part in parts {
                    let more = self.proves(part, holds, depth + 1);
                    proved = if all {
                        [proved, more].concat()
                    } else {
                        in_both(&proved, &more)
                    };
                    if !all && proved.is_empty() {
                        break;
                    }
                }
                proved
            }
            Expr::Compare(node) => self.comparison(node, holds),
            Expr::Call(call) => self.question(call, holds),
            Expr::Named(node) => self.proves(&node.value, holds, depth + 1),
            Expr::Name(name) => self.flag(name.id.as_str(), holds, depth),
            _ => Vec::new(),
        }
    }

    /// What a variable that holds the outcome of a check proves: `m = re.fullmatch(...)`, `if m:`.
    fn flag(&mut self, name: &'a str, holds: bool, depth: u32) -> Proved<'a> {
        match self.frame.checks.get(name).copied() {
            Some(check) if depth < 4 => self.proves(check, holds, depth + 16),
            _ => Vec::new(),
        }
    }

    fn comparison(&mut self, node: &'a ExprCompare, holds: bool) -> Proved<'a> {
        let ([operator], [right]) = (&node.ops[..], &node.comparators[..]) else {
            return Vec::new();
        };
        let equal = match operator {
            CmpOp::In | CmpOp::Eq | CmpOp::Is => holds,
            CmpOp::NotIn | CmpOp::NotEq | CmpOp::IsNot => !holds,
            _ => return Vec::new(),
        };
        let member = matches!(operator, CmpOp::In | CmpOp::NotIn);
        if member {
            return self.membership(&node.left, right, equal);
        }
        if !equal {
            return Vec::new();
        }
        if let Expr::Call(call) = &*node.left
            && let Some(proved) = Self::common_path(call)
        {
            return proved;
        }
        // `re.match(...) is not None` and the like.
        if let (Expr::NoneLiteral(_), _) | (_, Expr::NoneLiteral(_)) = (&*node.left, right) {
            return Vec::new();
        }
        let mut proved = self.equal_to(&node.left, right);
        proved.extend(self.equal_to(right, &node.left));
        proved
    }

    fn equal_to(&mut self, left: &'a Expr, right: &'a Expr) -> Proved<'a> {
        let trusted = self
            .peek(right)
            .is_some_and(|value| value.dirty(Clean::ALL).is_none());
        match subject(left) {
            Some((key, shape)) if trusted => vec![(key, of_shape(shape, Clean::ALL))],
            _ => Vec::new(),
        }
    }

    fn membership(&mut self, left: &'a Expr, right: &'a Expr, inside: bool) -> Proved<'a> {
        // `".." in path` being false keeps a path from climbing.
        if let Expr::StringLiteral(text) = left {
            return match (subject(right), text.value.to_str()) {
                (Some((key, Shape::Itself)), ".." | "../" | "/") if !inside => {
                    vec![(key, Clean::PATH)]
                }
                (Some((key, Shape::Itself)), "\n" | "\r" | "\r\n") if !inside => {
                    vec![(key, Clean::LINES)]
                }
                _ => Vec::new(),
            };
        }
        if !inside {
            return Vec::new();
        }
        // `base in path.parents`: the path is below its base.
        if let Expr::Attribute(node) = right
            && node.attr.as_str() == "parents"
        {
            return subject(right)
                .map(|(key, _)| (key, Clean::PATH))
                .into_iter()
                .collect();
        }
        let Some((key, shape)) = subject(left) else {
            return Vec::new();
        };
        match self.peek(right) {
            // Part of a text, not one of a list.
            Some(value) if value.skeleton().is_some() => Vec::new(),
            Some(value)
                if value
                    .dirty(Clean::ALL)
                    .is_some_and(|taint| taint.level > super::value::Level::Parameter) =>
            {
                Vec::new()
            }
            _ => vec![(key, of_shape(shape, Clean::ALL))],
        }
    }

    /// `os.path.commonpath([base, path]) == base`.
    fn common_path(call: &'a ExprCall) -> Option<Proved<'a>> {
        let Expr::Attribute(function) = &*call.func else {
            return None;
        };
        if !matches!(function.attr.as_str(), "commonpath" | "commonprefix") {
            return None;
        }
        let elements = match call.arguments.args.first()? {
            Expr::List(node) => &node.elts[..],
            Expr::Tuple(node) => &node.elts[..],
            _ => return None,
        };
        Some(
            elements
                .iter()
                .filter_map(subject)
                .map(|(key, _)| (key, Clean::PATH))
                .collect(),
        )
    }

    fn question(&mut self, call: &'a ExprCall, holds: bool) -> Proved<'a> {
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
            return self.approved(index, call, |summary| summary.approves.clone());
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
        pick: impl Fn(&super::functions::Summary) -> Option<std::collections::HashMap<u32, Clean>>,
    ) -> Proved<'a> {
        self.follow(index);
        let State::Done(summary) = &self.functions[index].state else {
            return Vec::new();
        };
        let offset = usize::from(self.functions[index].class.is_some());
        let mut proved = Vec::new();
        for (at, clean) in pick(summary).unwrap_or_default() {
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
                    proved = self.approved(index, call, |summary| summary.survives.clone());
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

    /// What a simple expression is, without evaluating anything.
    pub(super) fn peek(&self, expression: &'a Expr) -> Option<Value> {
        match expression {
            Expr::Name(name) => {
                let known = self.variable(Key::name(name.id.as_str())).cloned();
                Some(known.unwrap_or_else(|| Value::path(name.id.as_str())))
            }
            Expr::StringLiteral(literal) => Some(Value::text(literal.value.to_str())),
            Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::BytesLiteral(_) => {
                Some(Value::of(Kind::Number))
            }
            Expr::Attribute(node) => match &*node.value {
                Expr::Name(owner) => {
                    let key = Key {
                        name: owner.id.as_str(),
                        part: node.attr.as_str(),
                    };
                    if let Some(known) = self.variable(key) {
                        return Some(known.clone());
                    }
                    let owner = self.variable(Key::name(owner.id.as_str()));
                    Some(Value::tainted(owner.and_then(|value| value.taint)))
                }
                _ => Some(Value::default()),
            },
            Expr::List(node) if node.elts.iter().all(is_literal) => {
                Some(Value::of(Kind::Display([].into())))
            }
            Expr::Tuple(node) if node.elts.iter().all(is_literal) => {
                Some(Value::of(Kind::Display([].into())))
            }
            Expr::Set(node) if node.elts.iter().all(is_literal) => {
                Some(Value::of(Kind::Display([].into())))
            }
            Expr::Call(call) => match (&*call.func, &call.arguments.args[..]) {
                (Expr::Attribute(function), []) => self.peek_shallow(&function.value),
                (Expr::Attribute(function), [argument]) if function.attr.as_str() != "get" => {
                    self.peek_shallow(argument)
                }
                _ => Some(Value::default()),
            },
            _ => Some(Value::default()),
        }
    }

    fn peek_shallow(&self, expression: &'a Expr) -> Option<Value> {
        match expression {
            Expr::Call(_) => Some(Value::default()),
            other => self.peek(other),
        }
    }
}

fn is_literal(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::StringLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NoneLiteral(_)
    )
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

fn of_shape(shape: Shape, clean: Clean) -> Clean {
    match shape {
        Shape::Host => Clean::URL,
        Shape::Itself | Shape::Resolved => clean,
    }
}

fn in_both<'a>(one: &Proved<'a>, other: &Proved<'a>) -> Proved<'a> {
    let mut both = Vec::new();
    for (key, clean) in one {
        let matching = other.iter().find(|(candidate, _)| candidate == key);
        if let Some((_, also)) = matching {
            both.push((*key, clean.common(*also)));
        }
    }
    both
}
