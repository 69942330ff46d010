//! The detector in a sound callback: once made, it neither allocates nor frees.

#[path = "support/keypad_tones.rs"]
mod keypad_tones;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use codetta::SampleRate;
use codetta::keypad::Detector;
use keypad_tones::{Sending, send};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn pushing_sound_never_allocates() {
    // The instrument must see an allocation, or the test below cannot fail.
    assert_no_alloc(|| drop(std::hint::black_box(vec![1u8; 64])));
    let seen = violation_count();
    assert!(seen > 0, "assert_no_alloc is switched off in this build");

    for hertz in [8_000, 44_100, 48_000] {
        let rate = SampleRate::new(hertz).unwrap();
        let sent =
            send(&Sending { snr_db: Some(10.0), tone_ms: 45.0, pause_ms: 40.0, ..Sending::default() }, 4, rate, 1);
        let mut detector = Detector::new(rate).unwrap();
        let mut events = 0;
        // Half a second at a time is more than any sound card hands over.
        for chunk in sent.sound.data().chunks(hertz as usize / 2) {
            events += assert_no_alloc(|| detector.push(chunk).len());
        }
        events += assert_no_alloc(|| detector.finish().len());
        assert_eq!(events, 2 * sent.presses.len());
    }
    assert_eq!(violation_count(), seen, "the detector allocated");
}
