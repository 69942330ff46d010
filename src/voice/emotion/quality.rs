//! How much an utterance can tell of a voice at all: length of speech, noise, clipping, voicing, steadiness.

use super::voice_emotion::Caution;
use crate::encoder::active_level;
use crate::segment::Utterance;
use crate::voice::{PitchContour, PitchSettings};

const VOICE_FRAME: usize = 256;
const SPEECH_PROBABILITY: f32 = 0.5;
/// A sample this near to the peak counts as clipped. In every fifth training file of EMO-DB, FSDD and cmn (at most 150 of
/// each) they are at most 1 in 1,500, 1 in 430 and 1 in 3,000.
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

    /// Trust 0..=1, and the chief reason for distrust. The ends of each ramp are reasoned, not fitted.
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
    let mut steps: Vec<f64> =
        pitch.hertz.windows(2).filter_map(|pair| Some(12.0 * (pair[1]? / pair[0]?).log2().abs())).collect();
    steps.sort_by(f64::total_cmp);
    // Without pitch there is no evidence of a machine; `voiced` speaks for that case.
    steps.get(steps.len() / 2).map_or(1.0, |&step| step as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Samples;
    use crate::segment::speech;
    use crate::units::{Frames, SampleRate};
    use std::f64::consts::TAU;

    /// Trust in the worst case: the voice detector takes every frame for speech.
    fn trust(data: Vec<f32>) -> (f32, Option<Caution>) {
        let samples = Samples::new(data, SampleRate::SPEECH);
        let speech_frames = vec![1.0; samples.data().len().div_ceil(VOICE_FRAME)];
        Quality::measure(&Utterance { span: Frames(0)..samples.frames(), samples, speech_frames }).trust()
    }

    fn noise() -> impl FnMut() -> f64 {
        let mut state = 9u32;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0
        }
    }

    fn sound(seconds: f64, mut at: impl FnMut(f64) -> f64) -> Vec<f32> {
        (0..(16_000.0 * seconds) as usize).map(|i| at(i as f64 / 16_000.0) as f32).collect()
    }

    /// A voice-like buzz with moving pitch, four syllables a second.
    fn voice(seconds: f64, gain: f64) -> Vec<f32> {
        let mut phase = 0.0f64;
        let mut random = noise();
        sound(seconds, |t| {
            phase += TAU * (160.0 + 40.0 * (5.0 * t).sin()) / 16_000.0;
            let syllable = (TAU * 2.0 * t).sin().abs().powi(2);
            let buzz: f64 = (1..20).map(|h| (phase * f64::from(h) + f64::from(h * h)).cos() / f64::from(h)).sum();
            gain * syllable * buzz + 1e-3 * random()
        })
    }

    #[test]
    fn a_second_and_a_half_of_clear_voice_is_trusted() {
        let (trust, caution) = trust(voice(2.5, 0.15));
        assert!(trust > 0.8 && caution.is_none(), "{trust} {caution:?}");
    }

    #[test]
    fn silence_tones_chords_noise_and_whispers_are_not() {
        let mut random = noise();
        let whisper = sound(2.0, |t| 0.1 * (TAU * 2.0 * t).sin().powi(2) * random());
        let mut random = noise();
        let cases = [
            ("nothing", vec![], None),
            ("silence", vec![0.0; 32_000], None),
            ("constant", vec![0.3; 32_000], None),
            ("tone", sound(2.0, |t| 0.3 * (TAU * 220.0 * t).sin()), Some(Caution::NotSpeech)),
            ("high tone", sound(2.0, |t| 0.3 * (TAU * 1850.0 * t).sin()), None),
            ("chord", sound(2.0, |t| [220.0, 277.2, 329.6].iter().map(|f| 0.1 * (TAU * f * t).sin()).sum()), None),
            ("noise", sound(2.0, |_| 0.2 * random()), Some(Caution::Voiceless)),
            ("whisper", whisper, Some(Caution::Voiceless)),
            ("clipped", voice(2.0, 0.3).iter().map(|x| (8.0 * x).clamp(-0.5, 0.5)).collect(), Some(Caution::Clipped)),
            ("a fifth of a second", voice(0.2, 0.2), Some(Caution::LittleSpeech)),
        ];
        for (name, data, expected) in cases {
            let (trust, caution) = trust(data);
            assert!(trust <= 0.2, "{name}: {trust}");
            assert!(expected.is_none() || caution == expected, "{name}: {caution:?}");
        }
    }

    #[test]
    fn spoken_answers_on_the_telephone_are_trusted() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/calls");
        for name in ["angry-en", "angry-zh", "delighted-en", "delighted-zh", "lukewarm-zh"] {
            let call = crate::capture::read(&folder.join(format!("{name}.wav"))).unwrap();
            let call = crate::audio::resample(&call, SampleRate::SPEECH).unwrap();
            let quality = Quality::measure(&speech(&call).unwrap().unwrap());
            let (trust, caution) = quality.trust();
            assert!(trust >= 0.6, "{name}: {trust} {caution:?} {quality:?}");
        }
    }
}
