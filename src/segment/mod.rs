//! Where speech is: an [`Utterance`] is the part of a recording that a voice detector has passed.

mod detector;
mod endpointer;
mod machine;
mod offline;
mod settings;
mod tones;
mod utterance;

pub use detector::{FRAME, VoiceDetector};
pub use endpointer::{Endpointer, Event};
pub use machine::{Machine, Transition};
pub use offline::{segment, speech};
pub use settings::EndpointSettings;
pub use utterance::Utterance;
