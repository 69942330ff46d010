//! Who speaks, as a type: vocal emotion is for the caller's audio alone.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::audio::{Samples, Stereo};
use crate::segment::Utterance;

/// Marks audio of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller;

/// Marks audio of an agent, whose emotion is never scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent;

/// Which channel of a stereo recording holds the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum CallerChannel {
    Left,
    Right,
}

/// One side of a call, mono.
#[derive(Clone, Debug, PartialEq)]
pub struct CallLeg<Who> {
    samples: Samples,
    who: PhantomData<Who>,
}

/// Speech of one side of a call: an utterance, borrowed or owned.
#[derive(Clone, Debug, PartialEq)]
pub struct Speech<'a, Who> {
    utterance: Cow<'a, Utterance>,
    who: PhantomData<Who>,
}

/// What vocal emotion can be scored on.
///
/// An agent's speech is another type, so that it cannot be scored by mistake:
///
/// ```compile_fail
/// # use codetta::voice::{Agent, Speech, VoiceScorer};
/// fn score(scorer: &VoiceScorer, speech: &Speech<'_, Agent>) {
///     scorer.score(speech); // expected `Speech<'_, Caller>`, found `Speech<'_, Agent>`
/// }
/// ```
pub type CallerSpeech<'a> = Speech<'a, Caller>;

impl CallLeg<Caller> {
    /// A recording in which nobody but the caller is heard.
    pub fn of_caller(samples: Samples) -> Self {
        Self { samples, who: PhantomData }
    }
}

/// The two legs of a stereo call recording.
pub fn split_call(call: &Stereo, caller: CallerChannel) -> (CallLeg<Caller>, CallLeg<Agent>) {
    let (own, other) = match caller {
        CallerChannel::Left => (call.left(), call.right()),
        CallerChannel::Right => (call.right(), call.left()),
    };
    let samples = |channel: &[f32]| Samples::new(channel.to_vec(), call.rate());
    (CallLeg { samples: samples(own), who: PhantomData }, CallLeg { samples: samples(other), who: PhantomData })
}

impl<Who> CallLeg<Who> {
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// What a segmenter cuts out of this leg is speech of the same side.
    ///
    /// # Errors
    /// The segmenter's.
    pub fn speech<E>(
        &self,
        segment: impl FnOnce(&Samples) -> Result<Vec<Utterance>, E>,
    ) -> Result<Vec<Speech<'static, Who>>, E> {
        let spoken = |utterance| Speech { utterance: Cow::Owned(utterance), who: PhantomData };
        Ok(segment(&self.samples)?.into_iter().map(spoken).collect())
    }
}

impl<'a> Speech<'a, Caller> {
    /// Speech that is known to be the caller's: an answer on the caller's own leg.
    pub fn of_caller(utterance: &'a Utterance) -> Self {
        Self { utterance: Cow::Borrowed(utterance), who: PhantomData }
    }
}

impl<Who> Speech<'_, Who> {
    pub fn utterance(&self) -> &Utterance {
        &self.utterance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    #[test]
    fn the_named_channel_is_the_callers() {
        let call = Stereo::new(vec![0.1; 4], vec![0.9; 4], SampleRate::TELEPHONE);
        for (channel, own, other) in [(CallerChannel::Left, 0.1, 0.9), (CallerChannel::Right, 0.9, 0.1)] {
            let (caller, agent) = split_call(&call, channel);
            assert_eq!((caller.samples().data()[0], agent.samples().data()[0]), (own, other));
        }
    }
}
