//! The percentile bootstrap over whole problems (clusters), seeded, the same on every machine.
//!
//! Source: Efron and Tibshirani 1993, chapter 13, with the cluster as the unit that is drawn (Davison and Hinkley
//! 1997, section 3.8): answers to one problem share its difficulty and are not independent. Each resample is kept as
//! one weight per cluster, so that every ratio of a group is read off the same draws.

use std::collections::HashMap;

/// Resamples per interval.
pub(crate) const RESAMPLES: usize = 2_000;

/// Where the generator starts, for every group alike.
pub(crate) const SEED: u64 = 0x5EC0_DE11;

/// Sums per cluster of what a ratio divides.
#[derive(Clone, Debug)]
pub(crate) struct Ratio {
    /// One number per cluster.
    pub(crate) numerator: Vec<f64>,
    /// One number per cluster.
    pub(crate) denominator: Vec<f64>,
}

/// The values each ratio takes over the resamples, in the order of `ratios`; a resample whose denominator is 0 gives
/// none. All columns have `clusters` entries.
pub(crate) fn replicates(ratios: &[Ratio], clusters: usize) -> Vec<Vec<f64>> {
    let mut values: Vec<Vec<f64>> = ratios
        .iter()
        .map(|_| Vec::with_capacity(RESAMPLES))
        .collect();
    if clusters == 0 || ratios.is_empty() {
        return values;
    }
    let mut columns = Columns::default();
    let places: Vec<(usize, usize)> = ratios
        .iter()
        .map(|ratio| {
            (
                columns.place(&ratio.numerator),
                columns.place(&ratio.denominator),
            )
        })
        .collect();
    let mut random = SplitMix64(SEED);
    let mut weights = vec![0.0; clusters];
    for _ in 0..RESAMPLES {
        draw(&mut random, &mut weights);
        let sums: Vec<f64> = columns
            .list
            .iter()
            .map(|column| column.dot(&weights))
            .collect();
        for (value, (numerator, denominator)) in values.iter_mut().zip(&places) {
            if sums[*denominator] > 0.0 {
                value.push(sums[*numerator] / sums[*denominator]);
            }
        }
    }
    values
}

/// The 2.5 % and 97.5 % points of `values`, interpolated linearly; `None` when there are no values.
pub(crate) fn percentile_interval(values: &mut [f64]) -> Option<(f64, f64)> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some((quantile(values, 0.025), quantile(values, 0.975)))
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

fn draw(random: &mut SplitMix64, weights: &mut [f64]) {
    weights.fill(0.0);
    for _ in 0..weights.len() {
        let index = random.below(weights.len());
        weights[index] += 1.0;
    }
}

/// Distinct columns, each stored once however many ratios use it.
#[derive(Default)]
struct Columns {
    list: Vec<Column>,
    places: HashMap<Vec<u64>, usize>,
}

impl Columns {
    fn place(&mut self, values: &[f64]) -> usize {
        let key: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
        *self.places.entry(key).or_insert_with(|| {
            self.list.push(Column::new(values));
            self.list.len() - 1
        })
    }
}

enum Column {
    Dense(Vec<f64>),
    Sparse(Vec<(usize, f64)>),
}

/// Partial sums kept side by side, so that the compiler may add them in one instruction.
const LANES: usize = 8;

impl Column {
    fn new(values: &[f64]) -> Self {
        let filled: Vec<(usize, f64)> = values
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, value)| *value != 0.0)
            .collect();
        if filled.len() < values.len() / 4 {
            Column::Sparse(filled)
        } else {
            Column::Dense(values.to_vec())
        }
    }

    fn dot(&self, weights: &[f64]) -> f64 {
        match self {
            Column::Sparse(filled) => filled.iter().map(|(at, value)| value * weights[*at]).sum(),
            Column::Dense(values) => dense_dot(values, weights),
        }
    }
}

fn dense_dot(values: &[f64], weights: &[f64]) -> f64 {
    let (value_blocks, value_rest) = values.as_chunks::<LANES>();
    let (weight_blocks, weight_rest) = weights.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (value, weight) in value_blocks.iter().zip(weight_blocks) {
        for lane in 0..LANES {
            lanes[lane] += value[lane] * weight[lane];
        }
    }
    let rest: f64 = value_rest
        .iter()
        .zip(weight_rest)
        .map(|(value, weight)| value * weight)
        .sum();
    lanes.iter().sum::<f64>() + rest
}

/// Steele, Lea and Flood 2014; the generator of Java's `SplittableRandom`.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; the bias of the multiply-and-shift is under `bound / 2^64`.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small whole numbers and halves are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_sequence() {
        // Reference values of splitmix64.c (Vigna) for seed 1234567.
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
        assert_eq!(random.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn the_spread_of_a_mean_is_the_textbook_one() {
        // 400 clusters, half 0 and half 1: the mean's standard error is 0.5 / 20 = 0.025.
        let numerator: Vec<f64> = (0..400).map(|at| f64::from(at % 2)).collect();
        let ratio = Ratio {
            numerator,
            denominator: vec![1.0; 400],
        };
        let mut values = replicates(&[ratio], 400).remove(0);
        let (low, high) = percentile_interval(&mut values).unwrap();
        assert!((low - (0.5 - 1.96 * 0.025)).abs() < 0.005, "{low}");
        assert!((high - (0.5 + 1.96 * 0.025)).abs() < 0.005, "{high}");
    }

    #[test]
    fn sparse_and_dense_columns_agree() {
        let weights: Vec<f64> = (0..37).map(f64::from).collect();
        let mut values = vec![0.0; 37];
        values[3] = 2.0;
        values[36] = 1.0;
        assert!(matches!(Column::new(&values), Column::Sparse(_)));
        assert_eq!(Column::new(&values).dot(&weights), 42.0);
        assert_eq!(dense_dot(&values, &weights), 42.0);
    }

    #[test]
    fn a_resample_without_denominator_gives_no_value() {
        let ratio = Ratio {
            numerator: vec![1.0, 0.0],
            denominator: vec![1.0, 0.0],
        };
        let values = replicates(&[ratio], 2).remove(0);
        // A quarter of the draws miss the first cluster twice.
        assert!((1_400..1_600).contains(&values.len()), "{}", values.len());
        assert!(values.iter().all(|value| *value == 1.0));
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[0.0, 10.0], 0.25), 2.5);
        assert_eq!(quantile(&[7.0], 0.975), 7.0);
        assert_eq!(percentile_interval(&mut []), None);
    }
}
