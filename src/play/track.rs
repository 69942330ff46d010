//! A track made ready to sound: at the sink's rate and channels, its loudness known, its loop's seam prepared.

use serde::{Deserialize, Serialize};

use crate::audio::{Samples, Stereo, integrated_loudness, resample, true_peak};
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Decibels, Lufs, SampleRate};

/// What comes out at the sink: one telephone channel or two loudspeakers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Every track is folded down when it is prepared, so that levels are matched as they will be heard.
    Mono,
    Stereo,
}

/// Where the sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sink {
    pub rate: SampleRate,
    pub channels: Channels,
}

impl Sink {
    /// A telephone call: 8 kHz, one channel.
    pub const TELEPHONE: Self = Self { rate: SampleRate::TELEPHONE, channels: Channels::Mono };
    /// 48 kHz stereo.
    pub const STUDIO: Self = Self { rate: SampleRate::STUDIO, channels: Channels::Stereo };
}

/// What to do about a track's loudness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loudness {
    /// Bring the integrated loudness (EBU R 128) to this level, short of needing more than
    /// [`Track::MOST_LIMITING`] of the limiter.
    Match(Lufs),
    /// Apply this gain, whatever the loudness.
    Gain(Decibels),
}

impl Default for Loudness {
    /// −18 LUFS: music keeps its peaks, and a telephone line is neither faint nor overdriven.
    fn default() -> Self {
        Self::Match(Lufs(-18.0))
    }
}

/// A stretch that repeats until it is released, in seconds of the track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoopMarks {
    pub start_s: f64,
    pub end_s: f64,
    /// The last seconds before `end_s` blend into those before `start_s`.
    pub crossfade_s: f64,
}

/// How a track is prepared.
#[derive(Clone, Debug, Default)]
pub struct TrackSettings {
    pub loudness: Loudness,
    pub looped: Option<LoopMarks>,
    /// Second at which the musical ending begins; a track that must end early is faded there.
    pub ending_s: Option<f64>,
    /// Leave a beginning or an end that starts or stops abruptly as it is (else 5 ms are faded).
    pub keep_edges: bool,
}

/// A loop in frames, with the blend of its end into its start.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) seam: Stereo,
}

impl Loop {
    /// The frame from which a looping voice plays the seam.
    pub(super) fn seam_start(&self) -> usize {
        self.end - self.seam.left().len()
    }
}

/// A sound at the sink's rate and channels, with its gain. Immutable, shared with the sound callback by `Arc`.
#[derive(Debug)]
pub struct Track {
    name: String,
    sound: Stereo,
    gain: f32,
    loudness: Lufs,
    true_peak: Decibels,
    looped: Option<Loop>,
    ending: Option<usize>,
}

/// Fade at an edge that would click.
const EDGE_SECONDS: f64 = 0.005;
/// An edge sample below this is inaudible as a click.
const EDGE_LEVEL: f32 = 0.001;

impl Track {
    /// Matching goes no further than to where the limiter would have to take off this much at the highest peak.
    pub const MOST_LIMITING: Decibels = Decibels(2.0);

    /// Resamples, folds down, measures. Allocates and takes time: call it before the music is due.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if a mark lies outside the sound; [`ErrorKind::Internal`] from the resampler or the meter.
    pub fn prepare(name: &str, sound: &Stereo, sink: Sink, settings: &TrackSettings) -> Result<Self> {
        let mut sound = to_sink(sound, sink)?;
        if !settings.keep_edges {
            sound = soften_edges(sound);
        }
        let looped = settings.looped.map(|marks| prepare_loop(&sound, marks).map_err(|e| e.about(name))).transpose()?;
        let length = sound.left().len();
        let ending = match settings.ending_s.map(|second| sink.rate.frames(second).0 as usize) {
            Some(frame) if frame >= length => return Err(outside("ending", &sound).about(name)),
            ending => ending,
        };
        let mut track = Self {
            name: name.to_owned(),
            gain: 1.0,
            loudness: Lufs(f32::NEG_INFINITY),
            true_peak: Decibels::SILENCE,
            sound,
            looped,
            ending,
        };
        track.gain = match settings.loudness {
            Loudness::Gain(gain) => gain.amplitude(),
            Loudness::Match(target) => {
                // A looped track is heard for as long as it takes: what repeats is what has to match.
                track.loudness = match track.looped.as_ref() {
                    Some(looped) => integrated_loudness(&track.sound.slice(looped.start..looped.end))?,
                    None => integrated_loudness(&track.sound)?,
                };
                track.true_peak = true_peak(&track.sound)?;
                matching_gain(track.loudness, track.true_peak, target).amplitude()
            }
        };
        Ok(track)
    }

    /// The same track at another gain.
    #[must_use]
    pub(super) fn with_gain(mut self, gain: Decibels) -> Self {
        self.gain = gain.amplitude();
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sound at the sink's rate, before its gain.
    pub fn sound(&self) -> &Stereo {
        &self.sound
    }

    /// Length in frames at the sink's rate.
    pub fn length(&self) -> usize {
        self.sound.left().len()
    }

    /// Amplitude factor by which it is played.
    pub fn gain(&self) -> f32 {
        self.gain
    }

    /// Integrated loudness at the sink, before the gain; −∞ when it was not measured or there is none.
    pub fn loudness(&self) -> Lufs {
        self.loudness
    }

    /// True peak at the sink, before the gain; −∞ when it was not measured.
    pub fn true_peak(&self) -> Decibels {
        self.true_peak
    }

    /// Whether it repeats until it is told to finish.
    pub fn is_looped(&self) -> bool {
        self.looped.is_some()
    }

    pub(super) fn looped(&self) -> Option<&Loop> {
        self.looped.as_ref()
    }

    /// Frame at which the musical ending begins.
    pub(super) fn ending(&self) -> Option<usize> {
        self.ending
    }
}

/// The gain that brings `loudness` to `target`; 0 dB for silence, and less where peaks would need too much limiting.
pub(super) fn matching_gain(loudness: Lufs, peak: Decibels, target: Lufs) -> Decibels {
    if !loudness.0.is_finite() {
        return Decibels::UNITY;
    }
    let most = super::limiter::CEILING.0 + Track::MOST_LIMITING.0 - peak.0;
    Decibels((target.0 - loudness.0).min(most))
}

fn outside(mark: &str, sound: &Stereo) -> Error {
    let problem = format!("the {mark} mark lies outside the {:.3} s of the track; correct it", sound.seconds());
    Error::new(ErrorKind::Usage, "track", problem)
}

fn to_sink(sound: &Stereo, sink: Sink) -> Result<Stereo> {
    let channel = |data: &[f32]| resample(&Samples::new(data.to_vec(), sound.rate()), sink.rate);
    match sink.channels {
        Channels::Stereo if sound.rate() == sink.rate => Ok(sound.clone()),
        Channels::Stereo => {
            let (left, right) = (channel(sound.left())?, channel(sound.right())?);
            Ok(Stereo::new(left.into_data(), right.into_data(), sink.rate))
        }
        Channels::Mono => {
            let folded = fold_down(sound);
            Ok(Stereo::from_mono(&resample(&folded, sink.rate)?))
        }
    }
}

/// The mean of both sides; where they cancel each other, the stronger side alone.
pub(super) fn fold_down(sound: &Stereo) -> Samples {
    let energy = |data: &[f32]| data.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>();
    let middle = sound.to_mono();
    let (left, right) = (energy(sound.left()), energy(sound.right()));
    // Unrelated sides keep half of their mean energy (−3 dB), equal ones all of it; below a tenth they cancel.
    if energy(middle.data()) >= 0.1 * 0.5 * (left + right) {
        return middle;
    }
    let stronger = if left >= right { sound.left() } else { sound.right() };
    Samples::new(stronger.to_vec(), sound.rate())
}

fn soften_edges(sound: Stereo) -> Stereo {
    let rate = sound.rate();
    let length = (rate.frames(EDGE_SECONDS).0 as usize).min(sound.left().len() / 2);
    let soften = |data: &[f32]| {
        let mut data = data.to_vec();
        let gain = |i: usize| (std::f32::consts::FRAC_PI_2 * i as f32 / length.max(1) as f32).sin().powi(2);
        if data.first().is_some_and(|s| s.abs() > EDGE_LEVEL) {
            data.iter_mut().take(length).enumerate().for_each(|(i, s)| *s *= gain(i));
        }
        if data.last().is_some_and(|s| s.abs() > EDGE_LEVEL) {
            data.iter_mut().rev().take(length).enumerate().for_each(|(i, s)| *s *= gain(i));
        }
        data
    };
    Stereo::new(soften(sound.left()), soften(sound.right()), rate)
}

fn prepare_loop(sound: &Stereo, marks: LoopMarks) -> Result<Loop> {
    let frame = |second: f64| sound.rate().frames(second).0 as usize;
    let (start, end, fade) = (frame(marks.start_s), frame(marks.end_s), frame(marks.crossfade_s).max(1));
    if end > sound.left().len() {
        return Err(outside("loop's end", sound));
    }
    if start >= end || fade > start.min(end - start) {
        let problem = format!(
            "a loop from {} s to {} s needs a crossfade no longer than itself and than what precedes it, got {} s",
            marks.start_s, marks.end_s, marks.crossfade_s
        );
        return Err(Error::new(ErrorKind::Usage, "loop", problem));
    }
    let (leaving, entering) = (end - fade..end, start - fade..start);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
    let both = |a: std::ops::Range<usize>, b: std::ops::Range<usize>| {
        dot(&sound.left()[a.clone()], &sound.left()[b.clone()]) + dot(&sound.right()[a], &sound.right()[b])
    };
    let energies = both(leaving.clone(), leaving.clone()) * both(entering.clone(), entering.clone());
    // A loop cut on the beat blends with its own likeness, where equal power alone would swell by up to 3 dB.
    let likeness = (both(leaving.clone(), entering.clone()) / energies.sqrt().max(1e-12)).clamp(0.0, 1.0) as f32;
    let blend = |data: &[f32]| {
        let pairs = data[leaving.clone()].iter().zip(&data[entering.clone()]);
        let gained = pairs.enumerate().map(|(i, (out, into))| {
            let (sin, cos) = (std::f32::consts::FRAC_PI_2 * i as f32 / fade as f32).sin_cos();
            (cos * out + sin * into) / (1.0 + 2.0 * likeness * sin * cos).sqrt()
        });
        gained.collect::<Vec<f32>>()
    };
    Ok(Loop { start, end, seam: Stereo::new(blend(sound.left()), blend(sound.right()), sound.rate()) })
}
