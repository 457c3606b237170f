//! The gate of a `SwiGLU` MLP (Shazeer 2020, equation 6, without biases): `y = silu(g) u`, `silu(g) = g / (1 + e^-g)`.
//!
//! Gate `g`, up-projection `u` and `y` have one shape.

use crate::math::sigmoid;
use crate::simd::vectorized;

vectorized! {
    /// Writes `y`.
    pub fn forward(gate: &[f32], up: &[f32], y: &mut [f32]) {
        assert!(gate.len() == up.len() && gate.len() == y.len(), "lengths of gate, up and output");
        for ((y, gate), up) in y.iter_mut().zip(gate).zip(up) {
            *y = gate * sigmoid(*gate) * up;
        }
    }
}

vectorized! {
    /// Writes `dgate` and `dup`: `silu'(g) = s (1 + g (1 - s))` with `s` the sigmoid of `g`.
    pub fn backward(gate: &[f32], up: &[f32], dy: &[f32], dgate: &mut [f32], dup: &mut [f32]) {
        assert!(gate.len() == up.len() && gate.len() == dy.len(), "lengths of gate, up and gradient");
        assert!(gate.len() == dgate.len() && gate.len() == dup.len(), "lengths of the gradients");
        let inputs = gate.iter().zip(up).zip(dy);
        for (((gate, up), dy), (dgate, dup)) in inputs.zip(dgate.iter_mut().zip(dup)) {
            let s = sigmoid(*gate);
            *dgate = dy * up * s * gate.mul_add(1.0 - s, 1.0);
            *dup = dy * gate * s;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, gradient, noise, weighted, wide};

    fn reference(gate: &[f64], up: &[f64]) -> Vec<f64> {
        gate.iter()
            .zip(up)
            .map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up)
            .collect()
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        let gate: Vec<f32> = noise(1, 50).iter().map(|g| g * 8.0).collect();
        let (up, dy) = (noise(2, 50), noise(3, 50));
        let (gate64, up64) = (wide(&gate), wide(&up));
        let mut y = vec![0.0; 50];
        forward(&gate, &up, &mut y);
        assert_close("y", &y, &reference(&gate64, &up64), 1e-6);

        let (mut dgate, mut dup) = (vec![0.0; 50], vec![0.0; 50]);
        backward(&gate, &up, &dy, &mut dgate, &mut dup);
        let want = gradient(&gate, |gate| weighted(&reference(gate, &up64), &dy));
        assert_close("dgate", &dgate, &want, 1e-5);
        let want = gradient(&up, |up| weighted(&reference(&gate64, up), &dy));
        assert_close("dup", &dup, &want, 1e-5);
    }

    #[test]
    fn far_gates_are_open_or_shut() {
        let mut y = [0.0; 2];
        forward(&[200.0, -200.0], &[1.0, 1.0], &mut y);
        assert_eq!(y.map(f32::to_bits), [200.0f32, -0.0].map(f32::to_bits));
    }
}
