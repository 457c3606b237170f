//! Do two models differ? Paired tests over the problems both answered.
//!
//! Each problem gives one number per model: the mean over its answers. The interval of the difference comes from a
//! bootstrap over problems; the p-value from `McNemar`'s exact test where both sides are one yes or no per problem, else
//! from the bootstrap. Two models differ only if the interval excludes 0 and the p-value, corrected by Holm over all
//! pairs for that measure, is below 0.05.

use std::collections::BTreeMap;

use scrl_record::Graded;
use serde::{Deserialize, Serialize};

use crate::bootstrap::{Ratio, percentile_interval, replicates};
use crate::estimate::Answers;
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
    /// Share of resamples on the far side of 0, twice; at least what the sign test gives when all differences point one way.
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

/// All pairs, measure by measure. A measure without two problems in common is left out.
pub(crate) fn comparisons(groups: &[Group<'_>]) -> Vec<Comparison> {
    let chosen = most_samples(groups);
    let mut pairs = Vec::new();
    for (at, first) in chosen.iter().enumerate() {
        for second in &chosen[at + 1..] {
            pairs.push(of_pair(first, second));
        }
    }
    let mut all = Vec::new();
    for measure in 0..COMPARED_MEASURES.len() {
        let mut family: Vec<Comparison> = pairs
            .iter_mut()
            .filter_map(|pair| pair[measure].take())
            .collect();
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

/// One problem for which both models have the measure.
#[derive(Clone, Copy)]
struct Pair {
    first: f64,
    second: f64,
    /// Whether each value is of one answer.
    single: bool,
}

impl Pair {
    fn of(first: &Answers<'_>, second: &Answers<'_>, value: Value) -> Option<Self> {
        let (first, of_one) = mean(first, value)?;
        let (second, of_other) = mean(second, value)?;
        Some(Self {
            first,
            second,
            single: of_one && of_other,
        })
    }
}

/// The mean over the answers that have the value, and whether it is of one answer.
fn mean(answers: &Answers<'_>, value: Value) -> Option<(f64, bool)> {
    let known: Vec<f64> = answers.iter().filter_map(|sample| value(sample)).collect();
    (!known.is_empty()).then(|| {
        (
            known.iter().sum::<f64>() / known.len() as f64,
            known.len() == 1,
        )
    })
}

/// One comparison per measure, all read off the same draws of the common problems.
fn of_pair(first: &Group<'_>, second: &Group<'_>) -> Vec<Option<Comparison>> {
    let of_second: BTreeMap<ProblemKey<'_>, &Answers<'_>> = second
        .problems
        .iter()
        .map(|answers| (problem_key(answers[0]), answers))
        .collect();
    let common: Vec<(&Answers<'_>, &Answers<'_>)> = first
        .problems
        .iter()
        .filter_map(|answers| Some((answers, *of_second.get(&problem_key(answers[0]))?)))
        .collect();
    let pairs = COMPARED_MEASURES.map(|(_, value)| -> Vec<Option<Pair>> {
        common
            .iter()
            .map(|(first, second)| Pair::of(first, second, value))
            .collect()
    });
    let ratios: Vec<Ratio> = pairs.iter().map(|pairs| difference(pairs)).collect();
    let values = replicates(&ratios, common.len());
    let measures = COMPARED_MEASURES.iter().zip(pairs).zip(values);
    measures
        .map(|(((measure, _), pairs), values)| {
            let known: Vec<Pair> = pairs.into_iter().flatten().collect();
            let mut comparison = compare(measure, &known, values)?;
            (comparison.first, comparison.second) = (first.label.clone(), second.label.clone());
            Some(comparison)
        })
        .collect()
}

/// The mean difference as a ratio; problems without the measure weigh nothing.
fn difference(pairs: &[Option<Pair>]) -> Ratio {
    let of_pair = |pair: &Option<Pair>| pair.map_or(0.0, |pair| pair.first - pair.second);
    Ratio {
        numerator: pairs.iter().map(of_pair).collect(),
        denominator: pairs.iter().map(|pair| number(pair.is_some())).collect(),
    }
}

/// The comparison, still without its labels and the correction over all pairs.
fn compare(measure: &str, known: &[Pair], values: Vec<f64>) -> Option<Comparison> {
    if known.len() < 2 {
        return None;
    }
    let mean =
        |of: fn(&Pair) -> f64| rounded(known.iter().map(of).sum::<f64>() / known.len() as f64);
    let (interval, bootstrap_p) = resampled(values)?;
    let discordant = discordant(known);
    let bootstrap_p = bootstrap_p.max(smallest_p(known));
    let p_value = discordant.map_or(bootstrap_p, |[only_first, only_second]| {
        exact_p(only_first, only_second)
    });
    Some(Comparison {
        first: String::new(),
        second: String::new(),
        measure: measure.to_owned(),
        problems: known.len() as u64,
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
fn resampled(mut values: Vec<f64>) -> Option<([f64; 2], f64)> {
    let not_above = values.iter().filter(|value| **value <= 0.0).count();
    let not_below = values.iter().filter(|value| **value >= 0.0).count();
    let p_value = 2.0 * (not_above.min(not_below) + 1) as f64 / (values.len() + 1) as f64;
    let (low, high) = percentile_interval(&mut values)?;
    Some(([rounded(low), rounded(high)], p_value.min(1.0)))
}

/// What the sign test gives when all differences point one way. Resamples of two or three problems all do so, and their
/// p-value would claim what so few problems cannot show.
fn smallest_p(known: &[Pair]) -> f64 {
    let moved = known
        .iter()
        .filter(|pair| (pair.first - pair.second).abs() > 0.0)
        .count();
    exact_p(0, moved as u64)
}

/// Problems solved by one side only, where every problem is one yes or no on both sides.
fn discordant(known: &[Pair]) -> Option<[u64; 2]> {
    let yes_or_no =
        |pair: &Pair| pair.single && is_yes_or_no(pair.first) && is_yes_or_no(pair.second);
    if !known.iter().all(yes_or_no) {
        return None;
    }
    let only_first = known.iter().filter(|pair| pair.first > pair.second).count() as u64;
    let only_second = known.iter().filter(|pair| pair.first < pair.second).count() as u64;
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
