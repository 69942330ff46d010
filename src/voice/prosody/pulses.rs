//! Glottal pulses by waveform matching, and the perturbation measures that rest on them: jitter and shimmer.
//!
//! From the middle of each voiced stretch, the next pulse is where the waveform of one period correlates best with the
//! one before, searched 0.8 to 1.25 periods away, to both sides (the method that Praat's manual describes under
//! "Sound & Pitch: To PointProcess (cc)"). Jitter and shimmer follow the manual's "Voice 2" and "Voice 3".

use super::pitch::PitchContour;
use crate::audio::Samples;

const SHORTEST_PERIOD_S: f64 = 0.0001;
const LONGEST_PERIOD_S: f64 = 0.02;
/// Neighbouring periods further apart than this factor are not one voice.
const PERIOD_FACTOR: f64 = 1.3;
const AMPLITUDE_FACTOR: f64 = 1.6;

/// Times of glottal pulses, seconds, ascending.
pub(super) fn find_pulses(samples: &Samples, pitch: &PitchContour) -> Vec<f64> {
    let wave = Wave { data: samples.data(), rate: f64::from(samples.rate().hertz()) };
    let loudest = f64::from(samples.peak());
    let mut pulses = Vec::new();
    let mut last_right = f64::NEG_INFINITY;
    for (begin, end) in pitch.voiced_stretches() {
        let (begin, end) = (begin.max(0.0), end.min(samples.seconds()));
        let middle = 0.5 * (begin + end);
        let Some(f0) = pitch.at(middle) else { continue };
        let seed = wave.extremum(middle - 0.5 / f0, middle + 0.5 / f0);
        let mut left = Vec::new();
        let mut time = seed;
        while let Some(f0) = pitch.at(time) {
            let found = wave.best_match(time, 1.0 / f0, time - 1.25 / f0, time - 0.8 / f0);
            time = found.map_or(time - 1.0 / f0, |found| found.time);
            let Some(found) = found else { continue };
            let fresh = time - last_right > 0.8 / f0;
            if time < begin {
                if found.is_sure(loudest) && fresh {
                    left.push(time);
                }
                break;
            }
            if found.is_likely(loudest) && fresh {
                left.push(time);
            }
        }
        pulses.extend(left.into_iter().rev());
        pulses.push(seed);
        time = seed;
        while let Some(f0) = pitch.at(time) {
            let found = wave.best_match(time, 1.0 / f0, time + 0.8 / f0, time + 1.25 / f0);
            time = found.map_or(time + 1.0 / f0, |found| found.time);
            let Some(found) = found else { continue };
            if time > end {
                if found.is_sure(loudest) {
                    pulses.push(time);
                    last_right = time;
                }
                break;
            }
            if found.is_likely(loudest) {
                pulses.push(time);
                last_right = time;
            }
        }
    }
    // Neighbouring stretches may touch: the order is restored and doubles are dropped.
    pulses.sort_by(f64::total_cmp);
    pulses.dedup();
    pulses
}

/// Local jitter: mean |difference of neighbouring periods| over the mean period. None below two pairs of periods.
pub(super) fn jitter_local(pulses: &[f64]) -> Option<f64> {
    let periods: Vec<f64> = pulses.windows(2).map(|w| w[1] - w[0]).collect();
    let differences: Vec<f64> =
        periods.windows(2).filter(|w| are_neighbours(w[0], w[1])).map(|w| (w[0] - w[1]).abs()).collect();
    if differences.len() < 2 {
        return None;
    }
    let factor = |a: f64, b: f64| if a > b { a / b } else { b / a };
    let is_period = |&(i, &period): &(usize, &f64)| {
        if !(SHORTEST_PERIOD_S..=LONGEST_PERIOD_S).contains(&period) {
            return false;
        }
        // A period is refused when it fits neither neighbour.
        let before = i.checked_sub(1).map(|j| factor(period, periods[j]));
        let after = periods.get(i + 1).map(|&next| factor(period, next));
        !matches!((before, after), (Some(b), Some(a)) if b > PERIOD_FACTOR && a > PERIOD_FACTOR)
    };
    let kept: Vec<f64> = periods.iter().enumerate().filter(is_period).map(|(_, &period)| period).collect();
    let mean_period = kept.iter().sum::<f64>() / kept.len() as f64;
    Some(differences.iter().sum::<f64>() / differences.len() as f64 / mean_period)
}

/// Local shimmer in decibels: mean |20·log10| of the amplitude ratio of neighbouring periods.
///
/// Amplitude is the root mean square under a Hann window that reaches 0.2 periods to each side of a pulse.
pub(super) fn shimmer_local_db(samples: &Samples, pulses: &[f64]) -> Option<f64> {
    let wave = Wave { data: samples.data(), rate: f64::from(samples.rate().hertz()) };
    let peaks: Vec<(f64, f64)> = pulses
        .windows(3)
        .filter(|w| are_neighbours(w[1] - w[0], w[2] - w[1]))
        .filter_map(|w| wave.hann_rms(w[1], 0.2 * (w[1] - w[0]), 0.2 * (w[2] - w[1])).map(|rms| (w[1], rms)))
        .collect();
    let ratios: Vec<f64> = peaks
        .windows(2)
        .filter(|w| (SHORTEST_PERIOD_S..=LONGEST_PERIOD_S).contains(&(w[1].0 - w[0].0)))
        .map(|w| if w[0].1 > w[1].1 { w[0].1 / w[1].1 } else { w[1].1 / w[0].1 })
        .filter(|&ratio| ratio <= AMPLITUDE_FACTOR)
        .collect();
    (!ratios.is_empty()).then(|| 20.0 * ratios.iter().map(|r| r.log10()).sum::<f64>() / ratios.len() as f64)
}

fn are_neighbours(before: f64, after: f64) -> bool {
    let range = SHORTEST_PERIOD_S..=LONGEST_PERIOD_S;
    let factor = if before > after { before / after } else { after / before };
    range.contains(&before) && range.contains(&after) && factor <= PERIOD_FACTOR
}

/// Where one period fits best.
#[derive(Clone, Copy, Debug)]
struct Match {
    time: f64,
    correlation: f64,
    /// Largest absolute sample of the matched period.
    peak: f64,
}

impl Match {
    fn is_likely(&self, loudest: f64) -> bool {
        self.correlation > 0.3 && (self.peak == 0.0 || self.peak > 0.01 * loudest)
    }

    /// The bar for a pulse just outside the voiced stretch.
    fn is_sure(&self, loudest: f64) -> bool {
        self.correlation > 0.7 && self.peak > 0.023_333 * loudest
    }
}

struct Wave<'a> {
    data: &'a [f32],
    rate: f64,
}

impl Wave<'_> {
    /// Real index of a time: sample k is centred at (k + ½)/rate.
    fn index(&self, seconds: f64) -> f64 {
        seconds * self.rate - 0.5
    }

    fn range(&self, first: isize, last: isize) -> &[f32] {
        let clip = |i: isize| (i.max(0) as usize).min(self.data.len());
        &self.data[clip(first)..clip(last + 1).max(clip(first))]
    }

    /// Time of the sample that is largest in magnitude, with parabolic interpolation.
    fn extremum(&self, from_s: f64, to_s: f64) -> f64 {
        let first = self.index(from_s).floor().max(0.0) as isize;
        let part = self.range(first, self.index(to_s).ceil() as isize);
        let largest = part.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0)));
        let Some((place, &middle)) = largest else { return 0.5 * (from_s + to_s) };
        let mut index = first as f64 + place as f64;
        if place > 0 && place + 1 < part.len() {
            let (low, high) = (f64::from(part[place - 1]), f64::from(part[place + 1]));
            let curvature = 2.0 * f64::from(middle) - low - high;
            if curvature != 0.0 {
                index += 0.5 * (high - low) / curvature;
            }
        }
        (index + 0.5) / self.rate
    }

    /// Slides a window of one period over `from_s..to_s` and finds where it correlates best with the one at `time`.
    fn best_match(&self, time: f64, period_s: f64, from_s: f64, to_s: f64) -> Option<Match> {
        let half = 0.5 * period_s;
        let reference_first = self.index(time - half).round() as isize;
        let length = self.index(time + half).round() as isize - reference_first + 1;
        let search_first = self.index(from_s - half).floor() as isize;
        let search_last = self.index(to_s - half).ceil() as isize;
        let mut best: Option<(Match, isize, f64, f64)> = None;
        let (mut before, mut here) = (0.0, 0.0);
        for shift in search_first..=search_last {
            let (after, peak) = self.correlation(reference_first, shift, length);
            // A maximum is seen one step late; the peak amplitude is that of the later step, as is usual.
            if best.is_none_or(|(m, ..)| here > m.correlation)
                && here >= before
                && here >= after
                && shift > search_first
            {
                best = Some((Match { time: 0.0, correlation: here, peak }, shift - 1, before, after));
            }
            (before, here) = (here, after);
        }
        let (mut found, shift, before, after) = best?;
        let mut place = shift as f64;
        let curvature = 2.0 * found.correlation - before - after;
        if curvature != 0.0 {
            let slope = 0.5 * (after - before);
            place += slope / curvature;
            found.correlation += 0.5 * slope * slope / curvature;
        }
        found.time = time + (place - reference_first as f64) / self.rate;
        Some(found)
    }

    /// Normalised correlation of two windows, and the largest magnitude in the second. Samples outside count as absent.
    fn correlation(&self, first: isize, second: isize, length: isize) -> (f64, f64) {
        let skip = (-first).max(-second).max(0);
        let end = (self.data.len() as isize - first.max(second)).min(length);
        if skip >= end {
            return (0.0, 0.0);
        }
        let a = self.range(first + skip, first + end - 1);
        let b = self.range(second + skip, second + end - 1);
        let (mut product, mut energy_a, mut energy_b, mut peak) = (0.0f64, 0.0f64, 0.0f64, 0.0f32);
        for (&x, &y) in a.iter().zip(b) {
            let (wide_x, wide_y) = (f64::from(x), f64::from(y));
            product += wide_x * wide_y;
            energy_a += wide_x * wide_x;
            energy_b += wide_y * wide_y;
            peak = peak.max(y.abs());
        }
        let norm = (energy_a * energy_b).sqrt();
        (if norm > 0.0 { product / norm } else { 0.0 }, f64::from(peak))
    }

    fn hann_rms(&self, centre_s: f64, left_s: f64, right_s: f64) -> Option<f64> {
        let first = (self.index(centre_s - left_s).ceil() as isize).max(0);
        let last = self.index(centre_s + right_s).floor() as isize;
        let part = self.range(first, last);
        if part.len() < 3 {
            return None;
        }
        let (mut energy, mut weight) = (0.0, 0.0);
        for (i, &x) in part.iter().enumerate() {
            let offset = (first as f64 + i as f64 + 0.5) / self.rate - centre_s;
            let width = if offset < 0.0 { left_s } else { right_s };
            let window = 0.5 + 0.5 * (std::f64::consts::PI * offset / width).cos();
            energy += (f64::from(x) * window).powi(2);
            weight += window * window;
        }
        Some((energy / weight).sqrt()).filter(|&rms| rms > 0.0)
    }
}
