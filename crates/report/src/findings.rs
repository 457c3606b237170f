//! What the analyzer found, by rule and by weakness, one mode at a time.

use std::collections::BTreeMap;

use scrl_record::{Cwe, Finding, Severity};
use serde::{Deserialize, Serialize};

use crate::estimate::{Definition, estimate};
use crate::facts::Mode;
use crate::measure::{Measure, Unit};
use crate::systems::Group;

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
    FindingBreakdown {
        mode: mode.as_str().to_owned(),
        findings: rules.values().sum(),
        by_rule: rule_counts(group, mode, most_first(rules)),
        by_cwe: cwe_counts(group, mode, most_first(cwes)),
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
}

fn most_first<K: Ord>(counts: BTreeMap<K, u64>) -> Vec<K> {
    let mut list: Vec<(K, u64)> = counts.into_iter().collect();
    list.sort_by(|(a_key, a), (b_key, b)| b.cmp(a).then_with(|| a_key.cmp(b_key)));
    list.into_iter().map(|(key, _)| key).collect()
}

fn rule_counts(group: &Group<'_>, mode: Mode, keys: Vec<RuleKey>) -> Vec<RuleCount> {
    let tests = keys.iter().cloned().map(|key| {
        let matches = move |finding: &Finding| {
            finding.id == key.id
                && finding.name == key.name
                && finding.cwe == key.cwe
                && finding.severity == key.severity
        };
        (key_name(mode, "rule"), matches)
    });
    let pairs = measured(group, mode, tests);
    keys.into_iter()
        .zip(pairs)
        .map(|(key, (per_sample, samples))| RuleCount {
            id: key.id,
            name: key.name,
            cwe: key.cwe,
            severity: key.severity,
            per_sample,
            samples,
        })
        .collect()
}

fn cwe_counts(group: &Group<'_>, mode: Mode, keys: Vec<Cwe>) -> Vec<CweCount> {
    let tests = keys.iter().map(|cwe| {
        let cwe = *cwe;
        (key_name(mode, "cwe"), move |finding: &Finding| {
            finding.cwe == cwe
        })
    });
    let pairs = measured(group, mode, tests);
    keys.into_iter()
        .zip(pairs)
        .map(|(cwe, (per_sample, samples))| CweCount {
            cwe,
            per_sample,
            samples,
        })
        .collect()
}

fn key_name(mode: Mode, what: &str) -> String {
    format!("{what}.{}", mode.as_str())
}

/// Findings per sample and share of samples for each test of a finding.
fn measured<F: Fn(&Finding) -> bool + Clone + 'static>(
    group: &Group<'_>,
    mode: Mode,
    tests: impl Iterator<Item = (String, F)>,
) -> Vec<(Measure, Measure)> {
    let mut definitions = Vec::new();
    for (name, matches) in tests {
        let count = move |sample: &scrl_record::Graded| {
            mode.findings(sample)
                .iter()
                .filter(|one| matches(one))
                .count()
        };
        let any = count.clone();
        definitions.push(Definition::ratio(
            format!("{name}.per_sample"),
            Unit::PerSample,
            move |sample| Some((count(sample) as f64, 1.0)),
        ));
        definitions.push(Definition::rate(format!("{name}.samples"), move |sample| {
            Some(any(sample) > 0)
        }));
    }
    let mut measures = estimate(&group.problems, &definitions).into_iter();
    let mut pairs = Vec::new();
    while let (Some(per_sample), Some(samples)) = (measures.next(), measures.next()) {
        pairs.push((per_sample, samples));
    }
    pairs
}
