//! What the tests of the operations compare with: noise to compute on, bits, tolerances, and finite differences.

/// `count` numbers between -1 and 1, the same for the same seed (a linear congruential generator of Knuth's).
pub(crate) fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// The same numbers to the last bit.
#[track_caller]
pub(crate) fn assert_same_bits(what: &str, got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        assert_eq!(
            got.to_bits(),
            want.to_bits(),
            "{what}: {got} instead of {want} at {index}"
        );
    }
}

/// Equal but for `tolerance` times the largest number wanted.
#[track_caller]
pub(crate) fn assert_close(what: &str, got: &[f32], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    let scale = want
        .iter()
        .fold(1e-30, |most: f64, value| most.max(value.abs()));
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (f64::from(*got) - want).abs() / scale;
        assert!(
            error <= tolerance,
            "{what}: {got} instead of {want} at {index}"
        );
    }
}

/// As `f64`, for references.
pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

/// The gradient of `f` at `at` by central differences in `f64`: right to about nine digits for functions of moderate
/// curvature, so what it disagrees with is wrong.
pub(crate) fn gradient(at: &[f32], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let mut at = wide(at);
    let mut differences = Vec::with_capacity(at.len());
    for index in 0..at.len() {
        let middle = at[index];
        at[index] = middle + STEP;
        let above = f(&at);
        at[index] = middle - STEP;
        let below = f(&at);
        at[index] = middle;
        differences.push((above - below) / (2.0 * STEP));
    }
    differences
}

/// `sum_i a_i b_i`: turns a function with several results into one with a gradient, its weights being the gradient that
/// arrives from above.
pub(crate) fn weighted(results: &[f64], weights: &[f32]) -> f64 {
    results
        .iter()
        .zip(weights)
        .map(|(result, weight)| result * f64::from(*weight))
        .sum()
}
