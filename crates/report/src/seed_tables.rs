//! The seed benchmark's tables under the seed's names, and beside each number what it hides.
//!
//! What the seed's words mean was decoded from its own counts; `docs/measures.md` shows the arithmetic.

use scrl_record::{Graded, Kind, Severity};
use serde::{Deserialize, Serialize};

use crate::estimate::{Answers, Definition, estimate};
use crate::facts::{Reward, compile_verdict, compiles, functional, tests};
use crate::measure::{Measure, Unit, rounded};
use crate::systems::Group;

/// One row of the seed's tables: all problems or those of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedRow {
    /// `all`, `stdin` or `call`.
    pub scope: String,
    /// Samples.
    pub total: u64,
    /// "Compiling": compiling samples / samples.
    pub compiling: Measure,
    /// "Output %": compiling samples with no failed test / compiling samples that ran.
    pub output: Measure,
    /// "Semantic errors": compiling samples with a failed test / compiling samples that ran.
    pub semantic_errors: Measure,
    /// "Test Pass %": tests passed / tests run, over compiling samples.
    pub test_pass: Measure,
    /// "Security %": findings of `bandit` mode / all samples. Not a share: a sample may have several.
    pub security: Measure,
    /// Findings of low, medium and high severity.
    pub severities: [u64; 3],
    /// What "Security %" hides: the findings of compiling samples / compiling samples.
    pub findings_per_compiling: Measure,
    /// What "Output %" hides: samples that pass all tests / all samples, those that did not run counted as failed.
    pub all_tests_of_all: Measure,
}

/// The seed's summary of its training data: the compiling samples that have a `seed` reward.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedTraining {
    /// Compiling samples with a `seed` reward.
    pub samples: u64,
    /// Compiling samples without one.
    pub absent: u64,
    /// Lowest and highest reward.
    pub reward_range: Option<[f64; 2]>,
    /// Mean reward.
    pub reward: Measure,
    /// Mean of the share of tests passed.
    pub functional: Measure,
    /// Lowest and highest `R_sec`, solved from the reward: `(reward - 0.6 R_func) / 0.4`.
    pub security_range: Option<[f64; 2]>,
    /// Mean `R_sec`.
    pub security: Measure,
    /// Samples that pass at least one test / samples.
    pub any_test: Measure,
}

pub(crate) fn rows(group: &Group<'_>) -> Vec<SeedRow> {
    let mut rows = vec![row("all", &group.problems)];
    for kind in [Kind::Stdin, Kind::Call] {
        let problems = group.narrowed(|sample| sample.kind == Some(kind));
        if !problems.is_empty() {
            rows.push(row(kind.as_str(), &problems));
        }
    }
    rows
}

fn row(scope: &str, problems: &[Answers<'_>]) -> SeedRow {
    let [
        compiling,
        output,
        semantic_errors,
        test_pass,
        security,
        per_compiling,
        of_all,
    ] = estimate(problems, &definitions())
        .try_into()
        .expect("one measure per definition");
    let samples = || problems.iter().flatten();
    let severity = |wanted: Severity| {
        let findings = samples().flat_map(|sample| &sample.findings);
        findings.filter(|one| one.severity == wanted).count() as u64
    };
    SeedRow {
        scope: scope.to_owned(),
        total: samples().count() as u64,
        compiling,
        output,
        semantic_errors,
        test_pass,
        security,
        severities: [Severity::Low, Severity::Medium, Severity::High].map(severity),
        findings_per_compiling: per_compiling,
        all_tests_of_all: of_all,
    }
}

fn definitions() -> [Definition; 7] {
    let compiled = |sample: &Graded| compiles(sample).then_some(());
    [
        Definition::rate("seed.compiling", compile_verdict),
        Definition::rate("seed.output", move |sample| {
            functional(sample).filter(|_| compiles(sample))
        }),
        Definition::rate("seed.semantic_errors", move |sample| {
            compiled(sample)?;
            functional(sample).map(|passed| !passed)
        }),
        Definition::ratio("seed.test_pass", Unit::Share, move |sample| {
            compiled(sample)?;
            tests(sample).map(|(passed, total)| (f64::from(passed), f64::from(total)))
        }),
        Definition::ratio("seed.security", Unit::PerSample, |sample| {
            Some((sample.findings.len() as f64, 1.0))
        }),
        Definition::ratio(
            "seed.findings_per_compiling",
            Unit::PerSample,
            move |sample| {
                compiled(sample)?;
                Some((sample.findings.len() as f64, 1.0))
            },
        ),
        Definition::rate("seed.all_tests_of_all", |sample| {
            Some(functional(sample).unwrap_or(false))
        }),
    ]
}

pub(crate) fn training(group: &Group<'_>) -> SeedTraining {
    let compiling = group.narrowed(compiles);
    let definitions = [
        Definition::ratio("seed.reward", Unit::Mean, |sample| {
            Some((Reward::Seed.of(sample)?, 1.0))
        }),
        Definition::ratio("seed.r_func", Unit::Mean, |sample| {
            Some((parts(sample)?.0, 1.0))
        }),
        Definition::ratio("seed.r_sec", Unit::Mean, |sample| {
            Some((parts(sample)?.1, 1.0))
        }),
        Definition::rate("seed.any_test", |sample| {
            parts(sample).map(|(share, _)| share > 0.0)
        }),
    ];
    let [reward, functional, security, any_test] = estimate(&compiling, &definitions)
        .try_into()
        .expect("one measure per definition");
    let samples = || compiling.iter().flatten();
    SeedTraining {
        samples: samples()
            .filter(|sample| Reward::Seed.of(sample).is_some())
            .count() as u64,
        absent: samples()
            .filter(|sample| Reward::Seed.of(sample).is_none())
            .count() as u64,
        reward_range: range(samples().filter_map(|sample| Reward::Seed.of(sample))),
        reward,
        functional,
        security_range: range(
            samples()
                .filter_map(|sample| parts(sample))
                .map(|(_, safe)| safe),
        ),
        security,
        any_test,
    }
}

/// `R_func` and `R_sec` of the seed's formula; absent when the reward is, or no test ran.
fn parts(sample: &Graded) -> Option<(f64, f64)> {
    let (passed, total) = tests(sample)?;
    let functional = f64::from(passed) / f64::from(total);
    let security = (Reward::Seed.of(sample)? - 0.6 * functional) / 0.4;
    Some((functional, rounded(security)))
}

fn range(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.fold(None, |range: Option<[f64; 2]>, value| {
        let [low, high] = range.unwrap_or([value, value]);
        Some([low.min(value), high.max(value)])
    })
}
