//! Endpointing of live sound: any chunks of 16 kHz samples in, utterances out, on the sample clock.

use std::collections::VecDeque;
use std::ops::Range;

use super::detector::{FRAME, VoiceDetector, bounded};
use super::machine::{Machine, Transition};
use super::{EndpointSettings, Utterance};
use crate::audio::Samples;
use crate::error::Result;
use crate::units::{Frames, SampleRate};

/// What the caller's line has brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The caller began to speak at this frame: lower the prompt.
    SpeechStart { at: Frames },
    /// The caller has paused: recognition may start on this utterance. It is the very one that `SpeechEnd` brings
    /// unless `SpeechResumed` comes first, or [`Endpointer::finish`] ends it with a part of a frame more.
    PauseStarted(Utterance),
    /// The caller went on: drop what was recognised.
    SpeechResumed,
    /// The answer is complete.
    SpeechEnd(Utterance),
    /// The caller talks without end: this is the beginning, the rest is not listened to.
    TooLong(Utterance),
}

/// A streaming endpointer for one channel of 16 kHz sound. Memory is bounded by the longest utterance.
pub struct Endpointer {
    detector: VoiceDetector,
    machine: Machine,
    /// Samples not yet judged, fewer than a frame.
    pending: Vec<f32>,
    /// Judged frames that may still become part of an utterance.
    kept: VecDeque<([f32; FRAME], f32)>,
    /// Number of the first kept frame.
    first: u64,
    /// One past the last frame of the last utterance: the next one begins after it.
    used: u64,
    speaking: bool,
    /// One past the last frame of the utterance that the present pause has brought.
    paused: Option<u64>,
}

impl Endpointer {
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) for settings out of range.
    pub fn new(settings: &EndpointSettings, detector: VoiceDetector) -> Result<Self> {
        Ok(Self {
            detector,
            machine: Machine::new(settings)?,
            pending: Vec::with_capacity(FRAME),
            kept: VecDeque::new(),
            first: 0,
            used: 0,
            speaking: false,
            paused: None,
        })
    }

    /// Takes the next samples (16 kHz, any number) and returns what they brought, in order.
    pub fn push(&mut self, samples: &[f32]) -> Vec<Event> {
        let mut events = Vec::new();
        for &sample in samples {
            self.pending.push(bounded(sample));
            if self.pending.len() == FRAME {
                events.extend(self.frame());
            }
        }
        events
    }

    /// After [`Event::TooLong`], do not wait for silence: what follows is another utterance.
    pub(super) fn listen_on(&mut self) {
        self.machine.listen_on();
    }

    /// The line has gone dead: an utterance that is under way ends with it.
    pub fn finish(&mut self) -> Option<Event> {
        let mut last = None;
        if !self.pending.is_empty() {
            self.pending.resize(FRAME, 0.0);
            last = self.frame();
        }
        let ended = self.machine.finish().map(|transition| self.event(transition));
        // The last part of a frame cannot end an utterance and leave one to be ended.
        ended.or(last.filter(|event| matches!(event, Event::SpeechEnd(_) | Event::TooLong(_))))
    }

    fn frame(&mut self) -> Option<Event> {
        let mut frame = [0.0; FRAME];
        frame.copy_from_slice(&self.pending);
        self.pending.clear();
        let probability = self.detector.predict(&frame);
        self.kept.push_back((frame, probability));
        let event = self.machine.push(probability, self.detector.hides_ends()).map(|transition| self.event(transition));
        if !self.speaking {
            let counts = self.machine.counts();
            // Enough for a pre-roll before the first frame of a beginning that is not yet believed.
            let keep = counts.pre_roll + counts.minimum_speech * 8;
            while self.kept.len() as u64 > keep {
                self.kept.pop_front();
                self.first += 1;
            }
        }
        event
    }

    fn event(&mut self, transition: Transition) -> Event {
        match transition {
            Transition::Started { start } => {
                self.speaking = true;
                Event::SpeechStart { at: Frames(start * FRAME as u64) }
            }
            Transition::Paused { voiced } => {
                self.paused = Some(self.first + self.kept.len() as u64);
                Event::PauseStarted(self.utterance(voiced).0)
            }
            Transition::Resumed => {
                self.paused = None;
                Event::SpeechResumed
            }
            Transition::Ended { voiced } => Event::SpeechEnd(self.close(voiced)),
            Transition::TooLong { voiced } => Event::TooLong(self.close(voiced)),
        }
    }

    fn close(&mut self, voiced: Range<u64>) -> Utterance {
        let (utterance, end) = self.utterance(voiced);
        self.used = end;
        self.paused = None;
        self.speaking = false;
        utterance
    }

    /// Cuts the voiced frames out, with pre-roll and post-roll, and tells the frame after them.
    fn utterance(&self, voiced: Range<u64>) -> (Utterance, u64) {
        let counts = self.machine.counts();
        let start = voiced.start.saturating_sub(counts.pre_roll).max(self.first).max(self.used);
        let end = self.paused.unwrap_or(voiced.end + counts.pause).min(self.first + self.kept.len() as u64);
        let kept = self.kept.range((start - self.first) as usize..(end - self.first) as usize);
        let mut data = Vec::with_capacity((end - start) as usize * FRAME);
        let mut speech_frames = Vec::with_capacity((end - start) as usize);
        for (frame, probability) in kept {
            data.extend_from_slice(frame);
            speech_frames.push(*probability);
        }
        let span = Frames(start * FRAME as u64)..Frames(end * FRAME as u64);
        (Utterance { samples: Samples::new(data, SampleRate::SPEECH), span, speech_frames }, end)
    }
}
