//! Baselines: findings of an earlier report are not reported again.
//!
//! As in Bandit a finding is known by text, severity, CWE, confidence, file and test, not by its line.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use scrl_audit::Located;
use serde::Deserialize;

use super::bandit_names::test_name;
use super::examine::FileReport;

#[derive(Deserialize)]
struct Report {
    results: Vec<Known>,
}

/// What makes two findings the same.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
pub(super) struct Known {
    filename: String,
    test_name: String,
    test_id: String,
    issue_severity: String,
    issue_confidence: String,
    issue_cwe: Weakness,
    issue_text: String,
}

#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
struct Weakness {
    #[serde(default)]
    id: u32,
}

/// Reads the findings of a JSON report, ours or Bandit's.
pub(super) fn read(path: &Path) -> anyhow::Result<HashSet<Known>> {
    let named = || format!("baseline `{}`", path.display());
    let bytes = fs::read(path).with_context(named)?;
    parse(&bytes).with_context(named)
}

/// Reads the bytes of a JSON report.
pub(super) fn parse(bytes: &[u8]) -> serde_json::Result<HashSet<Known>> {
    let report: Report = serde_json::from_slice(bytes)?;
    Ok(report.results.into_iter().collect())
}

/// Leaves out what is known.
pub(super) fn subtract(files: &mut [FileReport], known: &HashSet<Known>) {
    for file in files {
        let name = &file.name;
        file.findings
            .retain(|located| !known.contains(&identity(name, located)));
    }
}

fn identity(file: &str, located: &Located) -> Known {
    let finding = &located.finding;
    Known {
        filename: file.to_owned(),
        test_name: test_name(finding).to_owned(),
        test_id: finding.id.clone(),
        issue_severity: finding.severity.to_string(),
        issue_confidence: finding.confidence.to_string(),
        issue_cwe: Weakness { id: finding.cwe.0 },
        issue_text: finding.message.clone(),
    }
}
