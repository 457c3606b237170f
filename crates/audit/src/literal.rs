//! Literal values in the words that Python prints them with: they stand in some of Bandit's messages.
//!
//! Bandit turns an argument into a Python value first (`_get_literal_value`), so names and `True` become strings and
//! whatever is not literal becomes `None`.

use std::fmt::Write as _;

use crate::call::{Value, element_value, value};
use crate::syntax::{Expr, ExprDict, Number, class_name};

/// Python's `str` of the value that Bandit makes of an argument.
pub(crate) fn printed(expression: &Expr) -> String {
    printed_value(value(expression), 0)
}

/// The same of an element of a display, where an attribute has no name.
pub(crate) fn printed_element(expression: &Expr) -> String {
    printed_value(element_value(expression), 0)
}

/// Python's `str` of a constant; `None` where the expression is none.
pub(crate) fn printed_constant(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(node) => Some(node.value.to_str().to_owned()),
        Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => Some(printed(expression)),
        Expr::BytesLiteral(_) | Expr::NumberLiteral(_) | Expr::EllipsisLiteral(_) => {
            Some(display(expression, 0))
        }
        _ => None,
    }
}

/// Levels of nested displays that are printed; a message needs no more.
const MAX_LEVELS: u32 = 20;

fn printed_value(value: Value<'_>, level: u32) -> String {
    match value {
        Value::Text(text) => text.to_owned(),
        Value::Other(expression) => display(expression, level),
        Value::Unknown => "None".to_owned(),
    }
}

fn represented(expression: &Expr, level: u32) -> String {
    match element_value(expression) {
        Value::Text(text) => quoted(text),
        other => printed_value(other, level),
    }
}

fn display(expression: &Expr, level: u32) -> String {
    if level > MAX_LEVELS {
        return "...".to_owned();
    }
    let joined = |elements: &[Expr]| {
        let parts: Vec<String> = elements
            .iter()
            .map(|element| represented(element, level + 1))
            .collect();
        parts.join(", ")
    };
    match expression {
        Expr::NumberLiteral(node) => number(&node.value),
        Expr::BytesLiteral(node) => bytes(&node.value.bytes().collect::<Vec<u8>>()),
        Expr::EllipsisLiteral(_) => "Ellipsis".to_owned(),
        Expr::List(node) => format!("[{}]", joined(&node.elts)),
        Expr::Tuple(node) if node.elts.len() == 1 => format!("({},)", joined(&node.elts)),
        Expr::Tuple(node) => format!("({})", joined(&node.elts)),
        Expr::Set(node) => format!("{{{}}}", joined(&node.elts)),
        Expr::Dict(node) => dictionary(node),
        _ => "None".to_owned(),
    }
}

/// Bandit puts nodes into the dictionary, and prints their addresses, too.
fn dictionary(node: &ExprDict) -> String {
    let name = |expression: &Expr| format!("<ast.{} object>", class_name(expression));
    let entries: Vec<String> = node
        .items
        .iter()
        .map(|item| {
            let key = item.key.as_ref().map_or("None".to_owned(), name);
            format!("{key}: {}", name(&item.value))
        })
        .collect();
    format!("{{{}}}", entries.join(", "))
}

fn number(number: &Number) -> String {
    match number {
        Number::Int(int) => int.to_string(),
        Number::Float(float) => python_float(*float),
        Number::Complex { imag, .. } => {
            let imaginary = python_float(*imag);
            format!("{}j", imaginary.strip_suffix(".0").unwrap_or(&imaginary))
        }
    }
}

/// Python's `repr` of a float: the shortest digits, with an exponent from 1e16 on and below 1e-4.
fn python_float(float: f64) -> String {
    if float.is_infinite() {
        return "inf".to_owned();
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent if float != 0.0 && !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{float:?}"),
    }
}

/// Python's `repr` of a string, for the characters that names and paths hold.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() => hexadecimal(u32::from(c), &mut out),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

fn bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut out = format!("b{}", char::from(quote));
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if byte == quote => out.extend(['\\', char::from(byte)]),
            0x20..=0x7e => out.push(char::from(byte)),
            byte => hexadecimal(byte.into(), &mut out),
        }
    }
    out.push(char::from(quote));
    out
}

fn hexadecimal(code: u32, out: &mut String) {
    // Writing to a `String` cannot fail.
    let _ = write!(out, "\\x{code:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_python_prints_them() {
        for (float, printed) in [
            (1.0, "1.0"),
            (0.5, "0.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (0.0, "0.0"),
        ] {
            assert_eq!(python_float(float), printed);
        }
    }

    #[test]
    fn texts_are_quoted_as_python_quotes_them() {
        assert_eq!(quoted("a'b"), "\"a'b\"");
        assert_eq!(quoted("a'\"\n"), "'a\\'\"\\n'");
        assert_eq!(bytes(b"a\xff'"), "b\"a\\xff'\"");
    }
}
