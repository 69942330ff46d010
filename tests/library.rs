//! The sounds that ship: every one is decoded and measured, as a user's own library would be.

use codetta::audio::Stereo;
use codetta::capture::{ReadOptions, decode, decode_stereo};
use codetta::judge::{Action, Band};
use codetta::keypad::detect;
use codetta::outro::{Library, Outro, check_library, sample_calls};

fn sound(library: &Library, file: &str) -> Stereo {
    let file = library.sound(file).unwrap();
    decode_stereo(&file.bytes, &file.name).unwrap()
}

#[test]
fn every_shipped_sound_keeps_what_its_entry_promises() {
    let library = Library::built_in().unwrap();
    let findings = check_library(&library, |sound| decode_stereo(&sound.bytes, &sound.name));
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// A short ending must not outstay its welcome; music that can repeat must have room to.
#[test]
fn endings_are_short_and_hold_music_repeats() {
    let library = Library::built_in().unwrap();
    for outro in library.outros() {
        let seconds = sound(&library, &outro.file).seconds();
        match outro.loop_s() {
            None => assert!((8.0..=20.0).contains(&seconds), "{}: {seconds:.1} s", outro.id),
            Some((start, end)) => assert!(end - start >= 15.0, "{} repeats after {:.1} s", outro.id, end - start),
        }
    }
    let transfer = |outro: &&Outro| outro.mood == codetta::judge::Mood::Soothing;
    assert!(library.outros().iter().filter(transfer).all(|outro| outro.loop_s().is_some()));
}

/// When the wait ends, a track plays straight on through its loop's end: no step there may stand out. (A blend rendered
/// into the file once clicked at this place.)
#[test]
fn nothing_clicks_when_a_wait_ends() {
    let library = Library::built_in().unwrap();
    for outro in library.outros() {
        let Some((_, end)) = outro.loop_s() else { continue };
        let mono = sound(&library, &outro.file).to_mono();
        let at = |seconds: f64| mono.rate().frames(seconds).0 as usize;
        // The second difference weighs what is too fast for music; a click stands out of its surroundings by far.
        let roughness = |from: f64, to: f64| {
            let part = mono.slice(at(from)..at(to));
            part.data().windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs()).fold(0.0f32, f32::max)
        };
        let around = roughness(end - 2.0, end - 0.02).max(roughness(end + 0.02, end + 2.0));
        let here = roughness(end - 0.02, end + 0.02);
        assert!(here < 1.5 * around, "{}: {here} at its loop's end, {around} around it", outro.id);
    }
}

#[test]
fn sample_calls_are_telephone_recordings_with_the_keys_they_name() {
    let calls = sample_calls().unwrap();
    assert!(calls.len() >= 8, "{} calls", calls.len());
    for call in &calls {
        let file = call.sound().unwrap();
        let sound = decode(&file.bytes, &file.name, &ReadOptions::default()).unwrap();
        assert_eq!(sound.rate().hertz(), 8000, "{}", call.id);
        assert!((1.5..10.0).contains(&sound.seconds()), "{}: {:.1} s", call.id, sound.seconds());
        assert!(sound.peak() < 0.98, "{} is clipped: {}", call.id, sound.peak());
        let keys: String = detect(&sound).unwrap().iter().map(|press| press.digit.to_string()).collect();
        assert_eq!(keys, call.keys, "{}", call.id);
    }
    let shows = |action, band| calls.iter().any(|call| call.expect == action && call.band == band);
    for (action, band) in [
        (Action::Outro, Some(Band::Best)),
        (Action::Outro, Some(Band::Middle)),
        (Action::Transfer, Some(Band::Low)),
        (Action::Transfer, None),
        (Action::Confirm, Some(Band::Best)),
        (Action::Reprompt, None),
    ] {
        assert!(shows(action, band), "no call shows {action:?} {band:?}");
    }
}

/// Our own music must never be taken for a key that a caller pressed.
#[test]
fn no_outro_sounds_like_a_key() {
    let library = Library::built_in().unwrap();
    for outro in library.outros() {
        let keys = detect(&sound(&library, &outro.file).to_mono()).unwrap();
        assert!(keys.is_empty(), "{}: {keys:?}", outro.id);
    }
}
