//! The lower half of Whisper's encoder: how speech sounds, state by state. Voice and English hearing read it as it is,
//! Mandarin hearing adapted to noisy lines.

mod mel;
mod speech_encoder;
mod states;

#[cfg(feature = "whisper")]
pub(crate) use speech_encoder::ADAPTER;
pub use speech_encoder::{BLOCKS, SAMPLES_PER_STATE, SpeechEncoder};
pub use states::{States, active_level};

/// What its weights are called in the model store.
pub const FILE: &str = "whisper-base-encoder3.safetensors";
