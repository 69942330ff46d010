//! Fitted weights out of a safetensors file.

use rten_tensor::NdTensorView;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::linear::multiply;

/// A file's tensors by name. Problems are told as what was expected and what is there.
pub(crate) struct Weights<'a> {
    file: SafeTensors<'a>,
    additions: Option<SafeTensors<'a>>,
}

impl<'a> Weights<'a> {
    pub(crate) fn read(file: &'a [u8]) -> Result<Self, String> {
        Ok(Self { file: deserialised(file)?, additions: None })
    }

    /// The same weights with what another file adds to them: under a tensor's name all of it, or under `NAME.left` and
    /// `NAME.right` two narrow matrices whose product it is (Hu et al. 2021, LoRA).
    pub(crate) fn with_additions(self, file: &'a [u8]) -> Result<Self, String> {
        let additions = deserialised(file)?;
        let belongs = |name: &str| {
            let whole = name.strip_suffix(".left").or_else(|| name.strip_suffix(".right")).unwrap_or(name);
            self.has(whole)
        };
        match additions.names().into_iter().find(|name| !belongs(name)) {
            Some(name) => Err(format!("expected the tensor that {name} is added to, got none")),
            None => Ok(Self { additions: Some(additions), ..self }),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.file.tensor(name).is_ok()
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, String> {
        view(&self.file, name).map(|tensor| tensor.shape().to_vec())
    }

    /// A tensor of this shape, as floats: of 16 or 32 bits, or of 8 bits (`NAME.u8`, 128 is zero) with a scale for each
    /// row (`NAME.scale`).
    pub(crate) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let mut values = self.stored(name, shape)?;
        if let Some(added) = self.additions.as_ref().and_then(|additions| added(additions, name, shape).transpose()) {
            values.iter_mut().zip(added?).for_each(|(value, added)| *value += added);
        }
        Ok(values)
    }

    fn stored(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let eight_bits = format!("{name}.u8");
        if !self.has(&eight_bits) {
            return floats(name, &of_shape(&self.file, name, shape)?);
        }
        let scales = self.stored(&format!("{name}.scale"), &shape[..1])?;
        let bytes = of_shape(&self.file, &eight_bits, shape)?.data();
        let rows = bytes.chunks_exact((bytes.len() / scales.len().max(1)).max(1));
        Ok(rows
            .zip(&scales)
            .flat_map(|(row, scale)| row.iter().map(move |w| (f32::from(*w) - 128.0) * scale))
            .collect())
    }

    /// The bytes of a tensor of type u8.
    pub(crate) fn bytes(&self, name: &str) -> Result<&'a [u8], String> {
        match view(&self.file, name)? {
            tensor if tensor.dtype() == Dtype::U8 => Ok(tensor.data()),
            tensor => Err(format!("expected {name} of u8, got {:?}", tensor.dtype())),
        }
    }

    /// A text stored as the bytes of a tensor.
    pub(crate) fn text(&self, name: &str) -> Result<&'a str, String> {
        std::str::from_utf8(self.bytes(name)?).map_err(|e| format!("{name}: {e}"))
    }
}

fn deserialised(file: &[u8]) -> Result<SafeTensors<'_>, String> {
    SafeTensors::deserialize(file).map_err(|e| format!("expected safetensors, got {e}"))
}

fn view<'a>(file: &SafeTensors<'a>, name: &str) -> Result<TensorView<'a>, String> {
    file.tensor(name).map_err(|_| format!("expected a tensor {name}, got none"))
}

fn of_shape<'a>(file: &SafeTensors<'a>, name: &str, shape: &[usize]) -> Result<TensorView<'a>, String> {
    match view(file, name)? {
        tensor if tensor.shape() == shape => Ok(tensor),
        tensor => Err(format!("expected {name} of {shape:?}, got {:?}", tensor.shape())),
    }
}

/// What a file adds to a tensor of this shape, if anything.
fn added(additions: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Option<Vec<f32>>, String> {
    let of_shape = |name: &str, shape: &[usize]| floats(name, &of_shape(additions, name, shape)?);
    if additions.tensor(name).is_ok() {
        return of_shape(name, shape).map(Some);
    }
    let [left, right] = ["left", "right"].map(|side| format!("{name}.{side}"));
    let (Ok(narrow), [rows, columns]) = (additions.tensor(&left), shape) else { return Ok(None) };
    let rank = narrow.shape().last().copied().unwrap_or(0);
    let (a, b) = (of_shape(&left, &[*rows, rank])?, of_shape(&right, &[rank, *columns])?);
    let (a, b) = (NdTensorView::from_data([*rows, rank], &a[..]), NdTensorView::from_data([rank, *columns], &b[..]));
    Ok(Some(multiply(a, b, 1.0)))
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
    fn what_another_file_adds_is_added_whole_or_as_a_product() {
        let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let (base, whole) = (floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), floats(&[10.0, 20.0]));
        let (left, right) = (floats(&[1.0, 2.0]), floats(&[1.0, 0.0, -1.0]));
        let file = |tensors: &[(&str, &[usize], &Vec<u8>)]| {
            let view = |shape: &[usize], data| TensorView::new(Dtype::F32, shape.to_vec(), data).unwrap();
            safetensors::serialize(tensors.iter().map(|(name, shape, data)| (*name, view(shape, data))), None).unwrap()
        };
        let given = file(&[("matrix", &[2, 3], &base), ("vector", &[2], &whole)]);
        let added =
            file(&[("matrix.left", &[2, 1], &left), ("matrix.right", &[1, 3], &right), ("vector", &[2], &whole)]);
        let adapted = Weights::read(&given).unwrap().with_additions(&added).unwrap();
        assert_eq!(adapted.floats("matrix", &[2, 3]).unwrap(), [2.0, 2.0, 2.0, 6.0, 5.0, 4.0]);
        assert_eq!(adapted.floats("vector", &[2]).unwrap(), [20.0, 40.0]);

        let refused = |added: &[u8]| Weights::read(&given).unwrap().with_additions(added).err();
        let stranger = file(&[("other.left", &[2, 1], &left)]);
        assert_eq!(refused(&stranger).unwrap(), "expected the tensor that other.left is added to, got none");
        assert!(refused(&added[..added.len() - 1]).is_some());
        let misshapen = file(&[("vector", &[1, 2], &left)]);
        let adapted = Weights::read(&given).unwrap().with_additions(&misshapen).unwrap();
        assert_eq!(adapted.floats("vector", &[2]).unwrap_err(), "expected vector of [2], got [1, 2]");
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
