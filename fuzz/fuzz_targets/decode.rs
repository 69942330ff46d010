//! Any bytes as a recording: sound within bounds or one line, never a panic.
#![no_main]

use codetta::capture::{ReadOptions, decode, decode_stereo};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions { accept_truncated: true, max_seconds: 30.0, ..ReadOptions::default() };
    match decode(bytes, "input", &options) {
        Ok(sound) => assert!(sound.data().iter().all(|sample| sample.is_finite())),
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
    let _ = decode_stereo(bytes, "input");
});
