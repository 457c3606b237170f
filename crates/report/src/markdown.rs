//! The report as Markdown: tables only, names escaped.

use crate::chapters::document;
use crate::document::{Block, Cell, Section, Table};
use crate::metrics::Metrics;
use crate::numbers::shown_line;
use crate::push::push;

/// `report.md`.
pub fn markdown(metrics: &Metrics) -> String {
    let document = document(metrics);
    let mut text = format!(
        "# {}\n\n{}\n",
        escaped(&document.title),
        escaped(&document.lead)
    );
    for section in &document.sections {
        push_section(&mut text, section);
    }
    text
}

fn push_section(text: &mut String, section: &Section) {
    push!(text, "\n## {}\n", escaped(section.heading));
    for block in &section.blocks {
        match block {
            Block::Text(words) => push!(text, "\n{}\n", escaped(words)),
            Block::Heading(words) => push!(text, "\n### {}\n", escaped(words)),
            Block::List(items) => {
                text.push('\n');
                for item in items {
                    push!(text, "- {}\n", escaped(item));
                }
            }
            Block::Terms(terms) => {
                text.push('\n');
                for (term, meaning) in terms {
                    push!(text, "- **{}**: {}\n", escaped(term), escaped(meaning));
                }
            }
            Block::Table(table) => push_table(text, table),
            Block::Code(lines) => push_code(text, lines),
            // Every plot shows numbers that also stand in a table.
            Block::Plot(_) => {}
        }
    }
}

/// A program between fences that nothing in it can close.
fn push_code(text: &mut String, code: &str) {
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    push!(text, "\n{fence}\n");
    for line in code.lines() {
        push!(text, "{}\n", shown_line(line));
    }
    push!(text, "{fence}\n");
}

fn push_table(text: &mut String, table: &Table) {
    push!(text, "\n{}\n\n", escaped(&table.caption));
    let columns: Vec<String> = table.columns.iter().map(|column| escaped(column)).collect();
    push!(text, "| {} |\n", columns.join(" | "));
    let rules: Vec<&str> = (0..columns.len())
        .map(|at| if at == 0 { "---" } else { "---:" })
        .collect();
    push!(text, "| {} |\n", rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        push!(text, "| {} |\n", cells.join(" | "));
    }
}

fn cell(cell: &Cell) -> String {
    let text = escaped(&cell.text);
    if cell.details.is_empty() {
        return text;
    }
    let details: Vec<String> = cell.details.iter().map(|detail| escaped(detail)).collect();
    format!("{text} ({})", details.join("; "))
}

/// The text with everything that Markdown or its HTML would act on taken literally, on one line.
fn escaped(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, one) in chars.iter().enumerate() {
        match one {
            '\n' | '\r' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', *one]),
            '_' if !is_inside_word(&chars, at) => out.push_str("\\_"),
            // At the start of a line these would open a heading, a list or a quotation.
            '#' | '+' | '-' | '=' if at == 0 && chars.len() > 1 => out.extend(['\\', *one]),
            _ => out.push(*one),
        }
    }
    out
}

/// An underscore between letters or digits is never emphasis, and `apps_plus` stays readable.
fn is_inside_word(chars: &[char], at: usize) -> bool {
    let is_word = |one: Option<&char>| one.is_some_and(|one| one.is_alphanumeric());
    at > 0 && is_word(chars.get(at - 1)) && is_word(chars.get(at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_acted_on() {
        assert_eq!(escaped("a|b\nc"), "a\\|b c");
        assert_eq!(escaped("<script>&"), "&lt;script&gt;&amp;");
        assert_eq!(
            escaped("[x](javascript:1) `y` *z*"),
            "\\[x\\](javascript:1) \\`y\\` \\*z\\*"
        );
        assert_eq!(escaped("apps_plus_1 _it_"), "apps_plus_1 \\_it\\_");
        assert_eq!(escaped("# top"), "\\# top");
        assert_eq!(escaped("-"), "-");
    }
}
