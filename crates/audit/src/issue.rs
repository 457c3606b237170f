//! What a check hands back, and what becomes of it: a finding with the lines it spans.

use scrl_record::{Confidence, Finding, Severity};

use crate::rules::RuleInfo;
use crate::syntax::{Lines, TextRange, TextSize};

/// One weakness, as a check sees it.
#[derive(Debug)]
pub(crate) struct Issue {
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) message: String,
    /// Where the line is taken from when it is not the node's own.
    pub(crate) line_at: Option<TextSize>,
}

impl Issue {
    pub(crate) fn new(
        severity: Severity,
        confidence: Confidence,
        message: impl Into<String>,
    ) -> Issue {
        Issue {
            severity,
            confidence,
            message: message.into(),
            line_at: None,
        }
    }

    /// Reports the line of `offset`; the column stays the node's.
    pub(crate) fn on_line_of(mut self, offset: Option<TextSize>) -> Issue {
        self.line_at = offset;
        self
    }
}

/// A finding with its extent, as Bandit reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What was found, and where it starts.
    pub finding: Finding,
    /// First and last line that Bandit counts to it; a string's are those of the expression or statement around it.
    pub lines: (u32, u32),
    /// The node's own last line.
    pub end_line: u32,
    /// Column in UTF-8 bytes, from 0, just behind the node on that line; 0 where Bandit knows none.
    pub end_column: u32,
}

impl From<Finding> for Located {
    /// A finding of which only the start is known.
    fn from(finding: Finding) -> Located {
        Located {
            lines: (finding.line, finding.line),
            end_line: finding.line,
            end_column: 0,
            finding,
        }
    }
}

/// What one scan tells of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// What was found, sorted by line, column and id.
    pub findings: Vec<Located>,
    /// Findings silenced by a `# nosec` that names no test.
    pub nosec: u32,
    /// Findings silenced by a `# nosec` that names their test.
    pub skipped_tests: u32,
}

/// Makes the finding of an issue at a node of this range that counts these lines.
pub(crate) fn located(
    info: &RuleInfo,
    issue: Issue,
    at: TextRange,
    lines: (u32, u32),
    table: &Lines,
) -> Located {
    let finding = Finding {
        id: info.id.to_owned(),
        name: info.name.to_owned(),
        cwe: info.cwe,
        severity: issue.severity,
        confidence: issue.confidence,
        line: table.line(issue.line_at.unwrap_or(at.start())),
        column: table.column(at.start()),
        message: issue.message,
    };
    Located {
        finding,
        lines,
        end_line: table.line(at.end()),
        end_column: table.column(at.end()),
    }
}
