//! Spells Mandarin by its sound: how probable each initial and final is, state by state, before any word is written.
//!
//! Two small convolutions over the states of Whisper's lower encoder, fitted by `scripts/train/hearing/spell.py` with
//! connectionist temporal classification (Graves et al. 2006); the model card is `models/speller.md`. The recogniser's
//! decoder writes what it has read most; this one knows no words, so that "五分" is not turned into 胡聲.

use std::collections::HashMap;
use std::sync::LazyLock;

use candle_core::{DType, Device, Tensor};
use candle_nn::ops::softmax_last_dim;

/// Probabilities of one state: of a pause or a sound that goes on (unit 0), then of each unit.
pub(super) type Row = Vec<f32>;

/// The fitted convolutions and the units that they tell apart.
pub(super) struct Speller {
    /// `[width, projected]`, with the states' standardisation in it.
    project: (Tensor, Tensor),
    /// `[out, in, span]`.
    hidden: (Tensor, Tensor),
    out: (Tensor, Tensor),
    /// By initial or final; 0 is none.
    units: HashMap<String, usize>,
}

static MANDARIN: LazyLock<Speller> = LazyLock::new(|| {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    Speller::read(include_bytes!("../../models/speller-zh.safetensors")).expect("the embedded speller is valid")
});

impl Speller {
    pub(super) fn mandarin() -> &'static Self {
        &MANDARIN
    }

    fn read(bytes: &[u8]) -> candle_core::Result<Self> {
        let stored = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)?;
        let tensor = |name: &str| {
            let missing = || candle_core::Error::Msg(format!("expected a tensor {name}"));
            stored.get(name).ok_or_else(missing)
        };
        let wide = |name: &str| tensor(name)?.to_dtype(DType::F32);
        // Stored as span, in, out.
        let kernel = |name: &str| wide(name)?.permute((2, 1, 0))?.contiguous();
        let units = String::from_utf8(tensor("units")?.to_vec1()?).map_err(candle_core::Error::wrap)?;
        let units: HashMap<String, usize> = units.lines().map(String::from).zip(1..).collect();
        let read = Self {
            project: (wide("project")?, wide("project_bias")?),
            hidden: (kernel("hidden")?, wide("hidden_bias")?),
            out: (kernel("out")?, wide("out_bias")?),
            units,
        };
        let (scores, ..) = read.out.0.dims3()?;
        if scores != read.units.len() + 1 {
            candle_core::bail!("expected {scores} scores for {} units and none", read.units.len());
        }
        Ok(read)
    }

    /// The number of an initial or final; none if it never occurred in training.
    pub(super) fn unit(&self, name: &str) -> Option<usize> {
        self.units.get(name).copied()
    }

    /// One row a state. `states` is `[states, width]`, the encoder's blocks side by side.
    ///
    /// # Errors
    /// The tensors', if the states are of another encoder.
    pub(super) fn spell(&self, states: &Tensor) -> candle_core::Result<Vec<Row>> {
        let projected = states.matmul(&self.project.0)?.broadcast_add(&self.project.1)?.gelu_erf()?;
        // `[1, channels, states]` from here; beyond both ends there are zeros.
        let x = projected.t()?.unsqueeze(0)?.contiguous()?;
        let convolve = |x: &Tensor, (weight, bias): &(Tensor, Tensor)| {
            let span = weight.dim(2)?;
            x.conv1d(weight, span / 2, 1, 1, 1)?.broadcast_add(&bias.reshape((1, (), 1))?)
        };
        let scores = convolve(&convolve(&x, &self.hidden)?.gelu_erf()?, &self.out)?;
        softmax_last_dim(&scores.squeeze(0)?.t()?.contiguous()?)?.to_vec2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_speller_gives_probabilities_of_all_its_units() {
        let speller = Speller::mandarin();
        for name in ["w", "u", "f", "en", "s", "i", "er", "ang", "zh"] {
            assert!(speller.unit(name).is_some_and(|unit| unit > 0), "{name}");
        }
        let width = speller.project.0.dim(0).unwrap();
        let rows = speller.spell(&Tensor::zeros((3, width), DType::F32, &Device::Cpu).unwrap()).unwrap();
        assert_eq!(rows.len(), 3);
        for row in rows {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4 && row.len() == speller.units.len() + 1);
        }
        assert!(speller.spell(&Tensor::zeros((3, 7), DType::F32, &Device::Cpu).unwrap()).is_err());
    }

    #[test]
    fn a_damaged_speller_is_refused() {
        let whole = include_bytes!("../../models/speller-zh.safetensors");
        assert!(Speller::read(&whole[..whole.len() / 2]).is_err());
        assert!(Speller::read(b"").is_err());
    }
}
