//! Keys: from tones in the audio, or signalled by a call leg; both come out as [`KeyPress`].

mod key;

pub use key::{Key, KeyPress};
