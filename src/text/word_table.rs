//! Word embeddings in four bits, a row made into floats when it is asked for.

use std::borrow::Cow;

use crate::neural::Weights;

/// Weights that share one scale.
const BLOCK: usize = 32;
/// An f16 scale and 32 four-bit weights.
const BLOCK_BYTES: usize = 2 + BLOCK / 2;
const NAME: &str = "words.q4_0";

/// The tensor `words.q4_0` (u8, `[pieces, width / 32 * 18]`) of a safetensors file, kept as it is: as floats it
/// would be seven times as large, and a sentence needs twenty rows of it.
pub(super) struct WordTable {
    table: Cow<'static, [u8]>,
    width: usize,
}

impl WordTable {
    /// # Errors
    /// What is wrong, if the tensor is missing or is not made of whole rows of `width`.
    pub(super) fn new(file: Cow<'static, [u8]>, width: usize) -> Result<Self, String> {
        let table: Cow<'static, [u8]> = match file {
            Cow::Borrowed(bytes) => Weights::read(bytes)?.bytes(NAME)?.into(),
            Cow::Owned(bytes) => Weights::read(&bytes)?.bytes(NAME)?.to_vec().into(),
        };
        if !width.is_multiple_of(BLOCK) || !table.len().is_multiple_of(width / BLOCK * BLOCK_BYTES) || table.is_empty()
        {
            return Err(format!("expected whole rows of {width} weights in {NAME}"));
        }
        Ok(Self { table, width })
    }

    /// Rows, which is pieces.
    pub(super) fn len(&self) -> usize {
        self.table.len() / self.row_bytes()
    }

    /// `[pieces, width]`, row after row. A piece that is not in the table reads as the last one.
    pub(super) fn rows(&self, pieces: &[u32]) -> Vec<f32> {
        let mut out = Vec::with_capacity(pieces.len() * self.width);
        for piece in pieces {
            let at = (*piece as usize).min(self.len() - 1) * self.row_bytes();
            for block in self.table[at..at + self.row_bytes()].chunks_exact(BLOCK_BYTES) {
                let scale = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
                let weight = |nibble: u8| (f32::from(nibble) - 8.0) * scale;
                out.extend(block[2..].iter().map(|byte| weight(byte & 15)));
                out.extend(block[2..].iter().map(|byte| weight(byte >> 4)));
            }
        }
        out
    }

    fn row_bytes(&self) -> usize {
        self.width / BLOCK * BLOCK_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(table: &[u8]) -> Cow<'static, [u8]> {
        let header = format!(r#"{{"words.q4_0":{{"dtype":"U8","shape":[{0}],"data_offsets":[0,{0}]}}}}"#, table.len());
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), table].concat().into()
    }

    #[test]
    fn low_nibbles_come_first_and_the_scale_applies() {
        // 0x3800 is one half; nibbles 8 (zero) low and 15 (seven) high.
        let mut table = vec![0x00, 0x38];
        table.extend([0xf8; 16]);
        let words = WordTable::new(file(&table), 32).unwrap();
        let row = words.rows(&[0]);
        assert_eq!((row[0], row[15], row[16], row[31]), (0.0, 0.0, 3.5, 3.5));
        assert_eq!(words.rows(&[9_999]), row);
    }

    #[test]
    fn damage_is_refused() {
        for bad in [
            Cow::from(vec![]),
            vec![255; 64].into(),
            file(&[0; 17]),
            file(&[]),
            b"\x05\0\0\0\0\0\0\0{}".to_vec().into(),
        ] {
            assert!(WordTable::new(bad, 32).is_err());
        }
        let whole = file(&[0; 18]);
        assert!(WordTable::new(Cow::from(whole[..whole.len() - 1].to_vec()), 32).is_err());
    }
}
