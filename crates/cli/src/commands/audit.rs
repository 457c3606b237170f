//! `scrl audit`: the analyzer on files and folders, with Bandit's options.

mod bandit_names;
mod baseline;
mod config;
mod csv;
mod discover;
mod examine;
mod guidance;
mod html;
mod ini;
mod json;
mod notebook;
mod options;
mod sarif;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use scrl_audit::{Mode, Profile};
use scrl_record::{Confidence, Cwe, Severity};

use crate::Done;
use examine::FileReport;
use options::Options;

/// Look for weaknesses in Python files, without running them
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  scrl audit src --severity-level medium -f sarif -o audit.sarif\n\nExit code 1 when \
                  there are findings, in strict mode also when a file does not parse; 2 when options or files are wrong."
)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct Arguments {
    /// Files, folders to look through for `.py`, `.pyw` and `.ipynb` files, or `-` for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look through folders; always done, accepted because Bandit asks for it
    #[arg(short, long)]
    recursive: bool,
    /// bandit: Bandit's findings, quirks kept; strict: `# nosec` ignored, broken code scanned too
    #[arg(long, value_enum, default_value_t = ModeArgument::Bandit)]
    mode: ModeArgument,
    /// Ids of the tests to run, separated by commas
    #[arg(short, long, value_name = "IDS")]
    tests: Option<String>,
    /// Ids of the tests not to run, separated by commas
    #[arg(short, long, value_name = "IDS")]
    skip: Option<String>,
    /// Least severity to report: -l low, -ll medium, -lll high
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "severity_level")]
    level: u8,
    /// Least severity to report
    #[arg(long, value_enum)]
    severity_level: Option<Threshold>,
    /// Least confidence to report: -i low, -ii medium, -iii high
    #[arg(short = 'i', long, action = clap::ArgAction::Count, conflicts_with = "confidence_level")]
    confidence: u8,
    /// Least confidence to report
    #[arg(long, value_enum)]
    confidence_level: Option<Threshold>,
    /// Paths or patterns to leave out, separated by commas [default: version control, caches and eggs]
    #[arg(short = 'x', long, value_name = "PATTERNS")]
    exclude: Option<String>,
    /// Configuration: YAML, or `[tool.bandit]` of a TOML file
    #[arg(short, long, value_name = "FILE")]
    configfile: Option<PathBuf>,
    /// A `.bandit` file with arguments [default: the one in the folders given]
    #[arg(long, value_name = "FILE")]
    ini: Option<PathBuf>,
    /// An earlier JSON report: only what is not in it is reported
    #[arg(short, long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    exit_zero: bool,
    /// Report what `# nosec` comments silence too
    #[arg(long)]
    ignore_nosec: bool,
    /// Lines of code to show for each finding
    #[arg(short, long, value_name = "LINES")]
    number: Option<usize>,
    /// How findings are written
    #[arg(short, long, value_enum)]
    format: Option<Format>,
    /// File to write to instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
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
    #[value(alias = "txt", alias = "screen")]
    Text,
    Json,
    Sarif,
    Csv,
    Html,
}

/// A least rank; Bandit's `all` is the same as `low`, because no rule here leaves a rank undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Threshold {
    All,
    Low,
    Medium,
    High,
}

impl Threshold {
    fn severity(self) -> Severity {
        match self {
            Threshold::All | Threshold::Low => Severity::Low,
            Threshold::Medium => Severity::Medium,
            Threshold::High => Severity::High,
        }
    }

    fn confidence(self) -> Confidence {
        match self {
            Threshold::All | Threshold::Low => Confidence::Low,
            Threshold::Medium => Confidence::Medium,
            Threshold::High => Confidence::High,
        }
    }
}

/// Everything that a report is written from.
#[derive(Debug)]
struct Audit {
    /// In order of their names.
    files: Vec<FileReport>,
    /// Lines of code to show for each finding.
    context_lines: usize,
    has_baseline: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    if arguments.list {
        crate::show(&rule_list())?;
        return Ok(Done::Well);
    }
    let options = Options::resolve(arguments)?;
    let baseline = match &options.baseline {
        Some(path) => Some(baseline::read(path)?),
        None => None,
    };
    let files = discover::files(&options)?;
    let profile = Profile::new(options.settings.clone());
    let mut reports = examine::all(&files, options.mode, &profile);
    for report in &mut reports {
        report.keep(options.severity, options.confidence);
    }
    if let Some(known) = &baseline {
        baseline::subtract(&mut reports, known);
    }
    let audit = Audit {
        files: reports,
        context_lines: options.context_lines,
        has_baseline: baseline.is_some(),
    };
    write(&audit, &options)?;
    Ok(audit.verdict(&options))
}

impl Audit {
    fn verdict(&self, options: &Options) -> Done {
        let strict = options.mode == Mode::Strict;
        let bad =
            |file: &FileReport| !file.findings.is_empty() || (strict && file.problem.is_some());
        if options.exit_zero || !self.files.iter().any(bad) {
            Done::Well
        } else {
            Done::WithFindings
        }
    }
}

fn write(audit: &Audit, options: &Options) -> anyhow::Result<()> {
    if audit.has_baseline && matches!(options.format, Format::Csv | Format::Sarif) {
        bail!("a baseline needs the format text, json or html");
    }
    let report = match options.format {
        Format::Text => text::report(audit),
        Format::Json => json::report(audit)?,
        Format::Sarif => sarif::report(audit)?,
        Format::Csv => csv::report(audit),
        Format::Html => html::report(audit),
    };
    match &options.output {
        None => crate::show(&report),
        Some(path) => fs::write(path, report).with_context(|| quoted(path)),
    }
}

/// Both modes' rules: an id, a name, the weakness, what to know.
fn rule_list() -> String {
    let line = |id: &str, name: &str, cwe: Cwe, text: &str| {
        format!("{id:<6}{name:<52}CWE-{:<6}{text}\n", cwe.0)
    };
    let bandit = scrl_audit::rules()
        .iter()
        .map(|rule| line(rule.id, rule.name, rule.cwe, rule.summary));
    let strict = scrl_audit::strict_rules()
        .iter()
        .map(|rule| line(rule.id, rule.name, rule.cwe, rule.fix));
    bandit.chain(strict).collect()
}

fn quoted(path: &Path) -> String {
    format!("`{}`", path.display())
}

#[cfg(test)]
#[path = "../../../../fuzz/checks/settings.rs"]
mod fuzz_check;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzer_kept_is_survived() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
        let (mut read, mut accepted) = (0, 0);
        for folder in ["kept/settings", "seeds/settings"] {
            for entry in fs::read_dir(fuzz.join(folder)).unwrap() {
                let bytes = fs::read(entry.unwrap().path()).unwrap();
                read += 1;
                accepted += usize::from(fuzz_check::any_bytes(&bytes));
            }
        }
        assert!(read >= 100 && accepted >= 10, "{accepted} of {read}");
    }
}
