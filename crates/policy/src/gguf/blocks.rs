//! Blocks of quantized weights, as GGML defines them, widened to `f32`.
//!
//! A block is some weights with common scales. The plain types have 32 weights: `w = d q`, or `w = d q + m`. The `K` types
//! have 256, in groups of 32 or 16 whose scales are quantized in turn. Source: `ggml-quants.c` of llama.cpp.

use scrl_kernels::{bf16_to_f32, f16_to_f32};

/// How a tensor's weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockType {
    F32,
    F16,
    Bf16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4K,
    Q5K,
    Q6K,
}

impl BlockType {
    /// For people.
    pub(super) const NAMES: &'static str =
        "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K";

    /// By GGML's number.
    pub(super) fn parse(number: u32) -> Option<Self> {
        Some(match number {
            0 => BlockType::F32,
            1 => BlockType::F16,
            2 => BlockType::Q4_0,
            3 => BlockType::Q4_1,
            6 => BlockType::Q5_0,
            7 => BlockType::Q5_1,
            8 => BlockType::Q8_0,
            12 => BlockType::Q4K,
            13 => BlockType::Q5K,
            14 => BlockType::Q6K,
            30 => BlockType::Bf16,
            _ => return None,
        })
    }

    /// Weights of a block.
    pub(super) fn len(self) -> usize {
        match self {
            BlockType::F32 | BlockType::F16 | BlockType::Bf16 => 1,
            BlockType::Q4K | BlockType::Q5K | BlockType::Q6K => 256,
            _ => 32,
        }
    }

    /// Bytes of a block.
    pub(super) fn size(self) -> usize {
        match self {
            BlockType::F32 => 4,
            BlockType::F16 | BlockType::Bf16 => 2,
            BlockType::Q4_0 => 18,
            BlockType::Q4_1 => 20,
            BlockType::Q5_0 => 22,
            BlockType::Q5_1 => 24,
            BlockType::Q8_0 => 34,
            BlockType::Q4K => 144,
            BlockType::Q5K => 176,
            BlockType::Q6K => 210,
        }
    }

    /// Bytes of so many weights, a whole number of blocks.
    pub(super) fn bytes(self, weights: usize) -> usize {
        weights / self.len() * self.size()
    }

    /// Widens whole blocks.
    pub(super) fn widen(self, bytes: &[u8], weights: &mut [f32]) {
        let blocks = bytes
            .chunks_exact(self.size())
            .zip(weights.chunks_exact_mut(self.len()));
        for (block, weights) in blocks {
            match self {
                BlockType::F32 => {
                    weights[0] = f32::from_le_bytes([block[0], block[1], block[2], block[3]]);
                }
                BlockType::F16 => weights[0] = half(block, 0),
                BlockType::Bf16 => {
                    weights[0] = bf16_to_f32(u16::from_le_bytes([block[0], block[1]]));
                }
                BlockType::Q4_0 => nibbles(half(block, 0), -8.0, 0.0, None, &block[2..], weights),
                BlockType::Q4_1 => nibbles(
                    half(block, 0),
                    0.0,
                    half(block, 2),
                    None,
                    &block[4..],
                    weights,
                ),
                BlockType::Q5_0 => nibbles(
                    half(block, 0),
                    -16.0,
                    0.0,
                    Some(&block[2..6]),
                    &block[6..],
                    weights,
                ),
                BlockType::Q5_1 => {
                    nibbles(
                        half(block, 0),
                        0.0,
                        half(block, 2),
                        Some(&block[4..8]),
                        &block[8..],
                        weights,
                    );
                }
                BlockType::Q8_0 => {
                    for (weight, q) in weights.iter_mut().zip(&block[2..]) {
                        *weight = half(block, 0) * f32::from(*q as i8);
                    }
                }
                BlockType::Q4K => groups(block, None, &block[16..], weights),
                BlockType::Q5K => groups(block, Some(&block[16..48]), &block[48..], weights),
                BlockType::Q6K => sixes(block, weights),
            }
        }
    }
}

/// The half-precision number at a byte of a block.
fn half(block: &[u8], at: usize) -> f32 {
    f16_to_f32(u16::from_le_bytes([block[at], block[at + 1]]))
}

/// 32 weights `d (q + shift) + m`: low nibbles are the first half, high ones the second; `high` has a fifth bit for each.
fn nibbles(d: f32, shift: f32, m: f32, high: Option<&[u8]>, low: &[u8], weights: &mut [f32]) {
    let (first, second) = weights.split_at_mut(16);
    let fifth = |index: usize| high.map_or(0, |high| (high[index / 8] >> (index % 8) & 1) << 4);
    for (index, byte) in low.iter().enumerate() {
        first[index] = d * (f32::from(byte & 15 | fifth(index)) + shift) + m;
        second[index] = d * (f32::from(byte >> 4 | fifth(index + 16)) + shift) + m;
    }
}

/// 256 weights in eight groups, `d s q - dmin m`, with six bits for each `s` and `m`. Bit `g` of `high` is the fifth of
/// group `g`.
fn groups(block: &[u8], high: Option<&[u8]>, low: &[u8], weights: &mut [f32]) {
    let (d, least, scales) = (half(block, 0), half(block, 2), &block[4..16]);
    for (group, weights) in weights.chunks_exact_mut(32).enumerate() {
        let (scale, offset) = if group < 4 {
            (scales[group] & 63, scales[group + 4] & 63)
        } else {
            let top = |byte: u8| byte >> 6 << 4;
            (
                scales[group + 4] & 15 | top(scales[group - 4]),
                scales[group + 4] >> 4 | top(scales[group]),
            )
        };
        let (scale, offset) = (d * f32::from(scale), least * f32::from(offset));
        let bytes = &low[group / 2 * 32..][..32];
        for (index, (weight, byte)) in weights.iter_mut().zip(bytes).enumerate() {
            let nibble = if group % 2 == 0 { byte & 15 } else { byte >> 4 };
            let fifth = high.map_or(0, |high| (high[index] >> group & 1) << 4);
            *weight = scale * f32::from(nibble | fifth) - offset;
        }
    }
}

/// 256 weights in sixteen groups, `d s (q - 32)`, with eight bits for each `s`.
fn sixes(block: &[u8], weights: &mut [f32]) {
    let (low, high, scales, d) = (
        &block[..128],
        &block[128..192],
        &block[192..208],
        half(block, 208),
    );
    for (index, weight) in weights.iter_mut().enumerate() {
        // Halves of 128; in each, four quarters share their bytes.
        let (part, quarter, place) = (index / 128, index % 128 / 32, index % 32);
        let byte = low[part * 64 + quarter % 2 * 32 + place];
        let nibble = if quarter < 2 { byte & 15 } else { byte >> 4 };
        let top = high[part * 32 + place] >> (2 * quarter) & 3;
        let q = f32::from(nibble | top << 4) - 32.0;
        *weight = d * f32::from(scales[index / 16] as i8) * q;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_reference() {
        let file = include_bytes!("../../tests/fixtures/blocks.bin");
        let mut rest = &file[..];
        let mut take = |count: usize| {
            let (bytes, after) = rest.split_at(count);
            rest = after;
            bytes
        };
        for number in [0, 1, 30, 2, 3, 6, 7, 8, 12, 13, 14] {
            let kind = BlockType::parse(number).unwrap();
            let count = 512;
            let blocks = take(kind.bytes(count));
            let want: Vec<f32> = take(count * 4)
                .as_chunks::<4>()
                .0
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect();
            let mut got = vec![f32::NAN; count];
            kind.widen(blocks, &mut got);
            assert!(got.iter().all(|weight| weight.is_finite()));
            assert_eq!(got, want, "{kind:?}");
        }
        assert!(take(0).is_empty() && rest.is_empty());
    }
}
