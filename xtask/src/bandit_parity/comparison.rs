//! Counting what two lists of findings have in common.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scrl_audit::Located;
use serde::Deserialize;

/// One finding in the words of Bandit's JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Row {
    pub(crate) filename: String,
    line_number: u32,
    test_id: String,
    test_name: String,
    issue_severity: String,
    issue_confidence: String,
    issue_cwe: Weakness,
    col_offset: u32,
    end_col_offset: u32,
    line_range: Vec<u32>,
    issue_text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Weakness {
    id: u32,
}

impl Row {
    pub(crate) fn ours(file: &str, found: &Located) -> Row {
        let finding = &found.finding;
        Row {
            filename: file.to_owned(),
            line_number: finding.line,
            test_id: finding.id.clone(),
            test_name: finding.name.clone(),
            issue_severity: finding.severity.to_string(),
            issue_confidence: finding.confidence.to_string(),
            issue_cwe: Weakness { id: finding.cwe.0 },
            col_offset: finding.column,
            end_col_offset: found.end_column,
            line_range: (found.lines.0..=found.lines.1).collect(),
            issue_text: finding.message.clone(),
        }
    }

    /// The finding without what is no part of its identity: Bandit's test functions are named otherwise than its
    /// tests, and addresses of nodes differ from run to run.
    fn key(&self) -> Row {
        let mut key = self.clone();
        key.test_name.clear();
        while let Some((before, rest)) = key.issue_text.split_once(" object at 0x")
            && let Some((_, after)) = rest.split_once('>')
        {
            key.issue_text = format!("{before} object>{after}");
        }
        key
    }

    /// File, line, id, severity, confidence and CWE alone.
    fn core(&self) -> Row {
        let mut core = self.key();
        core.col_offset = 0;
        core.end_col_offset = 0;
        core.line_range.clear();
        core.issue_text.clear();
        core
    }
}

/// Sums over many files.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    files: usize,
    parse_differences: Vec<String>,
    exact: Counts,
    core: Counts,
    differences: Vec<String>,
}

#[derive(Debug, Default)]
struct Counts {
    theirs: usize,
    ours: usize,
    common: usize,
}

impl Counts {
    /// Compares two lists as multisets; `differ` hears of each key that is not as often in both.
    fn compare(&mut self, theirs: &[Row], ours: &[Row], mut differ: impl FnMut(&Row, i32)) {
        let mut balance: BTreeMap<&Row, i32> = BTreeMap::new();
        for issue in theirs {
            *balance.entry(issue).or_default() += 1;
        }
        let mut extra = 0;
        for issue in ours {
            let left = balance.entry(issue).or_default();
            extra += usize::from(*left <= 0);
            *left -= 1;
        }
        self.theirs += theirs.len();
        self.ours += ours.len();
        self.common += ours.len() - extra;
        for (issue, left) in balance.into_iter().filter(|(_, left)| *left != 0) {
            differ(issue, left);
        }
    }

    fn agreement(&self) -> f64 {
        let of = |total: usize| match total {
            0 => 1.0,
            total => self.common as f64 / total as f64,
        };
        of(self.theirs).min(of(self.ours))
    }
}

impl Comparison {
    pub(crate) fn add_file(&mut self, file: &str, they_parse: bool, we_parse: bool) {
        self.files += 1;
        if they_parse != we_parse {
            let words = if we_parse { "only ours" } else { "only theirs" };
            self.parse_differences
                .push(format!("{file}: parsed by {words}"));
        }
    }

    pub(crate) fn add_issues(&mut self, theirs: &[&Row], ours: &[Row]) {
        let keys = |issue: &Row| issue.key();
        let exact_theirs: Vec<Row> = theirs.iter().map(|issue| keys(issue)).collect();
        let exact_ours: Vec<Row> = ours.iter().map(keys).collect();
        let differences = &mut self.differences;
        self.exact
            .compare(&exact_theirs, &exact_ours, |issue, left| {
                let side = if left > 0 { "missing" } else { "extra" };
                differences.push(format!("{side} x{}: {issue:?}", left.abs()));
            });
        let core_theirs: Vec<Row> = theirs.iter().map(|issue| issue.core()).collect();
        let core_ours: Vec<Row> = ours.iter().map(Row::core).collect();
        self.core.compare(&core_theirs, &core_ours, |_, _| {});
    }

    /// The smaller of the shares of theirs and of ours that agree in every field.
    pub(crate) fn agreement(&self) -> f64 {
        self.exact.agreement()
    }

    /// Totals and the first differences, as text.
    pub(crate) fn table(&self, show: usize) -> String {
        let mut text = format!(
            "| compared over {} files | theirs | ours | common | agreement |\n|---|---|---|---|---|\n",
            self.files
        );
        for (name, counts) in [
            ("file, line, id, severity, confidence, CWE", &self.core),
            ("the same with columns, line range and message", &self.exact),
        ] {
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} | {:.4} % |",
                counts.theirs,
                counts.ours,
                counts.common,
                counts.agreement() * 100.0
            );
        }
        let parsed = self.files - self.parse_differences.len();
        let _ = writeln!(text, "\nParse verdicts: {parsed} of {} equal.", self.files);
        let lines = self.parse_differences.iter().chain(&self.differences);
        for line in lines.take(show) {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}
