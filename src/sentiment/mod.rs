//! How satisfied the words are.

mod text_sentiment;

pub use text_sentiment::{SentimentLabel, TextSentiment};
