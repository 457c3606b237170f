//! Intervals in closed form: Wilson's for a rate, the exact Poisson bound for a count of zero.
//!
//! Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % Wilson score interval of `successes` among `trials`, which must be positive.
///
/// `successes` may be fractional: for a mean of numbers in `[0, 1]` the interval is wider than needed, never narrower.
pub(crate) fn wilson(successes: f64, trials: f64) -> (f64, f64) {
    let rate = successes / trials;
    let z2 = Z * Z;
    let centre = rate + z2 / (2.0 * trials);
    let spread = Z * (rate * (1.0 - rate) / trials + z2 / (4.0 * trials * trials)).sqrt();
    let scale = 1.0 + z2 / trials;
    // Rounding must not push an end past the rate itself when the rate is 0 or 1.
    let low = ((centre - spread) / scale).clamp(0.0, rate);
    let high = ((centre + spread) / scale).clamp(rate, 1.0);
    (low, high)
}

/// The upper end of the exact two-sided 95 % interval of a rate whose count is zero over `exposure`.
pub(crate) fn poisson_zero_upper(exposure: f64) -> f64 {
    -0.025_f64.ln() / exposure
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn agrees_with_a_published_example() {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
        let (low, high) = wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5, "{low}");
        assert!((high - 0.3662).abs() < 5e-5, "{high}");
        // The same table: 0 of 20 gives 0 to 0.1611.
        let (low, high) = wilson(0.0, 20.0);
        assert!(low.abs() < 1e-12 && (high - 0.1611).abs() < 5e-5, "{high}");
    }

    #[test]
    fn zero_of_hundred_is_the_rule_of_three_and_a_bit() {
        assert!((poisson_zero_upper(100.0) - 0.036_888_8).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn bounds_contain_the_rate_and_stay_in_the_unit_interval(trials in 1u32..100_000, share in 0.0f64..=1.0) {
            let successes = (f64::from(trials) * share).floor();
            let (low, high) = wilson(successes, f64::from(trials));
            let rate = successes / f64::from(trials);
            prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        }
    }
}
