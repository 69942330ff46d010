//! codetta ends service calls well.
//!
//! ```text
//! capture ─▶ segment ─┬▶ keypad ───────────▶ digits ────┐
//!  (file,             ├▶ hear ─▶ transcript, rating     │
//!   microphone,       │            posterior ───────────┼▶ judge ─▶ Decision ─▶ play ─▶ sink
//!   call leg)         ├▶ sentiment (of the words) ──────┤   pure      │
//!                     └▶ voice (prosody, emotion) ──────┘             ├▶ handoff (to a human)
//!                                                                     └▶ record ─▶ insight
//! ```
//!
//! `dialogue` decides whose turn it is, and `call` wires a whole call together.
//!
//! Data flows one way: each room below uses only rooms above it in this list.

#![forbid(unsafe_code)]

pub mod error;
pub mod files;
pub mod html;
mod simplified;
pub mod spreadsheet;
pub mod units;

pub mod audio;
#[cfg(feature = "microphone")]
pub mod device;
pub mod model;
pub mod neural;
mod text;

pub mod capture;
pub mod segment;

pub mod encoder;

pub mod hear;
pub mod keypad;
pub mod sentiment;
pub mod voice;

pub mod judge;
pub mod listen;

pub mod handoff;
pub mod outro;
pub mod play;

pub mod dialogue;

pub mod batch;

pub mod record;

pub mod insight;

pub mod call;

pub use error::{Error, ErrorKind, Result};
pub use units::{Decibels, Frames, Language, Lufs, Probability, Rating, SampleRate, Scale};
