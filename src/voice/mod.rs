//! How it was said: prosody and vocal emotion of the caller.

mod baseline;
mod caller;
mod emotion;
mod prosody;

pub use baseline::CallerBaseline;
pub use caller::{Agent, CallLeg, Caller, CallerChannel, CallerSpeech, Speech, is_two_sided, split_call};
pub use emotion::{
    Caution, DEFAULT_STRENGTH, EmotionLabel, LabelledVector, TrainingReport, VoiceAssessment, VoiceEmotion,
    VoiceFeatures, VoiceScorer, train_head,
};
pub use prosody::{PitchContour, PitchSettings, Prosody};
