//! Reading and scanning files, on as many threads as the machine has; results come in the order of the files.

use std::ffi::OsStr;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, panic, thread};

use scrl_audit::{Located, Mode, Module, Profile, decode};
use scrl_record::{Confidence, Severity};

use super::discover::Source;
use super::notebook::{self, Place};

/// What is said about one file.
#[derive(Debug)]
pub(super) struct FileReport {
    pub(super) name: String,
    /// Why the file could not be scanned.
    pub(super) problem: Option<Problem>,
    /// What is reported.
    pub(super) findings: Vec<Located>,
    /// How many findings there were of each rank, before any was left out.
    pub(super) counts: Counts,
    /// Lines that are neither blank nor only a comment.
    pub(super) code_lines: usize,
    pub(super) nosec: u32,
    pub(super) skipped_tests: u32,
    /// The lines of the source, where there is anything to show of it.
    pub(super) lines: Vec<String>,
    /// Cell and line of each line of a notebook; empty for other files.
    pub(super) places: Vec<Place>,
}

/// Why a file was not scanned, in Bandit's words and in ours.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) reason: &'static str,
    pub(super) details: String,
}

/// Findings by rank: low, medium, high.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) severity: [u32; 3],
    pub(super) confidence: [u32; 3],
}

impl FileReport {
    /// Leaves out findings below the thresholds.
    pub(super) fn keep(&mut self, severity: Severity, confidence: Confidence) {
        self.findings.retain(|located| {
            let finding = &located.finding;
            finding.severity >= severity && finding.confidence >= confidence
        });
    }

    /// Where a line of the source stands: the cell of a notebook, and the line in it or in the file.
    pub(super) fn place(&self, line: u32) -> Place {
        let index = (line as usize).saturating_sub(1);
        self.places
            .get(index)
            .copied()
            .unwrap_or(Place { cell: None, line })
    }
}

impl FileReport {
    /// Indexes of the lines to show for a finding, as Bandit chooses them; a cell ends them.
    pub(super) fn excerpt(&self, located: &Located, context_lines: usize) -> Range<usize> {
        let context_lines = context_lines.max(1);
        let line = located.finding.line as usize;
        let first = line.saturating_sub(context_lines / 2).max(1);
        let spanned = (located.lines.1 + 1).saturating_sub(located.lines.0) as usize;
        let end = first + spanned + context_lines - 1;
        let count = self.lines.len();
        let all = (first - 1).min(count)..(end - 1).min(count);
        let cell = self.place(located.finding.line).cell;
        let is_inside = |index: &usize| self.place(*index as u32 + 1).cell == cell;
        let start = all.clone().find(is_inside).unwrap_or(all.end);
        start..start + (start..all.end).take_while(is_inside).count()
    }
}

/// Scans every file.
pub(super) fn all(sources: &[Source], mode: Mode, profile: &Profile) -> Vec<FileReport> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = sources.get(at) else {
                return done;
            };
            done.push((at, examine(source, mode, profile)));
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(sources.len()).max(1);
    let mut reports: Vec<(usize, FileReport)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker
                .join()
                .unwrap_or_else(|cause| panic::resume_unwind(cause))
        };
        workers.into_iter().flat_map(join).collect()
    });
    reports.sort_by_key(|(at, _)| *at);
    reports.into_iter().map(|(_, report)| report).collect()
}

fn examine(source: &Source, mode: Mode, profile: &Profile) -> FileReport {
    let (name, read) = match &source.path {
        Some(path) => (source.name.clone(), fs::read(path)),
        None => ("<stdin>".to_owned(), from_stdin()),
    };
    let (bytes, unreadable) = match read {
        Ok(bytes) => (bytes, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let mut report = FileReport {
        code_lines: code_lines(&bytes),
        name,
        problem: None,
        findings: Vec::new(),
        counts: Counts::default(),
        nosec: 0,
        skipped_tests: 0,
        lines: Vec::new(),
        places: Vec::new(),
    };
    if let Some(error) = unreadable {
        report.problem = Some(Problem {
            reason: "cannot be read",
            details: error.to_string(),
        });
        return report;
    }
    if Path::new(&report.name).extension() == Some(OsStr::new("ipynb")) {
        match notebook::code(&bytes) {
            Ok(cells) => {
                report.code_lines = code_lines(cells.text.as_bytes());
                report.places = cells.places;
                scan(&cells.text, mode, profile, &mut report);
                report.lines = cells.lines;
            }
            Err(details) => report.problem = Some(not_read(details)),
        }
        return report;
    }
    match decode(&bytes) {
        Ok(text) => scan(&text, mode, profile, &mut report),
        Err(error) => report.problem = Some(not_read(at_line(&error))),
    }
    report
}

fn from_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn scan(text: &str, mode: Mode, profile: &Profile, report: &mut FileReport) {
    let module = Module::parse(text);
    if let Some(error) = module.syntax_error() {
        report.problem = Some(not_read(at_line(error)));
    }
    report.findings = match mode {
        Mode::Bandit => {
            let scan = module.scan(profile, &report.name);
            report.nosec = scan.nosec;
            report.skipped_tests = scan.skipped_tests;
            scan.findings
        }
        Mode::Strict => {
            let findings = module.findings(Mode::Strict).into_iter();
            let selected = findings.filter(|finding| profile.settings().selects(&finding.id));
            selected.map(Located::from).collect()
        }
    };
    for located in &report.findings {
        report.counts.severity[located.finding.severity as usize] += 1;
        report.counts.confidence[located.finding.confidence as usize] += 1;
    }
    if !report.findings.is_empty() {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let unified = text.replace("\r\n", "\n").replace('\r', "\n");
        report.lines = unified.split('\n').map(str::to_owned).collect();
        // What follows the last line feed is no line.
        if report.lines.last().is_some_and(String::is_empty) {
            report.lines.pop();
        }
    }
}

fn not_read(details: String) -> Problem {
    Problem {
        reason: "syntax error while parsing AST from file",
        details,
    }
}

fn at_line(error: &scrl_audit::SyntaxError) -> String {
    format!(
        "line {}, column {}: {}",
        error.line,
        error.column + 1,
        error.message
    )
}

fn code_lines(bytes: &[u8]) -> usize {
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .count()
}
