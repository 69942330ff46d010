//! What the sound of a voice suggests: vocal emotion from the lower half of Whisper's encoder and a small head.

mod encoder;
mod mel;
mod pooling;
mod voice_emotion;

pub use encoder::SpeechEncoder;
pub use pooling::pooled_features;
pub use voice_emotion::VoiceEmotion;
