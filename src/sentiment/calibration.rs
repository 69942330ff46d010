//! From log-odds to probabilities that mean what they say, and to a label with a neutral band.

use serde::Deserialize;

use super::{SentimentLabel, TextSentiment};
use crate::error::{Error, ErrorKind, Result};

/// What the five levels are worth in the score.
const VALUES: [f32; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

/// Fitted on held-out rows by `scripts/train/sentiment`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calibration {
    /// The encoder's share of the log-odds, 0..=1; the n-grams have the rest.
    encoder_share: f32,
    /// Log-odds are divided by it before the softmax.
    temperature: f32,
    /// Added to the middle level's log-odds: how wide the neutral band is.
    neutral_bias: f32,
}

impl Calibration {
    /// As shipped, TOML.
    pub(super) const EMBEDDED: &str = include_str!("../../models/sentiment.toml");

    pub(super) fn from_toml(text: &str) -> Result<Self> {
        let damaged = |problem: String| Error::new(ErrorKind::Model, "sentiment calibration", problem);
        let read: Self = toml::from_str(text).map_err(|e| damaged(e.to_string()))?;
        if !(0.0..=1.0).contains(&read.encoder_share) {
            return Err(damaged(format!(
                "expected encoder_share in 0..=1, got {}; restore the file",
                read.encoder_share
            )));
        }
        if !(read.temperature.is_finite() && read.temperature > 0.0 && read.neutral_bias.is_finite()) {
            return Err(damaged("expected a temperature above 0 and a finite bias; restore the file".into()));
        }
        Ok(read)
    }

    /// The label is the likeliest of negative (levels 1, 2), neutral (3) and positive (4, 5), and the confidence
    /// is its probability.
    pub(super) fn answer(&self, encoder: [f32; 5], linear: [f32; 5]) -> TextSentiment {
        let share = self.encoder_share;
        let mut scaled: [f32; 5] =
            std::array::from_fn(|level| (share * encoder[level] + (1.0 - share) * linear[level]) / self.temperature);
        scaled[2] += self.neutral_bias;
        let levels = softmax(scaled);
        let [negative, neutral, positive] = [levels[0] + levels[1], levels[2], levels[3] + levels[4]];
        let (label, confidence) = if neutral >= negative && neutral >= positive {
            (SentimentLabel::Neutral, neutral)
        } else if negative > positive {
            (SentimentLabel::Negative, negative)
        } else {
            (SentimentLabel::Positive, positive)
        };
        let score: f32 = levels.iter().zip(VALUES).map(|(p, v)| p * v).sum();
        TextSentiment { levels, score: score.clamp(-1.0, 1.0), label, confidence: confidence.min(1.0) }
    }
}

fn softmax(logits: [f32; 5]) -> [f32; 5] {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.map(|l| (l - highest).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|p| p / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_distribution_whose_mean_is_the_score() {
        let logits = [0.0, 9.0, 1.0, -500.0, 500.0];
        let answer = Calibration { encoder_share: 0.6, temperature: 1.0, neutral_bias: 0.0 }.answer(logits, logits);
        assert!((answer.levels.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!((answer.label, answer.score), (SentimentLabel::Positive, 1.0));
    }

    #[test]
    fn a_wider_band_makes_a_doubtful_text_neutral() {
        let logits = [0.0, 1.0, 1.2, 0.0, 0.0];
        let label = |neutral_bias: f32| {
            Calibration { encoder_share: 1.0, temperature: 1.0, neutral_bias }.answer(logits, [0.0; 5]).label
        };
        assert_eq!((label(0.0), label(1.0)), (SentimentLabel::Negative, SentimentLabel::Neutral));
    }

    #[test]
    fn a_temperature_of_zero_is_refused() {
        assert!(Calibration::from_toml("encoder_share = 0.6\ntemperature = 0.0\nneutral_bias = 0.0").is_err());
    }
}
