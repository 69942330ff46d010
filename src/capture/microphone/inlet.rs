//! From the capture callback to whoever listens: folded to one channel, over a ring, without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

/// The callback's end.
///
/// Real-time safe: [`Self::take`] neither locks nor allocates.
pub struct Inlet {
    ring: Producer<f32>,
    channels: usize,
    lost: Arc<AtomicU64>,
}

/// The listener's end.
pub struct Outcome {
    ring: Consumer<f32>,
    lost: Arc<AtomicU64>,
}

/// A ring for `frames` frames of a device with so many channels.
pub fn inlet(frames: usize, channels: usize) -> (Inlet, Outcome) {
    let (producer, consumer) = RingBuffer::new(frames.max(1));
    let lost = Arc::<AtomicU64>::default();
    let inlet = Inlet { ring: producer, channels: channels.max(1), lost: Arc::clone(&lost) };
    (inlet, Outcome { ring: consumer, lost })
}

impl Inlet {
    /// Takes interleaved samples as the device gives them; each frame becomes the mean of its channels. Frames for
    /// which there is no room are counted as lost: the newest go, so that what was captured stays in one piece.
    pub fn take<T: Copy>(&mut self, interleaved: &[T], sample: impl Fn(T) -> f32) {
        let share = 1.0 / self.channels as f32;
        let frames = interleaved.chunks_exact(self.channels);
        let total = frames.len();
        let room = self.ring.slots().min(total);
        if let Ok(chunk) = self.ring.write_chunk_uninit(room) {
            let mean = |frame: &[T]| share * frame.iter().map(|&value| sample(value)).sum::<f32>();
            chunk.fill_from_iter(frames.take(room).map(mean));
        }
        if room < total {
            self.lost.fetch_add((total - room) as u64, Ordering::Relaxed);
        }
    }
}

impl Outcome {
    /// Appends all that has come in; returns the number of frames.
    pub fn drain(&mut self, out: &mut Vec<f32>) -> usize {
        let count = self.ring.slots();
        if let Ok(chunk) = self.ring.read_chunk(count) {
            let (first, second) = chunk.as_slices();
            out.extend_from_slice(first);
            out.extend_from_slice(second);
            chunk.commit_all();
        }
        count
    }

    /// Frames that were lost because nobody fetched them.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_folded_and_what_does_not_fit_is_counted() {
        let (mut inlet, mut outcome) = inlet(3, 2);
        inlet.take(&[0.2f32, 0.4, 1.0, -1.0], |s| s);
        let mut out = Vec::new();
        assert_eq!(outcome.drain(&mut out), 2);
        assert!((out[0] - 0.3).abs() < 1e-6 && out[1].abs() < 1e-6);
        inlet.take(&[16_384i16; 10], |s| f32::from(s) / 32_768.0);
        assert_eq!((outcome.drain(&mut out), outcome.lost()), (3, 2));
        assert_eq!(out[2..], [0.5; 3]);
    }
}
