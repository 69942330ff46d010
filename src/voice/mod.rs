//! How it was said: prosody and vocal emotion of the caller.

mod emotion;
mod prosody;

pub use emotion::{SpeechEncoder, VoiceEmotion, pooled_features};
pub use prosody::{PitchContour, PitchSettings, Prosody};
