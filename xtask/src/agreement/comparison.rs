//! Our verdicts beside the published ones.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use scrl_corpus::{Mode, read_samples};
use scrl_record::{Graded, Published, Sample, Verdict};
use serde::Serialize;

use super::sets::{Claim, Set};

/// One set, compared.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) set: &'static Set,
    /// Samples that were graded.
    pub(crate) samples: usize,
    pub(crate) agree: usize,
    pub(crate) disagreements: Vec<Disagreement>,
    /// Samples not compared, by reason.
    pub(crate) left_out: BTreeMap<String, usize>,
}

/// One sample on which we and its publisher differ.
#[derive(Debug, Serialize)]
pub(crate) struct Disagreement {
    pub(crate) set: &'static str,
    pub(crate) sample_id: String,
    pub(crate) problem_id: String,
    pub(crate) model: String,
    /// Whether we accept more than the publisher does.
    pub(crate) we_pass: bool,
    /// The publisher's own word.
    pub(crate) published: Option<String>,
    pub(crate) tests_passed: u32,
    pub(crate) tests_total: u32,
    /// Tests by verdict.
    pub(crate) verdicts: BTreeMap<&'static str, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_failure: Option<Failure>,
    /// The most CPU time that a test took, milliseconds.
    pub(crate) longest_ms: f64,
}

/// The first test that was not accepted.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// From 0.
    test: usize,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What comparing one sample says.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Agree,
    WePass,
    WeFail,
    NotCompared(String),
}

impl Comparison {
    /// Reads the samples again for what their publisher said, and our verdicts on them.
    pub(crate) fn read(set: &'static Set, samples: &Path, graded: &Path) -> anyhow::Result<Self> {
        let samples: HashMap<String, Sample> =
            read_samples(&[PathBuf::from(samples)], Mode::Strict)
                .map(|sample| sample.map(|sample| (sample.id.to_string(), sample)))
                .collect::<Result<_, _>>()?;
        let mut comparison = Self {
            set,
            samples: 0,
            agree: 0,
            disagreements: Vec::new(),
            left_out: BTreeMap::new(),
        };
        let named = || format!("`{}`", graded.display());
        for line in BufReader::new(File::open(graded).with_context(named)?).lines() {
            let graded: Graded =
                serde_json::from_str(&line.with_context(named)?).with_context(named)?;
            let sample = samples.get(graded.sample_id.as_str());
            comparison.add(&graded, sample.and_then(|sample| sample.published.as_ref()));
        }
        Ok(comparison)
    }

    /// How many samples were compared.
    pub(crate) fn compared(&self) -> usize {
        self.agree + self.disagreements.len()
    }

    /// The share of the compared that agree; absent when none was compared.
    pub(crate) fn share(&self) -> Option<f64> {
        (self.compared() > 0).then(|| self.agree as f64 / self.compared() as f64)
    }

    /// Whether as many agree as should.
    pub(crate) fn is_enough(&self) -> bool {
        self.share().is_some_and(|share| share >= self.set.at_least)
    }

    fn add(&mut self, graded: &Graded, published: Option<&Published>) {
        self.samples += 1;
        match answer(self.set.claim, graded, published) {
            Answer::Agree => self.agree += 1,
            Answer::NotCompared(reason) => *self.left_out.entry(reason).or_default() += 1,
            answer @ (Answer::WePass | Answer::WeFail) => {
                let detail = published.and_then(|published| published.detail.clone());
                let we_pass = answer == Answer::WePass;
                self.disagreements
                    .push(Disagreement::new(self.set.name, graded, we_pass, detail));
            }
        }
    }
}

impl Disagreement {
    fn new(set: &'static str, graded: &Graded, we_pass: bool, published: Option<String>) -> Self {
        let tests = graded.tests.as_deref().unwrap_or_default();
        let mut verdicts = BTreeMap::new();
        for test in tests {
            *verdicts.entry(test.verdict.as_str()).or_default() += 1;
        }
        let failed =
            |(_, test): &(usize, &scrl_record::TestResult)| test.verdict != Verdict::Accepted;
        let first_failure = tests
            .iter()
            .enumerate()
            .find(failed)
            .map(|(at, test)| Failure {
                test: at,
                verdict: test.verdict,
                detail: test.detail.clone(),
            });
        Self {
            set,
            sample_id: graded.sample_id.to_string(),
            problem_id: graded.problem_id.to_string(),
            model: graded.model.clone(),
            we_pass,
            published,
            tests_passed: graded.tests_passed.unwrap_or_default(),
            tests_total: graded.tests_total.unwrap_or_default(),
            verdicts,
            first_failure,
            longest_ms: tests.iter().map(|test| test.cpu_ms).fold(0.0, f64::max),
        }
    }
}

fn answer(claim: Claim, graded: &Graded, published: Option<&Published>) -> Answer {
    let not_compared = |reason: &str| Answer::NotCompared(reason.to_owned());
    let Some(published) = published else {
        return not_compared("no published verdict");
    };
    if !published.reliable {
        return not_compared("published verdict unreliable");
    }
    let (Some(passed), Some(total)) = (graded.tests_passed, graded.tests_total) else {
        return Answer::NotCompared(untested(graded));
    };
    let detail = published.detail.as_deref().unwrap_or_default();
    let theirs = match claim {
        Claim::Passed => published.passed,
        Claim::BaseStatus => field(detail, "base_status").map(|status| status == "pass"),
        Claim::Counts => return counts(detail, passed, total),
    };
    match (passed == total, theirs) {
        (_, None) => not_compared("no published verdict"),
        (ours, Some(theirs)) if ours == theirs => Answer::Agree,
        (true, _) => Answer::WePass,
        (false, _) => Answer::WeFail,
    }
}

/// The reason without the names in it, so that reasons can be counted.
fn untested(graded: &Graded) -> String {
    match &graded.fault {
        Some(fault) if fault.reason.starts_with("problem `") => "problem not here".to_owned(),
        Some(fault) => fault.reason.clone(),
        None => "not run".to_owned(),
    }
}

/// Counts of tests passed. Of two different sets of tests one is taken to be a part of the other: passing all or none of
/// the larger one says the same of the smaller one, and nothing else compares.
fn counts(detail: &str, passed: u32, total: u32) -> Answer {
    let number = |key| field(detail, key).and_then(|text| text.parse::<u32>().ok());
    let (Some(their_passed), Some(their_total)) = (number("tests_passed"), number("tests_total"))
    else {
        return Answer::NotCompared("no published counts".to_owned());
    };
    let (larger_passed, larger_total) = if total < their_total {
        (their_passed, their_total)
    } else {
        (passed, total)
    };
    let says_nothing = larger_passed > 0 && larger_passed < larger_total;
    if total != their_total && says_nothing {
        return Answer::NotCompared("other number of tests, some passed".to_owned());
    }
    // As shares, without fractions: equal totals compare as counts.
    let ours = u64::from(passed) * u64::from(their_total);
    let theirs = u64::from(their_passed) * u64::from(total);
    match ours.cmp(&theirs) {
        Ordering::Equal => Answer::Agree,
        Ordering::Greater => Answer::WePass,
        Ordering::Less => Answer::WeFail,
    }
}

/// The value of `key` in `key=value` pairs.
fn field<'d>(detail: &'d str, key: &str) -> Option<&'d str> {
    detail
        .split(' ')
        .find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_compared(answer: &Answer) -> bool {
        matches!(answer, Answer::NotCompared(_))
    }

    #[test]
    fn counts_compare_exactly_where_the_tests_are_as_many() {
        let detail = "compiles=true tests_passed=1 tests_total=3";
        assert_eq!(counts(detail, 1, 3), Answer::Agree);
        assert_eq!(counts(detail, 2, 3), Answer::WePass);
        assert_eq!(counts(detail, 0, 3), Answer::WeFail);
        assert!(not_compared(&counts(detail, 1, 2)));
        assert!(not_compared(&counts("compiles=true", 1, 2)));
    }

    #[test]
    fn all_and_none_of_the_larger_number_of_tests_compare() {
        let fewer_here = [
            ("tests_passed=3 tests_total=3", 2, Answer::Agree),
            ("tests_passed=3 tests_total=3", 1, Answer::WeFail),
            ("tests_passed=0 tests_total=3", 0, Answer::Agree),
            ("tests_passed=0 tests_total=3", 1, Answer::WePass),
        ];
        for (detail, passed, answer) in fewer_here {
            assert_eq!(counts(detail, passed, 2), answer, "{detail} {passed}");
        }
        let more_here = [
            ("tests_passed=1 tests_total=3", 0, Answer::WeFail),
            ("tests_passed=0 tests_total=3", 0, Answer::Agree),
            ("tests_passed=3 tests_total=3", 9, Answer::Agree),
            ("tests_passed=0 tests_total=3", 9, Answer::WePass),
        ];
        for (detail, passed, answer) in more_here {
            assert_eq!(counts(detail, passed, 9), answer, "{detail} {passed}");
        }
        assert!(not_compared(&counts("tests_passed=0 tests_total=3", 4, 9)));
    }

    #[test]
    fn fields_are_found_by_their_whole_key() {
        let detail = "base_status=pass plus_status=fail";
        assert_eq!(field(detail, "plus_status"), Some("fail"));
        assert_eq!(field(detail, "status"), None);
        assert_eq!(field("", "status"), None);
    }
}
