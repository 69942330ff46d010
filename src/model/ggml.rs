//! Writes whisper.cpp's model file, with 2-D weights in 8-bit blocks (q8_0).
//!
//! Layout (little endian): magic, eleven hyperparameters, mel filters, text tokens, then per tensor its rank,
//! length of name, type, dimensions (fastest first), name, data. Source: whisper.cpp, `whisper_model_load`.

use std::io::{self, Write};

use half::f16;

const MAGIC: u32 = 0x6767_6d6c;
/// `GGML_QNT_VERSION` (2) × 1000 + `GGML_FTYPE_MOSTLY_Q8_0` (7).
const FILE_TYPE_Q8_0: u32 = 2_007;
const TYPE_F32: u32 = 0;
const TYPE_F16: u32 = 1;
const TYPE_Q8_0: u32 = 8;
/// Weights that share one scale.
const BLOCK: usize = 32;

/// Shape of Whisper base.
pub struct Hyperparameters {
    pub vocabulary: u32,
    pub audio_context: u32,
    pub state: u32,
    pub heads: u32,
    pub layers: u32,
    pub text_context: u32,
    pub mel_bands: u32,
}

/// Writes everything before the tensors. `mel_filters` are rows of `bins` weights.
pub fn write_header(
    output: &mut impl Write,
    shape: &Hyperparameters,
    mel_filters: &[f32],
    bins: u32,
    tokens: &[Vec<u8>],
) -> io::Result<()> {
    let Hyperparameters { vocabulary, audio_context, state, heads, layers, text_context, mel_bands } = *shape;
    // Encoder and decoder of Whisper have the same state, heads and layers.
    let numbers = [
        MAGIC,
        vocabulary,
        audio_context,
        state,
        heads,
        layers,
        text_context,
        state,
        heads,
        layers,
        mel_bands,
        FILE_TYPE_Q8_0,
        mel_bands,
        bins,
    ];
    for number in numbers {
        output.write_all(&number.to_le_bytes())?;
    }
    for weight in mel_filters {
        output.write_all(&weight.to_le_bytes())?;
    }
    output.write_all(&(tokens.len() as u32).to_le_bytes())?;
    for token in tokens {
        output.write_all(&(token.len() as u32).to_le_bytes())?;
        output.write_all(token)?;
    }
    Ok(())
}

/// Writes a tensor of 16-bit floats (`data`, raw, row-major) in the type that whisper.cpp expects for its name:
/// biases, norms and positions in 32 bits, convolutions in 16, matrices in 8-bit blocks.
pub fn write_tensor(output: &mut impl Write, name: &str, shape: &[usize], data: &[u8]) -> io::Result<()> {
    let convolution_bias = name.ends_with("conv1.bias") || name.ends_with("conv2.bias");
    let kind = match shape.len() {
        2 if !name.ends_with("positional_embedding") => TYPE_Q8_0,
        3 => TYPE_F16,
        _ => TYPE_F32,
    };
    // whisper.cpp adds a convolution's bias to [channels, frames]: it is stored as a column.
    let dimensions: Vec<usize> =
        if convolution_bias { vec![1, shape[0]] } else { shape.iter().rev().copied().collect() };
    for number in [dimensions.len() as u32, name.len() as u32, kind] {
        output.write_all(&number.to_le_bytes())?;
    }
    for dimension in dimensions {
        output.write_all(&(dimension as u32).to_le_bytes())?;
    }
    output.write_all(name.as_bytes())?;
    let values = data.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32());
    match kind {
        TYPE_F16 => output.write_all(data),
        TYPE_F32 => {
            let bytes: Vec<u8> = values.flat_map(f32::to_le_bytes).collect();
            output.write_all(&bytes)
        }
        _ => output.write_all(&quantise(&values.collect::<Vec<f32>>())),
    }
}

/// ggml's `quantize_row_q8_0_ref`: per 32 weights a 16-bit scale (largest magnitude / 127) and 32 signed bytes.
fn quantise(weights: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(weights.len() / BLOCK * (BLOCK + 2));
    for block in weights.chunks(BLOCK) {
        let largest = block.iter().fold(0f32, |largest, weight| largest.max(weight.abs()));
        let scale = largest / 127.0;
        let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
        bytes.extend(f16::from_f32(scale).to_le_bytes());
        bytes.extend(block.iter().map(|weight| (weight * inverse).round() as i8 as u8));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantised_weights_are_within_half_a_step() {
        let weights: Vec<f32> = (0..64).map(|i| ((i * 37 % 64) as f32 - 31.0) / 100.0).collect();
        let bytes = quantise(&weights);
        assert_eq!(bytes.len(), 2 * (BLOCK + 2));
        for (block, original) in bytes.chunks(BLOCK + 2).zip(weights.chunks(BLOCK)) {
            let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
            for (byte, weight) in block[2..].iter().zip(original) {
                // Half a step, and the scale's own rounding to 16 bits times at most 127 steps.
                let tolerance = scale * (0.5 + 127.0 / 2048.0);
                assert!((f32::from(*byte as i8) * scale - weight).abs() <= tolerance);
            }
        }
        assert!(quantise(&[0.0; 32]).iter().all(|byte| *byte == 0));
    }

    #[test]
    fn each_name_gets_the_type_that_whisper_cpp_expects() {
        let kind = |name: &str, shape: &[usize]| {
            let mut bytes = Vec::new();
            write_tensor(&mut bytes, name, shape, &vec![0; shape.iter().product::<usize>() * 2]).unwrap();
            (bytes[0], bytes[8], bytes.len() - 12 - 4 * usize::from(bytes[0]) - name.len())
        };
        assert_eq!(kind("encoder.ln_post.bias", &[32]), (1, 0, 128));
        assert_eq!(kind("encoder.conv1.bias", &[32]), (2, 0, 128));
        assert_eq!(kind("encoder.conv1.weight", &[2, 4, 3]), (3, 1, 48));
        assert_eq!(kind("encoder.positional_embedding", &[2, 32]), (2, 0, 256));
        assert_eq!(kind("decoder.token_embedding.weight", &[2, 32]), (2, 8, 68));
    }
}
