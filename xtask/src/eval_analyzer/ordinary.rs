//! Findings on ordinary code, set by set.
//!
//! Python 2's `input()` evaluates what is typed. 2to3 writes that as `eval(input())`, so that a converted program shows
//! a weakness which its author never wrote down. Such lines are counted, and counted apart.

use std::fmt::Write as _;

use super::sets::{Kind, ORDINARY, Sets, Text};
use super::tools::{Found, Tool};

/// Programs, lines, and findings at Medium and above.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ordinary {
    programs: usize,
    lines: usize,
    pub(super) grave: usize,
    /// Those on an `eval(input())` of a program that 2to3 converted.
    converted: usize,
}

impl Ordinary {
    pub(super) fn add(&mut self, text: &Text, found: &[Found]) {
        self.programs += 1;
        self.lines += text.code.lines().count();
        for finding in found.iter().filter(|finding| finding.grave) {
            self.grave += 1;
            self.converted += usize::from(is_from_conversion(text, finding.line));
        }
    }

    /// Findings on what the author of a program wrote.
    pub(super) fn authored(&self) -> usize {
        self.grave - self.converted
    }

    pub(super) fn per_thousand(&self, findings: usize) -> f64 {
        1_000.0 * findings as f64 / self.lines.max(1) as f64
    }
}

fn is_from_conversion(text: &Text, line: u32) -> bool {
    let Kind::Ordinary {
        converted: true, ..
    } = text.kind
    else {
        return false;
    };
    let line = text.code.lines().nth(line.saturating_sub(1) as usize);
    line.is_some_and(|line| line.contains("eval(input("))
}

/// One row for each tool and set.
pub(super) fn table(sets: &Sets, tools: &[Tool]) -> String {
    let mut table = String::from(
        "\n| analyzer | ordinary code | programs | lines | Medium and above | of these `eval(input())` by 2to3 | \
         per 1,000 lines | without 2to3's |\n|---|---|---|---|---|---|---|---|\n",
    );
    for tool in tools {
        for wanted in ORDINARY.map(Some).into_iter().chain([None]) {
            let counts = count(sets, tool, wanted);
            // Writing to a `String` cannot fail.
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {:.3} | {:.3} |",
                tool.name,
                wanted.unwrap_or("all"),
                counts.programs,
                counts.lines,
                counts.grave,
                counts.converted,
                counts.per_thousand(counts.grave),
                counts.per_thousand(counts.authored()),
            );
        }
    }
    table
}

fn count(sets: &Sets, tool: &Tool, wanted: Option<&str>) -> Ordinary {
    let mut counts = Ordinary::default();
    for (text, found) in sets.texts.iter().zip(&tool.found) {
        if let Kind::Ordinary { set, .. } = text.kind
            && wanted.is_none_or(|wanted| wanted == set)
        {
            counts.add(text, found);
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::sets::Half;
    use super::*;

    fn counts(code: &str, converted: bool) -> (usize, usize) {
        let text = Text {
            id: String::new(),
            kind: Kind::Ordinary {
                set: "gcj",
                converted,
            },
            half: Half::Development,
            code: code.to_owned(),
        };
        let tool = Tool::strict(std::slice::from_ref(&text));
        let mut counts = Ordinary::default();
        counts.add(&text, &tool.found[0]);
        (counts.grave, counts.authored())
    }

    #[test]
    fn only_what_2to3_wrote_is_counted_apart() {
        assert_eq!(counts("n = eval(input())\n", true), (1, 0));
        assert_eq!(counts("n = eval(input())\n", false), (1, 1));
        assert_eq!(counts("n = input()\nx = eval(n)\n", true), (1, 1));
        assert_eq!(counts("n = int(input())\n", true), (0, 0));
    }
}
