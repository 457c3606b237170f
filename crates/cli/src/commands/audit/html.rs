//! The findings as one page of HTML without scripts or outside resources.

use std::fmt::Write as _;

use scrl_audit::Located;

use super::Audit;
use super::bandit_names::{page, weakness_page};
use super::examine::FileReport;
use super::guidance::{found, guidance};

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"UTF-8\">\n<title>Audit</title>\n<style>\n\
    body { font-family: sans-serif; max-width: 60em; margin: 2em auto; }\n\
    pre { overflow-x: auto; background: #f6f6f6; padding: .5em; }\n\
    section { border: 1px solid #ccc; border-left-width: .5em; padding: 0 1em; margin: 1em 0; }\n\
    .high { border-left-color: #c00; }\n.medium { border-left-color: #e90; }\n.low { border-left-color: #39c; }\n\
    </style>\n</head>\n<body>\n<h1>Audit</h1>\n";

/// Writing to a `String` cannot fail.
pub(super) fn report(audit: &Audit) -> String {
    let mut page = String::from(HEAD);
    let lines: usize = audit.files.iter().map(|file| file.code_lines).sum();
    let nosec: u32 = audit.files.iter().map(|file| file.nosec).sum();
    let findings: usize = audit.files.iter().map(|file| file.findings.len()).sum();
    let _ = writeln!(
        page,
        "<p>{} files, {lines} lines of code, {findings} findings, {nosec} silenced by nosec.</p>",
        audit.files.len()
    );
    for file in &audit.files {
        if let Some(problem) = &file.problem {
            let (name, details) = (escaped(&file.name), escaped(&problem.details));
            let _ = writeln!(page, "<p><b>Not parsed:</b> {name}: {details}</p>");
        }
        for located in &file.findings {
            write_finding(file, located, audit.context_lines, &mut page);
        }
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn write_finding(file: &FileReport, located: &Located, context_lines: usize, out: &mut String) {
    let finding = &located.finding;
    let place = file.place(finding.line);
    let cell = place
        .cell
        .map_or(String::new(), |cell| format!("cell {cell}, "));
    let _ = writeln!(
        out,
        "<section class=\"{}\">\n<h2>{} {}</h2>\n<p>{}, {cell}line {}, column {}</p>",
        finding.severity.as_str().to_lowercase(),
        escaped(&finding.id),
        escaped(&finding.name),
        escaped(&file.name),
        place.line,
        finding.column + 1
    );
    let _ = writeln!(
        out,
        "<p>Severity {}, confidence {}, <a href=\"{}\">{}</a></p>\n<p>{}</p>",
        finding.severity,
        finding.confidence,
        weakness_page(finding),
        finding.cwe,
        escaped(found(finding))
    );
    out.push_str("<pre>");
    for line in file.excerpt(located, context_lines) {
        let number = file.place(line as u32 + 1).line;
        let _ = writeln!(out, "{number:>4} {}", escaped(&file.lines[line]));
    }
    out.push_str("</pre>\n");
    if let Some(guidance) = guidance(&finding.id) {
        let (why, fix) = (escaped(guidance.why), escaped(guidance.fix));
        let _ = writeln!(out, "<p><b>Why:</b> {why}</p>\n<p><b>Fix:</b> {fix}</p>");
    }
    let _ = writeln!(
        out,
        "<p><a href=\"{0}\">{0}</a></p>\n</section>",
        page(finding)
    );
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    out
}
