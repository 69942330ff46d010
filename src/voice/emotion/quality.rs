//! How much an utterance can tell of a voice at all: length of speech, noise, clipping, voicing, steadiness.

use super::pooling::active_level;
use super::voice_emotion::Caution;
use crate::segment::Utterance;
use crate::voice::{PitchContour, PitchSettings};

const VOICE_FRAME: usize = 256;
const SPEECH_PROBABILITY: f32 = 0.5;
/// A sample this near to the peak counts as clipped; in speech that is not clipped they are fewer than 1 in 1000.
const CEILING: f32 = 0.98;

/// What was measured, each with what it does to trust in [`Quality::trust`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quality {
    /// Seconds that the voice detector takes for speech and that are within 30 dB of the loudest.
    pub(super) speech_s: f32,
    /// Level of active speech over the quietest tenth, decibels.
    pub(super) snr_db: f32,
    /// Share of samples at the ceiling.
    pub(super) clipped: f32,
    /// Voiced seconds over speech seconds.
    pub(super) voiced: f32,
    /// Median change of pitch from one 10 ms frame to the next, semitones: 0 for machines, more for voices.
    pub(super) pitch_motion: f32,
}

impl Quality {
    pub(super) fn measure(utterance: &Utterance) -> Self {
        let data = utterance.samples.data();
        let level = active_level(data);
        let mut powers: Vec<f32> =
            data.chunks(VOICE_FRAME).map(|c| c.iter().map(|x| x * x).sum::<f32>() / c.len() as f32).collect();
        let speech = powers
            .iter()
            .zip(&utterance.speech_frames)
            .filter(|(power, p)| **p >= SPEECH_PROBABILITY && **power >= level * level * 1e-3)
            .count();
        let speech_s = (speech * VOICE_FRAME) as f32 / utterance.samples.rate().hertz() as f32;
        powers.sort_by(f32::total_cmp);
        let quiet = &powers[..powers.len().div_ceil(10)];
        let floor = quiet.iter().sum::<f32>() / quiet.len().max(1) as f32;
        let snr_db = if level > 0.0 { 10.0 * (level * level / floor.max(1e-12)).log10() } else { 0.0 };
        let peak = utterance.samples.peak();
        let clipped = if peak > 0.0 {
            data.iter().filter(|x| x.abs() >= CEILING * peak).count() as f32 / data.len() as f32
        } else {
            0.0
        };
        let pitch = PitchContour::measure(&utterance.samples, &PitchSettings::default());
        let voiced_s = pitch.hertz.iter().flatten().count() as f32 * pitch.step_s as f32;
        Self {
            speech_s,
            snr_db,
            clipped,
            voiced: if speech_s > 0.0 { voiced_s / speech_s } else { 0.0 },
            pitch_motion: pitch_motion(&pitch),
        }
    }

    /// Trust 0..=1, and the chief reason for distrust. Each ramp runs from where nothing can be told to where
    /// accuracy on speakers that were not trained on no longer rises (see BENCHMARKS.md).
    pub(super) fn trust(&self) -> (f32, Option<Caution>) {
        let ramp = |value: f32, none: f32, full: f32| ((value - none) / (full - none)).clamp(0.0, 1.0);
        let factors = [
            (ramp(self.pitch_motion, 0.01, 0.03), Caution::NotSpeech),
            (ramp(self.speech_s, 0.2, 1.0), Caution::LittleSpeech),
            (ramp(self.voiced, 0.1, 0.3), Caution::Voiceless),
            (ramp(self.snr_db, 0.0, 10.0), Caution::Noisy),
            (ramp(self.clipped, 0.1, 0.01), Caution::Clipped),
        ];
        let trust = factors.iter().map(|(factor, _)| factor).product();
        let worst = factors.iter().min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(factor, _)| *factor < 0.5);
        (trust, worst.map(|(_, caution)| *caution))
    }
}

fn pitch_motion(pitch: &PitchContour) -> f32 {
    let mut steps: Vec<f64> = pitch
        .hertz
        .windows(2)
        .filter_map(|pair| Some(12.0 * (pair[1]? / pair[0]?).log2().abs()))
        .collect();
    steps.sort_by(f64::total_cmp);
    // Without pitch there is no evidence of a machine; `voiced` speaks for that case.
    steps.get(steps.len() / 2).map_or(1.0, |&step| step as f32)
}
