//! A call by the sample clock: as fast as the machine can, the same every time. For renderings and tests.

use super::conversation::Conversation;
use super::line::{Sink, after_tail};
use super::run::Understand;
use crate::audio::Samples;
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// 20 ms of the caller's sound.
const PIECE: usize = 320;
/// Longest call: every stage has a deadline, so that this is not reached.
const LONGEST_S: f64 = 900.0;

/// Holds a call to its end with a recording (16 kHz) as the caller, who stays silent after it. Understanding takes no
/// time on its clock.
///
/// # Errors
/// [`ErrorKind::Limit`] for a call of more than a quarter of an hour; those of the sink.
pub fn run_offline(
    conversation: &mut Conversation,
    caller: &Samples,
    listener: &dyn Understand,
    sink: &mut dyn Sink,
) -> Result<()> {
    let silence = [0.0; PIECE];
    let mut pieces = caller.data().chunks(PIECE);
    let longest = SampleRate::SPEECH.frames(LONGEST_S);
    conversation.connect();
    while !conversation.is_over() {
        if conversation.now() > longest {
            return Err(Error::new(ErrorKind::Limit, "call", format!("did not end within {LONGEST_S} s")));
        }
        conversation.hear(pieces.next().unwrap_or(&silence))?;
        while let Some(job) = conversation.next_job() {
            conversation.understood(job.id, listener.understand(&job.utterance, job.terms));
        }
        sink.follow(conversation.now())?;
    }
    sink.follow(after_tail(conversation.now())).map(|_| ())
}
