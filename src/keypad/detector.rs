//! Keys in a stream of sound: when each was pressed and when it was let go.

use super::decimate::Decimator;
use super::ear::{Ear, Heard};
use super::key::{Key, KeyPress};
use crate::audio::Samples;
use crate::error::Result;
use crate::units::SampleRate;

/// The step of the analysis; times of events are a little finer.
const HOP_S: f64 = 0.004;
/// Length of the stretches that are tested for a key: the shortest tone that counts (40 ms) holds at least four.
const WINDOW_HOPS: usize = 6;
/// How far back the beginning of a tone is looked for.
const HISTORY_HOPS: usize = 20;
/// Tones shorter than this are no keys: midway between 23 ms, which must not count, and 40 ms, which must (Q.24).
const SHORTEST_S: f64 = 0.0315;
/// How often, at least, a key must be heard before it counts.
const HEARD_WINDOWS: u32 = 3;
/// Share of a tone's amplitude that counts as its being there.
const PRESENT: f64 = 0.5;
/// A tone many times as loud as the one being followed is something else.
const TOO_LOUD: f64 = 2.5;
/// Share below which a hop at the edge of a tone adds nothing to its length.
const EDGE: f64 = 0.25;
/// A tone that is away this long (20 ms) has ended: drop-outs of 10 ms are bridged, pauses of 40 ms are not.
const GAP_HOPS: usize = 5;

/// What happened to a key, in the order it happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyEvent {
    /// The key is certain, about 40 ms after `start_s`; it is still held.
    Pressed { digit: Key, start_s: f64 },
    /// The key was let go: known 20 ms after its end.
    Released(KeyPress),
}

/// A key that counts, until it is let go.
struct Held {
    heard: Heard,
    start_s: f64,
    /// End of the last stretch in which it was there.
    end_s: f64,
    absent_hops: usize,
}

/// Streaming detector of the sixteen DTMF keys.
///
/// Any rate from 8 kHz up. Real-time safe: [`Self::push`] neither locks nor, in steady state, allocates.
pub struct Detector {
    rate: SampleRate,
    decimator: Decimator,
    ear: Ear,
    /// Samples of a hop, after decimation.
    hop: usize,
    /// The newest hops, oldest first; samples after decimation.
    history: Vec<f32>,
    /// How much of the newest hop has come in.
    filled: usize,
    /// Hops that have come in whole.
    hops: u64,
    /// Input samples that have come in.
    taken: u64,
    /// The key heard last and how often in a row, with how many hops ago that was.
    candidate: Option<(Key, u32, usize)>,
    held: Option<Held>,
    events: Vec<KeyEvent>,
}

impl Detector {
    /// # Errors
    /// [`crate::ErrorKind::Unsupported`] below 8 kHz.
    pub fn new(rate: SampleRate) -> Result<Self> {
        let decimator = Decimator::new(rate)?;
        let inner_rate = f64::from(rate.hertz()) / decimator.step() as f64;
        let hop = (inner_rate * HOP_S).round() as usize;
        Ok(Self {
            rate,
            decimator,
            ear: Ear::new(inner_rate, WINDOW_HOPS * hop),
            hop,
            history: vec![0.0; HISTORY_HOPS * hop],
            filled: 0,
            hops: 0,
            taken: 0,
            candidate: None,
            held: None,
            events: Vec::with_capacity(16),
        })
    }

    /// The rate it was made for.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Takes the next mono samples (nominally −1..1, any number of them) and gives what became certain with them.
    ///
    /// Samples that are not finite count as 0. A press and its release may come in the same call. Allocates only
    /// when one call brings more than sixteen events, that is, more than half a second of sound.
    pub fn push(&mut self, samples: &[f32]) -> &[KeyEvent] {
        self.events.clear();
        self.taken += samples.len() as u64;
        for &sample in samples {
            self.take(sample);
        }
        &self.events
    }

    /// The stream is over: gives what its end makes certain. A key still held ends here.
    ///
    /// The detector is then as new, with the clock at zero.
    pub fn finish(&mut self) -> &[KeyEvent] {
        self.events.clear();
        let inner = (WINDOW_HOPS + GAP_HOPS + 2) * self.hop;
        for _ in 0..inner * self.decimator.step() + self.decimator.delay() {
            self.take(0.0);
        }
        self.release();
        let end_s = self.taken as f64 / f64::from(self.rate.hertz());
        for event in &mut self.events {
            if let KeyEvent::Released(press) = event {
                press.end_s = press.end_s.min(end_s);
            }
        }
        self.decimator.reset();
        self.history.fill(0.0);
        (self.filled, self.hops, self.taken, self.candidate) = (0, 0, 0, None);
        &self.events
    }

    fn take(&mut self, sample: f32) {
        let Some(sample) = self.decimator.push(sample) else { return };
        let newest = self.history.len() - self.hop;
        self.history[newest + self.filled] = sample;
        self.filled += 1;
        if self.filled == self.hop {
            self.hops += 1;
            self.analyse();
            self.history.copy_within(self.hop.., 0);
            self.filled = 0;
        }
    }

    /// One more hop is in.
    fn analyse(&mut self) {
        let heard = self.ear.hear(&self.history[(HISTORY_HOPS - WINDOW_HOPS) * self.hop..]);
        self.follow(heard);
        self.candidate = match (heard, self.candidate) {
            (Some(heard), Some((key, times, _))) if key == heard.key => Some((key, times + 1, 0)),
            (Some(heard), _) => Some((heard.key, 1, 0)),
            (None, Some((key, times, ago))) if ago < GAP_HOPS => Some((key, times, ago + 1)),
            (None, _) => None,
        };
        let (Some(heard), Some((_, times, _))) = (heard, self.candidate) else { return };
        if times < HEARD_WINDOWS || self.held.as_ref().is_some_and(|held| held.heard.key == heard.key) {
            return;
        }
        if let Some((start_s, end_s, absent_hops)) = self.run(&heard) {
            self.release();
            self.events.push(KeyEvent::Pressed { digit: heard.key, start_s });
            self.held = Some(Held { heard, start_s, end_s, absent_hops });
        }
    }

    /// Follows the held key through the newest hop.
    fn follow(&mut self, heard: Option<Heard>) {
        let (newest, time) = (&self.history[self.history.len() - self.hop..], self.time(self.hops - 1));
        let Some(held) = &mut self.held else { return };
        let presence = held.heard.presence(newest);
        let hop_s = self.hop as f64 * self.decimator.step() as f64 / f64::from(self.rate.hertz());
        if (PRESENT..=TOO_LOUD).contains(&presence) {
            held.end_s = time + hop_s * presence.min(1.0);
            held.absent_hops = 0;
        } else {
            if held.absent_hops == 0 && (EDGE..PRESENT).contains(&presence) {
                held.end_s = time + hop_s * presence;
            }
            held.absent_hops += 1;
        }
        match heard {
            Some(heard) if heard.key == held.heard.key => held.heard = heard,
            _ => {}
        }
        if held.absent_hops >= GAP_HOPS {
            self.release();
        }
    }

    fn release(&mut self) {
        if let Some(Held { heard, start_s, end_s, .. }) = self.held.take() {
            self.events.push(KeyEvent::Released(KeyPress { digit: heard.key, start_s, end_s }));
            self.candidate = None;
        }
    }

    /// The tone that is now heard, traced back through the history: start, end so far and hops absent since, if it
    /// has been there long enough.
    fn run(&self, heard: &Heard) -> Option<(f64, f64, usize)> {
        let hop_s = self.hop as f64 * self.decimator.step() as f64 / f64::from(self.rate.hertz());
        let (mut length, mut gap, mut trailing) = (0.0, 0, 0);
        let mut span: Option<(f64, f64)> = None;
        let mut edge_after = 0.0;
        for (back, hop) in self.history.rchunks_exact(self.hop).enumerate().take(self.hops as usize) {
            let presence = heard.presence(hop);
            let time = self.time(self.hops - 1 - back as u64);
            let there = (PRESENT..=TOO_LOUD).contains(&presence);
            let edge = (EDGE..PRESENT).contains(&presence);
            match &mut span {
                None if there => {
                    trailing = back;
                    length = presence.min(1.0) + edge_after;
                    let end = time + hop_s * if edge_after > 0.0 { 1.0 + edge_after } else { presence.min(1.0) };
                    span = Some((time + hop_s * (1.0 - presence.min(1.0)), end));
                }
                None => edge_after = if edge { presence } else { 0.0 },
                Some((start, _)) if there => {
                    length += presence.min(1.0);
                    *start = time + hop_s * (1.0 - presence.min(1.0));
                    gap = 0;
                }
                Some((start, _)) => {
                    if gap == 0 && edge {
                        length += presence;
                        *start = time + hop_s * (1.0 - presence);
                    }
                    gap += 1;
                    if gap >= GAP_HOPS {
                        break;
                    }
                }
            }
        }
        let (start, end) = span?;
        (length * hop_s >= SHORTEST_S).then_some((start.max(0.0), end, trailing))
    }

    /// When the hop of this index began, in seconds of the input; the decimator's delay is taken out.
    fn time(&self, hop: u64) -> f64 {
        let sample = hop * self.hop as u64 * self.decimator.step() as u64;
        ((sample as f64 - self.decimator.delay() as f64) / f64::from(self.rate.hertz())).max(0.0)
    }
}

/// All keys in a whole recording, in order.
///
/// # Errors
/// [`crate::ErrorKind::Unsupported`] below 8 kHz.
pub fn detect(sound: &Samples) -> Result<Vec<KeyPress>> {
    let mut detector = Detector::new(sound.rate())?;
    let released = |event: &KeyEvent| match event {
        KeyEvent::Released(press) => Some(*press),
        KeyEvent::Pressed { .. } => None,
    };
    let mut presses: Vec<KeyPress> = detector.push(sound.data()).iter().filter_map(released).collect();
    presses.extend(detector.finish().iter().filter_map(released));
    Ok(presses)
}
