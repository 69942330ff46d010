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

/// Frames whose loudness is compared.
const FRAME_S: f64 = 0.02;
/// A side whose power is this far below the other's is an empty channel: 20 dB.
const EMPTY_POWER: f64 = 1e-2;
/// Loudness of one sound on two channels moves together (correlation near 1, of two microphones too); people who talk in
/// turn move apart (0 and below).
const SAME_SOUND: f64 = 0.5;

/// Whether the two channels hold two sides of a conversation, so that somebody must say which is the caller's. False
/// where one channel is empty and where both tell of the same sound.
pub fn is_two_sided(call: &Stereo) -> bool {
    let frame = (call.rate().frames(FRAME_S).0 as usize).max(1);
    let loudness = |channel: &[f32]| -> Vec<f64> {
        channel.chunks(frame).map(|c| c.iter().map(|x| f64::from(x * x)).sum::<f64>().sqrt()).collect()
    };
    let (left, right) = (loudness(call.left()), loudness(call.right()));
    let power = |side: &[f64]| side.iter().map(|x| x * x).sum::<f64>();
    let (quieter, louder) = (power(&left).min(power(&right)), power(&left).max(power(&right)));
    quieter > EMPTY_POWER * louder && correlation(&left, &right) < SAME_SOUND
}

/// Pearson's; 1 where a side does not move at all.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - mean_a, y - mean_b)).sum::<f64>();
    let spread = (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt();
    if spread > 0.0 { sum(|x, y| x * y) / spread } else { 1.0 }
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

    #[test]
    fn only_people_who_talk_in_turn_are_two_sides() {
        let talk = |first: bool, gain: f32| {
            let on = move |i: usize| (i / 2_000) % 2 == usize::from(first);
            (0..16_000).map(|i| if on(i) { gain * (0.3 * i as f32).sin() } else { 0.0 }).collect::<Vec<f32>>()
        };
        let call = |left, right| Stereo::new(left, right, SampleRate::TELEPHONE);
        assert!(is_two_sided(&call(talk(true, 0.5), talk(false, 0.2))));
        for same in [
            call(talk(true, 0.5), talk(true, 0.3)),
            call(talk(true, 0.5), talk(false, 0.001)),
            call(talk(true, 0.5), vec![0.0; 16_000]),
            call(vec![], vec![]),
        ] {
            assert!(!is_two_sided(&same));
        }
    }
}
