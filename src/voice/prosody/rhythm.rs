//! Tempo: syllable nuclei and pauses from the intensity contour.
//!
//! de Jong, N. H. & Wempe, T. (2009): Praat script to detect syllable nuclei and measure speech rate automatically.
//! Behavior Research Methods 41(2), 385–390. A nucleus is a voiced peak of intensity, at most 25 dB below the loudest,
//! with a dip of at least 2 dB before the next one. A pause is 0.3 s or more below that threshold.

use super::pitch::PitchContour;
use crate::audio::Samples;

const STEP_S: f64 = 0.01;
/// Half the length of the Hann window that smooths intensity, seconds: 64 ms in all, so that pitch pulses vanish.
const HALF_WINDOW_S: f64 = 0.032;
const THRESHOLD_DB: f64 = -25.0;
const DIP_DB: f64 = 2.0;
const SHORTEST_PAUSE_S: f64 = 0.3;
const FLOOR_DB: f64 = -120.0;

/// What the intensity contour tells of tempo.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rhythm {
    /// Syllable nuclei.
    pub(super) nuclei: usize,
    /// Seconds from the first sounding frame to the last.
    pub(super) sounding_s: f64,
    /// Pauses between them.
    pub(super) pauses: usize,
    /// Their seconds in all.
    pub(super) pause_s: f64,
}

pub(super) fn measure_rhythm(samples: &Samples, pitch: &PitchContour) -> Option<Rhythm> {
    let contour = intensity_db(samples);
    let mut sorted: Vec<f64> = contour.iter().copied().filter(|&level| level > FLOOR_DB).collect();
    sorted.sort_by(f64::total_cmp);
    // The 99th percentile stands for the loudest frame, so that one click does not lift the threshold.
    let loudest = *sorted.get(sorted.len().checked_sub(1)? * 99 / 100)?;
    let threshold = loudest + THRESHOLD_DB;
    let sounding = |level: &f64| *level >= threshold;
    let first = contour.iter().position(sounding)?;
    let last = contour.iter().rposition(sounding)?;
    let mut rhythm = Rhythm { sounding_s: (last - first + 1) as f64 * STEP_S, ..Rhythm::default() };
    let mut quiet = 0usize;
    for level in &contour[first..=last] {
        if sounding(level) {
            if quiet as f64 * STEP_S >= SHORTEST_PAUSE_S {
                rhythm.pauses += 1;
                rhythm.pause_s += quiet as f64 * STEP_S;
            }
            quiet = 0;
        } else {
            quiet += 1;
        }
    }
    rhythm.nuclei = count_nuclei(&contour, threshold, |frame| pitch.at(frame as f64 * STEP_S).is_some());
    Some(rhythm)
}

/// Peaks above the threshold that rise at least [`DIP_DB`] out of the valleys on both sides and are voiced.
fn count_nuclei(contour: &[f64], threshold: f64, is_voiced: impl Fn(usize) -> bool) -> usize {
    let mut nuclei = 0;
    let mut valley = f64::INFINITY;
    let mut peak: Option<(usize, f64)> = None;
    for (i, &level) in contour.iter().chain(std::iter::once(&f64::NEG_INFINITY)).enumerate() {
        match peak {
            None => {
                valley = valley.min(level);
                if level >= valley + DIP_DB && level >= threshold {
                    peak = Some((i, level));
                }
            }
            Some((_, height)) if level > height => peak = Some((i, level)),
            Some((place, height)) if level <= height - DIP_DB => {
                nuclei += usize::from(is_voiced(place));
                (peak, valley) = (None, level);
            }
            Some(_) => {}
        }
    }
    nuclei
}

/// Intensity every 10 ms from time 0, dB re full scale: power under a Hann window of 64 ms.
fn intensity_db(samples: &Samples) -> Vec<f64> {
    let rate = f64::from(samples.rate().hertz());
    let half = (HALF_WINDOW_S * rate) as usize;
    if half == 0 || samples.is_empty() {
        return Vec::new();
    }
    let window: Vec<f64> = (0..=2 * half)
        .map(|i| 0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / (2 * half + 1) as f64).cos())
        .collect();
    let total: f64 = window.iter().sum();
    let data = samples.data();
    let count = (samples.seconds() / STEP_S) as usize + 1;
    (0..count)
        .map(|frame| {
            let centre = (frame as f64 * STEP_S * rate) as usize;
            let from = centre.saturating_sub(half);
            let part = &data[from.min(data.len())..(centre + half + 1).min(data.len())];
            let skip = half - (centre - from);
            let power: f64 = part.iter().zip(&window[skip..]).map(|(&x, w)| w * f64::from(x) * f64::from(x)).sum();
            (10.0 * (power / total).log10()).max(FLOOR_DB)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;
    use crate::voice::PitchSettings;

    /// `count` bursts of a 150 Hz buzz, 0.15 s each, `gap_s` apart.
    fn syllables(count: usize, gap_s: f64) -> Samples {
        let gap = vec![0.0f32; (gap_s * 16000.0) as usize];
        let burst: Vec<f32> = (0..2400)
            .map(|i| {
                let t = f64::from(i) / 16000.0;
                let shape = (std::f64::consts::PI * t / 0.15).sin();
                let buzz: f64 = (1..8).map(|h| (std::f64::consts::TAU * 150.0 * f64::from(h) * t).sin()).sum();
                (0.08 * shape * buzz) as f32
            })
            .collect();
        let mut data = gap.clone();
        for _ in 0..count {
            data.extend(&burst);
            data.extend(&gap);
        }
        Samples::new(data, SampleRate::SPEECH)
    }

    #[test]
    fn syllables_and_pauses_are_counted() {
        for (count, gap_s, pauses) in [(1, 0.2, 0), (5, 0.08, 0), (4, 0.5, 3)] {
            let samples = syllables(count, gap_s);
            let pitch = PitchContour::measure(&samples, &PitchSettings::default());
            let rhythm = measure_rhythm(&samples, &pitch).unwrap();
            assert_eq!((rhythm.nuclei, rhythm.pauses), (count, pauses), "{rhythm:?}");
        }
    }

    #[test]
    fn silence_has_no_rhythm() {
        for length in [0, 5, 16000] {
            let samples = Samples::new(vec![0.0; length], SampleRate::SPEECH);
            assert_eq!(measure_rhythm(&samples, &PitchContour::default()), None);
        }
    }
}
