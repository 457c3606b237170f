//! Root-mean-square normalisation (Zhang and Sennrich 2019, equation 4), over the last axis.
//!
//! `y = g x / sqrt(mean(x²) + epsilon)`; `x`, `y (rows, width)`, gain `g (width,)`.

use crate::math::dot;
use crate::simd::vectorized;

vectorized! {
    /// Writes `y`; the width is that of `gain`.
    pub fn forward(x: &[f32], gain: &[f32], epsilon: f32, y: &mut [f32]) {
        assert_eq!(x.len(), y.len(), "lengths of input and output");
        let width = gain.len();
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let scale = inverse_root(x, epsilon);
            for ((y, x), gain) in y.iter_mut().zip(x).zip(gain) {
                *y = gain * (x * scale);
            }
        }
    }
}

vectorized! {
    /// Adds to `dx (rows, width)`: with `s` the inverse root and `u = g dy`, `dx = s u - x s³ mean(u x)`.
    pub fn backward(x: &[f32], gain: &[f32], epsilon: f32, dy: &[f32], dx: &mut [f32]) {
        assert!(x.len() == dy.len() && x.len() == dx.len(), "lengths of input and gradients");
        let width = gain.len();
        let rows = x.chunks_exact(width).zip(dy.chunks_exact(width));
        for ((x, dy), dx) in rows.zip(dx.chunks_exact_mut(width)) {
            let scale = inverse_root(x, epsilon);
            let along = weighted_dot(gain, dy, x) / width as f32 * scale * scale * scale;
            for (((dx, x), dy), gain) in dx.iter_mut().zip(x).zip(dy).zip(gain) {
                *dx += scale.mul_add(gain * dy, -(along * x));
            }
        }
    }
}

vectorized! {
    /// Adds to `dgain (width,)`: the sum over rows of `dy x s`.
    pub fn backward_gain(x: &[f32], epsilon: f32, dy: &[f32], dgain: &mut [f32]) {
        assert_eq!(x.len(), dy.len(), "lengths of input and gradient");
        let width = dgain.len();
        for (x, dy) in x.chunks_exact(width).zip(dy.chunks_exact(width)) {
            let scale = inverse_root(x, epsilon);
            for ((dgain, x), dy) in dgain.iter_mut().zip(x).zip(dy) {
                *dgain = (x * scale).mul_add(*dy, *dgain);
            }
        }
    }
}

#[inline(always)]
fn inverse_root(x: &[f32], epsilon: f32) -> f32 {
    1.0 / (dot(x, x) / x.len() as f32 + epsilon).sqrt()
}

/// `sum_i g_i dy_i x_i`, in parts that fit the stack.
#[inline(always)]
pub(crate) fn weighted_dot(gain: &[f32], dy: &[f32], x: &[f32]) -> f32 {
    const PART: usize = 256;
    let mut total = 0.0;
    let mut weighted = [0.0; PART];
    for ((gain, dy), x) in gain.chunks(PART).zip(dy.chunks(PART)).zip(x.chunks(PART)) {
        let weighted = &mut weighted[..x.len()];
        for ((weighted, gain), dy) in weighted.iter_mut().zip(gain).zip(dy) {
            *weighted = gain * dy;
        }
        total += dot(weighted, x);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, gradient, noise, weighted, wide};

    const EPSILON: f32 = 1e-5;

    fn reference(x: &[f64], gain: &[f64]) -> Vec<f64> {
        let width = gain.len();
        let row = |x: &[f64]| {
            let mean = x.iter().map(|x| x * x).sum::<f64>() / width as f64;
            let scale = 1.0 / (mean + f64::from(EPSILON)).sqrt();
            x.iter()
                .zip(gain)
                .map(|(x, gain)| gain * x * scale)
                .collect::<Vec<_>>()
        };
        x.chunks_exact(width).flat_map(row).collect()
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        for width in [1, 5, 16, 300] {
            let (x, gain, dy) = (noise(1, 3 * width), noise(2, width), noise(3, 3 * width));
            let mut y = vec![0.0; x.len()];
            forward(&x, &gain, EPSILON, &mut y);
            assert_close("y", &y, &reference(&wide(&x), &wide(&gain)), 1e-6);

            let mut dx = vec![0.0; x.len()];
            backward(&x, &gain, EPSILON, &dy, &mut dx);
            let want = gradient(&x, |x| weighted(&reference(x, &wide(&gain)), &dy));
            // A row of one number is its sign, with a gradient of almost nothing.
            let tolerance = if width == 1 { 1e-2 } else { 1e-5 };
            assert_close("dx", &dx, &want, tolerance);

            let mut dgain = vec![0.0; width];
            backward_gain(&x, EPSILON, &dy, &mut dgain);
            let want = gradient(&gain, |gain| weighted(&reference(&wide(&x), gain), &dy));
            assert_close("dgain", &dgain, &want, 1e-5);
        }
    }

    #[test]
    fn gradients_are_added() {
        let (x, dy) = (noise(4, 8), noise(5, 8));
        let (mut once, mut twice) = (vec![0.0; 8], vec![1.0; 8]);
        backward(&x, &[1.0; 8], EPSILON, &dy, &mut once);
        backward(&x, &[1.0; 8], EPSILON, &dy, &mut twice);
        let want: Vec<f64> = once.iter().map(|dx| 1.0 + f64::from(*dx)).collect();
        assert_close("dx", &twice, &want, 1e-6);
    }
}
