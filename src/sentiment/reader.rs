//! The text model: hashed n-grams to one calibrated answer.

use std::fs;
use std::path::Path;

use super::calibration::Calibration;
use super::doubt::{self, Doubt};
use super::linear::Linear;
use super::normalise::normalise;
use super::{SentimentLabel, TextSentiment};
use crate::error::{Error, Result};

pub(super) const NGRAM: &[u8] = include_bytes!("../../models/sentiment-ngram.bin");

/// Reads satisfaction from words, Mandarin or English. Make one and share it between threads.
pub struct Sentiment {
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
    /// The weights that are part of the program. Takes milliseconds.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::ErrorKind::Model) if they are damaged.
    pub fn embedded() -> Result<Self> {
        Self::from_parts(NGRAM, Calibration::EMBEDDED)
    }

    /// Weights in a folder, as `scripts/train/sentiment` writes them: `sentiment-ngram.bin`,
    /// `sentiment.toml`.
    ///
    /// # Errors
    /// The file system's, naming the file; [`ErrorKind::Model`](crate::ErrorKind::Model) if one is damaged.
    pub fn load(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|e| Error::io(&path, &e))
        };
        let calibration = String::from_utf8_lossy(&read("sentiment.toml")?).into_owned();
        Self::from_parts(&read("sentiment-ngram.bin")?, &calibration)
    }

    fn from_parts(ngram: &[u8], calibration: &str) -> Result<Self> {
        Ok(Self { linear: Linear::from_bytes(ngram)?, calibration: Calibration::from_toml(calibration)? })
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
        let mut sentiment = self.calibration.answer(linear, linear);
        if doubt == Some(Doubt::TooLong) {
            sentiment.confidence *= 0.5;
        }
        Assessment { sentiment, doubt }
    }
}

/// The answer where there is nothing to go by.
const NEUTRAL: TextSentiment =
    TextSentiment { levels: [0.1, 0.2, 0.4, 0.2, 0.1], score: 0.0, label: SentimentLabel::Neutral, confidence: 0.0 };
