//! What a rendering did over time, for drawing: levels and gains in steps of about 50 ms.

use std::sync::Arc;

use ebur128::{EbuR128, Mode};
use serde::Serialize;

use super::mixer::Mixer;
use super::track::Track;
use crate::audio::Stereo;
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// Silence and anything below it, in dB: figures stay finite, so that they can be drawn and written as JSON.
pub(super) const FLOOR_DB: f32 = -120.0;

/// Levels and gains of a rendering over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Timeline {
    /// Seconds from one point to the next: 50 ms, rounded to whole blocks of the mixer.
    pub step_s: f64,
    /// Names of the tracks in order of their first sound.
    pub tracks: Vec<String>,
    pub points: Vec<TimelinePoint>,
}

/// One step. All levels are −120 at least.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelinePoint {
    pub at_s: f64,
    /// Level of the mix over this step (root mean square over both channels, dB re full scale).
    pub level_dbfs: f32,
    /// Loudness of the mix over the last 400 ms (EBU Tech 3341 momentary).
    pub momentary_lufs: f32,
    /// Gain of the limiter at the beginning of the step, dB.
    pub limiting_db: f32,
    /// What sounds at the beginning of the step.
    pub tracks: Vec<TrackLevel>,
}

/// One track's part in a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TrackLevel {
    /// Index into [`Timeline::tracks`].
    pub track: usize,
    /// Gain by fade and ducking, dB; without the gain that matches its loudness.
    pub gain_db: f32,
    /// Level as it enters the mix (root mean square, dB re full scale).
    pub level_dbfs: f32,
}

/// Collects a timeline while a mixer renders.
pub(super) struct Recorder {
    rate: SampleRate,
    step: usize,
    known: Vec<Arc<Track>>,
    timeline: Timeline,
    starts: Vec<usize>,
}

impl Recorder {
    /// `step` in frames.
    pub(super) fn new(rate: SampleRate, step: usize) -> Self {
        let timeline = Timeline { step_s: step as f64 / f64::from(rate.hertz()), ..Timeline::default() };
        Self { rate, step, known: Vec::new(), timeline, starts: Vec::new() }
    }

    /// Notes what the mixer has come to after the block that began at `frame`, if a step begins there.
    pub(super) fn note(&mut self, mixer: &Mixer, frame: u64) {
        if !(frame as usize).is_multiple_of(self.step) {
            return;
        }
        let mut tracks = Vec::new();
        for (track, position, gain) in mixer.sounding() {
            let index = self.known.iter().position(|known| Arc::ptr_eq(known, track)).unwrap_or_else(|| {
                self.known.push(Arc::clone(track));
                self.timeline.tracks.push(track.name().to_owned());
                self.known.len() - 1
            });
            let level = level_dbfs(track.sound(), position, self.step) + decibels(gain * track.gain());
            tracks.push(TrackLevel { track: index, gain_db: decibels(gain), level_dbfs: level.max(FLOOR_DB) });
        }
        let frame = frame as usize;
        self.starts.push(frame);
        self.timeline.points.push(TimelinePoint {
            at_s: frame as f64 / f64::from(self.rate.hertz()),
            level_dbfs: FLOOR_DB,
            momentary_lufs: FLOOR_DB,
            limiting_db: decibels(mixer.limiter_gain()),
            tracks,
        });
    }

    /// Adds the levels of the finished mix; steps beyond its end are dropped.
    pub(super) fn finish(mut self, mix: &Stereo) -> Result<Timeline> {
        let failed = |e: ebur128::Error| Error::new(ErrorKind::Internal, "loudness meter", format!("{e}"));
        let mut meter = EbuR128::new(2, self.rate.hertz(), Mode::M).map_err(failed)?;
        let length = mix.left().len();
        self.timeline.points.truncate(self.starts.iter().filter(|&&start| start < length).count());
        for (point, &start) in self.timeline.points.iter_mut().zip(&self.starts) {
            let span = start..(start + self.step).min(length);
            meter.add_frames_planar_f32(&[&mix.left()[span.clone()], &mix.right()[span]]).map_err(failed)?;
            point.level_dbfs = level_dbfs(mix, start, self.step);
            let loudness = meter.loudness_momentary().map_err(failed)? as f32;
            point.momentary_lufs = if loudness.is_finite() { loudness.max(FLOOR_DB) } else { FLOOR_DB };
        }
        Ok(self.timeline)
    }
}

fn decibels(amplitude: f32) -> f32 {
    (20.0 * amplitude.log10()).max(FLOOR_DB)
}

/// Root mean square of both channels over `length` frames from `start`, in dB re full scale.
fn level_dbfs(sound: &Stereo, start: usize, length: usize) -> f32 {
    let end = (start + length).min(sound.left().len());
    let start = start.min(end);
    let samples = sound.left()[start..end].iter().chain(&sound.right()[start..end]);
    let energy: f64 = samples.map(|&s| f64::from(s) * f64::from(s)).sum();
    let count = (2 * (end - start)).max(1);
    decibels((energy / count as f64).sqrt() as f32)
}
