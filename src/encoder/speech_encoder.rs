//! Whisper's convolutional stem and first encoder blocks, run on the frames of the real sound only.

use std::path::Path;
use std::sync::Arc;

use super::mel::{BANDS, log_mel};
use crate::error::{Error, ErrorKind, Result};
use crate::neural::{Block, BlockNames, Convolution, Matrix, NormOrder, Weights, gelu};

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
    /// Of the spectrogram's frames, and of every second row of that; of each the outputs of all are added.
    stem: [Vec<Arc<Convolution>>; 2],
    positions: Arc<Matrix>,
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
            return Err(failed(format!("the encoder of hearing and voice is not there; {REPAIR}")));
        }
        let file = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
        let encoder = Weights::read(&file).and_then(|weights| Self::from_weights(&weights));
        encoder.map_err(|problem| failed(format!("{problem}; {REPAIR}")))
    }

    /// The same encoder adapted to noisy lines: what it makes of them is nearly what this one makes of the clean sound. Both
    /// share the large weights; 8 MB more are held. Hearing reads it in Mandarin; English
    /// spellers know less of noisy digits by it, even those that were fitted on it (DESIGN.md, "Adapted to the line").
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if this is not the lower half of Whisper base, which the adapter was fitted on.
    pub fn for_lines(&self) -> Result<Self> {
        let adapted = Weights::read(ADAPTER.1).and_then(|additions| self.with_additions(&additions));
        adapted.map_err(|problem| Error::new(ErrorKind::Model, ADAPTER.0, format!("{problem}; {REPAIR}")))
    }

    fn from_weights(weights: &Weights<'_>) -> Result<Self, String> {
        let positions = weights.shape("embed_positions.weight")?;
        let width = *positions.last().unwrap_or(&0);
        if width == 0 || !width.is_multiple_of(HEADS) {
            return Err(format!("expected positions of a multiple of {HEADS} values, got {positions:?}"));
        }
        let count = (0..).take_while(|i| weights.has(&format!("layers.{i}.fc1.weight"))).count();
        if count < BLOCKS {
            return Err(format!("expected {BLOCKS} or more encoder blocks, got {count}"));
        }
        let block =
            |i| Block::load(weights, &format!("layers.{i}."), &NAMES, (width, HEADS), (NormOrder::Before, EPSILON));
        Ok(Self {
            stem: stem(weights, width)?.map(|convolution| vec![convolution]),
            positions: Arc::new(Matrix::new(weights.floats("embed_positions.weight", &positions)?, width)),
            blocks: (0..count).map(block).collect::<Result<_, _>>()?,
        })
    }

    fn with_additions(&self, additions: &Weights<'_>) -> Result<Self, String> {
        let [first, second] = stem(additions, self.width())?;
        let [given_first, given_second] = self.stem.clone();
        let numbered = self.blocks.iter().enumerate();
        let blocks =
            numbered.map(|(number, block)| block.with_additions(additions, &format!("layers.{number}."), &NAMES));
        Ok(Self {
            stem: [[given_first, vec![first]].concat(), [given_second, vec![second]].concat()],
            positions: Arc::clone(&self.positions),
            blocks: blocks.collect::<Result<_, _>>()?,
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
        for added in &self.stem {
            let mut outputs = added.iter().map(|convolution| convolution.forward(&x));
            let mut sum = outputs.next().unwrap_or_default();
            outputs.for_each(|output| sum.add(&output));
            x = sum;
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

/// The two convolutions of the stem.
fn stem(weights: &Weights<'_>, width: usize) -> Result<[Arc<Convolution>; 2], String> {
    let convolution = |name: &str, inputs: usize, stride: usize| {
        let kernel = weights.floats(&format!("{name}.weight"), &[width, inputs, SPAN])?;
        let bias = weights.floats(&format!("{name}.bias"), &[width])?;
        Ok::<_, String>(Arc::new(Convolution::outputs_first(&kernel, SPAN, stride, bias)))
    };
    Ok([convolution("conv1", BANDS, 1)?, convolution("conv2", width, 2)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Line, resample, telephone};
    use crate::capture;
    use crate::model::Store;
    use crate::units::SampleRate;

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
        let encoder = SpeechEncoder::load(&path).unwrap();
        for (encoder, (expected, mean)) in [(encoder.for_lines().unwrap(), adapted), (encoder, given)] {
            let states = encoder.last_states(&sound);
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
    fn adapted_it_makes_of_a_noisy_line_more_of_what_it_makes_of_the_clean_sound() {
        let path = Store::locate().unwrap().folder().join(super::super::FILE);
        if !path.is_file() {
            return eprintln!("SKIPPED: {} is not there; run scripts/setup", path.display());
        }
        let given = SpeechEncoder::load(&path).unwrap();
        let adapted = given.for_lines().unwrap();
        for call in ["lukewarm-zh", "satisfied-en"] {
            let call = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio/calls/{call}.wav"));
            let said = capture::read(&call).unwrap();
            let states = |encoder: &SpeechEncoder, line| {
                let arrived = resample(&telephone(&said, line, 7).unwrap(), SampleRate::SPEECH).unwrap();
                encoder.last_states(arrived.data())
            };
            let wanted = states(&given, Line::Clean);
            let error = |states: [Matrix; BLOCKS]| {
                let values = states.iter().zip(&wanted).flat_map(|(a, b)| a.data().iter().zip(b.data()));
                values.map(|(a, b)| (a - b) * (a - b)).sum::<f32>()
            };
            let noisy = Line::MuLawNoise(10.0);
            let [before, after] = [&given, &adapted].map(|encoder| error(states(encoder, noisy)));
            assert!(after < 0.75 * before, "{}: {before} became {after}", call.display());
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
