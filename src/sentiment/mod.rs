//! How satisfied the words are, which words say so, and what the caller asks for.

mod aspect;
mod calibration;
mod clauses;
mod doubt;
mod encoder;
mod features;
mod keywords;
mod lexicon;
mod linear;
mod need_rules;
mod needs;
mod points;
mod reader;
mod text_sentiment;

pub use doubt::Doubt;
pub use keywords::{Keyword, KeywordFinder};
pub use lexicon::{Category, Polarity};
pub use need_rules::NeedKind;
pub use needs::{Need, needs};
pub use reader::{Assessment, Sentiment};
pub use text_sentiment::{SentimentLabel, TextSentiment};
