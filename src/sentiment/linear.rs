//! The n-gram model: one weight per hashed feature and level.

use super::features::features;
use crate::error::{Error, ErrorKind, Result};

const MAGIC: &[u8; 4] = b"NGRM";
const LEVELS: usize = 5;
const HEADER: usize = 4 + 4 + LEVELS * 8;

/// Multinomial logistic regression on hashed n-grams, 8-bit weights; n-grams it does not know count for nothing.
///
/// File, little-endian: `NGRM`, u32 features, f32 scale per level, f32 bias per level, u32 hash per feature in
/// ascending order, then i8 `[feature][level]`.
pub(super) struct Linear {
    scale: [f32; LEVELS],
    bias: [f32; LEVELS],
    hashes: Vec<u32>,
    weights: Vec<i8>,
}

impl Linear {
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = |problem: String| Error::new(ErrorKind::Model, "sentiment n-gram weights", problem);
        let Some((header, body)) = bytes.split_at_checked(HEADER) else {
            return Err(damaged(format!("expected a header of {HEADER} bytes, got {}; restore the file", bytes.len())));
        };
        if &header[..4] != MAGIC {
            return Err(damaged(format!("expected the mark NGRM, got {:?}; restore the file", &header[..4])));
        }
        let word = |bytes: &[u8], at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let count = u32::from_le_bytes(word(header, 4)) as usize;
        if body.len() as u64 != count as u64 * (4 + LEVELS) as u64 {
            let got = body.len();
            return Err(damaged(format!(
                "expected {} bytes a feature for {count}, got {got} in all; restore the file",
                4 + LEVELS
            )));
        }
        let (hashes, weights) = body.split_at(4 * count);
        let hashes: Vec<u32> = hashes.chunks_exact(4).map(|four| u32::from_le_bytes(word(four, 0))).collect();
        if !hashes.is_sorted() {
            return Err(damaged("expected hashes in ascending order; restore the file".into()));
        }
        let floats = |at: usize| std::array::from_fn(|level| f32::from_le_bytes(word(header, at + 4 * level)));
        let (scale, bias): ([f32; LEVELS], [f32; LEVELS]) = (floats(8), floats(8 + 4 * LEVELS));
        if scale.iter().chain(&bias).any(|value| !value.is_finite()) {
            return Err(damaged("expected finite scales; restore the file".into()));
        }
        Ok(Self { scale, bias, hashes, weights: weights.iter().map(|byte| byte.cast_signed()).collect() })
    }

    /// Log-odds of the five levels for a normalised text; the bias alone where it has no known feature.
    pub(super) fn logits(&self, normal: &str) -> [f32; LEVELS] {
        let mut sums = [0i32; LEVELS];
        let mut known = 0usize;
        for feature in features(normal) {
            let Ok(at) = self.hashes.binary_search(&feature) else { continue };
            known += 1;
            for (sum, weight) in sums.iter_mut().zip(&self.weights[at * LEVELS..]) {
                *sum += i32::from(*weight);
            }
        }
        let norm = (known.max(1) as f32).sqrt().recip();
        std::array::from_fn(|level| self.bias[level] + sums[level] as f32 * self.scale[level] * norm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentiment::reader::NGRAM;

    #[test]
    fn damaged_weights_are_refused_with_a_reason() {
        for bytes in [&[][..], &b"NGRM"[..], &NGRAM[..NGRAM.len() - 1], &[0u8; 100][..]] {
            assert_eq!(Linear::from_bytes(bytes).err().map(|e| e.kind()), Some(ErrorKind::Model));
        }
    }

    #[test]
    fn the_order_of_words_matters() {
        let model = Linear::from_bytes(NGRAM).unwrap();
        assert_ne!(model.logits("不是很好"), model.logits("很好不是"));
    }
}
