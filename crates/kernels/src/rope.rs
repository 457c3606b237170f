//! Rotary position embedding (Su et al. 2021, `RoFormer`, equation 34).
//!
//! Each head is a row of `size / 2` planes; at position `p` plane `i` is turned by the angle `p f_i`, with
//! `f_i = theta^(-2i / size)` scaled by one of [`Scaling`]. Which two elements make a plane is the [`Layout`]. A turn
//! keeps lengths, so the way back is the turn by `-p f_i`.

use crate::simd::vectorized;

/// Which two elements of a head make plane `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Elements `i` and `i + size/2`: Hugging Face's.
    HalfSplit,
    /// Elements `2i` and `2i + 1`: the paper's, and that of llama models in GGUF.
    Interleaved,
}

/// How frequencies are changed for contexts longer than those of the first training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling {
    /// `f_i` as it stands.
    Plain,
    /// `f_i / factor` (Chen et al. 2023, *Extending context window of large language models via positional
    /// interpolation*).
    Linear {
        /// Above 0.
        factor: f64,
    },
    /// Llama 3.1's: waves that pass fewer than `low_frequency_factor` times through the original context are slowed by
    /// `factor`, those that pass more than `high_frequency_factor` times are kept, those between are mixed.
    Llama3 {
        /// Above 0.
        factor: f64,
        /// Below `high_frequency_factor`.
        low_frequency_factor: f64,
        /// Above `low_frequency_factor`.
        high_frequency_factor: f64,
        /// In tokens.
        original_context: f64,
    },
}

impl Scaling {
    fn apply(self, frequency: f64) -> f64 {
        match self {
            Scaling::Plain => frequency,
            Scaling::Linear { factor } => frequency / factor,
            Scaling::Llama3 {
                factor,
                low_frequency_factor,
                high_frequency_factor,
                original_context,
            } => {
                let turns = original_context * frequency / std::f64::consts::TAU;
                let share =
                    (turns - low_frequency_factor) / (high_frequency_factor - low_frequency_factor);
                let kept = share.clamp(0.0, 1.0);
                frequency * (kept + (1.0 - kept) / factor)
            }
        }
    }
}

/// Cosines and sines for the positions of a context.
#[derive(Clone, Debug)]
pub struct Rope {
    layout: Layout,
    size: usize,
    /// `(positions, size / 2)`.
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Rope {
    /// For heads of `size` elements, at positions below `positions`: `size * positions * 4` bytes.
    ///
    /// Frequencies and angles are rounded to `f32` as in `transformers`, whose models learned them so.
    ///
    /// # Panics
    /// If `size` is odd.
    pub fn new(
        layout: Layout,
        size: usize,
        theta: f64,
        scaling: Scaling,
        positions: usize,
    ) -> Self {
        assert_eq!(size % 2, 0, "a head of {size} elements has no planes");
        let frequency = |plane| scaling.apply(theta.powf(-2.0 * plane as f64 / size as f64)) as f32;
        let frequencies: Vec<f32> = (0..size / 2).map(frequency).collect();
        let angle = |position: usize| {
            frequencies
                .iter()
                .map(move |f| f64::from(position as f32 * f))
        };
        let angles = || (0..positions).flat_map(angle);
        Self {
            layout,
            size,
            cosines: angles().map(|angle| angle.cos() as f32).collect(),
            sines: angles().map(|angle| angle.sin() as f32).collect(),
        }
    }

    /// Positions that it has.
    pub fn positions(&self) -> usize {
        self.cosines.len() / (self.size / 2).max(1)
    }

    /// Turns the heads of `x (tokens, heads * size)`, whose first token is at `position`, in place.
    ///
    /// # Panics
    /// If a position is not below [`Rope::positions`].
    pub fn forward(&self, x: &mut [f32], heads: usize, position: usize) {
        turn(self, x, heads, position, 1.0);
    }

    /// Turns the gradient back, in place.
    ///
    /// # Panics
    /// As [`Rope::forward`].
    pub fn backward(&self, dy: &mut [f32], heads: usize, position: usize) {
        turn(self, dy, heads, position, -1.0);
    }
}

vectorized! {
    fn turn(rope: &Rope, x: &mut [f32], heads: usize, position: usize, direction: f32) {
        let planes = rope.size / 2;
        for (token, x) in x.chunks_exact_mut(heads * rope.size).enumerate() {
            let first = (position + token) * planes;
            let cosines = &rope.cosines[first..first + planes];
            let sines = &rope.sines[first..first + planes];
            for head in x.chunks_exact_mut(rope.size) {
                match rope.layout {
                    Layout::HalfSplit => {
                        let (low, high) = head.split_at_mut(planes);
                        let pairs = low.iter_mut().zip(high);
                        for ((a, b), (c, s)) in pairs.zip(cosines.iter().zip(sines)) {
                            (*a, *b) = turned(*a, *b, *c, direction * s);
                        }
                    }
                    Layout::Interleaved => {
                        let (pairs, _) = head.as_chunks_mut::<2>();
                        for ([a, b], (c, s)) in pairs.iter_mut().zip(cosines.iter().zip(sines)) {
                            (*a, *b) = turned(*a, *b, *c, direction * s);
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn turned(a: f32, b: f32, cosine: f32, sine: f32) -> (f32, f32) {
    (a.mul_add(cosine, -(b * sine)), b.mul_add(cosine, a * sine))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{assert_close, assert_same_bits, gradient, noise, weighted, wide};

    const LLAMA3: Scaling = Scaling::Llama3 {
        factor: 8.0,
        low_frequency_factor: 1.0,
        high_frequency_factor: 4.0,
        original_context: 64.0,
    };

    /// Plane by plane, as the paper writes it.
    fn reference(
        layout: Layout,
        scaling: Scaling,
        x: &[f64],
        size: usize,
        position: usize,
    ) -> Vec<f64> {
        let mut y = x.to_vec();
        for (token, y) in y.chunks_exact_mut(2 * size).enumerate() {
            for head in y.chunks_exact_mut(size) {
                for i in 0..size / 2 {
                    let (a, b) = match layout {
                        Layout::HalfSplit => (i, i + size / 2),
                        Layout::Interleaved => (2 * i, 2 * i + 1),
                    };
                    let f = scaling.apply(1e4f64.powf(-2.0 * i as f64 / size as f64));
                    let (s, c) = ((position + token) as f64 * f).sin_cos();
                    (head[a], head[b]) = (head[a] * c - head[b] * s, head[a] * s + head[b] * c);
                }
            }
        }
        y
    }

    #[test]
    fn agrees_with_the_definition_and_its_differences() {
        for layout in [Layout::HalfSplit, Layout::Interleaved] {
            for scaling in [Scaling::Plain, Scaling::Linear { factor: 4.0 }, LLAMA3] {
                let (size, position) = (6, 11);
                let rope = Rope::new(layout, size, 1e4, scaling, 20);
                assert_eq!(rope.positions(), 20);
                let (x, dy) = (noise(1, 3 * 2 * size), noise(2, 3 * 2 * size));
                let mut y = x.clone();
                rope.forward(&mut y, 2, position);
                let of = |x: &[f64]| reference(layout, scaling, x, size, position);
                assert_close("y", &y, &of(&wide(&x)), 2e-6);
                let mut dx = dy.clone();
                rope.backward(&mut dx, 2, position);
                assert_close("dx", &dx, &gradient(&x, |x| weighted(&of(x), &dy)), 2e-6);
            }
        }
    }

    #[test]
    fn llama3_keeps_quick_waves_and_slows_long_ones() {
        let per_context = |turns: f64| turns * std::f64::consts::TAU / 64.0;
        let ratio = |turns| LLAMA3.apply(per_context(turns)) / per_context(turns);
        assert!((ratio(5.0) - 1.0).abs() < 1e-12);
        assert!((ratio(0.5) - 1.0 / 8.0).abs() < 1e-12);
        assert!((ratio(2.5) - (0.5 + 0.5 / 8.0)).abs() < 1e-12);
    }

    #[test]
    fn tokens_one_by_one_are_the_tokens_together() {
        let rope = Rope::new(Layout::HalfSplit, 8, 1e4, Scaling::Plain, 9);
        let x = noise(3, 4 * 8);
        let mut together = x.clone();
        rope.forward(&mut together, 1, 5);
        let mut alone = x;
        for (token, x) in alone.chunks_exact_mut(8).enumerate() {
            rope.forward(x, 1, 5 + token);
        }
        assert_same_bits("tokens", &alone, &together);
    }
}
