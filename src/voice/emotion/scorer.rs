//! From the caller's speech to vocal emotion.

use std::path::Path;

use super::head::Head;
use super::pooling::{pooled_vector, pooled_width};
use super::quality::Quality;
use super::voice_emotion::{Caution, VoiceAssessment, VoiceEmotion};
use crate::encoder::{SpeechEncoder, States};
use crate::error::{Error, Result};
use crate::voice::baseline::CallerBaseline;
use crate::voice::caller::CallerSpeech;

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
    /// Loads the encoder from its safetensors file, and the head: a `voice-head.json` beside that file (one that
    /// `codetta voice train` made) if there is one, else our own.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] when the encoder is missing or damaged, or a head does not fit it.
    pub fn load(encoder_file: &Path) -> Result<Self> {
        let encoder = SpeechEncoder::load(encoder_file)?;
        let own = encoder_file.with_file_name(HEAD_FILE);
        let width = pooled_width(&encoder);
        let head = if own.is_file() {
            let json = std::fs::read(&own).map_err(|e| Error::io(&own, &e))?;
            Head::from_json(&json, width, &own.display().to_string())?
        } else {
            Head::from_json(OWN_HEAD, width, HEAD_FILE)?
        };
        Ok(Self { encoder, head })
    }

    /// File name and content of our own head: for the record of a decision.
    pub fn own_head() -> (&'static str, &'static [u8]) {
        (HEAD_FILE, OWN_HEAD)
    }

    /// The encoder that it reads, for others to share.
    pub fn encoder(&self) -> &SpeechEncoder {
        &self.encoder
    }

    /// Vocal emotion of one utterance, leaning to neutral as far as it cannot be trusted.
    ///
    /// Takes about as long as a thirtieth of the speech on one core; the last 15 s of a longer utterance are heard.
    /// Blocking: call it from a thread that may wait.
    pub fn score(&self, speech: &CallerSpeech<'_>) -> VoiceEmotion {
        self.assess(speech, None).emotion
    }

    /// The same, measured against how this caller usually sounds, and with the reason for any distrust.
    ///
    /// The utterance is then added to the baseline.
    pub fn assess(&self, speech: &CallerSpeech<'_>, baseline: Option<&mut CallerBaseline>) -> VoiceAssessment {
        let utterance = speech.utterance();
        let (mut trust, mut caution) = Quality::measure(utterance).trust();
        if trust <= 0.0 {
            return VoiceAssessment { emotion: VoiceEmotion::UNTOLD, caution };
        }
        let seconds = utterance.speech_seconds();
        let mut vector = self.head.standardise(&pooled_vector(&self.encoder, &States::of(&self.encoder, utterance)));
        if let Some(baseline) = baseline {
            let raw = vector.clone();
            baseline.adjust(&mut vector);
            baseline.add(&raw, trust * self.head.emotion(&self.head.scores(&raw), seconds).confidence);
        }
        let emotion = self.head.emotion(&self.head.scores(&vector), seconds);
        if emotion.confidence < 0.5 {
            caution = Some(Caution::NotSpeech);
        }
        trust *= emotion.confidence;
        VoiceAssessment { emotion: emotion.trusted(trust), caution }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Samples;
    use crate::model::Store;
    use crate::segment::{Utterance, speech};
    use crate::units::{Frames, SampleRate};

    fn scorer() -> Option<VoiceScorer> {
        let store = Store::locate().unwrap();
        match store.path(crate::encoder::FILE) {
            Ok(path) => Some(VoiceScorer::load(&path).unwrap()),
            Err(error) => {
                eprintln!("SKIPPED: {error}");
                None
            }
        }
    }

    fn call(name: &str) -> Samples {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio/calls/{name}.wav"));
        crate::audio::resample(&crate::capture::read(&path).unwrap(), SampleRate::SPEECH).unwrap()
    }

    #[test]
    fn our_own_head_fits_the_encoder() {
        let head = Head::from_json(OWN_HEAD, 2048, HEAD_FILE).unwrap();
        assert!(head.labels.len() >= 4);
        for wrong in [&b"{}"[..], b"", b"\xff\xfe", &OWN_HEAD[..OWN_HEAD.len() / 2]] {
            assert_eq!(Head::from_json(wrong, 2048, "x").unwrap_err().kind(), crate::ErrorKind::Model);
        }
        assert!(Head::from_json(OWN_HEAD, 1024, "x").is_err());
    }

    #[test]
    fn an_answer_gets_probabilities_and_its_gain_does_not_matter() {
        let Some(scorer) = scorer() else { return };
        let answer = speech(&call("angry-en")).unwrap().unwrap();
        let quiet = Utterance {
            samples: Samples::new(answer.samples.data().iter().map(|x| 0.25 * x).collect(), SampleRate::SPEECH),
            ..answer.clone()
        };
        let loud = scorer.score(&CallerSpeech::of_caller(&answer));
        let quiet = scorer.score(&CallerSpeech::of_caller(&quiet));
        assert!((loud.angry + loud.sad + loud.neutral + loud.happy - 1.0).abs() < 1e-4, "{loud:?}");
        assert!((0.0..=1.0).contains(&loud.negative) && (0.0..=1.0).contains(&loud.arousal), "{loud:?}");
        assert!((loud.angry - quiet.angry).abs() < 0.02 && (loud.negative - quiet.negative).abs() < 0.02);
    }

    #[test]
    fn silence_and_snippets_are_neutral_with_no_confidence() {
        let Some(scorer) = scorer() else { return };
        for length in [0usize, 1, 100, 3200, 48_000] {
            let utterance = Utterance {
                samples: Samples::new(vec![0.0; length], SampleRate::SPEECH),
                span: Frames(0)..Frames(length as u64),
                speech_frames: vec![1.0; length.div_ceil(256)],
            };
            let assessment = scorer.assess(&CallerSpeech::of_caller(&utterance), None);
            assert_eq!(assessment.emotion, VoiceEmotion::UNTOLD);
            assert!(assessment.caution.is_some());
        }
    }

    #[test]
    fn two_minutes_cost_no_more_than_the_end_of_them() {
        let Some(scorer) = scorer() else { return };
        let answer = call("angry-en");
        let long: Vec<f32> = answer.data().iter().copied().cycle().take(16_000 * 120).collect();
        let utterance = Utterance {
            span: Frames(0)..Frames(long.len() as u64),
            speech_frames: vec![1.0; long.len().div_ceil(256)],
            samples: Samples::new(long, SampleRate::SPEECH),
        };
        let heard = scorer.score(&CallerSpeech::of_caller(&utterance));
        assert!(heard.confidence > 0.0);
    }

    /// The library's own music, wherever the voice detector takes it for speech at all.
    #[test]
    fn music_is_no_emotion() {
        let Some(scorer) = scorer() else { return };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/outros");
        let mut heard = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(music) = crate::capture::read(&path) else { continue };
            heard += 1;
            let music = crate::audio::resample(&music, SampleRate::SPEECH).unwrap();
            let Some(utterance) = speech(&music).unwrap() else { continue };
            let assessment = scorer.assess(&CallerSpeech::of_caller(&utterance), None);
            assert!(assessment.emotion.confidence <= 0.3, "{}: {assessment:?}", path.display());
        }
        assert!(heard > 0, "no outro could be read");
    }

    #[test]
    fn a_caller_baseline_moves_the_answer_only_after_three_utterances() {
        let Some(scorer) = scorer() else { return };
        let answer = speech(&call("angry-zh")).unwrap().unwrap();
        let answer = CallerSpeech::of_caller(&answer);
        let alone = scorer.score(&answer);
        let mut baseline = CallerBaseline::new();
        for heard in 0..5 {
            let emotion = scorer.assess(&answer, Some(&mut baseline)).emotion;
            assert_eq!(emotion == alone, heard < 3, "utterance {heard}");
        }
    }
}
