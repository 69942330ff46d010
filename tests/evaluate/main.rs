//! `codetta evaluate` as a quality team uses it: folders, manifests, interruptions, bad input, report and comparison.
#![cfg(feature = "whisper")]

mod bad_input;
mod compare;
mod folder;
mod report;
mod resume;
mod tables;

#[path = "../support/mod.rs"]
mod support;
