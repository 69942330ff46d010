//! The control side of a mixer: sends cues without locks, and drops finished tracks where freeing is allowed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rtrb::{Consumer, Producer};

use super::plan::Cue;
use super::track::Track;
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Decibels, Frames};

/// What the mixer last did, as the control side sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixerStatus {
    /// Frames mixed since the start: the clock that cues refer to.
    pub clock: Frames,
    /// Voices that sound, prompts included.
    pub voices: usize,
    /// Cues received and not yet carried out.
    pub pending: usize,
    /// How far the limiter holds the peaks down (0 or negative).
    pub limiting: Decibels,
}

/// Written by the callback, read by anyone. Each value stands alone, so relaxed order is enough.
#[derive(Default)]
pub(super) struct SharedStatus {
    pub(super) clock: AtomicU64,
    pub(super) voices: AtomicU32,
    pub(super) pending: AtomicU32,
    pub(super) limiting: AtomicU32,
}

/// Sends cues to a [`Mixer`](super::Mixer) that lives in a sound callback.
pub struct Remote {
    pub(super) cues: Producer<Cue>,
    pub(super) finished: Consumer<Arc<Track>>,
    pub(super) status: Arc<SharedStatus>,
}

impl Remote {
    /// Hands over a cue. Does not block.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] when the queue is full: the device has stopped calling back, or far too many are sent.
    pub fn send(&mut self, cue: Cue) -> Result<()> {
        self.collect();
        self.cues.push(cue).map_err(|_| {
            let problem = format!("{} cues wait already; is the device running?", self.cues.buffer().capacity());
            Error::new(ErrorKind::Limit, "mixer queue", problem)
        })
    }

    /// Frees the tracks that the mixer is done with; returns their number. [`send`](Self::send) does it too.
    pub fn collect(&mut self) -> usize {
        let mut freed = 0;
        while self.finished.pop().is_ok() {
            freed += 1;
        }
        freed
    }

    pub fn status(&self) -> MixerStatus {
        MixerStatus {
            clock: Frames(self.status.clock.load(Ordering::Relaxed)),
            voices: self.status.voices.load(Ordering::Relaxed) as usize,
            pending: self.status.pending.load(Ordering::Relaxed) as usize,
            limiting: Decibels(f32::from_bits(self.status.limiting.load(Ordering::Relaxed))),
        }
    }
}
