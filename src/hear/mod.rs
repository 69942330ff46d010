//! What the caller said: transcript, rating posterior, requests.

mod answer;
mod answer_sound;
#[cfg(test)]
mod answer_tests;
#[cfg(feature = "whisper")]
mod closed_set;
#[cfg(test)]
mod denial_tests;
mod grammar;
mod heard;
mod homophones;
#[cfg(feature = "whisper")]
mod loops;
mod meaning;
mod mentions;
mod pieces;
mod posterior;
#[cfg(feature = "whisper")]
mod recogniser;
mod requests;
#[cfg(feature = "whisper")]
mod search;
#[cfg(feature = "whisper")]
mod session;
#[cfg(feature = "whisper")]
mod short_answers;
#[cfg(feature = "whisper")]
mod spell;
mod word;

pub use answer::{Answer, read};
pub(crate) use answer::{ends_in_rating, ends_in_refusal, waives};
pub use answer_sound::AnswerSound;
pub use heard::{Heard, Intents, RatingPosterior, Transcript};
pub use meaning::Meaning;
pub use posterior::Masses;
#[cfg(feature = "whisper")]
pub use recogniser::{Detail, Options, Recogniser};
pub use word::Request;

/// The weights that are part of the program, by file name: for the record of a decision.
#[cfg(feature = "whisper")]
pub fn weights() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    short_answers::WEIGHTS.into_iter().chain(spell::WEIGHTS)
}
