//! Sixteen-bit floats: bfloat16, which weights are kept in, and IEEE half precision, which files may hold.

/// The `f32` of a bfloat16: its upper half.
#[inline(always)]
pub fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The nearest bfloat16, ties to even. A NaN stays one.
#[inline(always)]
pub fn f32_to_bf16(value: f32) -> u16 {
    let bits = value.to_bits();
    if value.is_nan() {
        return (bits >> 16) as u16 | 0x40;
    }
    let ties_to_even = 0x7fff + (bits >> 16 & 1);
    ((bits + ties_to_even) >> 16) as u16
}

/// The `f32` of an IEEE binary16.
#[inline(always)]
pub fn f16_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    let magnitude = match exponent {
        // Zero and subnormals: a multiple of 2^-24, exact in f32.
        0 => (fraction as f32 * 2.0f32.powi(-24)).to_bits(),
        0x1f => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bf16_survives_a_round_trip() {
        for bits in 0..=u16::MAX {
            let value = bf16_to_f32(bits);
            if !value.is_nan() {
                assert_eq!(f32_to_bf16(value), bits, "{value}");
            }
        }
    }

    #[test]
    fn bf16_rounds_to_the_nearest_and_ties_to_even() {
        let one = 1.0f32.to_bits();
        assert_eq!(f32_to_bf16(f32::from_bits(one + 0x7fff)), 0x3f80);
        assert_eq!(f32_to_bf16(f32::from_bits(one + 0x8000)), 0x3f80);
        assert_eq!(f32_to_bf16(f32::from_bits(one + 0x8001)), 0x3f81);
        assert_eq!(f32_to_bf16(f32::from_bits(one + 0x1_8000)), 0x3f82);
        assert_eq!(bf16_to_f32(f32_to_bf16(f32::MAX)), f32::INFINITY);
        assert!(bf16_to_f32(f32_to_bf16(f32::NAN)).is_nan());
        assert!(bf16_to_f32(f32_to_bf16(f32::from_bits(0x7f80_0001))).is_nan());
    }

    #[test]
    fn half_precision_is_read_as_the_standard_says() {
        let table = [
            (0x0000, 0.0),
            (0x8000, -0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 2.0f32.powi(-14)),
            (0x0001, 2.0f32.powi(-24)),
            (0x03ff, 1023.0 * 2.0f32.powi(-24)),
            (0x3555, 1365.0 / 4096.0),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, value) in table {
            assert_eq!(
                f16_to_f32(bits).to_bits(),
                f32::to_bits(value),
                "{bits:#06x}"
            );
        }
        assert!(f16_to_f32(0x7e00).is_nan());
    }
}
