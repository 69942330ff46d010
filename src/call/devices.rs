//! Microphone and speaker as the two ends of a line.

use crate::audio::WavFile;
use crate::capture::Microphone;
use crate::device::{DeviceState, Faults};
use crate::error::Result;
use crate::play::Speaker;
use crate::units::Frames;

use super::line::{LineState, Sink, Source};

/// Tells what is new since `told`, in words.
fn news(name: &str, faults: Faults, told: &mut Faults) -> Vec<String> {
    let before = std::mem::replace(told, faults);
    let new = |now: u64, before: u64| Some(now - before).filter(|count| *count > 0);
    let late = new(faults.late_buffers, before.late_buffers)
        .map(|count| format!("{name}: {count} buffers came too late (the machine is busy); the call goes on"));
    let lost = new(faults.lost_frames, before.lost_frames)
        .map(|count| format!("{name}: {count} frames were lost (the machine is busy); the call goes on"));
    late.into_iter().chain(lost).collect()
}

fn state_of(state: DeviceState) -> LineState {
    match state {
        DeviceState::Running => LineState::Open,
        DeviceState::Gone => LineState::Gone,
    }
}

/// A microphone as the caller's end.
pub struct MicrophoneSource {
    microphone: Microphone,
    told: Faults,
}

impl MicrophoneSource {
    pub fn new(microphone: Microphone) -> Self {
        Self { microphone, told: Faults::default() }
    }
}

impl Source for MicrophoneSource {
    fn read(&mut self, out: &mut Vec<f32>) -> Result<LineState> {
        self.microphone.read(out)?;
        Ok(state_of(self.microphone.state()))
    }

    fn problems(&mut self) -> Vec<String> {
        news(self.microphone.name(), self.microphone.faults(), &mut self.told)
    }
}

/// A speaker as our end; what is heard may be written to a file beside it.
pub struct SpeakerSink {
    speaker: Speaker,
    file: Option<WavFile>,
    told: Faults,
}

impl SpeakerSink {
    pub fn new(speaker: Speaker, file: Option<WavFile>) -> Self {
        Self { speaker, file, told: Faults::default() }
    }
}

impl Sink for SpeakerSink {
    fn follow(&mut self, _: Frames) -> Result<LineState> {
        if let Some(file) = &mut self.file {
            while let Some(frame) = self.speaker.tape().next_frame() {
                file.push(frame)?;
            }
        }
        Ok(state_of(self.speaker.state()))
    }

    fn problems(&mut self) -> Vec<String> {
        news(self.speaker.name(), self.speaker.faults(), &mut self.told)
    }

    fn close(mut self: Box<Self>) -> Result<()> {
        self.follow(Frames(0))?;
        self.file.take().map_or(Ok(()), WavFile::finish)
    }
}
