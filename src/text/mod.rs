//! Words for the networks: a text made uniform, and read by the layers that all its readers share.

mod branch;
pub(crate) mod meaning;
mod normalise;
mod trunk;
mod word_table;

pub(crate) use branch::Branch;
pub(crate) use normalise::{is_clipped, is_han, normalise};
pub(crate) use trunk::{ENCODER, Trunk};
