//! What a short answer sounds like as a whole, before any word is written.
//!
//! A word said alone gives Whisper's decoder no context to write it by, while its encoder hears it well. So a linear
//! head on the encoder's third block tells a closed set of short answers apart (digits in both units, words of
//! satisfaction, numbers off the scale, anything else). `scripts/train/train-hearing` fits it; the model card is
//! `models/short-answers.md`.

use std::sync::LazyLock;

use candle_core::{DType, Device, Tensor};

use super::heard::RatingPosterior;
use super::posterior::Masses;
use crate::encoder::States;
use crate::error::Result;
use crate::units::Language;

/// The voiced stretch is cut into this many equal spans, so that slow and quick answers look alike.
const SPANS: usize = 5;
/// A state counts as voiced from this voice probability on.
const VOICED: f32 = 0.5;
/// Nothing longer was trained on: 2 s of states at 20 ms.
const LONGEST_STATES: usize = 100;
/// Added to probabilities before their logarithm.
const FLOOR: f32 = 1e-3;
/// Ratings 1 to 5, and none.
const CLASSES: usize = 6;

/// The sound of one short answer: the mean state of each span of its voiced stretch, span after span.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerSound(Vec<f32>);

impl AnswerSound {
    /// None if nothing was voiced, or if it lasted longer than a short answer does (2 s).
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the states are no matrix.
    pub fn of(states: &States) -> Result<Option<Self>> {
        let voiced = |p: &f32| *p >= VOICED;
        let first = states.speech().iter().position(voiced);
        let last = states.speech().iter().rposition(voiced);
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        let length = last + 1 - first;
        if length > LONGEST_STATES {
            return Ok(None);
        }
        let Some(rows) = states.rows()?.pop() else { return Ok(None) };
        let width = rows.first().map_or(0, Vec::len);
        let mut means = Vec::with_capacity(SPANS * width);
        for span in 0..SPANS {
            // Spans overlap by a state where the length does not divide; none is empty.
            let from = first + length * span / SPANS;
            let to = (first + (length * (span + 1)).div_ceil(SPANS)).max(from + 1);
            let states = &rows[from..to];
            let mean = |i: usize| states.iter().map(|row| row[i]).sum::<f32>() / states.len() as f32;
            means.extend((0..width).map(mean));
        }
        Ok(Some(Self(means)))
    }

    /// Spans times the encoder's width.
    pub fn values(&self) -> &[f32] {
        &self.0
    }
}

/// The fitted head of one language, and how its word is weighed against the words that were written.
pub(super) struct ShortAnswers {
    /// For each value of the sound, one weight per answer of the closed set.
    weights: Tensor,
    bias: Vec<f32>,
    /// Class of each answer: 0 to 4 for ratings 1 to 5, 5 for none.
    classes: Vec<u8>,
    /// Exponents of the written and of the heard probability, then the bias of each class.
    blend: Vec<f32>,
}

static MANDARIN: LazyLock<ShortAnswers> =
    LazyLock::new(|| embedded(include_bytes!("../../models/short-answers-zh.safetensors")));
static ENGLISH: LazyLock<ShortAnswers> =
    LazyLock::new(|| embedded(include_bytes!("../../models/short-answers-en.safetensors")));

fn embedded(bytes: &[u8]) -> ShortAnswers {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    ShortAnswers::read(bytes).expect("the embedded head is valid")
}

impl ShortAnswers {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &MANDARIN,
            Language::En => &ENGLISH,
        }
    }

    fn read(bytes: &[u8]) -> candle_core::Result<Self> {
        let stored = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)?;
        let tensor =
            |name: &str| stored.get(name).ok_or_else(|| candle_core::Error::Msg(format!("expected a tensor {name}")));
        let read = Self {
            weights: tensor("weights")?.to_dtype(DType::F32)?,
            bias: tensor("bias")?.to_vec1()?,
            classes: tensor("classes")?.to_vec1()?,
            blend: tensor("blend")?.to_vec1()?,
        };
        let answers = read.weights.dim(1)?;
        let whole = read.bias.len() == answers && read.classes.len() == answers && read.blend.len() == 2 + CLASSES;
        if !whole || read.classes.iter().any(|&class| usize::from(class) >= CLASSES) {
            candle_core::bail!("expected a bias and a class for each of {answers} answers, and a blend");
        }
        Ok(read)
    }

    /// Probabilities of ratings 1 to 5 and of none, by sound alone.
    fn probabilities(&self, sound: &AnswerSound) -> candle_core::Result<[f32; CLASSES]> {
        let sound = Tensor::from_slice(sound.values(), (1, sound.values().len()), &Device::Cpu)?;
        let scores: Vec<f32> = sound.matmul(&self.weights)?.squeeze(0)?.to_vec1()?;
        let scores: Vec<f32> = scores.iter().zip(&self.bias).map(|(score, bias)| score + bias).collect();
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut classes = [0.0; CLASSES];
        for (score, class) in scores.iter().zip(&self.classes) {
            classes[usize::from(*class)] += (score - largest).exp();
        }
        let total: f32 = classes.iter().sum();
        Ok(classes.map(|weight| weight / total))
    }

    /// The calibrated posterior, from what was written (`masses`) and what was heard; none if the sound does not fit
    /// the head, as with another encoder.
    pub(super) fn rating(&self, masses: &Masses, sound: &AnswerSound) -> Option<RatingPosterior> {
        let heard = self.probabilities(sound).ok()?;
        let written = masses.levels.iter().chain([&masses.other]);
        let mut scores = [0.0; CLASSES];
        for (class, ((score, heard), written)) in scores.iter_mut().zip(&heard).zip(written).enumerate() {
            *score =
                self.blend[0] * (written + FLOOR).ln() + self.blend[1] * (heard + FLOOR).ln() + self.blend[2 + class];
        }
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = scores.map(|score| (score - largest).exp());
        Some(RatingPosterior::from_weights([weight[0], weight[1], weight[2], weight[3], weight[4]], weight[5]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_heads_are_whole_and_a_clear_word_wins_over_an_empty_sound() {
        for language in [Language::Zh, Language::En] {
            let head = ShortAnswers::of(language);
            assert!(head.classes.len() >= 12 && head.blend[0] > 0.0 && head.blend[1] > 0.0);
            for level in 0..CLASSES as u8 {
                assert!(head.classes.contains(&level), "no answer means class {level}");
            }
        }
    }

    #[test]
    fn a_sound_of_another_width_is_left_out() {
        let head = ShortAnswers::of(Language::En);
        assert!(head.rating(&Masses::default(), &AnswerSound(vec![0.0; 7])).is_none());
    }

    #[test]
    fn a_damaged_head_is_refused() {
        let whole = include_bytes!("../../models/short-answers-en.safetensors");
        assert!(ShortAnswers::read(whole).is_ok());
        assert!(ShortAnswers::read(&whole[..whole.len() / 2]).is_err());
        assert!(ShortAnswers::read(b"").is_err());
    }
}
