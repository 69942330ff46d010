//! Keys: from tones in the audio, or signalled by a call leg; both come out as [`KeyPress`].

mod decimate;
mod detector;
mod ear;
mod fit;
mod key;

pub use detector::{Detector, KeyEvent, detect};
pub use key::{Key, KeyPress};
