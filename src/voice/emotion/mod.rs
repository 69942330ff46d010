//! What the sound of a voice suggests: vocal emotion from the lower half of Whisper's encoder and a small head.

mod calibrate;
mod fit;
mod head;
mod labels;
mod pooling;
mod quality;
mod scorer;
mod train;
mod voice_emotion;

pub use labels::EmotionLabel;
pub use scorer::VoiceScorer;
pub use train::{DEFAULT_STRENGTH, LabelledVector, TrainingReport, VoiceFeatures, train_head};
pub use voice_emotion::{Caution, VoiceAssessment, VoiceEmotion};
