//! Bandit's JSON report: `results`, `metrics` with `_totals`, `errors`.

use scrl_audit::Located;
use serde_json::{Map, Value, json};

use super::Audit;
use super::bandit_names::{page, test_name, weakness_page};
use super::examine::{Counts, FileReport};

/// The report as indented JSON with sorted keys.
pub(super) fn report(audit: &Audit) -> anyhow::Result<String> {
    let mut results = Vec::new();
    for file in &audit.files {
        for located in &file.findings {
            results.push(result(file, located, audit));
        }
    }
    let errors: Vec<Value> = audit
        .files
        .iter()
        .filter_map(|file| {
            let problem = file.problem.as_ref()?;
            Some(json!({"filename": file.name, "reason": problem.reason, "details": problem.details}))
        })
        .collect();
    let whole = json!({
        "errors": errors,
        "metrics": metrics(&audit.files),
        "results": results,
    });
    Ok(serde_json::to_string_pretty(&whole)? + "\n")
}

fn result(file: &FileReport, located: &Located, audit: &Audit) -> Value {
    let mut entry = entry(file, located, audit.context_lines);
    if audit.has_baseline {
        // Findings alike but for their lines: any of them may be the new one.
        let alike = file
            .findings
            .iter()
            .filter(|other| is_alike(other, located));
        let alike: Vec<Value> = alike
            .map(|other| self::entry(file, other, audit.context_lines))
            .collect();
        if alike.len() > 1 {
            entry["candidates"] = Value::Array(alike);
        }
    }
    entry
}

fn entry(file: &FileReport, located: &Located, context_lines: usize) -> Value {
    let finding = &located.finding;
    let place = file.place(finding.line);
    let first = file.place(located.lines.0).line;
    let last = first + located.lines.1.saturating_sub(located.lines.0);
    let mut entry = json!({
        "code": code(file, located, context_lines),
        "col_offset": finding.column,
        "end_col_offset": located.end_column,
        "filename": file.name,
        "issue_confidence": finding.confidence,
        "issue_cwe": {"id": finding.cwe, "link": weakness_page(finding)},
        "issue_severity": finding.severity,
        "issue_text": finding.message,
        "line_number": place.line,
        "line_range": (first..=last).collect::<Vec<u32>>(),
        "more_info": page(finding),
        "test_id": finding.id,
        "test_name": test_name(finding),
    });
    if let Some(cell) = place.cell {
        entry["cell"] = json!(cell);
    }
    entry
}

fn is_alike(a: &Located, b: &Located) -> bool {
    let (a, b) = (&a.finding, &b.finding);
    (&a.id, &a.message, a.severity, a.confidence) == (&b.id, &b.message, b.severity, b.confidence)
}

/// Bandit's excerpt: each line with its number and a space before it.
fn code(file: &FileReport, located: &Located, context_lines: usize) -> String {
    let shown = file.excerpt(located, context_lines);
    let lines = shown.map(|line| {
        let number = file.place(line as u32 + 1).line;
        format!("{number} {}\n", file.lines[line])
    });
    lines.collect()
}

/// Counts of each file and of all, under Bandit's names.
pub(super) fn metrics(files: &[FileReport]) -> Value {
    let mut all = Map::new();
    let mut totals = Map::new();
    for name in ["loc", "nosec", "skipped_tests"] {
        totals.insert(name.to_owned(), json!(0));
    }
    add(&mut totals, &ranks(Counts::default()));
    for file in files {
        let mut own = Map::new();
        own.insert("loc".to_owned(), json!(file.code_lines));
        own.insert("nosec".to_owned(), json!(file.nosec));
        own.insert("skipped_tests".to_owned(), json!(file.skipped_tests));
        if file.problem.is_none() || !file.findings.is_empty() {
            own.extend(ranks(file.counts));
        }
        add(&mut totals, &own);
        all.insert(file.name.clone(), Value::Object(own));
    }
    all.insert("_totals".to_owned(), Value::Object(totals));
    Value::Object(all)
}

fn ranks(counts: Counts) -> Map<String, Value> {
    let mut ranks = Map::new();
    for (criterion, counts) in [
        ("SEVERITY", counts.severity),
        ("CONFIDENCE", counts.confidence),
    ] {
        ranks.insert(format!("{criterion}.UNDEFINED"), json!(0));
        for (rank, count) in ["LOW", "MEDIUM", "HIGH"].iter().zip(counts) {
            ranks.insert(format!("{criterion}.{rank}"), json!(count));
        }
    }
    ranks
}

fn add(totals: &mut Map<String, Value>, own: &Map<String, Value>) {
    for (name, count) in own {
        let sum = totals.get(name).and_then(Value::as_u64).unwrap_or(0);
        totals.insert(name.clone(), json!(sum + count.as_u64().unwrap_or(0)));
    }
}
