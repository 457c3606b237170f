//! Gathers strict findings: one for each rule and place, the gravest that was seen.

use std::collections::HashMap;

use scrl_record::{Confidence, Finding, Severity};

use super::catalogue::StrictRule;
use super::value::Level;
use crate::syntax::{TextSize, Tree};

/// How grave a finding is and how sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
}

impl Weight {
    /// The rule's own severity, surely.
    pub(super) fn full(rule: &StrictRule) -> Weight {
        Weight {
            severity: rule.severity,
            confidence: Confidence::High,
        }
    }

    /// What is suspicious without a known source.
    pub(super) fn suspected(rule: &StrictRule) -> Weight {
        Weight {
            severity: less(rule.severity),
            confidence: Confidence::Low,
        }
    }

    /// By who may have chosen the value.
    pub(super) fn of(rule: &StrictRule, level: Level) -> Weight {
        let (severity, confidence) = match level {
            Level::File => (less(rule.severity), Confidence::Low),
            Level::Parameter => (less(rule.severity), Confidence::Medium),
            Level::Starter | Level::Outside => (rule.severity, Confidence::Medium),
            Level::Console | Level::Remote => (rule.severity, Confidence::High),
        };
        Weight {
            severity,
            confidence,
        }
    }
}

fn less(severity: Severity) -> Severity {
    match severity {
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
    }
}

/// The findings of one scan.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: HashMap<(&'static str, TextSize), (StrictRule, Weight, String)>,
}

impl Report {
    pub(super) fn add(&mut self, rule: &StrictRule, at: TextSize, weight: Weight, words: &str) {
        let entry = (*rule, weight, words.to_owned());
        match self.found.get(&(rule.id, at)) {
            Some((_, known, _)) if *known >= weight => {}
            _ => {
                self.found.insert((rule.id, at), entry);
            }
        }
    }

    /// Takes a finding back.
    pub(super) fn withdraw(&mut self, rule: &StrictRule, at: TextSize) {
        self.found.remove(&(rule.id, at));
    }

    /// Takes over what a scan of executed text found, placed where the text is executed.
    pub(super) fn adopt(&mut self, inner: Report, at: TextSize) {
        for (rule, weight, words) in inner.found.into_values() {
            self.add(&rule, at, weight, &format!("in the executed text: {words}"));
        }
    }

    /// The findings by line, column and id.
    pub(super) fn finish(self, tree: &Tree) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self
            .found
            .into_iter()
            .map(|((_, at), (rule, weight, words))| Finding {
                id: rule.id.to_owned(),
                name: rule.name.to_owned(),
                cwe: rule.cwe,
                severity: weight.severity,
                confidence: weight.confidence,
                line: tree.lines().line(at),
                column: tree.lines().column(at),
                message: format!("{words}; {}", rule.fix),
            })
            .collect();
        findings.sort_by(|a, b| (a.line, a.column, &a.id).cmp(&(b.line, b.column, &b.id)));
        findings
    }
}
