//! Prosody: how an utterance was said, in figures that a phonetician would recognise.

mod harmonicity;
mod interpolate;
mod measure;
mod path;
mod pitch;
mod pulses;
mod rhythm;
mod tilt;

pub use measure::Prosody;
pub use pitch::{PitchContour, PitchSettings};
