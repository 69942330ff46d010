//! Satisfaction read from words: five levels, one score, one label.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentimentLabel {
    Negative,
    Neutral,
    Positive,
}

/// Satisfaction read from words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSentiment {
    /// P(very dissatisfied), …, P(very satisfied); sums to 1.
    pub levels: [f32; 5],
    /// Σ p·[−1, −½, 0, ½, 1], in −1..=1.
    pub score: f32,
    pub label: SentimentLabel,
    /// How far to trust it, 0..=1: low for empty, over-long or foreign text.
    pub confidence: f32,
}
