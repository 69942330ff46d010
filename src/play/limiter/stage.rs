//! The limiter as a stage: delay line, peak finder and gain curve together, a block at a time.

use super::envelope::Envelope;
use super::peaks::{GROUP, PeakFinder, largest};
use crate::play::fade::BLOCK;
use crate::units::{Decibels, SampleRate};

/// EBU R 128's ceiling for distribution, and ours.
pub(in crate::play) const CEILING: Decibels = Decibels(-1.0);
/// What four-fold interpolation with few taps may read too low at high frequencies.
const READING_MARGIN: Decibels = Decibels(-0.2);

/// Holds the true peak of both channels at or below −1 dBTP, by one gain for both, without distortion of steady tones.
///
/// Real-time safe after construction: [`process`](Self::process) neither allocates nor locks, and takes bounded time.
/// Sound that cannot reach the ceiling passes unchanged, sample for sample, delayed by [`delay`](Self::delay).
pub struct TruePeakLimiter {
    ceiling: f32,
    finder: PeakFinder,
    envelope: Envelope,
    /// The last `delay` frames, then the block at hand.
    lines: [Vec<f32>; 2],
    delay: usize,
    /// Largest sample of the part of the lines that judging still reaches into.
    tail_peak: f32,
    /// Gain at the end of the last group.
    gain: f32,
}

impl TruePeakLimiter {
    /// A limiter at the ceiling of −1 dBTP.
    pub fn new(rate: SampleRate) -> Self {
        let envelope = Envelope::new(rate);
        let delay = (envelope.lag() + 1) * GROUP;
        Self {
            ceiling: Decibels(CEILING.0 + READING_MARGIN.0).amplitude(),
            finder: PeakFinder::new(),
            envelope,
            lines: [vec![0.0; delay + BLOCK], vec![0.0; delay + BLOCK]],
            delay,
            tail_peak: 0.0,
            gain: 1.0,
        }
    }

    /// Frames by which the sound comes out later than it went in.
    pub fn delay(&self) -> usize {
        self.delay
    }

    /// The gain now in force (1 when idle).
    pub fn gain(&self) -> f32 {
        self.gain
    }

    /// Limits one block in place: what comes back is the sound of `delay` frames before.
    pub fn process(&mut self, left: &mut [f32; BLOCK], right: &mut [f32; BLOCK]) {
        let delay = self.delay;
        let block_peak = largest(left.as_slice()).max(largest(right.as_slice()));
        self.lines[0][delay..].copy_from_slice(left);
        self.lines[1][delay..].copy_from_slice(right);
        let quiet = self.finder.is_safe(block_peak.max(self.tail_peak), self.ceiling);
        self.tail_peak = block_peak;
        if quiet && self.envelope.is_at_rest() {
            left.copy_from_slice(&self.lines[0][..BLOCK]);
            right.copy_from_slice(&self.lines[1][..BLOCK]);
        } else {
            self.limit(left, right, quiet);
        }
        for line in &mut self.lines {
            line.copy_within(BLOCK.., 0);
        }
    }

    fn limit(&mut self, left: &mut [f32; BLOCK], right: &mut [f32; BLOCK], quiet: bool) {
        let groups = left.chunks_exact_mut(GROUP).zip(right.chunks_exact_mut(GROUP));
        for (group, (left, right)) in groups.enumerate() {
            // The interpolator looks 6 samples ahead, so the group before the newest is judged.
            let frame = self.delay + group * GROUP - GROUP;
            let required = if quiet { 1.0 } else { self.required(frame) };
            let next = self.envelope.push(required);
            let (gain, step) = (self.gain, (next - self.gain) / GROUP as f32);
            let gains: [f32; GROUP] = std::array::from_fn(|i| gain + step * i as f32);
            let out = group * GROUP..(group + 1) * GROUP;
            for (line, side) in self.lines.iter().zip([left, right]) {
                for ((sample, source), gain) in side.iter_mut().zip(&line[out.clone()]).zip(gains) {
                    *sample = source * gain;
                }
            }
            self.gain = next;
        }
    }

    fn required(&self, frame: usize) -> f32 {
        let [left, right] = &self.lines;
        let peak = self.finder.group_peak(left, frame, self.ceiling);
        let peak = peak.max(self.finder.group_peak(right, frame, self.ceiling));
        if peak > self.ceiling { self.ceiling / peak } else { 1.0 }
    }
}
