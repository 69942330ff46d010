//! Writes a safetensors file: length of the header, JSON header, tensors in the order given.

use serde_json::{Map, Value, json};

/// A tensor of 16-bit floats, as raw little-endian bytes.
pub struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub data: Vec<u8>,
}

/// The file's bytes. Same tensors, same bytes.
pub fn serialise(tensors: &[Tensor]) -> Vec<u8> {
    let mut header = Map::new();
    let mut offset = 0;
    for tensor in tensors {
        let end = offset + tensor.data.len();
        header.insert(
            tensor.name.clone(),
            json!({ "dtype": "F16", "shape": tensor.shape, "data_offsets": [offset, end] }),
        );
        offset = end;
    }
    let mut header = Value::Object(header).to_string();
    // The data must be aligned for memory mapping.
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut bytes = Vec::with_capacity(8 + header.len() + offset);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    for tensor in tensors {
        bytes.extend(&tensor.data);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_read_what_we_write() {
        let two = |value: f32| half::f16::from_f32(value).to_le_bytes();
        let tensors = [
            Tensor { name: "b".into(), shape: vec![2], data: [two(1.5), two(-2.0)].concat() },
            Tensor { name: "a".into(), shape: vec![1, 1], data: two(0.25).to_vec() },
        ];
        let file = serialise(&tensors);
        let read = safetensors::SafeTensors::deserialize(&file).unwrap();
        assert_eq!(read.tensor("b").unwrap().data(), tensors[0].data);
        assert_eq!(read.tensor("a").unwrap().shape(), [1, 1]);
    }
}
