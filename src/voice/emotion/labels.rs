//! Names of emotions, and where each lies on the circumplex of valence and arousal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// An emotion that a labelled recording may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmotionLabel {
    Angry,
    Sad,
    Neutral,
    Happy,
    Bored,
    Fearful,
    Disgusted,
    Surprised,
    /// No voice at all: music, tones, noise. Recordings of it teach the head what not to judge.
    #[serde(rename = "not speech")]
    NotSpeech,
}

impl EmotionLabel {
    pub const ALL: [Self; 9] = [
        Self::Angry,
        Self::Sad,
        Self::Neutral,
        Self::Happy,
        Self::Bored,
        Self::Fearful,
        Self::Disgusted,
        Self::Surprised,
        Self::NotSpeech,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Sad => "sad",
            Self::Neutral => "neutral",
            Self::Happy => "happy",
            Self::Bored => "bored",
            Self::Fearful => "fearful",
            Self::Disgusted => "disgusted",
            Self::Surprised => "surprised",
            Self::NotSpeech => "not speech",
        }
    }

    /// Whether it counts as negative. Boredom does not: a flat, indifferent answer is no complaint.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::Angry | Self::Sad | Self::Fearful | Self::Disgusted)
    }

    /// Valence −1..=1 and arousal 0..=1.
    ///
    /// Cosine and half of (1 + sine) of the word's angle on the circumplex (Russell 1980, Journal of Personality and
    /// Social Psychology 39(6), figure 2): happy 8°, astonished 70°, angry 99°, afraid 116°, distressed 138° (for
    /// disgust), sad 208°, bored 242°; neutral is the centre.
    pub fn circumplex(self) -> (f32, f32) {
        let degrees: f32 = match self {
            Self::Neutral | Self::NotSpeech => return (0.0, 0.5),
            Self::Happy => 7.8,
            Self::Surprised => 69.8,
            Self::Angry => 99.0,
            Self::Fearful => 116.0,
            Self::Disgusted => 138.0,
            Self::Sad => 207.5,
            Self::Bored => 242.0,
        };
        let (sine, cosine) = degrees.to_radians().sin_cos();
        (cosine, 0.5 * (1.0 + sine))
    }
}

impl fmt::Display for EmotionLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EmotionLabel {
    type Err = Error;

    /// The name, or a common word for it: "anger", "sadness", "happiness", "joy", "boredom", "fear", "disgust",
    /// "surprise", "calm".
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "angry" | "anger" => Self::Angry,
            "sad" | "sadness" => Self::Sad,
            "neutral" | "calm" => Self::Neutral,
            "happy" | "happiness" | "joy" => Self::Happy,
            "bored" | "boredom" => Self::Bored,
            "fearful" | "fear" => Self::Fearful,
            "disgusted" | "disgust" => Self::Disgusted,
            "surprised" | "surprise" => Self::Surprised,
            "not speech" => Self::NotSpeech,
            other => {
                let names = Self::ALL.map(Self::name).join(", ");
                return Err(Error::new(ErrorKind::Usage, "emotion", format!("expected {names}; got {other:?}")));
            }
        })
    }
}
