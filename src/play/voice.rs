//! One track being played: where it stands, how it loops, and its part in the mix.

use std::sync::Arc;

use super::duck::Glide;
use super::track::Track;

/// What a voice does in the mix.
pub(super) enum Role {
    /// Takes part in crossfades. The weight is its gain when the running fade began, or now if none runs.
    Music { weight: f32 },
    /// Sounds over the music, which steps back.
    Prompt { gain: Glide },
}

pub(super) struct Voice {
    pub(super) id: u32,
    pub(super) track: Arc<Track>,
    pub(super) role: Role,
    /// Next frame of the track.
    position: usize,
    /// Whether the next loop end is taken; a release lets the track run on to its ending.
    looping: bool,
    /// Within the loop's seam, which is left only at its end: a release there would click.
    in_seam: bool,
}

impl Voice {
    pub(super) fn new(id: u32, track: Arc<Track>, role: Role, position: usize) -> Self {
        // A prompt is said once, whatever its marks.
        let is_music = matches!(role, Role::Music { .. });
        let looping = is_music && track.looped().is_some_and(|looped| position < looped.seam_start());
        Self { id, track, role, position, looping, in_seam: false }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn is_music(&self) -> bool {
        matches!(self.role, Role::Music { .. })
    }

    pub(super) fn is_over(&self) -> bool {
        self.position >= self.track.length()
    }

    /// Frames until the track ends if it stops looping now.
    pub(super) fn remaining(&self) -> usize {
        match self.track.looped() {
            // The seam ends at the loop's start: from there on it is a whole run.
            Some(looped) if self.in_seam => looped.end - self.position + self.track.length() - looped.start,
            _ => self.track.length().saturating_sub(self.position),
        }
    }

    pub(super) fn stop_looping(&mut self) {
        self.looping = false;
    }

    /// Adds the coming frames to both channels and moves on; returns how many there were before
    /// the track's end.
    ///
    /// `gains` gives one gain per frame, or none for a constant 1; `scale` multiplies it.
    pub(super) fn add_to(&mut self, left: &mut [f32], right: &mut [f32], gains: Option<&[f32]>, scale: f32) -> usize {
        let scale = scale * self.track.gain();
        let mut done = 0;
        while done < left.len() {
            let wanted = left.len() - done;
            let Some((source_left, source_right)) = self.next_run(wanted) else { break };
            let count = source_left.len();
            let span = done..done + count;
            match gains {
                Some(gains) => {
                    add_curve(&mut left[span.clone()], source_left, &gains[span.clone()], scale);
                    add_curve(&mut right[span.clone()], source_right, &gains[span], scale);
                }
                None => {
                    add_constant(&mut left[span.clone()], source_left, scale);
                    add_constant(&mut right[span], source_right, scale);
                }
            }
            self.advance(count);
            done += count;
        }
        done
    }

    /// The next unbroken stretch of samples, at most `wanted` frames; none at the end.
    fn next_run(&mut self, wanted: usize) -> Option<(&[f32], &[f32])> {
        let (sound_left, sound_right) = (self.track.sound().left(), self.track.sound().right());
        let mut end = sound_left.len();
        if let Some(looped) = self.track.looped() {
            if self.looping && self.position == looped.seam_start() {
                self.in_seam = true;
            }
            if self.in_seam {
                let from = self.position - looped.seam_start();
                let to = looped.seam.left().len().min(from + wanted);
                return Some((&looped.seam.left()[from..to], &looped.seam.right()[from..to]));
            }
            if self.position < looped.seam_start() {
                end = looped.seam_start();
            }
        }
        let end = end.min(self.position + wanted);
        (self.position < end).then(|| (&sound_left[self.position..end], &sound_right[self.position..end]))
    }

    fn advance(&mut self, frames: usize) {
        self.position += frames;
        if let Some(looped) = self.track.looped()
            && self.in_seam
            && self.position >= looped.end
        {
            self.position = looped.start;
            self.in_seam = false;
        }
    }
}

fn add_curve(out: &mut [f32], source: &[f32], gains: &[f32], scale: f32) {
    for ((out, source), gain) in out.iter_mut().zip(source).zip(gains) {
        *out += source * (gain * scale);
    }
}

fn add_constant(out: &mut [f32], source: &[f32], scale: f32) {
    for (out, source) in out.iter_mut().zip(source) {
        *out += source * scale;
    }
}
