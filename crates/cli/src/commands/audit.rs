//! `scrl audit`: the analyzer on files and folders.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use scrl_audit::{Mode, Module};
use scrl_record::Finding;
use serde::Serialize;

use crate::Done;

/// Look for weaknesses in Python files, without running them
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl audit src --mode strict\n\nExit code 1 when there are findings, or files \
                        that do not parse."
)]
pub(crate) struct Arguments {
    /// Files, or folders to look through for `.py` files
    #[arg(required_unless_present = "list", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// bandit: Bandit's findings, quirks kept; strict: `# nosec` ignored, broken code scanned too
    #[arg(long, value_enum, default_value_t = ModeArgument::Bandit)]
    mode: ModeArgument,
    /// How findings are printed
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List the rules instead
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ModeArgument {
    Bandit,
    Strict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What is said about one file.
#[derive(Debug, Serialize)]
struct FileReport {
    path: PathBuf,
    parses: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    syntax_error: Option<String>,
    findings: Vec<Finding>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    if arguments.list {
        let lines = scrl_audit::rules().iter().map(|rule| {
            format!(
                "{:<6}{:<52}CWE-{:<6}{}\n",
                rule.id, rule.name, rule.cwe.0, rule.summary
            )
        });
        crate::show(&lines.collect::<String>())?;
        return Ok(Done::Well);
    }
    let mut files = Vec::new();
    for path in &arguments.paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        bail!("no `.py` file in the folders given");
    }
    let mode = match arguments.mode {
        ModeArgument::Bandit => Mode::Bandit,
        ModeArgument::Strict => Mode::Strict,
    };
    let reports = files
        .iter()
        .map(|file| analyse(file, mode))
        .collect::<anyhow::Result<Vec<_>>>()?;
    match arguments.format {
        Format::Json => crate::show_json(&reports)?,
        Format::Text => crate::show(&as_text(&reports))?,
    }
    let is_clean = reports
        .iter()
        .all(|report| report.parses && report.findings.is_empty());
    Ok(if is_clean {
        Done::Well
    } else {
        Done::WithFindings
    })
}

/// Files as they are named; of folders every `.py` file, in order of name. Links are not followed into folders.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let named = || format!("`{}`", path.display());
    if !fs::metadata(path).with_context(named)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries = fs::read_dir(path)
        .with_context(named)?
        .collect::<Result<Vec<_>, _>>()
        .with_context(named)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let inner = entry.path();
        let kind = entry.file_type().with_context(named)?;
        if kind.is_dir() {
            collect(&inner, files)?;
        } else if inner.extension().is_some_and(|extension| extension == "py") {
            files.push(inner);
        }
    }
    Ok(())
}

fn analyse(path: &Path, mode: Mode) -> anyhow::Result<FileReport> {
    let bytes = fs::read(path).with_context(|| format!("`{}`", path.display()))?;
    let Ok(source) = String::from_utf8(bytes) else {
        let syntax_error = Some("not UTF-8".to_owned());
        return Ok(FileReport {
            path: path.to_owned(),
            parses: false,
            syntax_error,
            findings: Vec::new(),
        });
    };
    let module = Module::parse(&source);
    Ok(FileReport {
        path: path.to_owned(),
        parses: module.parses(),
        syntax_error: module.syntax_error().map(|error| {
            format!(
                "line {}, column {}: {}",
                error.line, error.column, error.message
            )
        }),
        findings: module.findings(mode),
    })
}

/// Writing to a `String` cannot fail.
fn as_text(reports: &[FileReport]) -> String {
    let mut text = String::new();
    for report in reports {
        let path = report.path.display();
        if let Some(error) = &report.syntax_error {
            let _ = writeln!(text, "{path}: does not parse: {error}");
        }
        for finding in &report.findings {
            let _ = writeln!(
                text,
                "{path}:{}:{}: {} {} ({}, severity {}, confidence {}): {}",
                finding.line,
                finding.column + 1,
                finding.id,
                finding.name,
                finding.cwe,
                finding.severity,
                finding.confidence,
                finding.message,
            );
        }
    }
    let findings: usize = reports.iter().map(|report| report.findings.len()).sum();
    let broken = reports.iter().filter(|report| !report.parses).count();
    let _ = writeln!(
        text,
        "{} files, {findings} findings, {broken} not parsed",
        reports.len()
    );
    text
}
