//! Where speech is: an [`Utterance`] is the part of a recording that a voice detector has passed.

mod utterance;

pub use utterance::Utterance;
