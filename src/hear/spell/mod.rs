//! What an answer is by its sound, unit of speech by unit of speech, and how that is weighed beside the words that were
//! written.

mod background;
mod listed;
mod network;
mod speller;
mod spelt;
mod spotting;
mod trie;
mod weighing;

pub(super) use speller::{Speller, WEIGHTS};
pub(super) use spelt::{Spelt, intents};
