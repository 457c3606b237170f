//! SQL: statements put together from values.
//!
//! Flagged: `cursor.execute("SELECT * FROM t WHERE a = '%s'" % a)`, the same through a variable, an f-string, `+`,
//! `.format`. Accepted: `cursor.execute("SELECT * FROM t WHERE a = ?", (a,))`, constants put together, values that
//! `int` or `%d` went over, table names from a list; `items.find(x + y)` is no SQL.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, HOLE, Kind, LONGEST_TEXT, Level, Value};
use crate::syntax::{Ranged, StmtReturn};

/// Calls that keep, show or change a text, and run nothing.
const HARMLESS: &[&str] = &[
    "print",
    "format",
    "append",
    "join",
    "debug",
    "info",
    "warning",
    "error",
    "exception",
    "len",
    "str",
    "write",
    "strip",
    "replace",
    "encode",
    "repr",
    "isinstance",
    "search",
    "match",
    "split",
    "lower",
    "upper",
    "log",
];

/// What statements make, change and drop, and words between the verb and that.
const OBJECTS: &[&str] = &[
    "table",
    "database",
    "schema",
    "user",
    "role",
    "index",
    "view",
    "trigger",
    "function",
    "procedure",
];
const MODIFIERS: &[&str] = &[
    "or",
    "replace",
    "temp",
    "temporary",
    "unique",
    "virtual",
    "materialized",
    "global",
    "local",
    "external",
    "unlogged",
];

impl<'a> Analysis<'a> {
    pub(super) fn queries(&mut self, called: &Called<'_, 'a>) {
        if HARMLESS.contains(&called.name) || called.path.starts_with("logging.") {
            return;
        }
        let arguments = called
            .positional
            .iter()
            .take(3)
            .chain(called.keywords.iter().map(|(_, value)| value).take(3));
        for (at, value) in arguments.enumerate() {
            let assembled = matches!(&value.kind, Kind::Assembled(text) if is_sql(text));
            let Some(taint) = value.dirty(Clean::SQL) else {
                if assembled {
                    return self.assembled_from_elsewhere(called, value);
                }
                continue;
            };
            let whole = at == 0 && runs_sql(called.name) && !matches!(value.kind, Kind::Text(_));
            if assembled {
                let floor = Level::File;
                return self.used(
                    &rules::SQL,
                    called.at,
                    taint,
                    Clean::SQL,
                    floor,
                    "is part of an SQL statement",
                );
            }
            if whole && taint.level >= Level::Console {
                return self.flow(&rules::SQL, called.at, taint, "is run as SQL");
            }
        }
    }

    /// A statement put together from values of which nothing bad is known.
    fn assembled_from_elsewhere(&mut self, called: &Called<'_, 'a>, value: &Value) {
        let text = value.skeleton().unwrap_or("");
        if value.taint.is_none() && has_value_hole(text) {
            let words = "a value from elsewhere is put into an SQL statement";
            self.report.add(
                &rules::SQL,
                called.at,
                Weight::suspected(&rules::SQL),
                words,
            );
        } else if !text.contains(HOLE) && text.len() < LONGEST_TEXT {
            let words = "numbers are written into an SQL statement";
            self.wrong(&rules::SQL_TEXT, called.at, words);
        }
    }

    pub(super) fn sql_returned(&mut self, node: &'a StmtReturn, value: &Value) {
        let assembled =
            matches!(&value.kind, Kind::Assembled(text) if is_sql(text) && !is_sentence(text));
        if let (true, Some(taint)) = (assembled, value.dirty(Clean::SQL)) {
            let lower = crate::strict::value::Taint {
                level: taint.level.min(Level::Parameter),
                ..taint
            };
            self.used(
                &rules::SQL,
                node.start(),
                lower,
                Clean::SQL,
                Level::File,
                "is part of an SQL statement",
            );
        }
    }
}

/// Whether a text starts as a sentence does: statements are written in capitals or in small letters.
fn is_sentence(text: &str) -> bool {
    let mut letters = text.trim_start().chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
}

fn runs_sql(name: &str) -> bool {
    matches!(
        name,
        "execute" | "executemany" | "executescript" | "raw" | "RawSQL" | "execute_sql" | "mogrify"
    )
}

/// Whether a part that is not known stands where a value belongs, in quotes or after an operator; names of tables and
/// lists of placeholders stand elsewhere.
fn has_value_hole(text: &str) -> bool {
    let (mut quoted, mut compared) = (false, false);
    text.chars().any(|c| {
        quoted ^= matches!(c, '\'' | '"');
        let value = c == HOLE && (quoted || compared);
        compared = matches!(c, '=' | '<' | '>') || compared && c.is_whitespace();
        value
    })
}

/// Whether a text reads as an SQL statement.
pub(super) fn is_sql(text: &str) -> bool {
    let head: String = crate::strict::value::head(text)
        .chars()
        .take(2_000)
        .collect::<String>()
        .to_ascii_lowercase();
    let has = |word: &str| head.contains(word);
    let starts = head.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word = starts
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or("");
    match word {
        "select" => has("from") || has(" where") || starts.starts_with("select *"),
        "insert" => has("into"),
        "replace" => has("into") && has("values"),
        "update" => has(" set ") || has("\nset ") || has(" set\n") || has("set\n"),
        "delete" => has("from"),
        "create" | "alter" | "drop" | "truncate" => {
            let mut rest = starts
                .split(|c: char| c.is_whitespace() || c == '(')
                .filter(|word| !word.is_empty())
                .skip(1)
                .skip_while(|word| MODIFIERS.contains(word));
            rest.next().is_some_and(|object| OBJECTS.contains(&object))
        }
        "with" => has("select") && has("from"),
        "where" | "and" => has("=") && has("'"),
        _ => has("select ") && has(" from ") && has(" where "),
    }
}
