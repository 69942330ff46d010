//! Scripted calls: what the caller does, and what must come of it. The format is explained in calls.toml.

use codetta::dialogue::Event;
use codetta::hear::{Heard, Intents, RatingPosterior, Transcript};
use codetta::judge::{Keyed, Spoken};
use codetta::sentiment::{SentimentLabel, TextSentiment};
use codetta::units::Language;
use codetta::voice::VoiceEmotion;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripts {
    pub call: Vec<Script>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub name: String,
    /// Rows of the policy table that the call shows.
    pub rows: Vec<String>,
    #[serde(default)]
    pub steps: Vec<Step>,
    #[serde(default)]
    pub transfer: Vec<String>,
    pub scale: Option<String>,
    /// Changes to the default policy, TOML.
    #[serde(default)]
    pub policy: String,
    #[serde(default)]
    pub rating_only: bool,
    pub expect: Expectation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    pub prompts: Vec<String>,
    #[serde(default)]
    pub music: Vec<String>,
    pub outcome: String,
    pub rating: Option<u8>,
    pub raw_key: Option<u8>,
    /// Code of the heaviest reason of each judged turn.
    pub reasons: Vec<String>,
    pub callback: Option<String>,
    /// The report says that the caller wants no calls.
    #[serde(default)]
    pub no_calls: bool,
    #[serde(default)]
    pub hung_up: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When this prompt has ended …
    pub after: Option<String>,
    /// … or has begun: a barge-in.
    pub during: Option<String>,
    /// Seconds from then.
    #[serde(default = "one")]
    pub delay: f64,
    pub says: Option<Said>,
    /// Canonical rating heard and its probability.
    pub rating: Option<(u8, f32)>,
    pub words: Option<String>,
    pub voice: Option<String>,
    #[serde(default)]
    pub human: f32,
    #[serde(default)]
    pub repeat: f32,
    #[serde(default)]
    pub later: f32,
    #[serde(default)]
    pub no_calls: f32,
    #[serde(default)]
    pub wrong_number: f32,
    pub key: Option<String>,
    /// Seconds that the keys come after the speech began.
    #[serde(default)]
    pub key_delay: f64,
    #[serde(default)]
    pub hangs_up: bool,
    #[serde(default)]
    pub declines_emotion: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub zh: String,
    pub en: String,
}

fn one() -> f64 {
    1.0
}

/// Seconds that an utterance takes here, from its first sound to its understanding.
const UTTERANCE_S: f64 = 1.2;

impl Step {
    /// The events of this step, with their delays in seconds.
    pub fn events(&self, language: Language) -> Vec<(f64, Event)> {
        let mut events = Vec::new();
        if self.declines_emotion {
            events.push((self.delay, Event::EmotionDeclined));
        }
        if let Some(said) = &self.says {
            events.push((self.delay, Event::SpeechStarted));
            events.push((self.delay + UTTERANCE_S, Event::Answered(Box::new(self.spoken(said, language)))));
        }
        if let Some(key) = &self.key {
            let keyed = match key.as_str() {
                "0" => Keyed::Human(None),
                digits => digits.parse().map_or(Keyed::Invalid, Keyed::Number),
            };
            events.push((self.delay + self.key_delay, Event::KeyStarted));
            events.push((self.delay + self.key_delay + 0.3, Event::Keyed(keyed)));
        }
        if self.hangs_up {
            events.push((self.delay, Event::HungUp));
        }
        events
    }

    fn spoken(&self, said: &Said, language: Language) -> Spoken {
        let text = match language {
            Language::Zh => &said.zh,
            Language::En => &said.en,
        };
        let rating = self.rating.map_or(RatingPosterior::NONE, |(value, p)| {
            let mut levels = [(1.0 - p) * 0.2; 5];
            levels[usize::from(value) - 1] = p;
            RatingPosterior::from_weights(levels, (1.0 - p) * 0.2)
        });
        Spoken {
            heard: Some(Heard {
                transcript: Transcript { text: text.clone(), language },
                rating,
                intents: Intents {
                    human: self.human,
                    repeat: self.repeat,
                    later: self.later,
                    no_calls: self.no_calls,
                    wrong_number: self.wrong_number,
                },
            }),
            text: Some(sentiment(self.words.as_deref().unwrap_or("neutral"))),
            voice: self.voice.as_deref().map(voice),
            speech_s: UTTERANCE_S as f32,
        }
    }
}

fn sentiment(words: &str) -> TextSentiment {
    let (levels, score, label) = match words {
        "good" => ([0.005, 0.005, 0.01, 0.08, 0.90], 0.93, SentimentLabel::Positive),
        "bad" => ([0.90, 0.08, 0.01, 0.005, 0.005], -0.93, SentimentLabel::Negative),
        "neutral" => ([0.1, 0.2, 0.4, 0.2, 0.1], 0.0, SentimentLabel::Neutral),
        other => panic!("words {other}"),
    };
    TextSentiment { levels, score, label, confidence: 1.0 }
}

fn voice(voice: &str) -> VoiceEmotion {
    let (angry, sad, neutral, happy, confidence) = match voice {
        "angry" => (0.93, 0.03, 0.03, 0.01, 0.8),
        "happy" => (0.02, 0.03, 0.15, 0.80, 0.8),
        "brief" => (0.93, 0.03, 0.03, 0.01, 0.2),
        other => panic!("voice {other}"),
    };
    let negative = angry + sad;
    VoiceEmotion { angry, sad, neutral, happy, negative, arousal: 0.5, valence: 0.0, confidence }
}
