//! What the caller said: transcript, rating posterior, requests.

mod heard;

pub use heard::{Heard, Intents, RatingPosterior, Transcript};
