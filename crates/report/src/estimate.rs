//! From what each problem contributes to a measure with its interval.

use scrl_record::Graded;

use crate::bootstrap::{Ratio, percentile_interval, replicates};
use crate::measure::{Interval, IntervalMethod, Measure, Unit, is_yes_or_no, rounded};
use crate::wilson::{poisson_zero_upper, wilson};

/// All graded samples of one problem, in a fixed order.
pub(crate) type Answers<'a> = Vec<&'a Graded>;

/// What one problem adds to a measure.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    pub(crate) numerator: f64,
    pub(crate) denominator: f64,
    pub(crate) absent: u64,
}

type Rule = Box<dyn Fn(&[&Graded]) -> Share>;

/// A measure's name and the rule that reads it off a problem's answers.
pub(crate) struct Definition {
    name: String,
    unit: Unit,
    rule: Rule,
}

impl Definition {
    /// Adds up numerators and denominators of the samples; `None` counts as absent.
    pub(crate) fn ratio(
        name: impl Into<String>,
        unit: Unit,
        of: impl Fn(&Graded) -> Option<(f64, f64)> + 'static,
    ) -> Self {
        let rule = move |answers: &[&Graded]| {
            let mut share = Share::default();
            for sample in answers {
                match of(sample) {
                    Some((numerator, denominator)) => {
                        share.numerator += numerator;
                        share.denominator += denominator;
                    }
                    None => share.absent += 1,
                }
            }
            share
        };
        Self {
            name: name.into(),
            unit,
            rule: Box::new(rule),
        }
    }

    /// The share of samples for which `holds` says yes, among those for which it says anything.
    pub(crate) fn rate(
        name: impl Into<String>,
        holds: impl Fn(&Graded) -> Option<bool> + 'static,
    ) -> Self {
        Self::ratio(name, Unit::Share, move |sample| {
            holds(sample).map(|yes| (f64::from(u8::from(yes)), 1.0))
        })
    }

    /// One number per problem, read off all its answers; `None` counts the problem as absent.
    pub(crate) fn per_problem(
        name: impl Into<String>,
        of: impl Fn(&[&Graded]) -> Option<f64> + 'static,
    ) -> Self {
        let rule = move |answers: &[&Graded]| match of(answers) {
            Some(value) => Share {
                numerator: value,
                denominator: 1.0,
                absent: 0,
            },
            None => Share {
                absent: 1,
                ..Share::default()
            },
        };
        Self {
            name: name.into(),
            unit: Unit::Share,
            rule: Box::new(rule),
        }
    }
}

impl Definition {
    /// The measure's name.
    #[cfg(test)]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Every measure over `problems`, in the order of `definitions`.
pub(crate) fn estimate(problems: &[Answers<'_>], definitions: &[Definition]) -> Vec<Measure> {
    let sums: Vec<Sums> = definitions
        .iter()
        .map(|one| Sums::over(problems, one))
        .collect();
    let drawn: Vec<usize> = (0..sums.len())
        .filter(|at| sums[*at].closed_form().is_none())
        .collect();
    let ratios: Vec<Ratio> = drawn.iter().map(|at| sums[*at].ratio.clone()).collect();
    let mut values = replicates(&ratios, problems.len()).into_iter();
    sums.iter()
        .map(|one| {
            let interval = one.closed_form().unwrap_or_else(|| {
                let mut values = values
                    .next()
                    .expect("one list of replicates per ratio drawn");
                percentile_interval(&mut values).map(|ends| (ends, IntervalMethod::Bootstrap))
            });
            one.measure(interval)
        })
        .collect()
}

type Ends = Option<((f64, f64), IntervalMethod)>;

struct Sums<'a> {
    definition: &'a Definition,
    ratio: Ratio,
    numerator: f64,
    denominator: f64,
    absent: u64,
}

impl<'a> Sums<'a> {
    fn over(problems: &[Answers<'_>], definition: &'a Definition) -> Self {
        let shares: Vec<Share> = problems.iter().map(|one| (definition.rule)(one)).collect();
        Self {
            definition,
            numerator: shares.iter().map(|share| share.numerator).sum(),
            denominator: shares.iter().map(|share| share.denominator).sum(),
            absent: shares.iter().map(|share| share.absent).sum(),
            ratio: Ratio {
                numerator: shares.iter().map(|share| share.numerator).collect(),
                denominator: shares.iter().map(|share| share.denominator).collect(),
            },
        }
    }

    /// The interval where no draws are needed; the outer `None` asks for a bootstrap.
    fn closed_form(&self) -> Option<Ends> {
        if self.denominator <= 0.0 {
            return Some(None);
        }
        let unit = self.definition.unit;
        let problems = self
            .ratio
            .denominator
            .iter()
            .filter(|one| **one > 0.0)
            .count() as f64;
        if unit == Unit::Share && self.is_one_yes_or_no_per_problem() {
            let ends = wilson(self.numerator, self.denominator);
            return Some(Some((ends, IntervalMethod::Wilson)));
        }
        let value = self.numerator / self.denominator;
        if unit.is_bounded() && (problems < 2.0 || value <= 0.0 || value >= 1.0) {
            let ends = wilson(value.clamp(0.0, 1.0) * problems, problems);
            return Some(Some((ends, IntervalMethod::WilsonOnProblems)));
        }
        if self.numerator == 0.0 {
            let high = poisson_zero_upper(self.denominator);
            return Some(Some(((0.0, high), IntervalMethod::PoissonZero)));
        }
        (problems < 2.0).then_some(None)
    }

    fn is_one_yes_or_no_per_problem(&self) -> bool {
        let Ratio {
            numerator,
            denominator,
        } = &self.ratio;
        numerator
            .iter()
            .chain(denominator)
            .all(|number| is_yes_or_no(*number))
    }

    fn measure(&self, interval: Ends) -> Measure {
        let scale = self.definition.unit.scale();
        Measure {
            name: self.definition.name.clone(),
            unit: self.definition.unit,
            numerator: rounded(self.numerator),
            denominator: rounded(self.denominator),
            value: (self.denominator > 0.0)
                .then(|| rounded(scale * self.numerator / self.denominator)),
            interval: interval.map(|((low, high), method)| Interval {
                low: rounded(scale * low),
                high: rounded(scale * high),
                method,
            }),
            absent: self.absent,
        }
    }
}
