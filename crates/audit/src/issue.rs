//! What a check hands back, and the collector that turns it into findings.

use scrl_record::{Confidence, Finding, Severity};

use crate::rules::RuleInfo;
use crate::syntax::{Lines, TextSize};

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

/// Makes the finding of an issue at a node that starts at `start`.
pub(crate) fn finding(info: &RuleInfo, issue: Issue, start: TextSize, lines: &Lines) -> Finding {
    Finding {
        id: info.id.to_owned(),
        name: info.name.to_owned(),
        cwe: info.cwe,
        severity: issue.severity,
        confidence: issue.confidence,
        line: lines.line(issue.line_at.unwrap_or(start)),
        column: lines.column(start),
        message: issue.message,
    }
}
