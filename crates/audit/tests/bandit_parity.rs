//! Findings and parse verdicts against those of Bandit 1.9.4 on 3,892 recorded texts.

mod shared;

use std::collections::BTreeMap;

use scrl_audit::{Mode, Module};
use serde_json::Value;

/// What is compared of a finding: id, line, column, severity, confidence, CWE.
type Key = (String, u64, u64, String, String, u64);

#[test]
fn findings_are_those_of_bandit() {
    let Some(records) = shared::records("security/bandit-1.9.4.jsonl.gz") else {
        return;
    };
    assert_eq!(records.len(), 3_892);
    let mut differences = Vec::new();
    let mut compared = 0;
    for record in &records {
        let expected = count(recorded(record));
        let found = count(found(record["code"].as_str().unwrap()));
        compared += expected.values().sum::<i32>();
        for key in expected.keys().chain(found.keys()) {
            let (theirs, ours) = (expected.get(key), found.get(key));
            if theirs != ours {
                differences.push(format!("{}: {key:?}: {theirs:?} {ours:?}", record["id"]));
            }
        }
    }
    differences.dedup();
    assert_eq!(compared, 1_086);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn what_parses_is_what_cpython_parses() {
    let Some(records) = shared::records("security/bandit-1.9.4.jsonl.gz") else {
        return;
    };
    let mut differences = Vec::new();
    for record in &records {
        let module = Module::parse(record["code"].as_str().unwrap());
        if module.parses() != record["parses"].as_bool().unwrap() {
            differences.push(format!("{}: {:?}", record["id"], module.syntax_error()));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn recorded_security_rewards_and_compile_verdicts_are_reproduced() {
    let Some(records) = shared::records("samples/deepseek-appsplus-val-a.jsonl.gz") else {
        return;
    };
    assert_eq!(records.len(), 199);
    for record in &records {
        let module = Module::parse(record["completion"].as_str().unwrap());
        let findings = module.findings(Mode::Bandit);
        let penalties = findings.iter().map(|finding| finding.severity.penalty());
        let reward = 1.0 - penalties.fold(0.0, f64::max);
        let recorded = record["rsec"].as_f64().unwrap();
        assert!(
            (reward - recorded).abs() < 1e-9,
            "{}: {reward} {recorded}",
            record["prompt_id"]
        );
        assert_eq!(
            module.parses(),
            record["compiles"].as_bool().unwrap(),
            "{}",
            record["prompt_id"]
        );
    }
}

fn recorded(record: &Value) -> Vec<Key> {
    let issues = record["issues"].as_array().unwrap().iter();
    issues
        .map(|issue| {
            let text = |key: &str| issue[key].as_str().unwrap().to_owned();
            let number = |key: &str| issue[key].as_u64().unwrap();
            let weight = (text("severity"), text("confidence"));
            (
                text("test_id"),
                number("line"),
                number("col"),
                weight.0,
                weight.1,
                number("cwe"),
            )
        })
        .collect()
}

fn found(code: &str) -> Vec<Key> {
    let findings = Module::parse(code).findings(Mode::Bandit);
    let key = |finding: scrl_record::Finding| {
        (
            finding.id,
            u64::from(finding.line),
            u64::from(finding.column),
            finding.severity.to_string(),
            finding.confidence.to_string(),
            u64::from(finding.cwe.0),
        )
    };
    findings.into_iter().map(key).collect()
}

fn count(keys: Vec<Key>) -> BTreeMap<Key, i32> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}
