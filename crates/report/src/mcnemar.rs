//! `McNemar`'s test in its exact form, and Holm's correction.
//!
//! Sources: `McNemar` 1947, Psychometrika 12; Holm 1979, Scandinavian Journal of Statistics 6. The exact binomial form is
//! used for every count: the sum has at most as many terms as there are problems, so nothing needs approximating.

/// The two-sided p-value of `first` against `second` discordant pairs under equal chances.
pub(crate) fn exact_p(first: u64, second: u64) -> f64 {
    let total = first + second;
    let fewer = first.min(second);
    // ln C(total, i) - total ln 2, from one i to the next.
    let mut log_term = -(total as f64) * std::f64::consts::LN_2;
    let mut tail = 0.0;
    for at in 0..=fewer {
        if at > 0 {
            log_term += ((total - at + 1) as f64).ln() - (at as f64).ln();
        }
        tail += log_term.exp();
    }
    (2.0 * tail).min(1.0)
}

/// Holm's step-down adjustment: the p-values, each as large as the family of them demands, in the given order.
pub(crate) fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        largest = largest.max(p_values[at] * (p_values.len() - rank) as f64);
        adjusted[at] = largest.min(1.0);
    }
    adjusted
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small whole numbers and halves are exact")]
mod tests {
    use super::*;

    #[test]
    fn exact_values_by_hand() {
        // 2 * 1/32; 2 * (1 + 6) / 64; the middle of an even count is capped at 1.
        assert!((exact_p(0, 5) - 0.0625).abs() < 1e-12);
        assert!((exact_p(5, 1) - 14.0 / 64.0).abs() < 1e-12);
        assert_eq!(exact_p(3, 3), 1.0);
        assert_eq!(exact_p(0, 0), 1.0);
        assert!(exact_p(9_000, 11_000) < 1e-40);
    }

    #[test]
    fn holm_by_hand() {
        let adjusted = holm(&[0.01, 0.04, 0.03]);
        let expected = [0.03, 0.06, 0.06];
        for (got, wanted) in adjusted.iter().zip(expected) {
            assert!((got - wanted).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(holm(&[]).is_empty());
    }
}
