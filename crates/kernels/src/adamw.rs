//! `AdamW`: Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), and clipping by global norm.
//!
//! For step `t = 1, 2, ...`: `p -= lr λ p`; `m = β1 m + (1 - β1) g`; `v = β2 v + (1 - β2) g²`;
//! `p -= lr / (1 - β1^t) * m / (sqrt(v / (1 - β2^t)) + ε)`. The learning rate multiplies the decay, as in `PyTorch`; the
//! paper keeps them apart.

use crate::simd::vectorized;

/// The settings of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// `lr`, of this step: a schedule is the caller's.
    pub learning_rate: f64,
    /// `β1`, the memory of the gradient.
    pub beta1: f64,
    /// `β2`, the memory of its square.
    pub beta2: f64,
    /// `ε`.
    pub epsilon: f64,
    /// `λ`.
    pub weight_decay: f64,
}

impl Default for AdamW {
    /// `PyTorch`'s, but without decay: what is trained here is mostly adapters.
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
        }
    }
}

/// What the settings of a step come down to; in `f64` until here, since 0.999^t is close to 1 for long.
#[derive(Clone, Copy)]
struct Factors {
    gradient_scale: f32,
    kept: f32,
    beta1: f32,
    fresh1: f32,
    beta2: f32,
    fresh2: f32,
    inverse_root_correction: f32,
    epsilon: f32,
    step_size: f32,
}

impl AdamW {
    /// Takes step number `step`, from 1, along `gradient * gradient_scale`. All slices have one length; both moments
    /// start as zeros.
    ///
    /// # Panics
    /// If `step` is 0 or the lengths differ.
    pub fn step(
        self,
        step: u64,
        gradient: &[f32],
        gradient_scale: f32,
        moments: (&mut [f32], &mut [f32]),
        parameters: &mut [f32],
    ) {
        assert!(step > 0, "steps count from 1");
        let (first, second) = moments;
        let lengths = [gradient.len(), first.len(), second.len()];
        assert_eq!(
            lengths,
            [parameters.len(); 3],
            "lengths of gradient and moments"
        );
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let factors = Factors {
            gradient_scale,
            kept: (1.0 - self.learning_rate * self.weight_decay) as f32,
            beta1: self.beta1 as f32,
            fresh1: (1.0 - self.beta1) as f32,
            beta2: self.beta2 as f32,
            fresh2: (1.0 - self.beta2) as f32,
            inverse_root_correction: (1.0 / correction(self.beta2).sqrt()) as f32,
            epsilon: self.epsilon as f32,
            step_size: (self.learning_rate / correction(self.beta1)) as f32,
        };
        update(factors, gradient, first, second, parameters);
    }
}

vectorized! {
    fn update(f: Factors, gradient: &[f32], first: &mut [f32], second: &mut [f32], parameters: &mut [f32]) {
        let moments = first.iter_mut().zip(second);
        for ((p, g), (m, v)) in parameters.iter_mut().zip(gradient).zip(moments) {
            let g = g * f.gradient_scale;
            *m = f.beta1.mul_add(*m, f.fresh1 * g);
            *v = f.beta2.mul_add(*v, f.fresh2 * g * g);
            let root = v.sqrt().mul_add(f.inverse_root_correction, f.epsilon);
            *p = p.mul_add(f.kept, -(f.step_size * *m / root));
        }
    }
}

/// Sum of squares in `f64`, element after element: add those of all gradients and take the root for the global norm.
pub fn sum_of_squares(gradient: &[f32]) -> f64 {
    gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum()
}

/// What to multiply gradients with so that their global norm is at most `most`: `PyTorch`'s `clip_grad_norm_`, with its
/// 1e-6 against a norm of 0.
pub fn clip_scale(norm: f64, most: f64) -> f32 {
    (most / (norm + 1e-6)).min(1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, noise, wide};

    /// The algorithm as printed, in `f64`.
    fn reference(settings: AdamW, steps: u64, gradients: &[Vec<f32>], start: &[f32]) -> Vec<f64> {
        let AdamW {
            learning_rate: lr,
            beta1: b1,
            beta2: b2,
            epsilon: eps,
            weight_decay: decay,
        } = settings;
        let mut p = wide(start);
        let (mut m, mut v) = (vec![0.0; p.len()], vec![0.0; p.len()]);
        for t in 1..=steps {
            for i in 0..p.len() {
                let g = f64::from(gradients[t as usize - 1][i]);
                p[i] -= lr * decay * p[i];
                m[i] = b1 * m[i] + (1.0 - b1) * g;
                v[i] = b2 * v[i] + (1.0 - b2) * g * g;
                let (m, v) = (
                    m[i] / (1.0 - b1.powf(t as f64)),
                    v[i] / (1.0 - b2.powf(t as f64)),
                );
                p[i] -= lr * m / (v.sqrt() + eps);
            }
        }
        p
    }

    #[test]
    fn follows_the_algorithm_for_many_steps() {
        let settings = AdamW {
            learning_rate: 0.01,
            weight_decay: 0.1,
            ..AdamW::default()
        };
        let gradients: Vec<_> = (0..50).map(|seed| noise(seed + 1, 37)).collect();
        let start = noise(99, 37);
        let (mut p, mut m, mut v) = (start.clone(), vec![0.0; 37], vec![0.0; 37]);
        for (step, gradient) in (1..).zip(&gradients) {
            settings.step(step, gradient, 1.0, (&mut m, &mut v), &mut p);
        }
        assert_close(
            "parameters",
            &p,
            &reference(settings, 50, &gradients, &start),
            1e-5,
        );
    }

    #[test]
    fn clipping_scales_to_the_norm_and_leaves_small_gradients_alone() {
        let gradient = [3.0, 4.0];
        let norm = sum_of_squares(&gradient).sqrt();
        assert!((norm - 5.0).abs() < 1e-12);
        assert!((clip_scale(norm, 1.0) - 0.2).abs() < 1e-6);
        assert_eq!(clip_scale(norm, 6.0).to_bits(), 1.0f32.to_bits());
        assert_eq!(clip_scale(0.0, 1.0).to_bits(), 1.0f32.to_bits());
    }
}
