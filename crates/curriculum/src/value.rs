//! What goes into a task and comes out of it: a value, its form on standard input, and its form as an argument.

use serde_json::json;

/// The form of a value, which decides how it is described, read and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One integer.
    Int,
    /// Integers; one line of them.
    Ints,
    /// One line of text.
    Text,
    /// Words without spaces; one line of them.
    Words,
    /// Lines of text; their number goes first.
    Lines,
    /// Rows of integers, one a line; their number goes first.
    Rows,
}

/// A value of a task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// See [`Shape::Int`].
    Int(i64),
    /// See [`Shape::Ints`].
    Ints(Vec<i64>),
    /// See [`Shape::Text`].
    Text(String),
    /// See [`Shape::Words`].
    Words(Vec<String>),
    /// See [`Shape::Lines`].
    Lines(Vec<String>),
    /// See [`Shape::Rows`].
    Rows(Vec<Vec<i64>>),
}

impl Value {
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Value::Int(_) => Shape::Int,
            Value::Ints(_) => Shape::Ints,
            Value::Text(_) => Shape::Text,
            Value::Words(_) => Shape::Words,
            Value::Lines(_) => Shape::Lines,
            Value::Rows(_) => Shape::Rows,
        }
    }

    /// As an argument or a result.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Int(number) => json!(number),
            Value::Ints(numbers) => json!(numbers),
            Value::Text(text) => json!(text),
            Value::Words(texts) | Value::Lines(texts) => json!(texts),
            Value::Rows(rows) => json!(rows),
        }
    }

    /// As lines of standard input.
    pub(crate) fn to_input(&self) -> String {
        match self {
            Value::Lines(lines) => counted(lines.len(), &lines.join("\n")),
            Value::Rows(rows) => counted(rows.len(), &table(rows)),
            other => other.to_output(),
        }
    }

    /// As a program prints it.
    pub(crate) fn to_output(&self) -> String {
        match self {
            Value::Int(number) => number.to_string(),
            Value::Ints(numbers) => spaced(numbers),
            Value::Text(text) => text.clone(),
            Value::Words(words) => words.join(" "),
            Value::Lines(lines) => lines.join("\n"),
            Value::Rows(rows) => table(rows),
        }
    }
}

fn table(rows: &[Vec<i64>]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| spaced(row)).collect();
    lines.join("\n")
}

fn counted(count: usize, lines: &str) -> String {
    if count == 0 {
        "0".to_owned()
    } else {
        format!("{count}\n{lines}")
    }
}

fn spaced(numbers: &[i64]) -> String {
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    texts.join(" ")
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<Vec<i64>> for Value {
    fn from(numbers: Vec<i64>) -> Self {
        Value::Ints(numbers)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<Vec<String>> for Value {
    fn from(words: Vec<String>) -> Self {
        Value::Words(words)
    }
}

impl From<Vec<Vec<i64>>> for Value {
    fn from(rows: Vec<Vec<i64>>) -> Self {
        Value::Rows(rows)
    }
}

/// The arguments of one call, as a family's reference reads them.
///
/// A family asks for the shapes that it drew itself; another shape is a mistake in the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arguments<'a>(pub(crate) &'a [Value]);

impl<'a> Arguments<'a> {
    pub(crate) fn int(self, index: usize) -> i64 {
        match &self.0[index] {
            Value::Int(number) => *number,
            other => panic!("argument {index} is no integer: {other:?}"),
        }
    }

    pub(crate) fn ints(self, index: usize) -> &'a [i64] {
        match &self.0[index] {
            Value::Ints(numbers) => numbers,
            other => panic!("argument {index} is no list of integers: {other:?}"),
        }
    }

    pub(crate) fn text(self, index: usize) -> &'a str {
        match &self.0[index] {
            Value::Text(text) => text,
            other => panic!("argument {index} is no text: {other:?}"),
        }
    }

    pub(crate) fn texts(self, index: usize) -> &'a [String] {
        match &self.0[index] {
            Value::Words(texts) | Value::Lines(texts) => texts,
            other => panic!("argument {index} is no list of texts: {other:?}"),
        }
    }

    pub(crate) fn rows(self, index: usize) -> &'a [Vec<i64>] {
        match &self.0[index] {
            Value::Rows(rows) => rows,
            other => panic!("argument {index} is no table: {other:?}"),
        }
    }
}
