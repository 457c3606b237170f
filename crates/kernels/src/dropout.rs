//! Dropout (Srivastava et al. 2014) in its inverted form: an element is 0 with probability `rate`, and otherwise
//! `1 / (1 - rate)` times itself.
//!
//! Which elements fall is a function of key, stream, row and column, so the backward pass asks again instead of storing
//! a mask, and a sequence drops the same elements whatever it is batched with.

use crate::philox::philox;
use crate::simd::vectorized;

/// One drawing of what to drop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// Probability that an element becomes 0, at least 0 and below 1.
    pub rate: f32,
    /// The seed of a run with the number of the step mixed in.
    pub key: u64,
    /// Which use of dropout this is: a sequence and a place in the model.
    pub stream: u64,
}

impl Dropout {
    /// Writes `y` for `x`, both `(rows, width)`; the gradient's way back is the same function, of `dy`.
    ///
    /// # Panics
    /// If `rate` is not at least 0 and below 1.
    pub fn apply(self, x: &[f32], width: usize, y: &mut [f32]) {
        assert!(
            (0.0..1.0).contains(&self.rate),
            "a dropout rate of {}",
            self.rate
        );
        assert_eq!(x.len(), y.len(), "lengths of input and output");
        mask(self, x, width, y);
    }

    /// An element falls if its random word is below this.
    #[inline(always)]
    fn threshold(self) -> u32 {
        (f64::from(self.rate) * 4_294_967_296.0) as u32
    }
}

vectorized! {
    fn mask(dropout: Dropout, x: &[f32], width: usize, y: &mut [f32]) {
        let (keep, threshold) = (1.0 / (1.0 - dropout.rate), dropout.threshold());
        let stream = [dropout.stream as u32, (dropout.stream >> 32) as u32];
        for (row, (x, y)) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)).enumerate() {
            for (column, (x, y)) in x.chunks(4).zip(y.chunks_mut(4)).enumerate() {
                let words = philox([column as u32, row as u32, stream[0], stream[1]], dropout.key);
                for ((y, x), word) in y.iter_mut().zip(x).zip(words) {
                    *y = if word < threshold { 0.0 } else { x * keep };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::assert_same_bits;

    const DROPOUT: Dropout = Dropout {
        rate: 0.25,
        key: 7,
        stream: 3,
    };

    fn dropped(dropout: Dropout, rows: usize, width: usize) -> Vec<f32> {
        let mut y = vec![f32::NAN; rows * width];
        dropout.apply(&vec![1.0; rows * width], width, &mut y);
        y
    }

    #[test]
    fn drops_its_share_and_scales_the_rest() {
        let y = dropped(DROPOUT, 100, 101);
        let kept = y.iter().filter(|y| **y != 0.0).count() as f64 / y.len() as f64;
        assert!((kept - 0.75).abs() < 0.01, "{kept} kept");
        assert!(y.iter().all(|y| *y == 0.0 || (y - 4.0 / 3.0).abs() < 1e-6));
        assert_same_bits(
            "rate 0",
            &dropped(
                Dropout {
                    rate: 0.0,
                    ..DROPOUT
                },
                3,
                5,
            ),
            &[1.0; 15],
        );
    }

    #[test]
    fn a_row_is_the_same_alone_and_among_others() {
        assert_same_bits(
            "rows",
            &dropped(DROPOUT, 2, 10),
            &dropped(DROPOUT, 5, 10)[..20],
        );
    }

    #[test]
    fn key_stream_and_row_all_matter() {
        let first = dropped(DROPOUT, 2, 64);
        assert_ne!(first, dropped(Dropout { key: 8, ..DROPOUT }, 2, 64));
        assert_ne!(
            first,
            dropped(
                Dropout {
                    stream: 4,
                    ..DROPOUT
                },
                2,
                64
            )
        );
        assert_ne!(
            first,
            dropped(
                Dropout {
                    stream: 3 + (1 << 32),
                    ..DROPOUT
                },
                2,
                64
            )
        );
        assert_ne!(first[..64], first[64..]);
    }
}
