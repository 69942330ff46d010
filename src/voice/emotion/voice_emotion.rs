//! Vocal emotion: what the sound of a voice suggests, with how far to trust it.

use serde::{Deserialize, Serialize};

/// Vocal emotion of one utterance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceEmotion {
    /// P(angry), with sad, neutral and happy summing to 1.
    pub angry: f32,
    pub sad: f32,
    pub neutral: f32,
    pub happy: f32,
    /// P(any negative emotion), 0..=1.
    pub negative: f32,
    /// Calm 0 to excited 1.
    pub arousal: f32,
    /// Unpleasant −1 to pleasant 1.
    pub valence: f32,
    /// How far to trust it, 0..=1: low for little speech or much noise.
    pub confidence: f32,
}

impl VoiceEmotion {
    /// What is said of a voice that tells nothing: mostly neutral, with no confidence.
    pub const UNTOLD: Self = Self {
        angry: 0.05,
        sad: 0.05,
        neutral: 0.85,
        happy: 0.05,
        negative: 0.1,
        arousal: 0.5,
        valence: 0.0,
        confidence: 0.0,
    };

    /// This emotion as far as it is trusted (0..=1), [`Self::UNTOLD`] for the rest.
    #[must_use]
    pub fn trusted(&self, trust: f32) -> Self {
        let trust = if trust.is_nan() { 0.0 } else { trust.clamp(0.0, 1.0) };
        let lean = |heard: f32, untold: f32| trust * heard + (1.0 - trust) * untold;
        Self {
            angry: lean(self.angry, Self::UNTOLD.angry),
            sad: lean(self.sad, Self::UNTOLD.sad),
            neutral: lean(self.neutral, Self::UNTOLD.neutral),
            happy: lean(self.happy, Self::UNTOLD.happy),
            negative: lean(self.negative, Self::UNTOLD.negative),
            arousal: lean(self.arousal, Self::UNTOLD.arousal),
            valence: lean(self.valence, Self::UNTOLD.valence),
            confidence: trust,
        }
    }
}

/// Why a voice was not trusted in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Caution {
    /// Hardly any speech: under about a second.
    LittleSpeech,
    /// Speech hardly rises above the noise.
    Noisy,
    /// Many samples are at the ceiling.
    Clipped,
    /// Speech without voice: a whisper, or noise that the voice detector took for speech.
    Voiceless,
    /// It does not sound like speech: a tone, music, a machine.
    NotSpeech,
}

impl Caution {
    /// A reason in words, for reports.
    pub fn reason(self) -> &'static str {
        match self {
            Self::LittleSpeech => "too little speech to judge the voice",
            Self::Noisy => "the voice hardly rises above the noise",
            Self::Clipped => "the recording is clipped",
            Self::Voiceless => "whispered or voiceless speech",
            Self::NotSpeech => "it does not sound like speech",
        }
    }
}

/// Vocal emotion with the chief reason for distrust, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceAssessment {
    pub emotion: VoiceEmotion,
    pub caution: Option<Caution>,
}

impl VoiceAssessment {
    /// What is said of a recording without speech.
    pub const NOTHING_HEARD: Self = Self { emotion: VoiceEmotion::UNTOLD, caution: Some(Caution::LittleSpeech) };
}
