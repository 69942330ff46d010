//! A crossfade of two sounds, as `codetta mix` makes it: loudness-matched, equal power, limited, and measured.

use std::sync::Arc;

use serde::Serialize;

use super::mixer::MixerSettings;
use super::plan::{Action, Cue, PlayPlan};
use super::render::{render, render_with_timeline};
use super::timeline::Timeline;
use super::track::{Loudness, Sink, Track, TrackSettings, matching_gain};
use crate::audio::{Stereo, integrated_loudness, true_peak};
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Decibels, Frames, Lufs};

/// How two sounds are joined.
#[derive(Clone, Copy, Debug)]
pub struct CrossfadeSettings {
    /// Second of the first sound at which the second one enters; without it, so that the first ends as the fade does.
    pub at_s: Option<f64>,
    pub fade_s: f64,
    /// Match loudness, soften abrupt edges, limit, and measure. Without it the sounds are faded as they are.
    pub matched: bool,
    /// Also measure levels and gains over time.
    pub timeline: bool,
    /// What the result is for; the first sound's rate in stereo if none.
    pub sink: Option<Sink>,
}

/// A finished crossfade with its figures.
#[derive(Clone, Debug, Serialize)]
pub struct Crossfaded {
    #[serde(skip)]
    pub sound: Stereo,
    /// Where the second sound enters, and how long the fade took, in seconds.
    pub at_s: f64,
    pub fade_s: f64,
    /// Gains that were applied to match the loudness, dB.
    pub from_gain_db: f32,
    pub to_gain_db: f32,
    /// Integrated loudness of the sounds as they came, LUFS; absent for silence or when unmatched.
    pub from_lufs: Option<f32>,
    pub to_lufs: Option<f32>,
    /// Integrated loudness of the result before the fade and after it, LUFS; absent for silence, under 400 ms, and
    /// when unmatched.
    pub before_lufs: Option<f32>,
    pub after_lufs: Option<f32>,
    /// True peak of the result, dBTP; absent for silence and when unmatched.
    pub true_peak_dbtp: Option<f32>,
    /// If it was asked for.
    #[serde(skip)]
    pub timeline: Option<Timeline>,
}

/// Joins two sounds.
///
/// The common loudness is the first sound's, or less where one of them would need more limiting than
/// [`Track::MOST_LIMITING`] to reach it. A fade that would outlast the first sound is shortened.
///
/// # Errors
/// [`ErrorKind::Usage`] for times that are negative, not numbers, or outside the first sound; the renderer's otherwise.
pub fn crossfade(from: &Stereo, to: &Stereo, settings: &CrossfadeSettings) -> Result<Crossfaded> {
    let (at_s, fade_s) = times(from, settings)?;
    let stereo = Sink { rate: from.rate(), channels: super::track::Channels::Stereo };
    let sink = settings.sink.unwrap_or(stereo);
    let as_is = TrackSettings {
        loudness: Loudness::Gain(Decibels::UNITY),
        keep_edges: !settings.matched,
        ..TrackSettings::default()
    };
    let from = Track::prepare("from", from, sink, &as_is)?;
    let to = Track::prepare("to", to, sink, &as_is)?;
    let (mut loudness, mut gains) = ([None, None], [Decibels::UNITY; 2]);
    let (from, to) = if settings.matched {
        let measured = [measure(from.sound())?, measure(to.sound())?];
        let target = common_loudness(&measured);
        loudness = measured.map(|(loudness, _)| finite(loudness.0));
        gains = measured.map(|(loudness, peak)| matching_gain(loudness, peak, target));
        (from.with_gain(gains[0]), to.with_gain(gains[1]))
    } else {
        (from, to)
    };
    let at = sink.rate.frames(at_s);
    let fade = sink.rate.frames(fade_s);
    let plan = PlayPlan {
        sink,
        length: Some(Frames(at.0 + (to.length() as u64).max(fade.0))),
        cues: vec![
            Cue::new(Frames(0), Action::Music { track: Arc::new(from), fade: Frames(0) }),
            Cue::new(at, Action::Music { track: Arc::new(to), fade }),
        ],
    };
    let mixer = MixerSettings { limiter: settings.matched, ..MixerSettings::default() };
    let (sound, timeline) = if settings.timeline {
        let (sound, timeline) = render_with_timeline(&plan, mixer)?;
        (sound, Some(timeline))
    } else {
        (render(&plan, mixer)?, None)
    };
    let levels = if settings.matched { Some(levels(&sound, at, fade)?) } else { None };
    let [before, after, peak] = levels.unwrap_or_default();
    Ok(Crossfaded {
        at_s,
        fade_s,
        from_gain_db: gains[0].0,
        to_gain_db: gains[1].0,
        from_lufs: loudness[0],
        to_lufs: loudness[1],
        before_lufs: before,
        after_lufs: after,
        true_peak_dbtp: peak,
        sound,
        timeline,
    })
}

/// Loudness before and after the fade, and the true peak of all.
fn levels(sound: &Stereo, at: Frames, fade: Frames) -> Result<[Option<f32>; 3]> {
    let part = |range: std::ops::Range<usize>| {
        Stereo::new(sound.left()[range.clone()].to_vec(), sound.right()[range].to_vec(), sound.rate())
    };
    let length = sound.left().len();
    let (start, end) = (at.0 as usize, (at.0 + fade.0) as usize);
    let before = integrated_loudness(&part(0..start.min(length)))?;
    let after = integrated_loudness(&part(end.min(length)..length))?;
    Ok([finite(before.0), finite(after.0), finite(true_peak(sound)?.0)])
}

fn times(from: &Stereo, settings: &CrossfadeSettings) -> Result<(f64, f64)> {
    let length = from.seconds();
    let wrong = |what: &str, value: f64, expected: String| {
        Err(Error::new(ErrorKind::Usage, what, format!("expected {expected}, got {value}")))
    };
    if !(settings.fade_s >= 0.0 && settings.fade_s.is_finite()) {
        return wrong("fade", settings.fade_s, "seconds, 0 or more".to_owned());
    }
    let at = settings.at_s.unwrap_or_else(|| (length - settings.fade_s).max(0.0));
    if !(0.0..=length).contains(&at) {
        return wrong("at", at, format!("a second of the first sound, 0 to {length:.3}"));
    }
    Ok((at, settings.fade_s.min(length - at)))
}

fn measure(sound: &Stereo) -> Result<(Lufs, Decibels)> {
    Ok((integrated_loudness(sound)?, true_peak(sound)?))
}

/// The first sound's loudness (the second's if the first is silent), lowered to what the peaks of both allow.
fn common_loudness(measured: &[(Lufs, Decibels); 2]) -> Lufs {
    let [(first, _), (second, _)] = measured;
    let wanted = if first.0.is_finite() { *first } else { *second };
    let reached = |(loudness, peak): &(Lufs, Decibels)| loudness.0 + matching_gain(*loudness, *peak, wanted).0;
    let audible = measured.iter().filter(|(loudness, _)| loudness.0.is_finite());
    Lufs(audible.map(reached).fold(wanted.0, f32::min))
}

fn finite(value: f32) -> Option<f32> {
    value.is_finite().then_some(value)
}
