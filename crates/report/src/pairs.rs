//! Do two models differ? Paired tests over the problems both answered.
//!
//! Each problem gives one number per model: the mean over its answers. The interval of the difference comes from a
//! bootstrap over problems; the p-value from `McNemar`'s exact test where both sides are one yes or no per problem, else
//! from the bootstrap. Two models differ only if the interval excludes 0 and the p-value, corrected by Holm over all
//! pairs for that measure, is below 0.05.

use std::collections::BTreeMap;

use scrl_record::Graded;
use serde::{Deserialize, Serialize};

use crate::bootstrap::{RESAMPLES, Ratio, percentile_interval, replicates};
use crate::facts::{Reward, compile_verdict, functional, functional_and_secure, secure};
use crate::mcnemar::{exact_p, holm};
use crate::measure::{is_yes_or_no, rounded};
use crate::systems::{Group, ProblemKey, problem_key};

/// Models compared with one another: 66 pairs. With more, those with the most samples.
const COMPARED: usize = 12;

/// How the p-value of a comparison was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairedTest {
    /// `McNemar` 1947, exact.
    McNemar,
    /// Share of resamples on the far side of 0, twice.
    PairedBootstrap,
}

/// One measure of two models over the problems both answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The first model, by its label.
    pub first: String,
    /// The second model.
    pub second: String,
    /// The measure's name.
    pub measure: String,
    /// Problems for which both have it.
    pub problems: u64,
    /// Mean over those problems for the first model.
    pub first_value: f64,
    /// Mean over those problems for the second model.
    pub second_value: f64,
    /// First minus second.
    pub difference: f64,
    /// 95 % interval of the difference.
    pub interval: [f64; 2],
    /// The test behind `p_value`.
    pub test: PairedTest,
    /// Problems that only the first solves, and only the second; with `McNemar`.
    pub discordant: Option<[u64; 2]>,
    /// Two-sided p-value.
    pub p_value: f64,
    /// The same after Holm's correction over all pairs for this measure.
    pub p_adjusted: f64,
    /// Whether the models differ.
    pub differ: bool,
}

type Value = fn(&Graded) -> Option<f64>;

const COMPARED_MEASURES: [(&str, Value); 6] = [
    ("compile_rate", |sample| compile_verdict(sample).map(number)),
    ("all_tests_rate", |sample| functional(sample).map(number)),
    ("secure_rate", |sample| secure(sample).map(number)),
    ("secure_pass_rate", |sample| {
        functional_and_secure(sample).map(number)
    }),
    ("mean_reward.gated", |sample| Reward::Gated.of(sample)),
    ("mean_reward.seed", |sample| Reward::Seed.of(sample)),
];

fn number(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

/// All pairs, measure by measure. Pairs without two common problems are left out.
pub(crate) fn comparisons(groups: &[Group<'_>]) -> Vec<Comparison> {
    let chosen = most_samples(groups);
    let mut all = Vec::new();
    for (name, value) in COMPARED_MEASURES {
        let sides: Vec<Side<'_>> = chosen.iter().map(|group| side(group, value)).collect();
        let mut family = Vec::new();
        for (at, first) in sides.iter().enumerate() {
            for second in &sides[at + 1..] {
                family.extend(compare(name, first, second));
            }
        }
        correct(&mut family);
        all.append(&mut family);
    }
    all
}

/// The groups that are compared, in their usual order.
fn most_samples<'a, 'b>(groups: &'b [Group<'a>]) -> Vec<&'b Group<'a>> {
    let mut places: Vec<usize> = (0..groups.len()).collect();
    places.sort_by_key(|at| std::cmp::Reverse(groups[*at].samples().count()));
    places.truncate(COMPARED);
    places.sort_unstable();
    places.into_iter().map(|at| &groups[at]).collect()
}

struct Side<'a> {
    label: &'a str,
    /// Per problem: the mean, and whether it is of one answer.
    values: BTreeMap<ProblemKey<'a>, (f64, bool)>,
}

fn side<'a>(group: &'a Group<'a>, value: Value) -> Side<'a> {
    let mut values = BTreeMap::new();
    for answers in &group.problems {
        let known: Vec<f64> = answers.iter().filter_map(|sample| value(sample)).collect();
        if !known.is_empty() {
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            values.insert(problem_key(answers[0]), (mean, known.len() == 1));
        }
    }
    Side {
        label: &group.label,
        values,
    }
}

/// One problem that both models answered.
struct Pair {
    first: f64,
    second: f64,
    /// Whether each value is of one answer.
    single: bool,
}

fn pairs(first: &Side<'_>, second: &Side<'_>) -> Vec<Pair> {
    let pair = |(problem, (first, one)): (&ProblemKey<'_>, &(f64, bool))| {
        let (second, other) = second.values.get(problem)?;
        Some(Pair {
            first: *first,
            second: *second,
            single: *one && *other,
        })
    };
    first.values.iter().filter_map(pair).collect()
}

fn compare(measure: &str, first: &Side<'_>, second: &Side<'_>) -> Option<Comparison> {
    let common = pairs(first, second);
    if common.len() < 2 {
        return None;
    }
    let mean =
        |of: fn(&Pair) -> f64| rounded(common.iter().map(of).sum::<f64>() / common.len() as f64);
    let (interval, bootstrap_p) =
        resampled(common.iter().map(|pair| pair.first - pair.second).collect());
    let discordant = discordant(&common);
    let p_value = discordant.map_or(bootstrap_p, |[only_first, only_second]| {
        exact_p(only_first, only_second)
    });
    Some(Comparison {
        first: first.label.to_owned(),
        second: second.label.to_owned(),
        measure: measure.to_owned(),
        problems: common.len() as u64,
        first_value: mean(|pair| pair.first),
        second_value: mean(|pair| pair.second),
        difference: mean(|pair| pair.first - pair.second),
        interval,
        test: if discordant.is_some() {
            PairedTest::McNemar
        } else {
            PairedTest::PairedBootstrap
        },
        discordant,
        p_value: rounded(p_value),
        p_adjusted: 1.0,
        differ: false,
    })
}

/// The interval of the mean difference and twice the smaller share of resamples on either side of 0.
fn resampled(differences: Vec<f64>) -> ([f64; 2], f64) {
    let clusters = differences.len();
    let ratio = Ratio {
        numerator: differences,
        denominator: vec![1.0; clusters],
    };
    let mut values = replicates(&[ratio], clusters).remove(0);
    let not_above = values.iter().filter(|value| **value <= 0.0).count();
    let not_below = values.iter().filter(|value| **value >= 0.0).count();
    let p_value = 2.0 * (not_above.min(not_below) + 1) as f64 / (RESAMPLES + 1) as f64;
    let (low, high) = percentile_interval(&mut values).expect("every resample has a denominator");
    ([rounded(low), rounded(high)], p_value.min(1.0))
}

/// Problems solved by one side only, where every problem is one yes or no on both sides.
fn discordant(common: &[Pair]) -> Option<[u64; 2]> {
    let yes_or_no =
        |pair: &Pair| pair.single && is_yes_or_no(pair.first) && is_yes_or_no(pair.second);
    if !common.iter().all(yes_or_no) {
        return None;
    }
    let only_first = common
        .iter()
        .filter(|pair| pair.first > pair.second)
        .count() as u64;
    let only_second = common
        .iter()
        .filter(|pair| pair.first < pair.second)
        .count() as u64;
    Some([only_first, only_second])
}

fn correct(family: &mut [Comparison]) {
    let p_values: Vec<f64> = family.iter().map(|one| one.p_value).collect();
    for (one, adjusted) in family.iter_mut().zip(holm(&p_values)) {
        one.p_adjusted = rounded(adjusted);
        let [low, high] = one.interval;
        one.differ = (low > 0.0 || high < 0.0) && adjusted < 0.05;
    }
}
