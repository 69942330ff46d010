//! The two ends of a call's line: where the caller's sound comes from, and where ours goes.

use std::time::{Duration, Instant};

use crate::audio::{Samples, WavFile};
use crate::error::Result;
use crate::play::Mixer;
use crate::units::{Frames, SampleRate};

/// After a call: what fades away, and what the limiter and the device still hold back.
pub(super) const TAIL: Duration = Duration::from_millis(1_400);

/// The time to which our sound is heard when the call ended at `now`.
pub(super) fn after_tail(now: Frames) -> Frames {
    Frames(now.0 + SampleRate::SPEECH.frames(TAIL.as_secs_f64()).0)
}

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    Open,
    /// The caller's end is gone: unplugged, or hung up.
    Gone,
}

/// Where the caller's sound comes from.
pub trait Source: Send {
    /// Appends what has come in since the last call (16 kHz). Does not wait.
    ///
    /// # Errors
    /// When the sound cannot be had in that form.
    fn read(&mut self, out: &mut Vec<f32>) -> Result<LineState>;

    /// What has newly gone wrong, in one line each.
    fn problems(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Where our sound goes.
pub trait Sink: Send {
    /// The call's clock (16 kHz) has come to `now`.
    ///
    /// # Errors
    /// Those of writing what is heard.
    fn follow(&mut self, now: Frames) -> Result<LineState>;

    /// What has newly gone wrong, in one line each.
    fn problems(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// The call is over; what was written is given its name.
    ///
    /// # Errors
    /// Those of writing it.
    fn close(self: Box<Self>) -> Result<()>;
}

/// A recording in place of a microphone: real time, by the machine's clock. After its end the line stays silent.
pub struct Recorded {
    sound: Samples,
    given: usize,
    began: Option<Instant>,
}

impl Recorded {
    /// `sound` at 16 kHz.
    pub fn new(sound: Samples) -> Self {
        Self { sound, given: 0, began: None }
    }
}

impl Source for Recorded {
    fn read(&mut self, out: &mut Vec<f32>) -> Result<LineState> {
        let began = *self.began.get_or_insert_with(Instant::now);
        let due = SampleRate::SPEECH.frames(began.elapsed().as_secs_f64()).0 as usize;
        let rest = self.sound.data().get(self.given..).unwrap_or_default();
        let count = due.saturating_sub(self.given);
        out.extend(rest.iter().copied().chain(std::iter::repeat(0.0)).take(count));
        self.given += count;
        Ok(LineState::Open)
    }
}

/// A mixer without a device: it is rendered as far as the call's clock, into a file or into nothing.
pub struct Rendered {
    mixer: Mixer,
    rate: SampleRate,
    done: u64,
    file: Option<WavFile>,
}

impl Rendered {
    /// `rate` is the mixer's.
    pub fn new(mixer: Mixer, rate: SampleRate, file: Option<WavFile>) -> Self {
        Self { mixer, rate, done: 0, file }
    }
}

impl Sink for Rendered {
    fn follow(&mut self, now: Frames) -> Result<LineState> {
        let due = self.rate.frames(now.seconds(SampleRate::SPEECH)).0;
        let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
        while self.done < due {
            let count = (due - self.done).min(256) as usize;
            self.mixer.render(&mut left[..count], &mut right[..count]);
            self.done += count as u64;
            if let Some(file) = &mut self.file {
                for (&left, &right) in left[..count].iter().zip(&right[..count]) {
                    file.push([left, right])?;
                }
            }
        }
        Ok(LineState::Open)
    }

    fn close(self: Box<Self>) -> Result<()> {
        self.file.map_or(Ok(()), WavFile::finish)
    }
}
