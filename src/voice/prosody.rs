//! Measured properties of a voice: pitch, loudness, perturbation, tempo.

use serde::{Deserialize, Serialize};

/// Prosody of one utterance. A value is absent where it is not defined (no voiced frame, too short).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prosody {
    /// Mean fundamental frequency over voiced frames, hertz.
    pub f0_mean_hz: Option<f32>,
    /// Standard deviation of the fundamental frequency, semitones.
    pub f0_sd_semitones: Option<f32>,
    /// Programme loudness, LUFS.
    pub loudness_lufs: Option<f32>,
    /// Local jitter: mean absolute difference of neighbouring periods over the mean period.
    pub jitter_local: Option<f32>,
    /// Local shimmer, decibels.
    pub shimmer_local_db: Option<f32>,
    /// Harmonics-to-noise ratio, decibels.
    pub hnr_db: Option<f32>,
    /// Syllable nuclei per second.
    pub speech_rate_hz: Option<f32>,
    /// Share of frames that are voiced, 0..=1.
    pub voiced_fraction: f32,
}
