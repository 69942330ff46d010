//! From the caller's speech to vocal emotion.

use std::path::Path;

use super::encoder::SpeechEncoder;
use super::head::Head;
use super::pooling::pooled_vector;
use super::quality::Quality;
use super::voice_emotion::{VoiceAssessment, VoiceEmotion};
use crate::error::{Error, Result};
use crate::voice::baseline::CallerBaseline;
use crate::voice::caller::CallerSpeech;

const ENCODER_FILE: &str = "whisper-base-encoder3.safetensors";
const HEAD_FILE: &str = "voice-head.json";
/// Our own head: trained by `scripts/train/voice`, described in `models/voice-head.md`.
const OWN_HEAD: &[u8] = include_bytes!("../../../models/voice-head.json");

/// Scores vocal emotion. Immutable once loaded: one scorer serves any number of threads.
#[derive(Debug)]
pub struct VoiceScorer {
    encoder: SpeechEncoder,
    head: Head,
}

impl VoiceScorer {
    /// Loads the encoder from the models directory; the head from there too if a `voice-head.json` lies in it (one
    /// that `codetta voice train` made), else our own.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] when the encoder is missing or damaged, or a head does not fit it.
    pub fn load(models_dir: &Path) -> Result<Self> {
        let encoder = SpeechEncoder::load(&models_dir.join(ENCODER_FILE))?;
        let own = models_dir.join(HEAD_FILE);
        let width = 2 * encoder.width();
        let head = if own.is_file() {
            let json = std::fs::read(&own).map_err(|e| Error::io(&own, &e))?;
            Head::from_json(&json, width, &own.display().to_string())?
        } else {
            Head::from_json(OWN_HEAD, width, HEAD_FILE)?
        };
        Ok(Self { encoder, head })
    }

    /// Vocal emotion of one utterance, leaning to neutral as far as it cannot be trusted.
    ///
    /// Takes about as long as a thirtieth of the speech on one core; the last 15 s of a longer utterance are heard.
    /// Blocking: call it from a thread that may wait.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] when the encoder's weights do not fit together.
    pub fn score(&self, speech: &CallerSpeech) -> Result<VoiceEmotion> {
        Ok(self.assess(speech, None)?.emotion)
    }

    /// The same, measured against how this caller usually sounds, and with the reason for any distrust.
    ///
    /// The utterance is then added to the baseline.
    ///
    /// # Errors
    /// Those of [`Self::score`].
    pub fn assess(
        &self,
        speech: &CallerSpeech,
        baseline: Option<&mut CallerBaseline>,
    ) -> Result<VoiceAssessment> {
        let utterance = speech.utterance();
        let (trust, caution) = Quality::measure(utterance).trust();
        if trust <= 0.0 {
            return Ok(VoiceAssessment { emotion: VoiceEmotion::UNTOLD, caution });
        }
        let mut vector = self.head.standardise(&pooled_vector(&self.encoder, utterance)?);
        if let Some(baseline) = baseline {
            let raw = vector.clone();
            baseline.adjust(&mut vector);
            baseline.add(&raw, trust);
        }
        let emotion = self.head.emotion(&self.head.scores_of_standard(&vector));
        Ok(VoiceAssessment { emotion: emotion.trusted(trust), caution })
    }
}
