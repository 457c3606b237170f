//! What a condition proves about variables where it holds, or where it does not.
//!
//! `if name not in ALLOWED: return` cleanses `name` from there on; `realpath` with `startswith`, `fullmatch`,
//! `isdigit`, a comparison of the host of a URL, and functions of this source that return such a condition do the
//! same. `"example.com" in url` proves nothing, and neither does a check whose outcome is not used.

use super::analysis::Analysis;
use super::env::Key;
use super::subject::{Shape, subject};
use super::value::Clean;
use crate::syntax::{BoolOp, CmpOp, Expr, ExprCall, ExprCompare, UnaryOp};

/// Levels of `not`, `and`, `or` that are looked into.
const DEEPEST_CONDITION: u32 = 24;

/// Variables and what they are cleaned of.
pub(super) type Proved<'a> = Vec<(Key<'a>, Clean)>;

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
