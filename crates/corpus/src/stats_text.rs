//! The composition of a dataset as aligned text.

use std::fmt::Write;

use scrl_record::CallStyle;

use crate::stats::{DifficultyRow, Share, Spread, Stats};

impl Stats {
    /// The tables as text of fixed width, each line ending with a line feed.
    pub fn to_text(&self) -> String {
        if self.composition.total.count == 0 {
            return "no problems\n".to_owned();
        }
        let mut text = String::new();
        table(
            &mut text,
            "Table 2.1: dataset composition",
            &self.composition(),
        );
        table(&mut text, "Table 2.2: difficulty", &self.difficulty());
        table(&mut text, "Tests per problem", &self.tests_per_problem());
        table(&mut text, "Reference solutions", &self.solutions());
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    fn composition(&self) -> Vec<Vec<String>> {
        let row = |name: &str, share: Share| {
            vec![name.to_owned(), share.count.to_string(), percent(share)]
        };
        vec![
            cells(&["", "problems", "share"]),
            row("total", self.composition.total),
            row("stdin", self.composition.stdin),
            row("function call", self.composition.function_call),
        ]
    }

    fn difficulty(&self) -> Vec<Vec<String>> {
        let row = |row: &DifficultyRow| {
            let name = match row.difficulty.as_str() {
                "" => "(none)",
                word => word,
            };
            let mut cells = vec![name.to_owned()];
            for share in [row.total, row.stdin, row.function_call] {
                cells.extend([share.count.to_string(), percent(share)]);
            }
            cells
        };
        let head = cells(&["", "total", "share", "stdin", "share", "call", "share"]);
        let rows = self.difficulties.iter().map(row);
        std::iter::once(head).chain(rows).collect()
    }

    fn tests_per_problem(&self) -> Vec<Vec<String>> {
        let row = |(name, spread): (&str, Option<Spread>)| {
            let spread = spread?;
            Some(vec![
                name.to_owned(),
                spread.problems.to_string(),
                spread.tests.to_string(),
                spread.min.to_string(),
                format!("{:.1}", spread.median),
                format!("{:.2}", spread.mean),
                spread.max.to_string(),
            ])
        };
        let rows = [
            ("total", self.tests),
            ("stdin", self.stdin_tests),
            ("function call", self.function_call_tests),
        ];
        let head = cells(&["", "problems", "tests", "min", "median", "mean", "max"]);
        let rows = rows.into_iter().filter_map(row);
        std::iter::once(head).chain(rows).collect()
    }

    fn solutions(&self) -> Vec<Vec<String>> {
        let row = |name: String, share: Share| vec![name, share.count.to_string(), percent(share)];
        let mut rows = vec![
            cells(&["", "problems", "share"]),
            row("with a solution".to_owned(), self.with_solutions),
            row("without tests".to_owned(), self.without_tests),
        ];
        for style in &self.styles {
            let name = format!("style {}", style_name(style.call_style));
            rows.push(row(name, style.share));
        }
        rows
    }
}

fn style_name(style: Option<CallStyle>) -> &'static str {
    match style {
        Some(CallStyle::Script) => "script",
        Some(CallStyle::StdinInFunction) => "stdin_in_function",
        Some(CallStyle::FunctionAsStdin) => "function-as-stdin",
        Some(CallStyle::Function) => "function",
        Some(CallStyle::Method) => "method",
        None => "unknown",
    }
}

fn cells(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn percent(share: Share) -> String {
    match share.percent() {
        Some(percent) => format!("{percent:.2} %"),
        None => "-".to_owned(),
    }
}

/// The first column to the left, numbers to the right, two spaces between.
fn table(text: &mut String, title: &str, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let _ = writeln!(text, "{title}");
    for row in rows {
        let mut line = format!("{:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(&widths).skip(1) {
            let _ = write!(line, "  {cell:>width$}");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
}
