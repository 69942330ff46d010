//! The text model: n-grams (and, beside them, an encoder) to one calibrated answer.

use super::calibration::Calibration;
use super::doubt::{self, Doubt};
use super::linear::Linear;
use super::normalise::normalise;
use super::{SentimentLabel, TextSentiment};
use crate::error::Result;

pub(super) const LINEAR: &[u8] = include_bytes!("../../models/sentiment-ngram.bin");

/// Reads satisfaction from words, Mandarin or English. Cheap to share between threads.
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
    /// The weights that are part of the program.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::ErrorKind::Model) if they are damaged.
    pub fn embedded() -> Result<Self> {
        Ok(Self { linear: Linear::from_bytes(LINEAR)?, calibration: Calibration::embedded()? })
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
        let mut sentiment = self.calibration.answer(self.linear.logits(&normal));
        if doubt == Some(Doubt::TooLong) {
            sentiment.confidence *= 0.5;
        }
        Assessment { sentiment, doubt }
    }
}

/// The answer where there is nothing to go by.
const NEUTRAL: TextSentiment =
    TextSentiment { levels: [0.1, 0.2, 0.4, 0.2, 0.1], score: 0.0, label: SentimentLabel::Neutral, confidence: 0.0 };
