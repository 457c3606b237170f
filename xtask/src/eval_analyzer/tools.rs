//! The analyzers that are compared: ours in process, others as commands over a folder of files.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use scrl_audit::{Mode, Module, rules};
use scrl_record::{Finding, Severity};
use serde_json::Value;

use super::sets::Text;

/// An analyzer with what it found in each text.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) found: Vec<Vec<Found>>,
}

/// One finding, as far as it is compared.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) id: String,
    /// 0 where the tool gives none.
    pub(super) cwe: u32,
    pub(super) line: u32,
    /// Medium or above; tools without severities count as such.
    pub(super) grave: bool,
    pub(super) message: String,
}

impl Tool {
    pub(super) fn strict(texts: &[Text]) -> Tool {
        Tool::ours("strict mode", Mode::Strict, texts)
    }

    pub(super) fn bandit_mode(texts: &[Text]) -> Tool {
        Tool::ours("bandit mode", Mode::Bandit, texts)
    }

    fn ours(name: &str, mode: Mode, texts: &[Text]) -> Tool {
        let found = texts.iter().map(|text| {
            let findings = Module::parse(&text.code).findings(mode);
            findings.into_iter().map(found).collect()
        });
        Tool {
            name: name.to_owned(),
            found: found.collect(),
        }
    }
}

fn found(finding: Finding) -> Found {
    Found {
        id: finding.id,
        cwe: finding.cwe.0,
        line: finding.line,
        grave: finding.severity >= Severity::Medium,
        message: format!("{} {}", finding.severity, finding.message),
    }
}

/// An analyzer that is a command: how it is called on a folder, and how its JSON is read.
struct Other {
    command: &'static str,
    arguments: Vec<OsString>,
    /// Where the list of findings is; empty for the whole document.
    findings: &'static str,
    read: fn(&Value) -> Found,
}

/// The commands that may be compared; semgrep only where its rules are given.
fn others(semgrep_rules: Option<&Path>) -> Vec<Other> {
    let words = |words: &[&str]| words.iter().map(OsString::from).collect();
    let mut others = vec![
        Other {
            command: "bandit",
            arguments: words(&["-q", "-r", "-f", "json"]),
            findings: "/results",
            read: bandit_finding,
        },
        Other {
            command: "ruff",
            arguments: words(&[
                "check",
                "--isolated",
                "--select=S",
                "--output-format=json",
                "--exit-zero",
            ]),
            findings: "",
            read: ruff_finding,
        },
    ];
    others.extend(semgrep_rules.map(|rules| {
        let mut arguments: Vec<OsString> = words(&[
            "--json",
            "--quiet",
            "--metrics=off",
            "--no-git-ignore",
            "--config",
        ]);
        arguments.push(rules.into());
        Other {
            command: "semgrep",
            arguments,
            findings: "/results",
            read: semgrep_finding,
        }
    }));
    others
}

/// What the other analyzers that this machine has find.
pub(super) fn installed(texts: &[Text], semgrep_rules: Option<&Path>) -> Result<Vec<Tool>> {
    let folder = tempfile::tempdir().context("cannot make a folder for the texts")?;
    for (at, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(file_name(at)), &text.code)?;
    }
    let mut tools = Vec::new();
    for other in others(semgrep_rules) {
        let Some(name) = version(other.command) else {
            crate::say(&format!("{} is not installed: left out", other.command));
            continue;
        };
        let mut command = Command::new(other.command);
        let output = json(command.args(&other.arguments).arg(folder.path()))?;
        let findings = output.pointer(other.findings).and_then(Value::as_array);
        tools.push(collect(name, texts.len(), findings, other.read));
    }
    Ok(tools)
}

fn file_name(at: usize) -> String {
    format!("t{at}.py")
}

/// Name and version of an installed command.
fn version(command: &str) -> Option<String> {
    let output = Command::new(command).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let first = text.lines().next()?.trim();
    let name = first.strip_prefix(command).map_or(first, str::trim);
    output.status.success().then(|| format!("{command} {name}"))
}

fn json(command: &mut Command) -> Result<Value> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {command:?}"))?;
    serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "{command:?} gave no JSON: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

/// Sorts results by text; the file of one is named by `path`, `filename`.
fn collect(
    name: String,
    count: usize,
    results: Option<&Vec<Value>>,
    read: fn(&Value) -> Found,
) -> Tool {
    let mut by_file: HashMap<String, Vec<Found>> = HashMap::new();
    for result in results.into_iter().flatten() {
        let path = result["filename"]
            .as_str()
            .or_else(|| result["path"].as_str())
            .unwrap_or("");
        let file = Path::new(path)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        by_file
            .entry(file.unwrap_or_default())
            .or_default()
            .push(read(result));
    }
    let found = (0..count).map(|at| by_file.remove(&file_name(at)).unwrap_or_default());
    Tool {
        name,
        found: found.collect(),
    }
}

fn bandit_finding(result: &Value) -> Found {
    Found {
        id: result["test_id"].as_str().unwrap_or("").to_owned(),
        cwe: result["issue_cwe"]["id"].as_u64().unwrap_or(0) as u32,
        line: result["line_number"].as_u64().unwrap_or(0) as u32,
        grave: result["issue_severity"] != "LOW",
        message: result["issue_text"].as_str().unwrap_or("").to_owned(),
    }
}

/// ruff's `S602` is Bandit's `B602`; it has neither CWE nor severity, so Bandit's are taken.
fn ruff_finding(result: &Value) -> Found {
    let id = result["code"].as_str().unwrap_or("").to_owned();
    let known = rules()
        .iter()
        .find(|rule| rule.id[1..] == *id.get(1..).unwrap_or(""));
    Found {
        cwe: known.map_or(0, |rule| rule.cwe.0),
        line: result["location"]["row"].as_u64().unwrap_or(0) as u32,
        grave: known.is_none_or(|rule| rule.severity != "LOW"),
        message: result["message"].as_str().unwrap_or("").to_owned(),
        id,
    }
}

fn semgrep_finding(result: &Value) -> Found {
    let cwe = &result["extra"]["metadata"]["cwe"];
    let words = cwe.as_str().or_else(|| cwe[0].as_str()).unwrap_or("");
    let number = words
        .trim_start_matches("CWE-")
        .split(':')
        .next()
        .unwrap_or("");
    Found {
        id: result["check_id"].as_str().unwrap_or("").to_owned(),
        cwe: number.parse().unwrap_or(0),
        line: result["start"]["line"].as_u64().unwrap_or(0) as u32,
        grave: result["extra"]["severity"] != "INFO",
        message: result["extra"]["message"].as_str().unwrap_or("").to_owned(),
    }
}
