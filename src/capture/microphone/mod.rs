//! A microphone as a stream of 16 kHz mono samples.

mod inlet;
mod stream;

pub use inlet::{Inlet, Outcome, inlet};
pub use stream::Microphone;
