//! The operands of expressions, in order, and the containers that are made of them.

use super::value::{Kind, Value};
use crate::syntax::{Expr, Piece, UnaryOp, pieces};

/// Elements of a display that are kept.
const MOST_ELEMENTS: usize = 64;

/// Hands each operand of a node to `take`, in order.
pub(super) fn operands<'a>(expression: &'a Expr, mut take: impl FnMut(&'a Expr)) {
    match expression {
        Expr::Call(call) => {
            match &*call.func {
                Expr::Attribute(attribute) => take(&attribute.value),
                function => take(function),
            }
            call.arguments.args.iter().for_each(&mut take);
            call.arguments
                .keywords
                .iter()
                .for_each(|keyword| take(&keyword.value));
        }
        Expr::Attribute(node) => take(&node.value),
        Expr::Subscript(node) => {
            take(&node.value);
            take(&node.slice);
        }
        Expr::BinOp(node) => {
            take(&node.left);
            take(&node.right);
        }
        Expr::UnaryOp(node) => take(&node.operand),
        Expr::Compare(node) => {
            take(&node.left);
            node.comparators.iter().for_each(take);
        }
        Expr::FString(node) => {
            for piece in pieces(node) {
                if let Piece::Value(element) = piece {
                    take(&element.expression);
                }
            }
        }
        Expr::List(node) => node.elts.iter().for_each(take),
        Expr::Tuple(node) => node.elts.iter().for_each(take),
        Expr::Set(node) => node.elts.iter().for_each(take),
        Expr::Dict(node) => {
            for item in &node.items {
                item.key.iter().for_each(&mut take);
                take(&item.value);
            }
        }
        Expr::Starred(node) => take(&node.value),
        Expr::Await(node) => take(&node.value),
        Expr::YieldFrom(node) => take(&node.value),
        Expr::Yield(node) => node.value.iter().for_each(|value| take(value)),
        Expr::Slice(node) => {
            let parts = [&node.lower, &node.upper, &node.step];
            parts.into_iter().flatten().for_each(|part| take(part));
        }
        _ => {}
    }
}

/// An element of an iterable.
pub(super) fn element_of(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::Display(elements)
            if elements.len() > 1 && elements.iter().all(|one| one.as_text().is_some()) =>
        {
            Kind::OneOf(elements.clone())
        }
        Kind::Display(elements) => {
            let mut kinds = elements.iter().cloned();
            let first = kinds.next().unwrap_or_default();
            kinds.fold(first, Value::join).kind
        }
        Kind::Path(path) if path.starts_with("tarfile.") || path.starts_with("zipfile.") => {
            Kind::Path(format!("{}[]", path.trim_end_matches("[]")).into())
        }
        _ => Kind::Unknown,
    };
    Value {
        kind,
        taint: value.taint,
        ..Value::default()
    }
}

/// A list, tuple or set of these values; what is nested deeper than two levels is forgotten.
pub(super) fn display(values: &[Value]) -> Value {
    let shallow = |value: &Value| {
        let deep = match &value.kind {
            Kind::Display(inner) => inner.iter().any(is_container),
            Kind::Table(_) => true,
            _ => false,
        };
        if deep {
            Value::tainted(value.taint)
        } else {
            value.clone()
        }
    };
    Value::of(Kind::Display(
        values.iter().take(MOST_ELEMENTS).map(shallow).collect(),
    ))
}

fn is_container(value: &Value) -> bool {
    matches!(value.kind, Kind::Display(_) | Kind::Table(_))
}

pub(super) fn table(node: &crate::syntax::ExprDict, values: &[Value]) -> Value {
    let mut rows = Vec::new();
    let mut values = values.iter();
    for item in node.items.iter().take(MOST_ELEMENTS) {
        let key = item.key.as_ref().and_then(|_| values.next());
        let Some(value) = values.next() else { break };
        if let Some(Kind::Text(name)) = key.map(|key| &key.kind)
            && !is_container(value)
        {
            rows.push((name.clone(), value.clone()));
        }
    }
    Value::of(Kind::Table(rows.into()))
}

pub(super) fn is_reversal(slice: &crate::syntax::ExprSlice) -> bool {
    let step = matches!(slice.step.as_deref(), Some(Expr::UnaryOp(node))
        if node.op == UnaryOp::USub && matches!(&*node.operand, Expr::NumberLiteral(_)));
    step && slice.lower.is_none() && slice.upper.is_none()
}

/// Whether every conversion of a `%` template is one for numbers.
pub(super) fn only_numbers(template: &str) -> bool {
    let mut conversions = template
        .split('%')
        .skip(1)
        .filter(|part| !part.is_empty())
        .peekable();
    conversions.peek().is_some()
        && conversions.all(|part| {
            let rest = match part.strip_prefix('(') {
                Some(named) => named.split_once(')').map_or("", |(_, rest)| rest),
                None => part,
            };
            let letter =
                rest.trim_start_matches(|c: char| c.is_ascii_digit() || "+-# .".contains(c));
            letter.starts_with(['d', 'i', 'u', 'f', 'x', 'o', 'e', 'g'])
        })
}
