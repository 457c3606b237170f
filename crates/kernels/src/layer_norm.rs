//! Layer normalisation (Ba, Kiros and Hinton 2016, equation 4), over the last axis.
//!
//! `y = g (x - mean(x)) / sqrt(var(x) + epsilon) + b`; `x`, `y (rows, width)`, gain `g` and bias `b (width,)`. The
//! variance is that of the row itself, divided by the width.

use crate::math::{dot, sum};
use crate::rms_norm::weighted_dot;
use crate::simd::vectorized;

vectorized! {
    /// Writes `y`; the width is that of `gain`.
    pub fn forward(x: &[f32], gain: &[f32], bias: &[f32], epsilon: f32, y: &mut [f32]) {
        assert_eq!(x.len(), y.len(), "lengths of input and output");
        let width = gain.len();
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let scale = standardize(x, epsilon, y);
            for ((y, gain), bias) in y.iter_mut().zip(gain).zip(bias) {
                *y = (*y * scale).mul_add(*gain, *bias);
            }
        }
    }
}

vectorized! {
    /// Adds to `dx (rows, width)`: with `z` the normalised row, `s` the inverse root and `u = g dy`,
    /// `dx = s (u - mean(u) - z mean(u z))`. `room (width,)` holds a row.
    pub fn backward(x: &[f32], gain: &[f32], epsilon: f32, dy: &[f32], dx: &mut [f32], room: &mut [f32]) {
        assert!(x.len() == dy.len() && x.len() == dx.len(), "lengths of input and gradients");
        let width = gain.len();
        let rows = x.chunks_exact(width).zip(dy.chunks_exact(width));
        for ((x, dy), dx) in rows.zip(dx.chunks_exact_mut(width)) {
            let scale = standardize(x, epsilon, room);
            let mean = dot(gain, dy) / width as f32;
            let along = weighted_dot(gain, dy, room) / width as f32 * scale * scale;
            for (((dx, centred), dy), gain) in dx.iter_mut().zip(&*room).zip(dy).zip(gain) {
                *dx += scale * (gain.mul_add(*dy, -mean) - along * centred);
            }
        }
    }
}

vectorized! {
    /// Adds to `dgain` and `dbias (width,)`: the sums over rows of `dy z` and of `dy`. `room (width,)` holds a row.
    pub fn backward_parameters(
        x: &[f32],
        epsilon: f32,
        dy: &[f32],
        dgain: &mut [f32],
        dbias: &mut [f32],
        room: &mut [f32],
    ) {
        assert_eq!(x.len(), dy.len(), "lengths of input and gradient");
        let width = dgain.len();
        for (x, dy) in x.chunks_exact(width).zip(dy.chunks_exact(width)) {
            let scale = standardize(x, epsilon, room);
            let sums = dgain.iter_mut().zip(dbias.iter_mut());
            for (((dgain, dbias), centred), dy) in sums.zip(&*room).zip(dy) {
                *dgain = (centred * scale).mul_add(*dy, *dgain);
                *dbias += dy;
            }
        }
    }
}

/// Writes `x - mean(x)` and returns the inverse root of the variance.
#[inline(always)]
fn standardize(x: &[f32], epsilon: f32, centred: &mut [f32]) -> f32 {
    let width = x.len() as f32;
    let mean = sum(x) / width;
    for (centred, x) in centred.iter_mut().zip(x) {
        *centred = x - mean;
    }
    1.0 / (dot(centred, centred) / width + epsilon).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, gradient, noise, weighted, wide};

    const EPSILON: f32 = 1e-5;

    fn reference(x: &[f64], gain: &[f64], bias: &[f64]) -> Vec<f64> {
        let width = gain.len();
        let row = |x: &[f64]| {
            let mean = x.iter().sum::<f64>() / width as f64;
            let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / width as f64;
            let scale = 1.0 / (variance + f64::from(EPSILON)).sqrt();
            (0..width)
                .map(|i| gain[i] * (x[i] - mean) * scale + bias[i])
                .collect::<Vec<_>>()
        };
        x.chunks_exact(width).flat_map(row).collect()
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        for width in [2, 5, 16, 300] {
            let (x, dy) = (noise(1, 3 * width), noise(2, 3 * width));
            let (gain, bias) = (noise(3, width), noise(4, width));
            let (x64, gain64, bias64) = (wide(&x), wide(&gain), wide(&bias));
            let mut y = vec![0.0; x.len()];
            forward(&x, &gain, &bias, EPSILON, &mut y);
            assert_close("y", &y, &reference(&x64, &gain64, &bias64), 2e-6);

            let (mut dx, mut room) = (vec![0.0; x.len()], vec![0.0; width]);
            backward(&x, &gain, EPSILON, &dy, &mut dx, &mut room);
            let want = gradient(&x, |x| weighted(&reference(x, &gain64, &bias64), &dy));
            // Two numbers are always one above and one below their mean, with a gradient of almost nothing.
            let tolerance = if width == 2 { 1e-2 } else { 1e-5 };
            assert_close("dx", &dx, &want, tolerance);

            let (mut dgain, mut dbias) = (vec![0.0; width], vec![0.0; width]);
            backward_parameters(&x, EPSILON, &dy, &mut dgain, &mut dbias, &mut room);
            let want = gradient(&gain, |gain| weighted(&reference(&x64, gain, &bias64), &dy));
            assert_close("dgain", &dgain, &want, 1e-5);
            let want = gradient(&bias, |bias| weighted(&reference(&x64, &gain64, bias), &dy));
            assert_close("dbias", &dbias, &want, 1e-5);
        }
    }
}
