//! What an expression speaks of: the variable behind it, and what a simple expression is.

use super::analysis::Analysis;
use super::env::Key;
use super::value::{Kind, Value};
use crate::syntax::{Expr, ExprCall};

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
