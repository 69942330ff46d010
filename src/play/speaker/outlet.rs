//! From the mixer to the playback callback, and beside it to a tape, without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::play::Mixer;

/// Frames rendered at a time: the mixer's own block.
const FRAMES: usize = 64;

/// The callback's end: renders, converts, and copies what is heard to the tape.
///
/// Real-time safe: [`Self::fill`] neither locks nor allocates.
pub struct Outlet {
    mixer: Mixer,
    channels: usize,
    tape: Option<Producer<[f32; 2]>>,
    missed: Arc<AtomicU64>,
}

/// What was played, for whoever writes it down.
pub struct Tape {
    ring: Consumer<[f32; 2]>,
    missed: Arc<AtomicU64>,
}

/// A mixer ready for the callback of a device with so many channels; `frames` is the room of its tape, 0 for none.
pub fn tape(mixer: Mixer, channels: usize, frames: usize) -> (Outlet, Tape) {
    let (producer, consumer) = RingBuffer::new(frames);
    let missed = Arc::<AtomicU64>::default();
    let tape = (frames > 0).then_some(producer);
    (Outlet { mixer, channels: channels.max(1), tape, missed: Arc::clone(&missed) }, Tape { ring: consumer, missed })
}

impl Outlet {
    /// Fills the device's interleaved buffer. A device of one channel gets the mean of both sides.
    pub fn fill<T: Copy>(&mut self, interleaved: &mut [T], silence: T, sample: impl Fn(f32) -> T) {
        let (mut left, mut right) = ([0.0f32; FRAMES], [0.0f32; FRAMES]);
        for span in interleaved.chunks_mut(FRAMES * self.channels) {
            let count = span.len() / self.channels;
            self.mixer.render(&mut left[..count], &mut right[..count]);
            span.fill(silence);
            for (frame, (&left, &right)) in span.chunks_exact_mut(self.channels).zip(left.iter().zip(&right)) {
                match frame {
                    [only] => *only = sample(0.5 * (left + right)),
                    [first, second, ..] => (*first, *second) = (sample(left), sample(right)),
                    [] => {}
                }
            }
            if let Some(tape) = &mut self.tape {
                for pair in left[..count].iter().zip(&right[..count]) {
                    if tape.push([*pair.0, *pair.1]).is_err() {
                        self.missed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        }
    }
}

impl Tape {
    /// The next frame that was played.
    pub fn next_frame(&mut self) -> Option<[f32; 2]> {
        self.ring.pop().ok()
    }

    /// Frames that the tape lacks because nobody fetched them.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}
