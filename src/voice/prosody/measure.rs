//! Measured properties of a voice: pitch, loudness, perturbation, balance, tempo.

use ebur128::{EbuR128, Mode};
use serde::{Deserialize, Serialize};

use super::harmonicity::mean_hnr_db;
use super::pitch::{PitchContour, PitchSettings, analyse};
use super::pulses::{find_pulses, jitter_local, shimmer_local_db};
use super::rhythm::measure_rhythm;
use crate::audio::Samples;
use crate::segment::Utterance;

/// Prosody of one utterance. A value is absent where it is not defined (no voiced frame, too short).
///
/// Pitch, jitter, shimmer and harmonics-to-noise agree with Praat at its default settings (see BENCHMARKS.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prosody {
    /// Mean fundamental frequency over voiced frames, hertz. Window 40 ms (Hann), step 10 ms, 75–600 Hz, by
    /// autocorrelation with path finding (Boersma 1993).
    pub f0_mean_hz: Option<f32>,
    /// Standard deviation of the fundamental frequency, semitones: 12·log2(F0), over voiced frames (n − 1).
    pub f0_sd_semitones: Option<f32>,
    /// Programme loudness, LUFS (EBU R 128, one channel, gated). Below 0.4 s, which gating needs: ungated.
    pub loudness_lufs: Option<f32>,
    /// Local jitter: mean absolute difference of neighbouring periods over the mean period. Does not survive the
    /// telephone: report it, do not score with it.
    pub jitter_local: Option<f32>,
    /// Local shimmer, decibels: mean |20·log10| of the amplitude ratio of neighbouring periods.
    pub shimmer_local_db: Option<f32>,
    /// Harmonics-to-noise ratio, decibels: 10·log10(r/(1 − r)) of the forward cross-correlation, mean over frames
    /// (Boersma 1993, equation 4). Window 13 ms, step 10 ms.
    pub hnr_db: Option<f32>,
    /// Energy of 50–1000 Hz over 1–5 kHz in the voiced frames, decibels (Eyben et al. 2016). Lower is more pressed.
    #[serde(default)]
    pub alpha_ratio_db: Option<f32>,
    /// Slope of the voiced spectrum's level over 0–500 Hz, decibels per kilohertz (Eyben et al. 2016).
    #[serde(default)]
    pub slope_0_500_db_per_khz: Option<f32>,
    /// The same over 500–1500 Hz.
    #[serde(default)]
    pub slope_500_1500_db_per_khz: Option<f32>,
    /// Syllable nuclei per second, from the first sounding frame to the last (de Jong & Wempe 2009).
    pub speech_rate_hz: Option<f32>,
    /// Pauses of 0.3 s or more inside the utterance.
    #[serde(default)]
    pub pauses: u32,
    /// Their seconds in all.
    #[serde(default)]
    pub pause_s: f32,
    /// Share of frames that are voiced, 0..=1.
    pub voiced_fraction: f32,
}

impl Prosody {
    /// Prosody of an utterance, pauses inside it included.
    pub fn of(utterance: &Utterance) -> Self {
        Self::measure(&utterance.samples)
    }

    /// Prosody of all of `samples`, at any rate from 1 kHz up. Never fails: what cannot be measured is absent.
    ///
    /// Time and memory grow linearly with the length. Not for a real-time thread: it allocates.
    pub fn measure(samples: &Samples) -> Self {
        let (pitch, power) = analyse(samples, &PitchSettings::default());
        let pulses = find_pulses(samples, &pitch);
        let rhythm = measure_rhythm(samples, &pitch);
        let voiced: Vec<f64> = pitch.hertz.iter().flatten().copied().collect();
        let narrow = |value: Option<f64>| value.map(|x| x as f32).filter(|x| x.is_finite());
        Self {
            f0_mean_hz: narrow(mean(&voiced)),
            f0_sd_semitones: narrow(semitone_deviation(&voiced)),
            loudness_lufs: narrow(loudness(samples)),
            jitter_local: narrow(jitter_local(&pulses)),
            shimmer_local_db: narrow(shimmer_local_db(samples, &pulses)),
            hnr_db: narrow(mean_hnr_db(samples)),
            alpha_ratio_db: narrow(power.alpha_ratio_db()),
            slope_0_500_db_per_khz: narrow(power.slope_db_per_khz(0.0, 500.0)),
            slope_500_1500_db_per_khz: narrow(power.slope_db_per_khz(500.0, 1500.0)),
            speech_rate_hz: narrow(rhythm.map(|r| r.nuclei as f64 / r.sounding_s)),
            pauses: rhythm.map_or(0, |r| r.pauses as u32),
            pause_s: rhythm.map_or(0.0, |r| r.pause_s as f32),
            voiced_fraction: voiced_fraction(&pitch),
        }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn semitone_deviation(hertz: &[f64]) -> Option<f64> {
    let semitones: Vec<f64> = hertz.iter().map(|f| 12.0 * f.log2()).collect();
    let centre = mean(&semitones).filter(|_| semitones.len() > 1)?;
    let squares: f64 = semitones.iter().map(|s| (s - centre).powi(2)).sum();
    Some((squares / (semitones.len() - 1) as f64).sqrt())
}

fn voiced_fraction(pitch: &PitchContour) -> f32 {
    if pitch.hertz.is_empty() {
        return 0.0;
    }
    pitch.hertz.iter().flatten().count() as f32 / pitch.hertz.len() as f32
}

/// Gated loudness, or that of the whole when it is too short for a gate. None for silence.
fn loudness(samples: &Samples) -> Option<f64> {
    let mut meter = EbuR128::new(1, samples.rate().hertz(), Mode::I).ok()?;
    meter.add_frames_f32(samples.data()).ok()?;
    let gated = meter.loudness_global().ok()?;
    if gated.is_finite() {
        return Some(gated);
    }
    let milliseconds = (samples.seconds() * 1000.0) as u32;
    if !(1..=400).contains(&milliseconds) {
        return None;
    }
    meter.loudness_window(milliseconds).ok().filter(|l| l.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;
    use proptest::prelude::*;

    fn buzz(hertz: f64, seconds: f64, gain: f64) -> Samples {
        let data = (0..(16000.0 * seconds) as usize).map(|i| {
            let t = i as f64 / 16000.0;
            let sum: f64 =
                (1..12).map(|h| (std::f64::consts::TAU * hertz * f64::from(h) * t).sin() / f64::from(h)).sum();
            (gain * sum) as f32
        });
        Samples::new(data.collect(), SampleRate::SPEECH)
    }

    #[test]
    fn a_steady_buzz_is_measured_exactly() {
        for hertz in [90.0, 123.4, 220.0, 431.0] {
            let prosody = Prosody::measure(&buzz(hertz, 1.0, 0.2));
            let semitones = 12.0 * (f64::from(prosody.f0_mean_hz.unwrap()) / hertz).log2().abs();
            assert!(semitones < 0.01, "{hertz} Hz: off by {semitones} semitones");
            assert!(prosody.f0_sd_semitones.unwrap() < 0.05);
            assert!(prosody.jitter_local.unwrap() < 0.002, "{prosody:?}");
            assert!(prosody.shimmer_local_db.unwrap() < 0.1, "{prosody:?}");
            assert!(prosody.hnr_db.unwrap() > 30.0, "{prosody:?}");
            assert!(prosody.voiced_fraction > 0.95);
        }
    }

    #[test]
    fn gain_moves_loudness_and_nothing_else() {
        let loud = Prosody::measure(&buzz(150.0, 1.0, 0.2));
        let quiet = Prosody::measure(&buzz(150.0, 1.0, 0.02));
        let drop = loud.loudness_lufs.unwrap() - quiet.loudness_lufs.unwrap();
        assert!((drop - 20.0).abs() < 0.1, "dropped by {drop} LU");
        assert!((loud.f0_mean_hz.unwrap() - quiet.f0_mean_hz.unwrap()).abs() < 0.01);
        assert!((loud.hnr_db.unwrap() - quiet.hnr_db.unwrap()).abs() < 0.1);
    }

    #[test]
    fn a_short_word_has_a_loudness() {
        let word = Prosody::measure(&buzz(150.0, 0.25, 0.2)).loudness_lufs.unwrap();
        let long = Prosody::measure(&buzz(150.0, 2.0, 0.2)).loudness_lufs.unwrap();
        assert!((word - long).abs() < 1.0, "{word} against {long}");
    }

    #[test]
    fn white_noise_is_hardly_voiced_and_silence_has_nothing() {
        let mut state = 1u32;
        let noise = (0..16000).map(|_| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 8) as f32 / (1u32 << 24) as f32 - 0.5
        });
        assert!(Prosody::measure(&Samples::new(noise.collect(), SampleRate::SPEECH)).voiced_fraction < 0.1);
        let silence = Prosody::measure(&Samples::new(vec![0.0; 32000], SampleRate::SPEECH));
        assert_eq!(silence, Prosody::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_sound_gives_finite_figures(data in prop::collection::vec(-1e6f32..1e6, 0..3000), hertz in 1u32..96_000) {
            let prosody = Prosody::measure(&Samples::new(data, SampleRate::new(hertz).unwrap()));
            prop_assert!((0.0..=1.0).contains(&prosody.voiced_fraction));
            let json = serde_json::to_string(&prosody).unwrap();
            prop_assert_eq!(serde_json::from_str::<Prosody>(&json).unwrap(), prosody);
        }
    }
}
