//! Reads the variables of a CTranslate2 version 6 model as a stream, one at a time.
//!
//! Layout (little endian): u32 version; specification name; u32 revision; u32 count; then per variable its name,
//! u8 rank, u32 dimensions, u8 data type, u32 bytes, data. A string is u16 length and bytes, the last of them NUL.

use std::io::Read;

use crate::error::{Error, ErrorKind, Result};

/// Data type code of 16-bit floats.
const FLOAT16: u8 = 4;
/// Larger than any tensor of Whisper base: a damaged length must not reserve memory.
const MAX_VARIABLE_BYTES: u32 = 64 << 20;

/// A named tensor of 16-bit floats, row-major, as raw little-endian bytes.
pub struct Variable {
    pub name: String,
    pub shape: Vec<usize>,
    pub data: Vec<u8>,
}

/// A model read as a stream.
pub struct Reader<R> {
    input: R,
    subject: String,
    remaining: u32,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] or [`ErrorKind::Unsupported`], about `subject`.
    pub fn new(input: R, subject: &str) -> Result<Self> {
        let mut reader = Self { input, subject: subject.into(), remaining: 0 };
        let version = reader.u32()?;
        if version != 6 {
            return Err(Error::new(
                ErrorKind::Unsupported,
                subject,
                format!("expected a CTranslate2 model of version 6, got {version}"),
            ));
        }
        let specification = reader.string()?;
        if specification != "WhisperSpec" {
            return Err(Error::new(
                ErrorKind::Unsupported,
                subject,
                format!("expected a Whisper model, got {specification:?}"),
            ));
        }
        reader.u32()?;
        reader.remaining = reader.u32()?;
        if reader.remaining > 10_000 {
            return Err(reader.corrupt(format!("expected some hundred variables, got {}", reader.remaining)));
        }
        Ok(reader)
    }

    /// The next tensor of 16-bit floats; settings between them are skipped. None after the last.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if the model is cut off or a length is impossible.
    pub fn next_tensor(&mut self) -> Result<Option<Variable>> {
        while self.remaining > 0 {
            self.remaining -= 1;
            let name = self.string()?;
            let rank = self.bytes::<1>()?[0];
            let shape = (0..rank).map(|_| Ok(self.u32()? as usize)).collect::<Result<Vec<usize>>>()?;
            let kind = self.bytes::<1>()?[0];
            let length = self.u32()?;
            if length > MAX_VARIABLE_BYTES {
                return Err(self.corrupt(format!("{name} claims {length} bytes")));
            }
            let mut data = vec![0; length as usize];
            self.fill(&mut data)?;
            if kind == FLOAT16 {
                let elements = shape.iter().try_fold(1usize, |product, &side| product.checked_mul(side));
                if elements != Some(data.len() / 2) {
                    return Err(self.corrupt(format!("{name} has shape {shape:?} but {length} bytes")));
                }
                return Ok(Some(Variable { name, shape, data }));
            }
        }
        Ok(None)
    }

    fn string(&mut self) -> Result<String> {
        let length = u16::from_le_bytes(self.bytes()?);
        let mut bytes = vec![0; usize::from(length)];
        self.fill(&mut bytes)?;
        if bytes.last() == Some(&0) {
            bytes.pop();
        }
        String::from_utf8(bytes).map_err(|_| self.corrupt("a name is not UTF-8".into()))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.input.read_exact(buffer).map_err(|e| self.corrupt(format!("cut off or unreadable: {e}")))
    }

    fn corrupt(&self, problem: String) -> Error {
        Error::new(ErrorKind::Corrupt, self.subject.clone(), format!("{problem}; fetch the wheels again"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Vec<u8> {
        let mut bytes = 6u32.to_le_bytes().to_vec();
        let string = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend((text.len() as u16 + 1).to_le_bytes());
            bytes.extend(text.bytes().chain([0]));
        };
        string(&mut bytes, "WhisperSpec");
        bytes.extend(3u32.to_le_bytes());
        bytes.extend(2u32.to_le_bytes());
        string(&mut bytes, "decoder/alibi");
        bytes.extend([0, 1, 1, 0, 0, 0, 7]);
        string(&mut bytes, "encoder/conv1/bias");
        bytes.push(1);
        bytes.extend(2u32.to_le_bytes());
        bytes.push(FLOAT16);
        bytes.extend(4u32.to_le_bytes());
        bytes.extend([1, 2, 3, 4]);
        bytes
    }

    #[test]
    fn tensors_come_and_settings_are_skipped() {
        let bytes = model();
        let mut reader = Reader::new(&bytes[..], "model.bin").unwrap();
        let tensor = reader.next_tensor().unwrap().unwrap();
        assert_eq!(
            (tensor.name.as_str(), &tensor.shape[..], &tensor.data[..]),
            ("encoder/conv1/bias", &[2][..], &[1, 2, 3, 4][..])
        );
        assert!(reader.next_tensor().unwrap().is_none());
    }

    #[test]
    fn a_model_cut_off_anywhere_is_an_error_and_never_a_panic() {
        let bytes = model();
        for length in 0..bytes.len() {
            let read = Reader::new(&bytes[..length], "model.bin").and_then(|mut reader| {
                while reader.next_tensor()?.is_some() {}
                Ok(())
            });
            assert_eq!(read.unwrap_err().kind(), ErrorKind::Corrupt, "cut at {length}");
        }
    }
}
