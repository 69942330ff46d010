//! Whisper's convolutional stem and first encoder blocks, run on the frames of the real sound only.

use std::path::Path;

use super::mel::{BANDS, log_mel};
use crate::error::{Error, ErrorKind, Result};
use crate::neural::{Block, BlockNames, Convolution, Matrix, NormOrder, Weights, gelu};
use crate::units::Language;

const HEADS: usize = 8;
/// Samples (16 kHz) per state: two mel frames.
pub const SAMPLES_PER_STATE: usize = 320;
/// Blocks whose states are given: of three, the second hears short and noisy speech better, the third long speech.
pub const BLOCKS: usize = 2;
const SPAN: usize = 3;
const EPSILON: f32 = 1e-5;
const NAMES: BlockNames = BlockNames {
    query: "self_attn.q_proj",
    key: "self_attn.k_proj",
    key_has_bias: false,
    value: "self_attn.v_proj",
    out: "self_attn.out_proj",
    attention_norm: "self_attn_layer_norm",
    expand: "fc1",
    contract: "fc2",
    final_norm: "final_layer_norm",
};
const REPAIR: &str = "run `codetta models import`";

/// What is added to Whisper's weights to adapt them to noisy lines: name and content. Fitted by
/// `scripts/train/hearing/adapt.py`; the model card is `models/line-adapter.md`.
pub(crate) const ADAPTER: (&str, &[u8]) =
    ("line-adapter.safetensors", include_bytes!("../../models/line-adapter.safetensors"));

/// Stem and first blocks of Whisper base's encoder: about 10 million parameters, 45 MB in memory.
#[derive(Debug)]
pub struct SpeechEncoder {
    /// Of the spectrogram's frames, and of every second row of that.
    stem: [Convolution; 2],
    positions: Matrix,
    blocks: Vec<Block>,
}

impl SpeechEncoder {
    /// Reads a safetensors file with the tensor names of Hugging Face's `WhisperEncoder`, f16 or f32.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] when the file is missing, damaged, or lacks a tensor; the message names the repair.
    pub fn load(path: &Path) -> Result<Self> {
        Self::load_with(path, None)
    }

    /// The same, adapted to noisy lines: what is made of them is nearly what [`Self::load`]'s makes of the clean sound.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_for_lines(path: &Path) -> Result<Self> {
        Self::load_with(path, Some(ADAPTER.1))
    }

    /// The one that hearing reads in a language: adapted to noisy lines in Mandarin, as it was given in English, whose speller
    /// and head were fitted on that and know less of noisy digits by the other.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_for(path: &Path, language: Language) -> Result<Self> {
        match language {
            Language::Zh => Self::load_for_lines(path),
            Language::En => Self::load(path),
        }
    }

    fn load_with(path: &Path, additions: Option<&[u8]>) -> Result<Self> {
        let failed = |problem: String| Error::new(ErrorKind::Model, path.display().to_string(), problem);
        if !path.is_file() {
            return Err(failed(format!("the encoder of hearing and voice is not there; {REPAIR}")));
        }
        let file = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
        let weights = Weights::read(&file).and_then(|weights| match additions {
            Some(additions) => weights.with_additions(additions),
            None => Ok(weights),
        });
        let encoder = weights.and_then(|weights| Self::from_weights(&weights));
        encoder.map_err(|problem| failed(format!("{problem}; {REPAIR}")))
    }

    fn from_weights(weights: &Weights<'_>) -> Result<Self, String> {
        let positions = weights.shape("embed_positions.weight")?;
        let width = *positions.last().unwrap_or(&0);
        if width == 0 || !width.is_multiple_of(HEADS) {
            return Err(format!("expected positions of a multiple of {HEADS} values, got {positions:?}"));
        }
        let stem = |name: &str, inputs: usize, stride: usize| {
            let kernel = weights.floats(&format!("{name}.weight"), &[width, inputs, SPAN])?;
            let bias = weights.floats(&format!("{name}.bias"), &[width])?;
            Ok::<_, String>(Convolution::outputs_first(&kernel, SPAN, stride, bias))
        };
        let count = (0..).take_while(|i| weights.has(&format!("layers.{i}.fc1.weight"))).count();
        if count < BLOCKS {
            return Err(format!("expected {BLOCKS} or more encoder blocks, got {count}"));
        }
        let block =
            |i| Block::load(weights, &format!("layers.{i}."), &NAMES, (width, HEADS), (NormOrder::Before, EPSILON));
        Ok(Self {
            stem: [stem("conv1", BANDS, 1)?, stem("conv2", width, 2)?],
            positions: Matrix::new(weights.floats("embed_positions.weight", &positions)?, width),
            blocks: (0..count).map(block).collect::<Result<_, _>>()?,
        })
    }

    /// Longest sound in one pass, samples at 16 kHz: 30 s, as many as there are positions.
    pub(super) fn longest(&self) -> usize {
        self.positions.len() * SAMPLES_PER_STATE
    }

    /// Width of a state.
    pub fn width(&self) -> usize {
        self.positions.width()
    }

    /// States after each of the last [`BLOCKS`] blocks: one row per 20 ms of `samples` (16 kHz, cut to the longest).
    pub(super) fn last_states(&self, samples: &[f32]) -> [Matrix; BLOCKS] {
        let mut x = log_mel(&samples[..samples.len().min(self.longest())]);
        for convolution in &self.stem {
            x = convolution.forward(&x);
            gelu(&mut x);
        }
        for (row, position) in x.rows_mut().zip(self.positions.rows()) {
            row.iter_mut().zip(position).for_each(|(x, position)| *x += position);
        }
        let mut states: [Matrix; BLOCKS] = Default::default();
        for block in &self.blocks {
            x = block.forward(x);
            states.rotate_left(1);
            states[BLOCKS - 1] = x.clone();
        }
        states
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
        let sound: Vec<f32> = (0..8000)
            .map(|i| {
                let t = f64::from(i) / 16_000.0;
                let (low, high) = (std::f64::consts::TAU * (200.0 + 300.0 * t) * t, std::f64::consts::TAU * 1234.5 * t);
                (0.1 * low.sin() + 0.05 * high.sin()) as f32
            })
            .collect();
        let given = ([0.585_402_9, 0.578_182_8, 0.425_932, 0.794_548_8, 0.376_594_2], 0.619_804_7);
        let adapted = ([0.504_808_1, 0.391_613_85, 0.473_157_35, 0.777_429_9, 0.592_001_87], 0.620_707_2);
        for (encoder, (expected, mean)) in
            [(SpeechEncoder::load(&path), given), (SpeechEncoder::load_for_lines(&path), adapted)]
        {
            let states = encoder.unwrap().last_states(&sound);
            let last = &states[BLOCKS - 1];
            assert_eq!((last.len(), last.width()), (25, 512));
            for (got, wanted) in last.rows().nth(3).unwrap().iter().zip(expected) {
                assert!((got - wanted).abs() < 2e-3, "{got} against {wanted}");
            }
            let of_all = last.data().iter().sum::<f32>() / (25.0 * 512.0);
            assert!((of_all - mean).abs() < 1e-3, "{of_all} against {mean}");
        }
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
