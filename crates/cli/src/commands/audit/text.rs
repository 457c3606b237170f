//! Findings for a reviewer: where, the code, why it matters, and how to fix it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scrl_audit::Located;

use super::Audit;
use super::bandit_names::page;
use super::examine::FileReport;
use super::guidance::{found, guidance};

/// Writing to a `String` cannot fail.
pub(super) fn report(audit: &Audit) -> String {
    let mut text = String::new();
    for file in &audit.files {
        if let Some(problem) = &file.problem {
            let (reason, details) = (problem.reason, &problem.details);
            let _ = writeln!(text, "{}: {reason}: {details}\n", file.name);
        }
        for located in &file.findings {
            write_finding(file, located, audit.context_lines, &mut text);
        }
    }
    text.push_str(&summary(audit));
    text
}

fn write_finding(file: &FileReport, located: &Located, context_lines: usize, text: &mut String) {
    let finding = &located.finding;
    let _ = writeln!(
        text,
        "{}:{}: {} {}: severity {}, confidence {}, {}",
        location(file, finding.line),
        finding.column + 1,
        finding.id,
        finding.name,
        finding.severity,
        finding.confidence,
        finding.cwe
    );
    for line in file.excerpt(located, context_lines) {
        let mark = if line + 1 == finding.line as usize {
            '>'
        } else {
            ' '
        };
        let number = file.place(line as u32 + 1).line;
        let shown = shortened(&file.lines[line]);
        let _ = writeln!(text, "  {mark} {number:>4} | {shown}");
    }
    let _ = writeln!(text, "  found: {}", found(finding));
    if let Some(guidance) = guidance(&finding.id) {
        let _ = writeln!(text, "  why:   {}", guidance.why);
        let _ = writeln!(text, "  fix:   {}", guidance.fix);
    }
    let _ = writeln!(text, "  more:  {}\n", page(finding));
}

fn location(file: &FileReport, line: u32) -> String {
    let place = file.place(line);
    match place.cell {
        Some(cell) => format!("{}:cell {cell}:{}", file.name, place.line),
        None => format!("{}:{line}", file.name),
    }
}

/// A line without the control characters that would move a terminal's cursor, and no longer than a screen or two.
fn shortened(line: &str) -> String {
    const WIDTH: usize = 200;
    let printable = |c: char| {
        if c.is_control() && c != '\t' || is_invisible(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    let mut shown: String = line.chars().take(WIDTH).map(printable).collect();
    if line.chars().nth(WIDTH).is_some() {
        shown.push_str(" ...");
    }
    shown
}

/// The characters that B613 is about would reorder the report, too.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200f}')
}

fn summary(audit: &Audit) -> String {
    let findings = || audit.files.iter().flat_map(|file| &file.findings);
    let mut ranks = BTreeMap::new();
    for located in findings() {
        *ranks.entry(located.finding.severity).or_insert(0) += 1;
    }
    let ranks: Vec<String> = ranks
        .iter()
        .rev()
        .map(|(rank, count)| format!("{count} {}", rank.as_str().to_lowercase()))
        .collect();
    let ranks = match ranks.as_slice() {
        [] => String::new(),
        ranks => format!(" ({})", ranks.join(", ")),
    };
    let broken = audit.files.iter().filter(|file| file.problem.is_some());
    let silenced: u32 = audit
        .files
        .iter()
        .map(|file| file.nosec + file.skipped_tests)
        .sum();
    let silenced = match silenced {
        0 => String::new(),
        count => format!(", {count} silenced by nosec"),
    };
    format!(
        "{} files, {} findings{ranks}, {} not parsed{silenced}\n",
        audit.files.len(),
        findings().count(),
        broken.count()
    )
}
