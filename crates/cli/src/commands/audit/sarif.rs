//! SARIF 2.1.0, the format that code hosts show findings from.
//!
//! Source: OASIS Static Analysis Results Interchange Format 2.1.0. Columns are counted in code points from 1.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scrl_audit::{Located, rules};
use scrl_record::{Finding, Severity};
use serde_json::{Value, json};

use super::Audit;
use super::bandit_names::page;
use super::examine::FileReport;
use super::guidance::guidance;
use super::json::metrics;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as indented JSON.
pub(super) fn report(audit: &Audit) -> anyhow::Result<String> {
    let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut descriptors = Vec::new();
    let mut results = Vec::new();
    for file in &audit.files {
        for located in &file.findings {
            let finding = &located.finding;
            let index = *indexes.entry(&finding.id).or_insert_with(|| {
                descriptors.push(descriptor(finding));
                descriptors.len() - 1
            });
            results.push(result(file, located, index, audit.context_lines));
        }
    }
    let whole = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "scrl audit",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(audit),
            }],
            "results": results,
            "properties": {"metrics": metrics(&audit.files)},
        }],
    });
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

fn descriptor(finding: &Finding) -> Value {
    let summary = rules()
        .iter()
        .find(|rule| rule.id == finding.id)
        .map_or(finding.name.as_str(), |rule| rule.summary);
    let mut descriptor = json!({
        "id": finding.id,
        "name": finding.name,
        "shortDescription": {"text": summary},
        "helpUri": page(finding),
        "properties": {
            "tags": ["security", format!("external/cwe/cwe-{}", finding.cwe.0)],
            "precision": finding.confidence.as_str().to_lowercase(),
        },
    });
    if let Some(guidance) = guidance(&finding.id) {
        let help = format!("{} Instead: {}", guidance.why, guidance.fix);
        descriptor["fullDescription"] = json!({"text": guidance.why});
        descriptor["help"] = json!({"text": help});
    }
    descriptor
}

fn result(file: &FileReport, located: &Located, index: usize, context_lines: usize) -> Value {
    let finding = &located.finding;
    let mut result = json!({
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&file.name)},
            "region": region(file, located),
            "contextRegion": context(file, located, context_lines),
        }}],
        "properties": {
            "issue_confidence": finding.confidence,
            "issue_severity": finding.severity,
        },
    });
    if let Some(cell) = file.place(finding.line).cell {
        result["properties"]["cell"] = json!(cell);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn region(file: &FileReport, located: &Located) -> Value {
    let finding = &located.finding;
    let start = code_points(file, finding.line, finding.column);
    let place = file.place(finding.line);
    let last = located.end_line.max(finding.line);
    let mut region = json!({
        "startLine": place.line,
        "startColumn": start,
        "endLine": place.line + (last - finding.line),
        "snippet": {"text": line(file, finding.line)},
    });
    let end = code_points(file, last, located.end_column);
    if last > finding.line || end > start {
        region["endColumn"] = json!(end);
    }
    region
}

fn context(file: &FileReport, located: &Located, context_lines: usize) -> Value {
    let shown = file.excerpt(located, context_lines);
    let first = file.place(shown.start as u32 + 1).line;
    let count = shown.len().max(1) as u32;
    let text = file.lines[shown].join("\n") + "\n";
    json!({
        "startLine": first,
        "endLine": first + count - 1,
        "snippet": {"text": text},
    })
}

/// Column in code points, from 1, of an offset in bytes.
fn code_points(file: &FileReport, at: u32, offset: u32) -> u32 {
    let before = line(file, at)
        .char_indices()
        .take_while(|(byte, _)| *byte < offset as usize);
    before.count() as u32 + 1
}

fn line(file: &FileReport, at: u32) -> &str {
    let index = (at as usize).saturating_sub(1);
    file.lines.get(index).map_or("", String::as_str)
}

fn notifications(audit: &Audit) -> Vec<Value> {
    let broken = audit.files.iter().filter_map(|file| {
        let problem = file.problem.as_ref()?;
        Some(json!({
            "level": "error",
            "message": {"text": format!("{}: {}", problem.reason, problem.details)},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&file.name)}}}],
        }))
    });
    broken.collect()
}

/// A file name as a reference: relative to where the audit ran, or `file:` for an absolute one.
fn uri(name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name);
    let mut uri = String::new();
    if name.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in name.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => {
                // Writing to a `String` cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
