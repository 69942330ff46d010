//! Fitted weights out of a safetensors file.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// A file's tensors by name. Problems are told as what was expected and what is there.
pub(crate) struct Weights<'a>(SafeTensors<'a>);

impl<'a> Weights<'a> {
    pub(crate) fn read(file: &'a [u8]) -> Result<Self, String> {
        SafeTensors::deserialize(file).map(Self).map_err(|e| format!("expected safetensors, got {e}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok()
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, String> {
        self.view(name).map(|tensor| tensor.shape().to_vec())
    }

    /// A tensor of this shape, as floats: of 16 or 32 bits, or of 8 bits (`NAME.u8`, 128 is zero) with a scale for each
    /// row (`NAME.scale`).
    pub(crate) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let eight_bits = format!("{name}.u8");
        if !self.has(&eight_bits) {
            return floats(name, &self.of_shape(name, shape)?);
        }
        let scales = self.floats(&format!("{name}.scale"), &shape[..1])?;
        let bytes = self.of_shape(&eight_bits, shape)?.data();
        let rows = bytes.chunks_exact((bytes.len() / scales.len().max(1)).max(1));
        Ok(rows
            .zip(&scales)
            .flat_map(|(row, scale)| row.iter().map(move |w| (f32::from(*w) - 128.0) * scale))
            .collect())
    }

    /// The bytes of a tensor of type u8.
    pub(crate) fn bytes(&self, name: &str) -> Result<&'a [u8], String> {
        match self.view(name)? {
            tensor if tensor.dtype() == Dtype::U8 => Ok(tensor.data()),
            tensor => Err(format!("expected {name} of u8, got {:?}", tensor.dtype())),
        }
    }

    /// A text stored as the bytes of a tensor.
    pub(crate) fn text(&self, name: &str) -> Result<&'a str, String> {
        std::str::from_utf8(self.bytes(name)?).map_err(|e| format!("{name}: {e}"))
    }

    fn of_shape(&self, name: &str, shape: &[usize]) -> Result<TensorView<'a>, String> {
        match self.view(name)? {
            tensor if tensor.shape() == shape => Ok(tensor),
            tensor => Err(format!("expected {name} of {shape:?}, got {:?}", tensor.shape())),
        }
    }

    fn view(&self, name: &str) -> Result<TensorView<'a>, String> {
        self.0.tensor(name).map_err(|_| format!("expected a tensor {name}, got none"))
    }
}

fn floats(name: &str, tensor: &TensorView<'_>) -> Result<Vec<f32>, String> {
    let bytes = tensor.data();
    match tensor.dtype() {
        Dtype::F32 => Ok(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect()),
        Dtype::F16 => Ok(bytes.as_chunks().0.iter().map(|two| half::f16::from_le_bytes(*two).to_f32()).collect()),
        other => Err(format!("expected floats in {name}, got {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let view = |kind, shape: &[usize], data: &'static [u8]| TensorView::new(kind, shape.to_vec(), data).unwrap();
        let tensors = [
            ("half", view(Dtype::F16, &[2], &[0x00, 0x3e, 0x00, 0xc0])),
            ("eight.u8", view(Dtype::U8, &[2, 2], &[128, 129, 0, 255])),
            ("eight.scale", view(Dtype::F32, &[2], &[0, 0, 0, 0x3f, 0, 0, 0x80, 0x3f])),
            ("text", view(Dtype::U8, &[6], "一分".as_bytes())),
        ];
        safetensors::serialize(tensors, None).unwrap()
    }

    #[test]
    fn every_kind_is_read() {
        let file = file();
        let weights = Weights::read(&file).unwrap();
        assert_eq!(weights.floats("half", &[2]).unwrap(), [1.5, -2.0]);
        assert_eq!(weights.floats("eight", &[2, 2]).unwrap(), [0.0, 0.5, -128.0, 127.0]);
        assert_eq!(weights.text("text").unwrap(), "一分");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let file = file();
        let weights = Weights::read(&file).unwrap();
        assert_eq!(weights.floats("none", &[2]).unwrap_err(), "expected a tensor none, got none");
        assert_eq!(weights.floats("half", &[3]).unwrap_err(), "expected half of [3], got [2]");
        assert_eq!(weights.floats("text", &[6]).unwrap_err(), "expected floats in text, got U8");
        assert_eq!(weights.bytes("half").unwrap_err(), "expected half of u8, got F16");
        assert!(weights.text("eight.u8").unwrap_err().starts_with("eight.u8: invalid utf-8"));
        assert!(Weights::read(&file[..file.len() - 1]).is_err() && Weights::read(b"").is_err());
    }
}
