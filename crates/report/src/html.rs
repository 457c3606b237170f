//! The report as one HTML file: no script, nothing fetched, drawings inline, every text escaped.

use crate::chapters::document;
use crate::document::{Block, Cell, Document, Section, Table};
use crate::metrics::Metrics;
use crate::numbers::shown_line;
use crate::push::push;
use crate::svg::svg;

const STYLE: &str = include_str!("style.css");

/// `report.html`.
pub fn html(metrics: &Metrics) -> String {
    let document = document(metrics);
    let title = escaped(&document.title);
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p class=\"lead\">{}</p>\n",
        escaped(&document.lead)
    );
    let mut page = Page::default();
    for (at, section) in document.sections.iter().enumerate() {
        page.push_section(&mut text, section);
        if at == 0 {
            push_contents(&mut text, &document);
        }
    }
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

fn push_contents(text: &mut String, document: &Document) {
    text.push_str("<nav aria-label=\"Contents\"><ul>\n");
    for section in &document.sections {
        let heading = escaped(section.heading);
        push!(text, "<li><a href=\"#{}\">{heading}</a></li>\n", section.id);
    }
    text.push_str("</ul></nav>\n");
}

/// Counts plots, whose titles need ids that are unique in the file.
#[derive(Default)]
struct Page {
    plots: usize,
}

impl Page {
    fn push_section(&mut self, text: &mut String, section: &Section) {
        let (id, heading) = (section.id, escaped(section.heading));
        push!(
            text,
            "<section id=\"{id}\" aria-labelledby=\"{id}-heading\">\n"
        );
        push!(text, "<h2 id=\"{id}-heading\">{heading}</h2>\n");
        let mut blocks = section.blocks.iter().peekable();
        while let Some(block) = blocks.next() {
            if let Block::Plot(plot) = block {
                text.push_str("<div class=\"plots\">\n");
                self.push_plot(text, plot);
                while let Some(Block::Plot(plot)) =
                    blocks.next_if(|next| matches!(next, Block::Plot(_)))
                {
                    self.push_plot(text, plot);
                }
                text.push_str("</div>\n");
            } else {
                push_block(text, block);
            }
        }
        text.push_str("</section>\n");
    }

    fn push_plot(&mut self, text: &mut String, plot: &crate::document::Plot) {
        self.plots += 1;
        push!(text, "<figure>{}</figure>\n", svg(plot, self.plots));
    }
}

fn push_block(text: &mut String, block: &Block) {
    match block {
        Block::Text(words) => push!(text, "<p>{}</p>\n", escaped(words)),
        Block::Heading(words) => push!(text, "<h3>{}</h3>\n", escaped(words)),
        Block::List(items) => {
            text.push_str("<ul>\n");
            for item in items {
                push!(text, "<li>{}</li>\n", escaped(item));
            }
            text.push_str("</ul>\n");
        }
        Block::Terms(terms) => {
            text.push_str("<ul>\n");
            for (term, meaning) in terms {
                push!(
                    text,
                    "<li><b>{}</b>: {}</li>\n",
                    escaped(term),
                    escaped(meaning)
                );
            }
            text.push_str("</ul>\n");
        }
        Block::Table(table) => push_table(text, table),
        Block::Code(lines) => push!(text, "<pre>{}</pre>\n", escaped_lines(lines)),
        Block::Plot(_) => unreachable!("plots are gathered by the section"),
    }
}

fn push_table(text: &mut String, table: &Table) {
    let caption = escaped(&table.caption);
    // Outside the part that scrolls, so that a phone shows all of it.
    push!(text, "<p class=\"caption\">{caption}</p>\n");
    push!(
        text,
        "<div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table>\n<thead><tr>"
    );
    let words: Vec<bool> = (0..table.columns.len())
        .map(|column| holds_words(table, column))
        .collect();
    for (column, title) in table.columns.iter().enumerate() {
        push!(
            text,
            "<th scope=\"col\"{}>{}</th>",
            class(words[column]),
            escaped(title)
        );
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        text.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            push_cell(text, cell, column == 0, words[column]);
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table></div>\n");
}

/// Whether a column is words throughout, which stand left, rather than numbers.
fn holds_words(table: &Table, column: usize) -> bool {
    let starts_with_number =
        |text: &str| text.starts_with(|one: char| one.is_ascii_digit() || "-<".contains(one));
    column > 0
        && !table.rows.is_empty()
        && table.rows.iter().all(|row| {
            let cell = &row[column];
            cell.details.is_empty() && !starts_with_number(&cell.text)
        })
}

fn class(words: bool) -> &'static str {
    if words { " class=\"words\"" } else { "" }
}

fn push_cell(text: &mut String, cell: &Cell, first: bool, words: bool) {
    let (open, close) = if first {
        ("<th scope=\"row\"", "</th>")
    } else {
        ("<td", "</td>")
    };
    push!(text, "{open}{}>{}", class(words), escaped(&cell.text));
    for detail in &cell.details {
        push!(text, "<small>{}</small>", escaped(detail));
    }
    text.push_str(close);
}

/// Lines as they stand, with what could move the cursor or the direction replaced.
fn escaped_lines(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| escaped(&shown_line(line)))
        .collect();
    lines.join("\n")
}

/// The text as it may stand between tags and in quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(one) = chars.next() {
        match one {
            // A number and its per cent sign stay on one line.
            ' ' if chars.peek() == Some(&'%') => out.push_str("&nbsp;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_opens_a_tag_or_leaves_an_attribute() {
        assert_eq!(
            escaped("<script>alert('x')</script>"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"
        );
        assert_eq!(escaped("\" onload=\"&"), "&quot; onload=&quot;&amp;");
    }
}
