//! Rendering a plan offline, by the same mixer that plays live.

use super::fade::BLOCK;
use super::mixer::{Mixer, MixerSettings};
use super::plan::{Action, Cue, PlayPlan};
use super::timeline::{Recorder, Timeline};
use super::track::Channels;
use crate::audio::Stereo;
use crate::error::{Error, ErrorKind, Result};
use crate::units::Frames;

/// Longest rendering: memory is bounded, and a plan that never ends is caught.
const LONGEST_SECONDS: f64 = 3600.0;
const STEP_SECONDS: f64 = 0.05;

/// Plays a plan into memory. The limiter's delay is taken out: frame 0 of the sound is frame 0 of the plan. Both
/// sides are equal for a mono sink.
///
/// # Errors
/// [`ErrorKind::Limit`] if the plan has no length and does not end within an hour (a loop that nothing finishes), or a
/// length beyond that; [`ErrorKind::Usage`] if a track was prepared for another rate than the sink's.
pub fn render(plan: &PlayPlan, settings: MixerSettings) -> Result<Stereo> {
    perform(plan, settings, None)
}

/// As [`render`], with levels and gains over time. Measuring them takes several times as long as mixing.
///
/// # Errors
/// [`ErrorKind::Limit`] if the plan has no length and does not end within an hour (a loop that nothing finishes), or a
/// length beyond that; [`ErrorKind::Usage`] if a track was prepared for another rate than the sink's.
pub fn render_with_timeline(plan: &PlayPlan, settings: MixerSettings) -> Result<(Stereo, Timeline)> {
    let rate = plan.sink.rate;
    let step = ((rate.frames(STEP_SECONDS).0 as usize + BLOCK / 2) / BLOCK).max(1) * BLOCK;
    let mut recorder = Recorder::new(rate, step);
    let sound = perform(plan, settings, Some(&mut recorder))?;
    let timeline = recorder.finish(&sound)?;
    Ok((sound, timeline))
}

fn perform(plan: &PlayPlan, settings: MixerSettings, mut recorder: Option<&mut Recorder>) -> Result<Stereo> {
    check_rates(plan)?;
    let rate = plan.sink.rate;
    let longest = rate.frames(LONGEST_SECONDS).0;
    let too_long = || {
        let problem = "does not end within an hour; give it a length or finish its looped track";
        Error::new(ErrorKind::Limit, "play plan", problem)
    };
    if plan.length.is_some_and(|length| length.0 > longest) {
        return Err(too_long());
    }
    let mut cues: Vec<&Cue> = plan.cues.iter().collect();
    cues.sort_by_key(|cue| cue.at);
    let mut cues = cues.into_iter().peekable();
    let (mut remote, mut mixer) = Mixer::new(rate, settings);
    let delay = mixer.delay().0;
    let expected = plan.length.map_or(0, |length| (length.0 + delay) as usize + BLOCK);
    let (mut left, mut right) = (Vec::with_capacity(expected), Vec::with_capacity(expected));
    loop {
        let frame = mixer.clock();
        let over = match plan.length {
            Some(length) => frame >= length.0 + delay,
            None => cues.peek().is_none() && mixer.is_idle() && frame >= mixer.last_sound() + delay,
        };
        if over {
            break;
        }
        if frame > longest + delay {
            return Err(too_long());
        }
        // Cues of the next block only: the queue is short, and each must be there before its time.
        while let Some(cue) = cues.next_if(|cue| cue.at.0 < frame + BLOCK as u64) {
            remote.send(cue.clone())?;
        }
        let (mut next_left, mut next_right) = ([0.0; BLOCK], [0.0; BLOCK]);
        mixer.render(&mut next_left, &mut next_right);
        left.extend_from_slice(&next_left);
        right.extend_from_slice(&next_right);
        if let Some(recorder) = &mut recorder {
            recorder.note(&mixer, frame);
        }
    }
    let length = plan.length.unwrap_or(Frames(mixer.last_sound())).0 as usize;
    let cut = |mut data: Vec<f32>| {
        data.drain(..(delay as usize).min(data.len()));
        data.truncate(length);
        data
    };
    let (left, right) = (cut(left), cut(right));
    Ok(match plan.sink.channels {
        Channels::Stereo => Stereo::new(left, right, rate),
        Channels::Mono => Stereo::from_mono(&Stereo::new(left, right, rate).to_mono()),
    })
}

fn check_rates(plan: &PlayPlan) -> Result<()> {
    for cue in &plan.cues {
        if let Action::Music { track, .. } | Action::Prompt { track } = &cue.action
            && track.sound().rate() != plan.sink.rate
        {
            let problem = format!("expected {}, got {}; prepare it for the sink", plan.sink.rate, track.sound().rate());
            return Err(Error::new(ErrorKind::Usage, track.name(), problem));
        }
    }
    Ok(())
}
