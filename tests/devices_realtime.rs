//! The callbacks of microphone and speaker: neither allocates nor frees, whatever the device hands over.
#![cfg(feature = "microphone")]

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use codetta::audio::Stereo;
use codetta::capture::inlet;
use codetta::play::{Action, Cue, Loudness, Mixer, MixerSettings, Sink, Track, TrackSettings, tape};
use codetta::{Decibels, Frames, SampleRate};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// The instrument must see an allocation, or the tests below cannot fail.
fn the_instrument_works() -> u32 {
    assert_no_alloc(|| drop(std::hint::black_box(vec![1u8; 64])));
    let seen = violation_count();
    assert!(seen > 0, "assert_no_alloc is switched off in this build");
    seen
}

#[test]
fn callbacks_never_allocate() {
    let seen = the_instrument_works();

    // Capture: any buffer, also when nobody fetches and the ring is full.
    let (mut inlet, mut outcome) = inlet(4_000, 2);
    let sound = vec![1_000i16; 1_920];
    let mut fetched = Vec::with_capacity(8_000);
    for round in 0..20 {
        assert_no_alloc(|| inlet.take(&sound[..(round * 97) % 1_920], |value| f32::from(value) / 32_768.0));
        if round % 3 == 0 {
            fetched.clear();
            outcome.drain(&mut fetched);
        }
    }
    for _ in 0..20 {
        assert_no_alloc(|| inlet.take(&sound, |value| f32::from(value) / 32_768.0));
    }
    assert!(outcome.lost() > 0, "the ring was full");

    // Playback: through fades and limiting, taped, also when nobody fetches the tape.
    let rate = SampleRate::STUDIO;
    let loud = Stereo::new(vec![0.9; 9_600], vec![0.5; 9_600], rate);
    let settings = TrackSettings { loudness: Loudness::Gain(Decibels(6.0)), ..TrackSettings::default() };
    for channels in [1usize, 2, 6] {
        let (mut remote, mixer) = Mixer::new(rate, MixerSettings::default());
        let (mut outlet, mut tape) = tape(mixer, channels, 4_800);
        let mut buffer = vec![0i16; 960 * channels];
        for round in 0..40 {
            let track = Arc::new(Track::prepare("loud", &loud, Sink::STUDIO, &settings).unwrap());
            remote.send(Cue::now(Action::Music { track, fade: Frames(2_000) })).unwrap();
            let frames = (round * 131) % 960 + 1;
            assert_no_alloc(|| outlet.fill(&mut buffer[..frames * channels], 0, |sample| (sample * 32_767.0) as i16));
        }
        assert!(buffer.iter().any(|sample| *sample != 0) && tape.next_frame().is_some());
        assert!(tape.missed() > 0, "the tape was full");
    }
    assert_eq!(violation_count(), seen, "a callback allocated");
}
