//! What a person has said about a recording, and what we say, in the same words.

use serde::{Deserialize, Serialize};

use crate::hear::Request;
use crate::judge::Action;
use crate::sentiment::SentimentLabel;
use crate::units::{Rating, Scale};

/// A rating that a person heard: one of the five levels, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TrueRating {
    Level(Rating),
    Without(Without),
}

/// Written `"none"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Without {
    None,
}

impl TrueRating {
    pub const NONE: Self = Self::Without(Without::None);

    /// 0 to 4 for the levels, 5 for none: the place in a posterior with none at its end.
    pub fn index(self) -> usize {
        match self {
            Self::Level(rating) => rating.index(),
            Self::Without(_) => Rating::LEVELS,
        }
    }
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    Rating,
    Human,
    Repeat,
    Later,
    NoCalls,
    WrongNumber,
    /// Anything else, opinions without a rating among it.
    None,
}

impl Intent {
    /// In the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Rating, Self::Human, Self::Repeat, Self::Later, Self::NoCalls, Self::WrongNumber, Self::None];

    /// As it is labelled.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Human => Request::Human.name(),
            Self::Repeat => Request::Repeat.name(),
            Self::Later => Request::Later.name(),
            Self::NoCalls => Request::NoCalls.name(),
            Self::WrongNumber => Request::WrongNumber.name(),
            Self::None => "none",
        }
    }
}

/// The four emotions that are told from a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    Angry,
    Sad,
    Neutral,
    Happy,
}

/// Truth about one recording, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<TrueRating>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<SentimentLabel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emotion: Option<Emotion>,
    /// The action that the call should have ended with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

impl Truth {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Sets one kind of truth from its text in a manifest; empty text says nothing.
    ///
    /// Ratings are on the scale that callers were asked on; `none` is an answer without one.
    ///
    /// # Errors
    /// What was expected and found, for a label that is not known.
    pub fn set(&mut self, column: &str, text: &str, scale: Scale) -> Result<(), String> {
        let label = text.trim().to_lowercase();
        if label.is_empty() || label == "null" || label == "nan" {
            return Ok(());
        }
        let unknown = |expected: &str| format!("{column}: expected {expected}, got {text:?}");
        match column {
            "rating" => self.rating = Some(rating(&label, scale).ok_or_else(|| unknown(&levels(scale)))?),
            "intent" => {
                let known = Intent::ALL.into_iter().find(|intent| intent.name() == label);
                self.intent = Some(match label.as_str() {
                    "agent" => Intent::Human,
                    "other" | "opinion" => Intent::None,
                    _ => known.ok_or_else(|| unknown(&Intent::ALL.map(Intent::name).join(", ")))?,
                });
            }
            "sentiment" => {
                self.sentiment = Some(match label.as_str() {
                    "negative" | "-1" | "-1.0" => SentimentLabel::Negative,
                    "neutral" | "0" | "0.0" => SentimentLabel::Neutral,
                    "positive" | "1" | "1.0" => SentimentLabel::Positive,
                    _ => return Err(unknown("negative, neutral or positive")),
                });
            }
            "emotion" => {
                self.emotion = Some(match label.as_str() {
                    "angry" | "anger" => Emotion::Angry,
                    "sad" | "sadness" => Emotion::Sad,
                    "neutral" | "calm" => Emotion::Neutral,
                    "happy" | "happiness" | "joy" => Emotion::Happy,
                    _ => return Err(unknown("angry, sad, neutral or happy")),
                });
            }
            _ => {
                self.action = Some(match label.as_str() {
                    "outro" => Action::Outro,
                    "transfer" => Action::Transfer,
                    "confirm" => Action::Confirm,
                    "reprompt" => Action::Reprompt,
                    _ => return Err(unknown("outro, transfer, confirm or reprompt")),
                });
            }
        }
        Ok(())
    }
}

fn rating(label: &str, scale: Scale) -> Option<TrueRating> {
    if label == "none" {
        return Some(TrueRating::NONE);
    }
    // Spreadsheets write whole numbers as 4.0.
    let number: f64 = label.parse().ok()?;
    let whole = number.fract() == 0.0 && (0.0..=99.0).contains(&number);
    whole.then(|| scale.canonical(number as u8)).flatten().map(TrueRating::Level)
}

fn levels(scale: Scale) -> String {
    format!("{} to {}, or none", scale.min(), scale.max())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_has_one_name_and_one_number() {
        for (number, intent) in Intent::ALL.into_iter().enumerate() {
            assert_eq!(intent as usize, number);
            assert_eq!(serde_json::to_string(&intent).unwrap(), format!("\"{}\"", intent.name()));
            let mut truth = Truth::default();
            truth.set("intent", intent.name(), Scale::default()).unwrap();
            assert_eq!(truth.intent, Some(intent));
        }
    }

    #[test]
    fn labels_are_read_on_their_scale_and_unknown_ones_are_named() {
        let mut truth = Truth::default();
        let reversed: Scale = "1..5:best=1".parse().unwrap();
        truth.set("rating", "1", reversed).unwrap();
        assert_eq!(truth.rating.map(TrueRating::index), Some(4));
        truth.set("rating", " 4.0 ", Scale::default()).unwrap();
        assert_eq!(truth.rating.map(TrueRating::index), Some(3));
        truth.set("rating", "none", reversed).unwrap();
        assert_eq!(truth.rating, Some(TrueRating::NONE));
        truth.set("sentiment", "", reversed).unwrap();
        assert_eq!(truth.sentiment, None);
        for (column, wrong) in
            [("rating", "6"), ("rating", "3.5"), ("intent", "buy"), ("emotion", "bored"), ("expected_action", "sing")]
        {
            let problem = truth.set(column, wrong, Scale::default()).unwrap_err();
            assert!(problem.contains(column) && problem.contains(wrong), "{problem}");
        }
    }

    #[test]
    fn truth_survives_json() {
        for text in [r#"{"rating":4}"#, r#"{"rating":"none","action":"transfer"}"#, "{}"] {
            let truth: Truth = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&truth).unwrap(), text);
        }
        assert!(serde_json::from_str::<Truth>(r#"{"rating":7}"#).is_err());
    }
}
