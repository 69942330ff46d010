//! Where sound comes in: files, microphones, call legs.

mod decode;
#[cfg(feature = "microphone")]
mod microphone;
mod mix;
mod ogg;
mod options;
mod read;
mod riff;
mod sniff;

#[cfg(feature = "microphone")]
pub use microphone::{Inlet, Microphone, Outcome, inlet};
pub use options::{Channel, ReadOptions};
pub use read::{decode, decode_stereo, read, read_stereo, read_with};
