//! What a screen shows of a call.

use serde::Serialize;

use super::stage::Music;
use crate::dialogue::Outcome;
use crate::handoff::News;
use crate::hear::{RatingPosterior, Transcript};
use crate::judge::Decision;
use crate::outro::PromptId;
use crate::sentiment::TextSentiment;
use crate::voice::VoiceEmotion;

/// What the line is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Speech {
    /// Our own sound is in the room; words are not listened to.
    #[default]
    Closed,
    Listening,
    Speaking,
    /// The caller has spoken and is being understood.
    Understanding,
}

/// The call as it stands.
#[derive(Clone, Debug, Default, Serialize)]
pub struct View {
    pub clock_s: f64,
    /// Level of the caller's sound (dBFS, at least −90): root mean square, and peak, of the last piece.
    pub level_dbfs: f32,
    pub peak_dbfs: f32,
    pub speech: Speech,
    pub prompt: Option<PromptId>,
    pub prompt_text: String,
    pub transcript: Option<Transcript>,
    pub rating: Option<RatingPosterior>,
    pub sentiment: Option<TextSentiment>,
    pub voice: Option<VoiceEmotion>,
    /// Keys pressed so far.
    pub keys: String,
    pub decision: Option<Decision>,
    /// What music plays, in words; empty for none.
    pub music: String,
    pub transfer: Option<News>,
    pub outcome: Option<Outcome>,
    /// From the last word to the ending's cue.
    pub after_speech_ms: Option<f64>,
}

impl View {
    pub(super) fn show_music(&mut self, music: &Music) {
        self.music = match music {
            Music::Silence => String::new(),
            Music::Bed(title) => format!("{title} (while you are asked)"),
            Music::Outro(title) => format!("{title} (outro)"),
            Music::Waiting(title) => format!("{title} (until a human answers)"),
        };
    }

    /// The level of the piece that came in last.
    pub(super) fn show_level(&mut self, samples: &[f32]) {
        let decibels = |amplitude: f32| (20.0 * amplitude.max(1e-9).log10()).max(-90.0);
        let energy = samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32;
        self.level_dbfs = decibels(energy.sqrt());
        self.peak_dbfs = decibels(samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs())));
    }
}
