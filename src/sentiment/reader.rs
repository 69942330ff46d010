//! The text model: an encoder and n-grams side by side, to one calibrated answer.

use std::fs;
use std::path::Path;

use super::calibration::Calibration;
use super::doubt::{self, Doubt};
use super::encoder::Encoder;
use super::linear::Linear;
use super::{SentimentLabel, TextSentiment};
use crate::error::{Error, Result};
use crate::text::{ENCODER, normalise};

pub(super) static NGRAM: &[u8] = include_bytes!("../../models/sentiment-ngram.bin");

/// Reads satisfaction from words, Mandarin or English. Make one and share it between threads.
pub struct Sentiment {
    encoder: Encoder,
    linear: Linear,
    calibration: Calibration,
}

/// An answer, and why to trust it less where there is a reason to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assessment {
    pub sentiment: TextSentiment,
    pub doubt: Option<Doubt>,
}

impl Sentiment {
    /// The weights that are part of the program. Takes a fraction of a second; about 70 MB resident.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::ErrorKind::Model) if they are damaged.
    pub fn embedded() -> Result<Self> {
        Self::from_parts(Encoder::embedded()?, NGRAM, Calibration::EMBEDDED)
    }

    /// The weights of [`Self::embedded`] by file name: for the record of a decision.
    pub fn weights() -> [(&'static str, &'static [u8]); 2] {
        [("sentiment-ngram.bin", NGRAM), ("sentiment-encoder.safetensors", ENCODER)]
    }

    /// Weights in a folder, as `scripts/train/sentiment` writes them: `sentiment-ngram.bin`,
    /// `sentiment-encoder.safetensors`, `sentiment-tokenizer.json`, `sentiment.toml`.
    ///
    /// # Errors
    /// The file system's, naming the file; [`ErrorKind::Model`](crate::ErrorKind::Model) if one is damaged.
    pub fn load(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|e| Error::io(&path, &e))
        };
        let encoder = Encoder::from_bytes(read("sentiment-encoder.safetensors")?, &read("sentiment-tokenizer.json")?)?;
        let calibration = String::from_utf8_lossy(&read("sentiment.toml")?).into_owned();
        Self::from_parts(encoder, &read("sentiment-ngram.bin")?, &calibration)
    }

    fn from_parts(encoder: Encoder, ngram: &[u8], calibration: &str) -> Result<Self> {
        Ok(Self { encoder, linear: Linear::from_bytes(ngram)?, calibration: Calibration::from_toml(calibration)? })
    }

    /// What `text` says about the caller's satisfaction. Never fails; bounded time for any input.
    pub fn analyse(&self, text: &str) -> TextSentiment {
        self.assess(text).sentiment
    }

    /// As [`Sentiment::analyse`], and states the reason where the answer deserves less trust.
    pub fn assess(&self, text: &str) -> Assessment {
        let normal = normalise(text);
        let doubt = doubt::about(text, &normal);
        if matches!(doubt, Some(Doubt::NoWords | Doubt::Foreign)) {
            return Assessment { sentiment: NEUTRAL, doubt };
        }
        let linear = self.linear.logits(&normal);
        let mut sentiment = match self.encoder.logits(&normal) {
            Ok(encoder) => self.calibration.answer(encoder, linear),
            Err(error) => {
                // No known text does this; the other half of the model still has an answer.
                tracing::warn!(%error, "the sentiment encoder failed on a text");
                self.calibration.answer(linear, linear)
            }
        };
        if doubt == Some(Doubt::TooLong) {
            sentiment.confidence *= 0.5;
        }
        Assessment { sentiment, doubt }
    }
}

/// The answer where there is nothing to go by.
const NEUTRAL: TextSentiment =
    TextSentiment { levels: [0.1, 0.2, 0.4, 0.2, 0.1], score: 0.0, label: SentimentLabel::Neutral, confidence: 0.0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Reference {
        text: String,
        encoder: [f32; 5],
        ngram: [f32; 5],
    }

    /// Both models as the training script's own forward pass computed them, in another language.
    #[test]
    fn log_odds_agree_with_the_training_script() {
        let references: Vec<Reference> =
            serde_json::from_str(include_str!("../../tests/data/sentiment-parity.json")).unwrap();
        assert!(references.len() >= 8);
        let model = Sentiment::embedded().unwrap();
        let near = |a: [f32; 5], b: [f32; 5]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.02);
        for Reference { text, encoder, ngram } in references {
            let normal = normalise(&text);
            let got = model.encoder.logits(&normal).unwrap();
            assert!(near(got, encoder), "{text}: encoder {got:?}, expected {encoder:?}");
            let got = model.linear.logits(&normal);
            assert!(near(got, ngram), "{text}: n-grams {got:?}, expected {ngram:?}");
        }
    }
}
