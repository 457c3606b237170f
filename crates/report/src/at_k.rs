//! The unbiased estimator of "at least one of k answers is good".
//!
//! Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code", equation 1 and figure 3.

/// The values of k that reports show.
pub(crate) const KS: [u32; 3] = [1, 5, 10];

/// `1 - C(n - c, k) / C(n, k)`: the chance that k answers drawn without replacement from `total`, of which `good` are
/// good, hold a good one; `None` when there are fewer than k answers.
pub(crate) fn at_least_one(total: u32, good: u32, k: u32) -> Option<f64> {
    if total < k || k == 0 {
        return None;
    }
    let bad = total - good.min(total);
    if bad < k {
        return Some(1.0);
    }
    // The product form keeps every factor in [0, 1]; the binomials themselves overflow for a few hundred answers.
    let none: f64 = (bad + 1..=total)
        .map(|place| 1.0 - f64::from(k) / f64::from(place))
        .product();
    Some(1.0 - none)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every subset of size k, counted one by one.
    fn by_enumeration(total: u32, good: u32, k: u32) -> f64 {
        let (mut all, mut hits) = (0u32, 0u32);
        for subset in 0u32..1 << total {
            if subset.count_ones() == k {
                all += 1;
                hits += u32::from(subset & ((1 << good) - 1) != 0);
            }
        }
        f64::from(hits) / f64::from(all)
    }

    proptest! {
        #[test]
        fn equals_the_enumeration_of_all_subsets(total in 1u32..12, good in 0u32..12, k in 1u32..12) {
            prop_assume!(good <= total && k <= total);
            let estimate = at_least_one(total, good, k).unwrap();
            prop_assert!((estimate - by_enumeration(total, good, k)).abs() < 1e-12);
        }
    }

    #[test]
    fn hand_worked_values() {
        // 1 - C(3,2)/C(5,2) = 1 - 3/10.
        assert!((at_least_one(5, 2, 2).unwrap() - 0.7).abs() < 1e-12);
        assert_eq!(at_least_one(4, 1, 5), None);
        assert_eq!(at_least_one(1, 1, 1), Some(1.0));
        assert_eq!(at_least_one(10, 0, 10), Some(0.0));
        assert!(at_least_one(100_000, 3, 10).unwrap() > 0.000_29);
    }
}
