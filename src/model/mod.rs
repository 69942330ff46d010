//! Model files: what they are, where they lie, whether they are whole, and how they are made.

mod ctranslate2;
mod ggml;
mod import;
mod manifest;
mod mel_filters;
mod safetensors;
mod store;
mod vocabulary;
mod wheel;

pub use import::{Import, import};
pub use manifest::{Manifest, ModelFile, Source, Wheel};
pub use mel_filters::mel_filters;
pub use store::{State, Store};
pub(crate) use store::{hexadecimal, sha256};
