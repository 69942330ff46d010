//! How satisfied the words are, which words say so, and what the caller asks for.

mod aspect;
mod calibration;
mod doubt;
mod encoder;
mod features;
mod keywords;
mod lexicon;
mod linear;
mod needs;
mod points;
mod reader;
mod text_sentiment;

pub use doubt::Doubt;
pub use keywords::{Keyword, KeywordFinder};
pub use lexicon::{Category, Polarity};
pub use needs::{Need, NeedKind, needs};
pub use reader::{Assessment, Sentiment};
pub use text_sentiment::{SentimentLabel, TextSentiment};
