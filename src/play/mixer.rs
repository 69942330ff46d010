//! The mixer: carries out cues on one sample clock and adds the voices up, without locks or allocation.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rtrb::{Consumer, RingBuffer};

use super::fade::BLOCK;
use super::limiter::TruePeakLimiter;
use super::plan::{Action, Cue};
use super::remote::{Remote, SharedStatus};
use super::track::Track;
use super::voices::Voices;
use crate::units::{Decibels, Frames, SampleRate};

/// How much a mixer can hold, and whether it limits.
#[derive(Clone, Copy, Debug)]
pub struct MixerSettings {
    /// Tracks that may sound at once, fading ones included. A cue that finds no room waits until a fade is over.
    pub voices: usize,
    /// Cues that may wait in the queue, and again as many in the mixer.
    pub cues: usize,
    /// Hold the true peak at −1 dBTP. Without it, sound passes undelayed and may exceed full scale.
    pub limiter: bool,
}

impl Default for MixerSettings {
    fn default() -> Self {
        Self { voices: 16, cues: 32, limiter: true }
    }
}

/// Mixes any number of tracks, equal-power fades and prompts into stereo or mono.
///
/// Real-time safe after construction: rendering neither locks nor allocates, whatever the cues do. What it renders
/// does not depend on how many frames are asked for at a time.
pub struct Mixer {
    /// Frames mixed; the frames that have come out are fewer by the limiter's delay and what waits in `block`.
    clock: u64,
    voices: Voices,
    /// End of the last frame that any voice has given.
    last_sound: u64,
    limiter: Option<TruePeakLimiter>,
    /// Sorted by time.
    pending: Vec<Cue>,
    queue: Consumer<Cue>,
    status: Arc<SharedStatus>,
    block: [[f32; BLOCK]; 2],
    /// Frames of the block that have been handed out.
    taken: usize,
}

impl Mixer {
    /// A mixer and the remote that steers it.
    pub fn new(rate: SampleRate, settings: MixerSettings) -> (Remote, Self) {
        let cues = settings.cues.max(1);
        let voices = settings.voices.max(2);
        let (producer, queue) = RingBuffer::new(cues);
        // Room for every track that can be inside at once: the remote empties it before each cue that it sends.
        let (finished, collector) = RingBuffer::new(2 * cues + voices);
        let status = Arc::<SharedStatus>::default();
        let mixer = Self {
            clock: 0,
            voices: Voices::new(rate, voices, finished),
            last_sound: 0,
            limiter: settings.limiter.then(|| TruePeakLimiter::new(rate)),
            pending: Vec::with_capacity(cues),
            queue,
            status: Arc::clone(&status),
            block: [[0.0; BLOCK]; 2],
            taken: BLOCK,
        };
        (Remote { cues: producer, finished: collector, status }, mixer)
    }

    /// Frames between a cue's time and its sound: the limiter's look-ahead.
    pub fn delay(&self) -> Frames {
        Frames(self.limiter.as_ref().map_or(0, |limiter| limiter.delay() as u64))
    }

    /// Whether nothing sounds and no cue waits. What the limiter still holds back may follow for [`delay`](Self::delay).
    pub fn is_idle(&self) -> bool {
        self.voices.len() == 0 && self.pending.is_empty() && self.queue.is_empty()
    }

    /// Fills both channels; they must be equally long (the shorter one counts).
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut done = 0;
        let length = left.len().min(right.len());
        while done < length {
            let (span, count) = self.take(length - done);
            left[done..done + count].copy_from_slice(&self.block[0][span.clone()]);
            right[done..done + count].copy_from_slice(&self.block[1][span]);
            done += count;
        }
    }

    /// Fills one channel with the mean of both sides. Tracks prepared for a mono sink lose no level by it.
    pub fn render_mono(&mut self, out: &mut [f32]) {
        let mut done = 0;
        while done < out.len() {
            let (span, count) = self.take(out.len() - done);
            let pairs = self.block[0][span.clone()].iter().zip(&self.block[1][span]);
            for (out, (left, right)) in out[done..done + count].iter_mut().zip(pairs) {
                *out = 0.5 * (left + right);
            }
            done += count;
        }
    }

    /// Fills interleaved frames as a device wants them: one channel gets the mean, further ones stay silent.
    pub fn render_interleaved(&mut self, out: &mut [f32], channels: usize) {
        if channels < 2 {
            return self.render_mono(out);
        }
        out.fill(0.0);
        let frames = out.len() / channels;
        let mut done = 0;
        while done < frames {
            let (span, count) = self.take(frames - done);
            let pairs = self.block[0][span.clone()].iter().zip(&self.block[1][span]);
            for (frame, (left, right)) in out.chunks_exact_mut(channels).skip(done).zip(pairs) {
                (frame[0], frame[1]) = (*left, *right);
            }
            done += count;
        }
    }

    /// The music and prompts that sound now: track, next frame of it, gain without the track's own.
    pub(super) fn sounding(&self) -> impl Iterator<Item = (&Arc<Track>, usize, f32)> {
        self.voices.sounding()
    }

    /// The clock that cues refer to.
    pub(super) fn clock(&self) -> u64 {
        self.clock
    }

    /// Frames up to the end of the last sound so far.
    pub(super) fn last_sound(&self) -> u64 {
        self.last_sound
    }

    pub(super) fn limiter_gain(&self) -> f32 {
        self.limiter.as_ref().map_or(1.0, TruePeakLimiter::gain)
    }

    /// Up to `wanted` frames of the block, which is rendered anew when it is used up.
    fn take(&mut self, wanted: usize) -> (std::ops::Range<usize>, usize) {
        if self.taken == BLOCK {
            self.next_block();
            self.taken = 0;
        }
        let count = wanted.min(BLOCK - self.taken);
        let span = self.taken..self.taken + count;
        self.taken += count;
        (span, count)
    }

    fn next_block(&mut self) {
        self.receive();
        let [mut left, mut right] = [[0.0; BLOCK]; 2];
        let mut done = 0;
        while done < BLOCK {
            self.carry_out_due();
            let mut span = BLOCK - done;
            if let Some(cue) = self.pending.iter().find(|cue| cue.at.0 > self.clock) {
                span = span.min((cue.at.0 - self.clock) as usize);
            }
            if let Some(remaining) = self.voices.fade_remaining() {
                span = span.min(remaining as usize);
            }
            let sounded = self.voices.mix(&mut left[done..done + span], &mut right[done..done + span]);
            if sounded > 0 {
                self.last_sound = self.clock + sounded as u64;
            }
            self.clock += span as u64;
            done += span;
        }
        if let Some(limiter) = &mut self.limiter {
            limiter.process(&mut left, &mut right);
        }
        self.block = [left, right];
        self.status.clock.store(self.clock, Ordering::Relaxed);
        self.status.voices.store(self.voices.len() as u32, Ordering::Relaxed);
        self.status.pending.store(self.pending.len() as u32, Ordering::Relaxed);
        let limiting = Decibels::from_amplitude(self.limiter_gain());
        self.status.limiting.store(limiting.0.to_bits(), Ordering::Relaxed);
    }

    fn receive(&mut self) {
        while self.pending.len() < self.queue.buffer().capacity() {
            let Ok(mut cue) = self.queue.pop() else { break };
            cue.at.0 = cue.at.0.max(self.clock);
            let place = self.pending.partition_point(|other| other.at <= cue.at);
            self.pending.insert(place, cue);
        }
    }

    fn carry_out_due(&mut self) {
        let (mut index, mut music_waits) = (0, false);
        while let Some(cue) = self.pending.get(index).filter(|cue| cue.at.0 <= self.clock) {
            let is_music = matches!(cue.action, Action::Music { .. });
            if self.voices.has_no_room_for(&cue.action) {
                // It waits for the end of a fade or a track, unless what comes after makes it pointless.
                if is_music && self.is_superseded(index) {
                    let cue = self.pending.remove(index);
                    self.voices.let_go(cue.action);
                } else {
                    music_waits |= is_music;
                    index += 1;
                }
            } else if music_waits && matches!(cue.action, Action::Finish { .. }) {
                // It means the music that waits.
                index += 1;
            } else {
                let cue = self.pending.remove(index);
                self.voices.carry_out(cue.action);
            }
        }
    }

    /// Whether a later due cue replaces the music of this one.
    fn is_superseded(&self, index: usize) -> bool {
        let replaces = |cue: &Cue| matches!(cue.action, Action::Music { .. } | Action::FadeOut { .. });
        self.pending[index + 1..].iter().take_while(|cue| cue.at.0 <= self.clock).any(replaces)
    }
}
