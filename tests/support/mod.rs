//! What several integration tests share.

#![allow(dead_code, reason = "each test program uses its own part of this module")]

pub mod browser;
pub mod meter;
pub mod program;
