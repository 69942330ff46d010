//! What the voice can say: one identifier for each occasion of a call.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::judge::Band;
use crate::units::Rating;

/// An occasion to speak. Text form: `greeting`, `readback-3`, `thanks-best`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PromptId {
    /// Welcome, with the notice that the rating chooses the closing music.
    Greeting,
    /// Asks for one to five, by voice or key.
    Question,
    /// Asks again after nothing usable.
    Reprompt,
    /// Asks for a key alone.
    Keypad,
    /// Reads a rating back to have it confirmed.
    Readback(Rating),
    /// Closing words, by band.
    Thanks(Band),
    /// Announces the hand-over to a human.
    Transfer,
    /// Nobody is free: says that a call-back has been noted.
    NobodyFree,
    Goodbye,
}

impl PromptId {
    /// Every prompt that a complete library has, in the order of a call.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Greeting, Self::Question, Self::Reprompt, Self::Keypad];
        all.extend((0..Rating::LEVELS).map(|index| Self::Readback(Rating::from_index(index))));
        all.extend([Band::Best, Band::Middle, Band::Low].map(Self::Thanks));
        all.extend([Self::Transfer, Self::NobodyFree, Self::Goodbye]);
        all
    }
}

impl fmt::Display for PromptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Greeting => f.write_str("greeting"),
            Self::Question => f.write_str("question"),
            Self::Reprompt => f.write_str("reprompt"),
            Self::Keypad => f.write_str("keypad"),
            Self::Readback(rating) => write!(f, "readback-{rating}"),
            Self::Thanks(Band::Best) => f.write_str("thanks-best"),
            Self::Thanks(Band::Middle) => f.write_str("thanks-middle"),
            Self::Thanks(Band::Low) => f.write_str("thanks-low"),
            Self::Transfer => f.write_str("transfer"),
            Self::NobodyFree => f.write_str("nobody-free"),
            Self::Goodbye => f.write_str("goodbye"),
        }
    }
}

impl TryFrom<String> for PromptId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::all().into_iter().find(|id| id.to_string() == text).ok_or_else(|| {
            let allowed: Vec<String> = Self::all().iter().map(Self::to_string).collect();
            format!("unknown prompt {text:?}, expected one of {}", allowed.join(", "))
        })
    }
}

impl From<PromptId> for String {
    fn from(id: PromptId) -> String {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prompt_survives_its_text_form() {
        for id in PromptId::all() {
            assert_eq!(PromptId::try_from(id.to_string()), Ok(id));
        }
        assert!(PromptId::try_from("readback-6".to_owned()).unwrap_err().contains("readback-5"));
    }
}
