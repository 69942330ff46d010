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
