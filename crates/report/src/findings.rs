//! What the analyzer found, by rule and by weakness, one mode at a time.

use std::collections::BTreeMap;

use scrl_record::{Cwe, Finding, Graded, Severity};
use serde::{Deserialize, Serialize};

use crate::estimate::{Definition, estimate};
use crate::facts::{Mode, readable};
use crate::measure::{Measure, Unit};
use crate::systems::Group;

/// Rules, and weaknesses, measured one by one; far more than any analyzer of ours has.
const MEASURED: usize = 200;

/// The findings of one mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingBreakdown {
    /// `bandit` or `strict`.
    pub mode: String,
    /// All findings.
    pub findings: u64,
    /// Per rule and severity, most findings first.
    pub by_rule: Vec<RuleCount>,
    /// Per weakness, most findings first.
    pub by_cwe: Vec<CweCount>,
}

/// How often one rule fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleCount {
    /// The rule's code, such as `B602`.
    pub id: String,
    /// The rule's name.
    pub name: String,
    /// The weakness it points at.
    pub cwe: Cwe,
    /// How bad.
    pub severity: Severity,
    /// Findings per sample.
    pub per_sample: Measure,
    /// Share of samples with at least one.
    pub samples: Measure,
}

/// How often one weakness was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CweCount {
    /// The weakness.
    pub cwe: Cwe,
    /// Findings per sample.
    pub per_sample: Measure,
    /// Share of samples with at least one.
    pub samples: Measure,
}

pub(crate) fn breakdown(group: &Group<'_>, mode: Mode) -> FindingBreakdown {
    let mut rules: BTreeMap<RuleKey, u64> = BTreeMap::new();
    let mut cwes: BTreeMap<Cwe, u64> = BTreeMap::new();
    for finding in group.samples().flat_map(|sample| mode.findings(sample)) {
        *rules.entry(RuleKey::of(finding)).or_default() += 1;
        *cwes.entry(finding.cwe).or_default() += 1;
    }
    let findings = rules.values().sum();
    let (rules, cwes) = (most_first(rules), most_first(cwes));
    let mut definitions: Vec<Definition> =
        rules.iter().flat_map(|rule| of_rule(mode, rule)).collect();
    definitions.extend(cwes.iter().flat_map(|cwe| of_cwe(mode, *cwe)));
    // One call for all, so that the problems are drawn once.
    let mut measures = estimate(&group.problems, &definitions).into_iter();
    let mut next = || {
        measures
            .next()
            .expect("two measures per rule and per weakness")
    };
    let by_rule = rules
        .into_iter()
        .map(|rule| rule.count(next(), next()))
        .collect();
    let by_cwe = cwes
        .into_iter()
        .map(|cwe| CweCount {
            cwe,
            per_sample: next(),
            samples: next(),
        })
        .collect();
    FindingBreakdown {
        mode: mode.as_str().to_owned(),
        findings,
        by_rule,
        by_cwe,
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RuleKey {
    id: String,
    name: String,
    cwe: Cwe,
    severity: Severity,
}

impl RuleKey {
    fn of(finding: &Finding) -> Self {
        Self {
            id: finding.id.clone(),
            name: finding.name.clone(),
            cwe: finding.cwe,
            severity: finding.severity,
        }
    }

    fn matches(&self, finding: &Finding) -> bool {
        self.id == finding.id
            && self.name == finding.name
            && self.cwe == finding.cwe
            && self.severity == finding.severity
    }

    fn count(self, per_sample: Measure, samples: Measure) -> RuleCount {
        RuleCount {
            id: self.id,
            name: self.name,
            cwe: self.cwe,
            severity: self.severity,
            per_sample,
            samples,
        }
    }
}

fn most_first<K: Ord>(counts: BTreeMap<K, u64>) -> Vec<K> {
    let mut list: Vec<(K, u64)> = counts.into_iter().collect();
    list.sort_by(|(a_key, a), (b_key, b)| b.cmp(a).then_with(|| a_key.cmp(b_key)));
    list.into_iter()
        .take(MEASURED)
        .map(|(key, _)| key)
        .collect()
}

fn of_rule(mode: Mode, rule: &RuleKey) -> [Definition; 2] {
    let rule = rule.clone();
    density_and_share(&format!("rule.{}", mode.as_str()), mode, move |finding| {
        rule.matches(finding)
    })
}

fn of_cwe(mode: Mode, cwe: Cwe) -> [Definition; 2] {
    density_and_share(&format!("cwe.{}", mode.as_str()), mode, move |finding| {
        finding.cwe == cwe
    })
}

/// Findings per sample and share of samples with one, for the findings that match.
fn density_and_share(
    name: &str,
    mode: Mode,
    matches: impl Fn(&Finding) -> bool + Clone + 'static,
) -> [Definition; 2] {
    let count = move |sample: &Graded| {
        readable(sample).then(|| {
            mode.findings(sample)
                .iter()
                .filter(|one| matches(one))
                .count() as f64
        })
    };
    let any = count.clone();
    [
        Definition::ratio(
            format!("{name}.per_sample"),
            Unit::PerSample,
            move |sample| Some((count(sample)?, 1.0)),
        ),
        Definition::rate(format!("{name}.samples"), move |sample| {
            any(sample).map(|found| found > 0.0)
        }),
    ]
}
