//! Where sound comes in: files, microphones, call legs.

mod decode;
mod mix;
mod ogg;
mod options;
mod read;
mod riff;
mod sniff;

pub use options::{Channel, ReadOptions};
pub use read::{decode, decode_stereo, read, read_stereo, read_with};
