//! Calls: what they call, what that does to values, and which rules they concern.

use std::rc::Rc;

use super::analysis::Analysis;
use super::catalogue as rules;
use super::functions::{Arguments, Use};
use super::sinks::{self, Sink, Which};
use super::tables;
use super::value::{Clean, HOLE, Kind, Level, Taint, Value};
use crate::syntax::{Expr, ExprCall, Ranged, TextSize};

/// A call whose operands are evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Called<'c, 'a> {
    pub(super) node: &'a ExprCall,
    /// Qualified name; empty where there is none.
    pub(super) path: &'c str,
    /// The name after the last dot, or the whole name.
    pub(super) name: &'a str,
    /// What a method is called on.
    pub(super) receiver: Option<&'c Value>,
    pub(super) positional: &'c [Value],
    pub(super) keywords: &'c [(&'a str, Value)],
    pub(super) at: TextSize,
}

impl<'c, 'a> Called<'c, 'a> {
    /// The argument at a position, or of a name.
    pub(super) fn argument(&self, at: usize, name: &str) -> Option<&'c Value> {
        self.positional.get(at).or_else(|| self.keyword(name))
    }

    /// The argument of a name.
    pub(super) fn keyword(&self, name: &str) -> Option<&'c Value> {
        self.keywords
            .iter()
            .find(|(keyword, _)| *keyword == name)
            .map(|(_, value)| value)
    }

    /// Whether what a sink looks at is put behind something: a parameter that names a file or its directory is the
    /// caller's affair, one that is put behind a directory may leave it.
    fn is_assembled(&self, which: Which) -> bool {
        let assembled = |value: &Value| match &value.kind {
            Kind::Assembled(text) => text.trim_start_matches(HOLE).contains(HOLE),
            _ => false,
        };
        match which {
            Which::Receiver => self.receiver.is_some_and(assembled),
            _ => self.positional.iter().any(assembled),
        }
    }

    pub(super) fn arguments(&self) -> Arguments<'c, 'a> {
        Arguments {
            receiver: self.receiver,
            positional: self.positional,
            keywords: self.keywords,
        }
    }

    /// The taint of what a sink looks at.
    fn at_risk(&self, sink: &Sink) -> Option<Taint> {
        let by_keyword = |wanted: &[&str]| {
            let matching = self
                .keywords
                .iter()
                .filter(|(name, _)| wanted.contains(name));
            matching
                .map(|(_, value)| value.dirty(sink.need))
                .fold(None, Taint::join)
        };
        match sink.which {
            Which::First(count, names) => {
                let first = self
                    .positional
                    .iter()
                    .take(count)
                    .map(|value| value.dirty(sink.need));
                Taint::join(first.fold(None, Taint::join), by_keyword(names))
            }
            Which::At(at, names) => {
                let one = self
                    .positional
                    .get(at)
                    .and_then(|value| value.dirty(sink.need));
                Taint::join(one, by_keyword(names))
            }
            Which::All => {
                let all = self
                    .positional
                    .iter()
                    .chain(self.keywords.iter().map(|(_, value)| value));
                all.map(|value| value.dirty(sink.need))
                    .fold(None, Taint::join)
            }
            Which::Receiver => self.receiver?.dirty(sink.need),
        }
    }
}

impl<'a> Analysis<'a> {
    /// The value of a call; `values` holds what is called, or what it is a method of, and the arguments.
    pub(super) fn call(&mut self, node: &'a ExprCall, values: &[Value]) -> Value {
        let Some((head, rest)) = values.split_first() else {
            return Value::default();
        };
        let count = node.arguments.args.len().min(rest.len());
        let (positional, by_name) = rest.split_at(count);
        let names = node
            .arguments
            .keywords
            .iter()
            .map(|keyword| keyword.arg.as_ref().map_or("", |name| name.as_str()));
        let keywords: Vec<(&'a str, Value)> = names.zip(by_name.iter().cloned()).collect();
        let (target, receiver, name) = match &*node.func {
            Expr::Attribute(function) => {
                let name = function.attr.as_str();
                (
                    self.attribute(head, name, function.start()),
                    Some(head),
                    name,
                )
            }
            Expr::Name(name) => (head.clone(), None, name.id.as_str()),
            _ => (head.clone(), None, ""),
        };
        let path: Option<Rc<str>> = match &target.kind {
            Kind::Path(path) => Some(path.clone()),
            _ => None,
        };
        let path = path.as_deref().unwrap_or("");
        let called = Called {
            node,
            path,
            name,
            receiver,
            positional,
            keywords: &keywords,
            at: node.start(),
        };
        let known_owner = receiver.is_some_and(|value| value.as_path().is_some());
        let ordinary = match receiver {
            Some(_) if !known_owner => tables::is_ordinary(name, true),
            _ => tables::is_ordinary(path, false),
        };
        if !ordinary {
            self.sinks(&called);
            self.rules_of_calls(&called);
        }
        self.absorbed(&called);
        let proves = positional
            .iter()
            .any(|value| value.dirty(Clean::ALL).is_some());
        if proves || name == "relative_to" {
            self.raises_unless(node);
        }
        self.result(&called, &target)
    }

    fn sinks(&mut self, called: &Called<'_, 'a>) {
        if called.arguments().joined().is_none()
            && called.receiver.is_none_or(|value| value.taint.is_none())
        {
            return;
        }
        for sink in sinks::by_path(called.path) {
            self.sink(called, sink);
        }
        // What a path of `os` is, the table of paths says.
        if called.receiver.is_some() && !called.path.starts_with("os.") {
            for sink in sinks::by_method(called.name) {
                self.sink(called, sink);
            }
        }
    }

    fn sink(&mut self, called: &Called<'_, 'a>, sink: &'static Sink) {
        let Some(taint) = called.at_risk(sink) else {
            return;
        };
        if sink.need.covers(Clean::URL) && fixed_host(called, sink) {
            return self.fixed_host_request(called, sink, taint);
        }
        let floor = if sink.need == Clean::PATH && !called.is_assembled(sink.which) {
            Level::Outside
        } else {
            sink.floor
        };
        self.used(&sink.rule, called.at, taint, sink.need, floor, sink.words);
    }

    /// A request to a fixed host whose path is open: less grave.
    fn fixed_host_request(&mut self, called: &Called<'_, 'a>, sink: &Sink, taint: Taint) {
        if sink.rule.id == rules::REQUEST.id && taint.level >= Level::Outside {
            let lower = Taint {
                level: Level::Parameter,
                ..taint
            };
            self.flow(
                &rules::REQUEST,
                called.at,
                lower,
                "decides which path of a server is asked",
            );
        }
    }

    /// Reports a use, and remembers it for the callers of the function at hand.
    pub(super) fn used(
        &mut self,
        rule: &super::catalogue::StrictRule,
        at: TextSize,
        taint: Taint,
        need: Clean,
        floor: Level,
        words: &str,
    ) {
        if taint.level >= floor {
            self.flow(rule, at, taint, words);
        }
        if taint.parameters != 0 {
            self.remember(Use {
                rule: *rule,
                at,
                parameters: taint.parameters,
                need,
                floor,
                words: words.into(),
            });
        }
    }

    /// Containers carry what is put into them.
    fn absorbed(&mut self, called: &Called<'_, 'a>) {
        if called.path.starts_with("os.") || called.path.starts_with("sys.") {
            self.plant(called.path, called.arguments().joined());
        }
        let puts = matches!(
            called.name,
            "append"
                | "extend"
                | "insert"
                | "add"
                | "update"
                | "appendleft"
                | "write"
                | "setdefault"
                | "put"
        );
        let Expr::Attribute(function) = &*called.node.func else {
            return;
        };
        if let (true, Expr::Name(owner)) = (puts, &*function.value) {
            self.absorb(owner.id.as_str(), called.arguments().joined());
        }
    }

    /// Takes note of what an assigned expression makes of its variable: the outcome of a check, or a parsed form.
    pub(super) fn note(&mut self, target: &'a Expr, expression: Option<&'a Expr>) {
        let Expr::Name(name) = target else {
            return;
        };
        let name = name.id.as_str();
        self.frame.checks.remove(name);
        self.frame.origins.remove(name);
        match expression {
            Some(check @ (Expr::Compare(_) | Expr::BoolOp(_) | Expr::UnaryOp(_))) => {
                self.frame.checks.insert(name, check);
            }
            Some(call @ Expr::Call(_)) => {
                self.frame.checks.insert(name, call);
                if let Some((key, _)) = super::subject::subject(call) {
                    self.frame.origins.insert(name, key.name);
                }
            }
            Some(Expr::Attribute(node)) => {
                if let Expr::Name(owner) = &*node.value
                    && matches!(node.attr.as_str(), "netloc" | "hostname")
                {
                    self.frame.origins.insert(name, owner.id.as_str());
                }
            }
            _ => {}
        }
    }

    /// The variable that another was made from by parsing or resolving it.
    pub(super) fn taken_from(&self, key: super::env::Key<'a>) -> Option<super::env::Key<'a>> {
        let origin = self.frame.origins.get(key.name)?;
        (*origin != key.name).then_some(super::env::Key::name(origin))
    }
}

/// Whether the URL of a call starts with a host that is written in the source.
fn fixed_host(called: &Called<'_, '_>, sink: &Sink) -> bool {
    let url = match sink.which {
        Which::First(_, names) => called
            .positional
            .first()
            .or_else(|| called.keyword(names.first()?)),
        Which::At(at, names) => called
            .positional
            .get(at)
            .or_else(|| called.keyword(names.first()?)),
        _ => None,
    };
    let Some(known) = url.and_then(Value::skeleton) else {
        return false;
    };
    match known.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(super::value::HOLE) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or("");
            !host.is_empty() && !host.contains(super::value::HOLE) && rest.len() > host.len()
        }
        // A path on this very site.
        _ => {
            known.starts_with('/')
                && !known.starts_with("//")
                && known.len() > 1
                && !known[1..].starts_with(super::value::HOLE)
        }
    }
}
