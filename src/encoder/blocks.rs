//! Whisper's convolutional stem and first encoder blocks, run by candle on the frames of the real sound only.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{D, DType, Device, Tensor};
use candle_nn::ops::{layer_norm, softmax_last_dim};

use super::mel::{BANDS, log_mel};
use crate::error::{Error, ErrorKind, Result};

const HEADS: usize = 8;
/// Samples (16 kHz) per state: two mel frames.
pub const SAMPLES_PER_STATE: usize = 320;
/// Blocks whose states are given: of three, the second hears short and noisy speech better, the third long speech.
pub const BLOCKS: usize = 2;
const REPAIR: &str = "run `codetta models import`";

/// Stem and first blocks of Whisper base's encoder: about 10 million parameters, 45 MB in memory.
#[derive(Debug)]
pub struct SpeechEncoder {
    conv1: (Tensor, Tensor),
    conv2: (Tensor, Tensor),
    positions: Tensor,
    blocks: Vec<Block>,
}

impl SpeechEncoder {
    /// Reads a safetensors file with the tensor names of Hugging Face's `WhisperEncoder`, f16 or f32.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] when the file is missing, damaged, or lacks a tensor; the message names the repair.
    pub fn load(path: &Path) -> Result<Self> {
        let failed = |problem: String| Error::new(ErrorKind::Model, path.display().to_string(), problem);
        if !path.is_file() {
            return Err(failed(format!("the voice encoder is not there; {REPAIR}")));
        }
        let stored = candle_core::safetensors::load(path, &Device::Cpu)
            .map_err(|e| failed(format!("expected safetensors, got {e}; {REPAIR}")))?;
        let weights = Weights { stored };
        Self::from_weights(&weights).map_err(|problem| failed(format!("{problem}; {REPAIR}")))
    }

    fn from_weights(weights: &Weights) -> Result<Self, String> {
        let conv1 = (weights.get("conv1.weight")?, weights.get("conv1.bias")?);
        let (width, bands, _) = conv1.0.dims3().map_err(|e| e.to_string())?;
        if bands != BANDS || width % HEADS != 0 {
            return Err(format!("expected conv1 of {BANDS} bands, got {bands} to {width}"));
        }
        let count = (0..).take_while(|i| weights.stored.contains_key(&format!("layers.{i}.fc1.weight"))).count();
        if count < BLOCKS {
            return Err(format!("expected {BLOCKS} or more encoder blocks, got {count}"));
        }
        Ok(Self {
            conv1,
            conv2: (weights.get("conv2.weight")?, weights.get("conv2.bias")?),
            positions: weights.get("embed_positions.weight")?,
            blocks: (0..count).map(|i| Block::new(weights, i)).collect::<Result<_, _>>()?,
        })
    }

    /// Longest sound in one pass, samples at 16 kHz: 30 s, as many as there are positions.
    pub(super) fn longest(&self) -> usize {
        self.positions.dim(0).unwrap_or(0) * SAMPLES_PER_STATE
    }

    /// Width of a state.
    pub fn width(&self) -> usize {
        self.positions.dim(1).unwrap_or(0)
    }

    /// States after each of the last [`BLOCKS`] blocks, `[states, width]`: one state per 20 ms of `samples`
    /// (16 kHz, cut to the longest).
    ///
    /// # Errors
    /// [`ErrorKind::Model`] when the weights do not fit together.
    pub(super) fn last_states(&self, samples: &[f32]) -> Result<Vec<Tensor>> {
        self.run(&samples[..samples.len().min(self.longest())])
            .map_err(|e| Error::new(ErrorKind::Model, "voice encoder", format!("{e}; {REPAIR}")))
    }

    fn run(&self, samples: &[f32]) -> candle_core::Result<Vec<Tensor>> {
        let (mel, frames) = log_mel(samples);
        let mel = Tensor::from_vec(mel, (1, BANDS, frames), &Device::Cpu)?;
        let convolve = |x: &Tensor, (weight, bias): &(Tensor, Tensor), stride| {
            x.conv1d(weight, 1, stride, 1, 1)?.broadcast_add(&bias.reshape((1, (), 1))?)?.gelu_erf()
        };
        let x = convolve(&convolve(&mel, &self.conv1, 1)?, &self.conv2, 2)?;
        let x = x.squeeze(0)?.t()?.contiguous()?;
        let mut x = (&x + self.positions.narrow(0, 0, x.dim(0)?)?)?;
        let mut states = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            x = block.forward(&x)?;
            states.push(x.clone());
        }
        Ok(states.split_off(states.len() - BLOCKS))
    }
}

/// Tensors by name, widened to f32 as they are taken.
struct Weights {
    stored: HashMap<String, Tensor>,
}

impl Weights {
    fn get(&self, name: &str) -> Result<Tensor, String> {
        let tensor = self.stored.get(name).ok_or_else(|| format!("expected a tensor {name}, got none"))?;
        tensor.to_dtype(DType::F32).map_err(|e| format!("{name}: {e}"))
    }
}

/// y = x·Wᵀ + b, with W kept transposed.
#[derive(Debug)]
struct Linear {
    transposed: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    fn new(weights: &Weights, name: &str, with_bias: bool) -> Result<Self, String> {
        let weight = weights.get(&format!("{name}.weight"))?;
        let transposed = weight.t().map_err(|e| format!("{name}: {e}"))?;
        Ok(Self { transposed, bias: with_bias.then(|| weights.get(&format!("{name}.bias"))).transpose()? })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let y = x.matmul(&self.transposed)?;
        self.bias.as_ref().map_or(Ok(y.clone()), |bias| y.broadcast_add(bias))
    }
}

/// One pre-norm transformer block: x + attention(norm(x)), then x + fc2(gelu(fc1(norm(x)))).
#[derive(Debug)]
struct Block {
    attention_norm: (Tensor, Tensor),
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    final_norm: (Tensor, Tensor),
    expand: Linear,
    contract: Linear,
}

impl Block {
    fn new(weights: &Weights, index: usize) -> Result<Self, String> {
        let name = |part: &str| format!("layers.{index}.{part}");
        let norm = |part: &str| -> Result<_, String> {
            Ok((weights.get(&name(&format!("{part}.weight")))?, weights.get(&name(&format!("{part}.bias")))?))
        };
        let linear = |part: &str, with_bias| Linear::new(weights, &name(part), with_bias);
        Ok(Self {
            attention_norm: norm("self_attn_layer_norm")?,
            query: linear("self_attn.q_proj", true)?,
            key: linear("self_attn.k_proj", false)?,
            value: linear("self_attn.v_proj", true)?,
            out: linear("self_attn.out_proj", true)?,
            final_norm: norm("final_layer_norm")?,
            expand: linear("fc1", true)?,
            contract: linear("fc2", true)?,
        })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let x = (x + self.attend(&layer_norm(x, &self.attention_norm.0, &self.attention_norm.1, 1e-5)?)?)?;
        let hidden = layer_norm(&x, &self.final_norm.0, &self.final_norm.1, 1e-5)?;
        let hidden = self.contract.forward(&self.expand.forward(&hidden)?.gelu_erf()?)?;
        x + hidden
    }

    fn attend(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let (length, width) = x.dims2()?;
        let per_head = width / HEADS;
        let split = |y: Tensor| y.reshape((length, HEADS, per_head))?.transpose(0, 1)?.contiguous();
        let query = (split(self.query.forward(x)?)? * (per_head as f64).powf(-0.5))?;
        let (key, value) = (split(self.key.forward(x)?)?, split(self.value.forward(x)?)?);
        let weights = softmax_last_dim(&query.matmul(&key.transpose(D::Minus1, D::Minus2)?)?)?;
        let mixed = weights.matmul(&value)?.transpose(0, 1)?.reshape((length, width))?;
        self.out.forward(&mixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Store;

    /// Against an independent double-precision computation with numpy (`scripts/compare-encoder`) on the same weights.
    #[test]
    fn states_agree_with_the_reference() {
        let path = Store::locate().unwrap().folder().join(super::super::FILE);
        if !path.is_file() {
            return eprintln!("SKIPPED: {} is not there; run scripts/setup", path.display());
        }
        let encoder = SpeechEncoder::load(&path).unwrap();
        let sound: Vec<f32> = (0..8000)
            .map(|i| {
                let t = f64::from(i) / 16_000.0;
                let (low, high) = (std::f64::consts::TAU * (200.0 + 300.0 * t) * t, std::f64::consts::TAU * 1234.5 * t);
                (0.1 * low.sin() + 0.05 * high.sin()) as f32
            })
            .collect();
        let states = encoder.last_states(&sound).unwrap();
        let last: Vec<Vec<f32>> = states[BLOCKS - 1].to_vec2().unwrap();
        assert_eq!((last.len(), last[0].len()), (25, 512));
        let expected = [0.585_402_9, 0.578_182_8, 0.425_932, 0.794_548_8, 0.376_594_2];
        for (got, wanted) in last[3].iter().zip(expected) {
            assert!((got - wanted).abs() < 2e-3, "{got} against {wanted}");
        }
        let mean = last.iter().flatten().sum::<f32>() / (25.0 * 512.0);
        assert!((mean - 0.619_804_7).abs() < 1e-3, "{mean}");
    }

    #[test]
    fn a_missing_or_foreign_file_names_the_repair() {
        let folder = tempfile::tempdir().unwrap();
        let missing = SpeechEncoder::load(&folder.path().join("none.safetensors")).unwrap_err();
        let foreign = folder.path().join("foreign.safetensors");
        std::fs::write(&foreign, b"not tensors at all").unwrap();
        for error in [missing, SpeechEncoder::load(&foreign).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Model);
            assert!(error.to_string().contains("codetta models import"), "{error}");
        }
    }
}
