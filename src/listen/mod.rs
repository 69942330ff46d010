//! One answer, heard and felt: from sound to the evidence that the judge needs.

mod answer;
mod keys;
mod listener;
#[cfg(feature = "whisper")]
mod recognisers;
mod timings;
mod understanding;

pub use answer::Answer;
pub use keys::{KeyBursts, Keys};
pub use listener::{Listener, ListenerOptions, Terms};
pub use timings::{Stage, Timings};
