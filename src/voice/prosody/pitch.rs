//! Fundamental frequency by autocorrelation with path finding (Boersma 1993).
//!
//! Boersma, P. (1993): Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a
//! sampled sound. Proceedings of the Institute of Phonetic Sciences 17, 97–110. Defaults are those that Praat documents.

use std::f64::consts::PI;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::interpolate::Correlation;
use super::path::{Candidate, CandidateFrame, PathCosts, best_path};
use super::tilt::PowerSum;
use crate::audio::Samples;

/// How pitch is looked for. Costs are in units of correlation, per Boersma 1993.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PitchSettings {
    /// Lowest pitch, hertz. The window is three of its periods long (40 ms at 75 Hz), the step a quarter of that.
    pub floor_hz: f64,
    /// Highest pitch, hertz.
    pub ceiling_hz: f64,
    /// A frame whose peak is below this share of the recording's peak tends to be unvoiced.
    pub silence_threshold: f64,
    /// Strength of the unvoiced candidate.
    pub voicing_threshold: f64,
    /// Cost per octave below the ceiling.
    pub octave_cost: f64,
    /// Cost per octave of a jump between neighbouring frames.
    pub octave_jump_cost: f64,
    /// Cost of a change between voiced and unvoiced.
    pub voiced_unvoiced_cost: f64,
}

impl Default for PitchSettings {
    fn default() -> Self {
        Self {
            floor_hz: 75.0,
            ceiling_hz: 600.0,
            silence_threshold: 0.03,
            voicing_threshold: 0.45,
            octave_cost: 0.01,
            octave_jump_cost: 0.35,
            voiced_unvoiced_cost: 0.14,
        }
    }
}

/// Pitch over time: equally spaced frames, centred in the recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PitchContour {
    /// Time of the first frame's centre, seconds.
    pub start_s: f64,
    /// Seconds between frames.
    pub step_s: f64,
    /// Hertz per frame; none where unvoiced.
    pub hertz: Vec<Option<f64>>,
}

const CANDIDATES: usize = 15;
/// Samples to each side in sin(x)/x interpolation: for a first look at every peak, and for the chosen one.
const FIRST_DEPTH: usize = 30;
const FINAL_DEPTH: usize = 70;

impl PitchContour {
    /// Pitch of a recording. Sounds shorter than one window, or below 1 kHz, have no frames.
    ///
    /// Time and memory grow linearly with the length.
    pub fn measure(samples: &Samples, settings: &PitchSettings) -> Self {
        analyse(samples, settings).0
    }

    /// Pitch at `seconds`, linearly interpolated between voiced frames; none nearest to an unvoiced frame.
    pub fn at(&self, seconds: f64) -> Option<f64> {
        let place = (seconds - self.start_s) / self.step_s;
        let near = place.round();
        if !(near >= 0.0 && near < self.hertz.len() as f64) {
            return None;
        }
        let here = self.hertz[near as usize]?;
        let distance = place - near;
        let far = near + if distance >= 0.0 { 1.0 } else { -1.0 };
        let beyond = if far >= 0.0 { self.hertz.get(far as usize).copied().flatten() } else { None };
        Some(beyond.map_or(here, |beyond| here + distance.abs() * (beyond - here)))
    }

    /// Stretches of voiced frames, as seconds from the left edge of the first frame to the right edge of the last.
    pub fn voiced_stretches(&self) -> Vec<(f64, f64)> {
        let edge = |frame: usize| self.start_s + (frame as f64 - 0.5) * self.step_s;
        let mut stretches = Vec::new();
        let mut begin = None;
        for (i, hertz) in self.hertz.iter().enumerate() {
            match (hertz, begin) {
                (Some(_), None) => begin = Some(i),
                (None, Some(first)) => {
                    stretches.push((edge(first), edge(i)));
                    begin = None;
                }
                _ => {}
            }
        }
        if let Some(first) = begin {
            stretches.push((edge(first), edge(self.hertz.len())));
        }
        stretches
    }
}

/// Frames of a given window that fit into a sound, centred: their count and the time of the first one's centre.
pub(super) fn centred_frames(seconds: f64, window_s: f64, step_s: f64) -> (usize, f64) {
    if !(window_s <= seconds && step_s > 0.0) {
        return (0, 0.0);
    }
    let count = ((seconds - window_s) / step_s).floor() + 1.0;
    (count as usize, 0.5 * (seconds - count * step_s) + 0.5 * step_s)
}

/// The pitch contour, and the power spectrum summed over voiced frames (it falls out of the autocorrelation).
pub(super) fn analyse(samples: &Samples, settings: &PitchSettings) -> (PitchContour, PowerSum) {
    let rate = f64::from(samples.rate().hertz());
    let window_s = 3.0 / settings.floor_hz;
    let step_s = 0.25 * window_s;
    let (count, start_s) = centred_frames(samples.seconds(), window_s, step_s);
    let Some(mut analyser) = (count > 0).then(|| FrameAnalyser::new(samples, settings)).flatten() else {
        return (PitchContour { step_s, ..PitchContour::default() }, PowerSum::new(rate, 2));
    };
    let frames: Vec<CandidateFrame> = (0..count).map(|i| analyser.candidates(start_s + i as f64 * step_s)).collect();
    let ceiling = settings.ceiling_hz.min(0.5 * rate);
    let costs = PathCosts {
        ceiling,
        silence_threshold: settings.silence_threshold,
        voicing_threshold: settings.voicing_threshold,
        octave: settings.octave_cost,
        octave_jump: settings.octave_jump_cost,
        voiced_unvoiced: settings.voiced_unvoiced_cost,
        time_step: step_s,
    };
    let path = best_path(&frames, &costs);
    let mut power = PowerSum::new(rate, analyser.transform_length());
    let hertz = path
        .iter()
        .zip(&frames)
        .enumerate()
        .map(|(i, (&place, frame))| {
            let chosen = frame.candidates[place];
            let voiced = chosen.frequency > 0.0 && chosen.frequency < ceiling;
            // Only the chosen peak is worth the fine interpolation: recomputing its frame is cheaper than keeping all.
            voiced.then(|| {
                analyser.correlate(start_s + i as f64 * step_s);
                power.add(&analyser.spectrum);
                rate / analyser.correlation.refine_peak(chosen.lag, FINAL_DEPTH).0
            })
        })
        .collect();
    (PitchContour { start_s, step_s, hertz }, power)
}

/// Buffers and plans for the autocorrelation of one frame after another.
struct FrameAnalyser<'a> {
    data: &'a [f32],
    rate: f64,
    settings: PitchSettings,
    period: usize,
    window: Vec<f64>,
    window_correlation: Vec<f64>,
    global_peak: f64,
    longest_lag: usize,
    correlation: Correlation,
    forward: std::sync::Arc<dyn RealToComplex<f64>>,
    backward: std::sync::Arc<dyn ComplexToReal<f64>>,
    time: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    product: Vec<Complex<f64>>,
}

impl<'a> FrameAnalyser<'a> {
    /// None when the rate is too low for the floor.
    fn new(samples: &'a Samples, settings: &PitchSettings) -> Option<Self> {
        let rate = f64::from(samples.rate().hertz());
        let half = ((3.0 / settings.floor_hz * rate) as usize / 2).checked_sub(1)?;
        if half < 8 || rate < 1000.0 {
            return None;
        }
        let length = 2 * half;
        let window: Vec<f64> =
            (1..=length).map(|i| 0.5 - 0.5 * (2.0 * PI * i as f64 / (length + 1) as f64).cos()).collect();
        // Room for the lags that interpolation reaches, so that the circular correlation does not wrap into them.
        let transform = (length + length / 2).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, backward) = (planner.plan_fft_forward(transform), planner.plan_fft_inverse(transform));
        let data = samples.data();
        let mean = data.iter().map(|&x| f64::from(x)).sum::<f64>() / data.len().max(1) as f64;
        let mut analyser = Self {
            data,
            rate,
            settings: *settings,
            period: (rate / settings.floor_hz) as usize,
            global_peak: data.iter().map(|&x| (f64::from(x) - mean).abs()).fold(0.0, f64::max),
            longest_lag: length / 3 + 2,
            correlation: Correlation::new(length / 2),
            time: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            product: backward.make_input_vec(),
            scratch: vec![Complex::default(); forward.get_scratch_len().max(backward.get_scratch_len())],
            window_correlation: Vec::new(),
            window,
            forward,
            backward,
        };
        analyser.time[..length].copy_from_slice(&analyser.window);
        analyser.autocorrelate();
        let power = analyser.time[0];
        analyser.window_correlation = analyser.time[..=length / 2].iter().map(|r| r / power).collect();
        Some(analyser)
    }

    fn transform_length(&self) -> usize {
        self.time.len()
    }

    /// Replaces `time` by its circular autocorrelation: the inverse transform of the power spectrum.
    fn autocorrelate(&mut self) {
        // Lengths come from the plans themselves, so neither call can fail.
        let _ = self.forward.process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch);
        for (product, bin) in self.product.iter_mut().zip(&self.spectrum) {
            *product = Complex::new(bin.norm_sqr(), 0.0);
        }
        let _ = self.backward.process_with_scratch(&mut self.product, &mut self.time, &mut self.scratch);
    }

    /// Fills `correlation` for the frame at `seconds`: the frame's autocorrelation over the window's (equation 9).
    /// Returns the frame's peak over the recording's.
    fn correlate(&mut self, seconds: f64) -> f64 {
        // Sample k is centred at (k + ½)/rate; `right` is the first one after the frame's centre.
        let right = (seconds * self.rate - 0.5).floor() as isize + 1;
        let clip = |i: isize| (i.max(0) as usize).min(self.data.len());
        let (period, half) = (self.period as isize, self.window.len() as isize / 2);
        let around = &self.data[clip(right - period)..clip(right + period)];
        let mean = around.iter().map(|&x| f64::from(x)).sum::<f64>() / (2 * self.period) as f64;
        self.time.fill(0.0);
        let first = right - half;
        let from = clip(first);
        let frame = &self.data[from..clip(right + half)];
        let skip = (from as isize - first) as usize;
        for ((out, &x), w) in self.time[skip..].iter_mut().zip(frame).zip(&self.window[skip..]) {
            *out = (f64::from(x) - mean) * w;
        }
        let reach = self.period / 2 + 1;
        let centre = self.window.len() / 2;
        let near = &self.time[centre.saturating_sub(reach)..(centre + reach).min(self.window.len())];
        let peak = near.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
        self.autocorrelate();
        let power = self.time[0];
        for lag in 1..=self.correlation.longest() {
            self.correlation.set(lag, self.time[lag] / (power * self.window_correlation[lag]));
        }
        if self.global_peak > 0.0 { (peak / self.global_peak).min(1.0) } else { 0.0 }
    }

    /// The unvoiced candidate and the strongest peaks of the frame at `seconds`.
    fn candidates(&mut self, seconds: f64) -> CandidateFrame {
        let intensity = self.correlate(seconds);
        let mut candidates = vec![Candidate::UNVOICED];
        if intensity > 0.0 {
            let worth =
                |c: &Candidate| c.strength - self.settings.octave_cost * (self.settings.floor_hz / c.frequency).log2();
            for lag in 2..self.longest_lag.min(self.correlation.longest()) {
                let height = self.correlation.at(lag);
                if height <= 0.5 * self.settings.voicing_threshold || !self.correlation.is_peak(lag) {
                    continue;
                }
                let place = self.correlation.parabolic_peak(lag);
                let candidate = Candidate {
                    frequency: self.rate / place,
                    strength: fold_above_one(self.correlation.interpolate(place, FIRST_DEPTH)),
                    lag,
                };
                if candidates.len() < CANDIDATES {
                    candidates.push(candidate);
                    continue;
                }
                let weakest = candidates[1..].iter_mut().min_by(|a, b| worth(a).total_cmp(&worth(b)));
                if let Some(weakest) = weakest.filter(|weakest| worth(&candidate) > worth(weakest)) {
                    *weakest = candidate;
                }
            }
        }
        CandidateFrame { candidates, intensity }
    }
}

/// Dividing by the window's correlation can lift a peak above 1: such values are reflected.
pub(super) fn fold_above_one(strength: f64) -> f64 {
    if strength > 1.0 { 1.0 / strength } else { strength }
}
