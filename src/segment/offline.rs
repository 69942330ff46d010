//! Speech in a whole recording: the live endpointer, run at once over sound whose level is already known.

use super::detector::{FRAME, VoiceDetector};
use super::{EndpointSettings, Endpointer, Event, Utterance};
use crate::audio::Samples;
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Frames, SampleRate};

/// All utterances of a 16 kHz recording, in order, not overlapping.
///
/// # Errors
/// [`ErrorKind::Usage`] unless the rate is 16 kHz.
pub fn segment(recording: &Samples) -> Result<Vec<Utterance>> {
    if recording.rate() != SampleRate::SPEECH {
        let problem = format!("expected sound at {}, got {}; resample it", SampleRate::SPEECH, recording.rate());
        return Err(Error::new(ErrorKind::Usage, "sample rate", problem));
    }
    let detector = VoiceDetector::for_recording(recording);
    let mut endpointer = Endpointer::new(&EndpointSettings::default(), detector)?;
    let mut utterances = Vec::new();
    let mut take = |event| match event {
        Event::SpeechEnd(utterance) | Event::TooLong(utterance) => utterances.push(within(utterance, recording)),
        Event::SpeechStart { .. } | Event::PauseStarted(_) | Event::SpeechResumed => {}
    };
    for frame in recording.data().chunks(FRAME) {
        endpointer.push(frame).into_iter().for_each(&mut take);
        // All of it is here already: who talks on is heard on.
        endpointer.listen_on();
    }
    endpointer.finish().into_iter().for_each(take);
    Ok(utterances)
}

/// The answer in a 16 kHz recording: from the first utterance to the last, with what lies between them.
///
/// # Errors
/// As [`segment`].
pub fn speech(recording: &Samples) -> Result<Option<Utterance>> {
    let utterances = segment(recording)?;
    let (Some(first), Some(last)) = (utterances.first(), utterances.last()) else { return Ok(None) };
    let span = first.span.start..last.span.end;
    let mut speech_frames = Vec::new();
    for utterance in &utterances {
        let offset = (utterance.span.start.0 - span.start.0) as usize / FRAME;
        speech_frames.resize(offset, 0.0);
        speech_frames.extend_from_slice(&utterance.speech_frames);
    }
    let samples = recording.slice(span.start.0 as usize..span.end.0 as usize);
    Ok(Some(Utterance { samples, span, speech_frames }))
}

/// The endpointer fills the last frame up with silence; the recording may end earlier.
fn within(mut utterance: Utterance, recording: &Samples) -> Utterance {
    let end = Frames(utterance.span.end.0.min(recording.frames().0));
    let length = end.0.saturating_sub(utterance.span.start.0) as usize;
    utterance.samples = utterance.samples.slice(0..length);
    utterance.span.end = end;
    utterance
}
