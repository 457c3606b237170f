//! The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016, section 2), `StarCoder2`'s.
//!
//! `y = x/2 (1 + tanh(t))`, `t = sqrt(2/π) (x + 0.044715 x³)`. Since `(1 + tanh(t)) / 2 = sigmoid(2t)`, that is
//! `y = x sigmoid(2t)`.

use std::f32::consts::{FRAC_2_SQRT_PI, SQRT_2};

use crate::math::sigmoid;
use crate::simd::vectorized;

/// `2 sqrt(2/π)`.
const TWICE_ROOT: f32 = FRAC_2_SQRT_PI * SQRT_2;
const CUBIC: f32 = 0.044_715;

vectorized! {
    /// Writes `y`, of the shape of `x`.
    pub fn forward(x: &[f32], y: &mut [f32]) {
        assert_eq!(x.len(), y.len(), "lengths of input and output");
        for (y, x) in y.iter_mut().zip(x) {
            *y = x * sigmoid(TWICE_ROOT * x * (CUBIC * x).mul_add(*x, 1.0));
        }
    }
}

vectorized! {
    /// Writes `dx`: `y' = s + x s (1 - s) (2t)'`, `(2t)' = 2 sqrt(2/π) (1 + 3 * 0.044715 x²)`.
    pub fn backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        assert!(x.len() == dy.len() && x.len() == dx.len(), "lengths of input and gradients");
        for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
            let s = sigmoid(TWICE_ROOT * x * (CUBIC * x).mul_add(*x, 1.0));
            let slope = TWICE_ROOT * (3.0 * CUBIC * x).mul_add(*x, 1.0);
            *dx = dy * (x * s * (1.0 - s)).mul_add(slope, s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, gradient, noise, weighted, wide};

    fn reference(x: &[f64]) -> Vec<f64> {
        let root = (2.0 / std::f64::consts::PI).sqrt();
        x.iter()
            .map(|x| x / 2.0 * (1.0 + (root * (x + 0.044_715 * x * x * x)).tanh()))
            .collect()
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        let x: Vec<f32> = noise(1, 60).iter().map(|x| x * 6.0).collect();
        let dy = noise(2, 60);
        let (mut y, mut dx) = (vec![0.0; 60], vec![0.0; 60]);
        forward(&x, &mut y);
        assert_close("y", &y, &reference(&wide(&x)), 1e-6);
        backward(&x, &dy, &mut dx);
        assert_close(
            "dx",
            &dx,
            &gradient(&x, |x| weighted(&reference(x), &dy)),
            1e-5,
        );
    }
}
