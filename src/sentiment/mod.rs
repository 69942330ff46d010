//! How satisfied the words are.

mod calibration;
mod doubt;
mod features;
mod linear;
mod normalise;
#[allow(clippy::module_inception)] // The room's one model has the room's name.
mod sentiment;
mod text_sentiment;

pub use doubt::Doubt;
pub(crate) use normalise::normalise;
pub use sentiment::{Assessment, Sentiment};
pub use text_sentiment::{SentimentLabel, TextSentiment};
