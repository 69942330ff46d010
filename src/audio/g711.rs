//! The mu-law code of ITU-T G.711, segment by segment.

/// Added before the segment is found: half a step of the first segment, times the 14-bit to 16-bit scale.
const BIAS: i32 = 0x84;
/// The largest magnitude that can be coded.
const CLIP: i32 = 32_635;

/// The sample after coding to 8 bits and back; clipped to −1..1 first.
pub(super) fn mu_law_round_trip(sample: f32) -> f32 {
    let linear = (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i32;
    decode(encode(linear)) as f32 / 32_768.0
}

fn encode(linear: i32) -> u8 {
    let magnitude = linear.abs().min(CLIP) + BIAS;
    // The bias makes bit 7 the lowest possible leading bit, so segments are 0 to 7.
    let segment = 24 - magnitude.leading_zeros() as i32;
    let step = (magnitude >> (segment + 3)) & 0xf;
    let sign = if linear < 0 { 0x80 } else { 0 };
    !((sign | segment << 4 | step) as u8)
}

fn decode(code: u8) -> i32 {
    let code = i32::from(!code);
    let magnitude = ((((code & 0xf) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the G.711 tables (decision and quantised values at the ends of segments, 16-bit scale).
    #[test]
    fn known_codes() {
        for (linear, code, back) in [
            (0, 0xff, 0),
            (8, 0xfe, 8),
            (-8, 0x7e, -8),
            (32_767, 0x80, 32_124),
            (-32_768, 0x00, -32_124),
            (1_000, 0xce, 988),
        ] {
            assert_eq!(encode(linear), code, "{linear}");
            assert_eq!(decode(code), back, "{code:#x}");
        }
    }

    #[test]
    fn every_code_survives_and_the_error_is_relative() {
        for code in 0..=255u8 {
            // 0x7f is the negative zero.
            let again = if code == 0x7f { 0xff } else { code };
            assert_eq!(encode(decode(code)), again);
        }
        for linear in -32_768..=32_767 {
            let error = (decode(encode(linear)) - linear.clamp(-CLIP, CLIP)).abs();
            assert!(error <= (linear.abs() + BIAS) / 32 + 1, "{linear}: off by {error}");
        }
    }
}
