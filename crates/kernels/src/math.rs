//! Functions of one number and sums of many, in a form that the compiler vectorizes.
//!
//! The standard library's `exp` is a call into the system's, one number at a time and not the same everywhere.

/// `e^x` to about one unit in the last place: 0 from -104 down, infinite from 88.8 up, NaN for NaN.
///
/// Cody and Waite's reduction to `|r| <= ln 2 / 2` and the polynomial of Cephes' `expf`.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding this leaves the nearest integer in the low bits.
    const TO_INTEGER: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-110.0, 89.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, TO_INTEGER);
    let n = shifted - TO_INTEGER;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    let mut p = 1.987_569_1e-4f32;
    for coefficient in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ] {
        p = p.mul_add(r, coefficient);
    }
    let p = p.mul_add(r * r, r + 1.0);
    // In two steps, since 2^n alone may be out of range where the product is not.
    let n = shifted.to_bits() as i32 - TO_INTEGER.to_bits() as i32;
    p * power_of_two(n >> 1) * power_of_two(n - (n >> 1))
}

#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((exponent + 127) as u32) << 23)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Sums run in this many lanes, whatever the processor has.
const LANES: usize = 16;

/// Sum of `term(a_i, b_i)`: lane `l` takes the terms `l, l + 16, ...`, then the lanes are folded in halves. Terms of 0
/// change nothing, so a row that is filled up with zeros has the same sum.
#[inline(always)]
fn sum_by_lanes(a: &[f32], b: &[f32], term: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] = term(lanes[lane], a[lane], b[lane]);
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane = term(*lane, *a, *b);
    }
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0]
}

/// `sum_i a_i b_i`.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum_by_lanes(a, b, |sum, a, b| a.mul_add(b, sum))
}

/// `sum_i x_i`.
#[inline(always)]
pub(crate) fn sum(x: &[f32]) -> f32 {
    sum_by_lanes(x, x, |sum, x, _| sum + x)
}

/// The largest, or minus infinity; NaN is passed over.
#[inline(always)]
pub(crate) fn max(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(*x);
        }
    }
    lanes
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |most, x| most.max(*x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_right_over_its_whole_range() {
        for step in -100_000..88_700 {
            let x = step as f32 / 1000.0;
            let want = f64::from(x).exp();
            // Below the smallest normal number, units in the last place are what there is.
            let allowed = (want * 1.5e-7).max(f64::from(f32::from_bits(1)));
            let got = f64::from(exp(x));
            assert!(
                (got - want).abs() <= allowed,
                "exp({x}) = {got}, not {want}"
            );
        }
    }

    #[test]
    fn exp_has_the_limits_that_softmax_relies_on() {
        assert_eq!(exp(0.0).to_bits(), 1.0f32.to_bits());
        assert_eq!(exp(f32::NEG_INFINITY).to_bits(), 0.0f32.to_bits());
        assert_eq!(exp(-1e30).to_bits(), 0.0f32.to_bits());
        assert_eq!(exp(100.0), f32::INFINITY);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn zeros_at_the_end_change_no_sum() {
        let x: Vec<f32> = (1..=37).map(|i| 1.0 / i as f32).collect();
        let mut padded = x.clone();
        padded.resize(80, 0.0);
        assert_eq!(sum(&x).to_bits(), sum(&padded).to_bits());
        assert_eq!(dot(&x, &x).to_bits(), dot(&padded, &padded).to_bits());
        let want: f64 = x.iter().map(|x| f64::from(*x)).sum();
        assert!((f64::from(sum(&x)) - want).abs() < 1e-6);
        assert_eq!(max(&x), 1.0);
        assert_eq!(max(&[]), f32::NEG_INFINITY);
    }
}
