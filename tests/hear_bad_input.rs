//! Damaged, mixed and endless answers have a defined outcome: the rating that was said, or none; never another one.

#![cfg(feature = "whisper")]

use std::path::Path;
use std::sync::LazyLock;

use codetta::audio::{Samples, resample};
use codetta::judge::Keyed;
use codetta::keypad::Key;
use codetta::listen::{Answer, Listener, ListenerOptions, Terms};
use codetta::{Language, SampleRate, capture};

/// The models are there wherever the suite runs (scripts/setup); loaded once for all cases.
static LISTENER: LazyLock<Listener> = LazyLock::new(|| Listener::load(&ListenerOptions::default()).unwrap());

fn recording(call: &str) -> Samples {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio/calls/{call}.wav"));
    capture::read(&path).unwrap()
}

fn listen(data: Vec<f32>, rate: SampleRate, language: Language) -> Answer {
    LISTENER.listen(&Samples::new(data, rate), Terms { language, ..Terms::default() }).unwrap()
}

/// The likeliest rating, if it is likelier than none.
fn rating(answer: &Answer) -> Option<u8> {
    answer.heard.as_ref().and_then(|heard| heard.rating.best()).map(|(rating, _)| rating.value())
}

/// The word "Five!" alone, as it stands in a sample call, with some of the line around it.
fn five() -> (Vec<f32>, SampleRate) {
    let call = recording("delighted-en");
    let at = |seconds: f64| call.rate().frames(seconds).0 as usize;
    (call.data()[at(0.75)..at(1.25)].to_vec(), call.rate())
}

#[test]
fn a_damaged_line_changes_no_rating() {
    for (call, language, said) in [("lukewarm-en", Language::En, 3), ("satisfied-zh", Language::Zh, 4)] {
        let whole = recording(call);
        let peak = whole.data().iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
        let with = |change: &dyn Fn(f32) -> f32| {
            let data = whole.data().iter().map(|&sample| change(sample)).collect();
            rating(&listen(data, whole.rate(), language))
        };
        assert_eq!(with(&|s| s), Some(said), "{call} as it is");
        assert_eq!(with(&|s| -s), Some(said), "{call}, polarity reversed");
        assert_eq!(with(&|s| 0.5 * s + 0.3), Some(said), "{call}, DC offset of 0.3");
        assert_eq!(with(&|s| (s * 127.0).round() / 127.0), Some(said), "{call}, 8-bit linear");
        // Hard overdrive may cost the rating; it must not become another one.
        let clipped = with(&|s| (s / peak * 8.0).clamp(-1.0, 1.0));
        assert!(clipped.is_none_or(|rating| rating == said), "{call}, overdriven by 18 dB: {clipped:?}");
    }
}

/// Of what an old recorder keeps, and the keys in it.
#[test]
fn a_recording_of_less_than_the_telephone_band_is_heard_too() {
    let whole = recording("lukewarm-en");
    for hertz in [4_000, 6_000] {
        let low = resample(&whole, SampleRate::new(hertz).unwrap()).unwrap();
        let heard = rating(&listen(low.data().to_vec(), low.rate(), Language::En));
        assert!(heard.is_none_or(|rating| rating == 3), "{hertz} Hz: {heard:?}");
    }
}

#[test]
fn a_key_pressed_while_speaking_is_heard_and_the_words_stay_what_they_were() {
    let speech = recording("lukewarm-en");
    let hertz = f64::from(speech.rate().hertz());
    // 5: 770 and 1336 Hz, 120 ms, at the end of the first word.
    let tone = |frame: usize| {
        let t = frame as f64 / hertz - 1.2;
        let wave = |frequency: f64| (std::f64::consts::TAU * frequency * t).sin();
        if (0.0..0.12).contains(&t) { 0.3 * (wave(770.0) + wave(1336.0)) as f32 } else { 0.0 }
    };
    let data = speech.data().iter().enumerate().map(|(frame, sample)| sample + tone(frame)).collect();
    let answer = listen(data, speech.rate(), Language::En);
    assert_eq!(answer.keys.presses.iter().map(|press| press.digit).collect::<Vec<_>>(), [Key::new('5').unwrap()]);
    assert_eq!(answer.keys.keyed, Some(Keyed::Number(5)));
    assert!(rating(&answer).is_none_or(|rating| rating == 3), "{:?}", answer.heard);
}

#[test]
fn a_word_that_is_repeated_is_one_answer() {
    let (word, rate) = five();
    let answer = listen(word.repeat(3), rate, Language::En);
    assert_eq!(rating(&answer), Some(5), "{:?}", answer.heard);
    let text = answer.heard.map(|heard| heard.transcript.text).unwrap_or_default();
    assert!(text.len() < 60, "a loop in the text: {text}");
}

/// An ending that a telephone hears of itself, and music on hold: voice detection passes it, nobody answered.
#[test]
fn music_is_no_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/outros");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 12, "outros are expected in audio/, found {}", paths.len());
    for (index, path) in paths.iter().enumerate() {
        let outro = capture::read(path).unwrap();
        let length = outro.rate().frames(2.5).0 as usize;
        let piece = outro.data().chunks_exact(length).nth(index % 3).unwrap();
        for language in [Language::Zh, Language::En] {
            let Some(heard) = listen(piece.to_vec(), outro.rate(), language).heard else { continue };
            let best = heard.rating.best().map_or(0.0, |(_, p)| p);
            let request = heard.intents.human.max(heard.intents.repeat).max(heard.intents.later);
            assert!(best < 0.8, "{path:?} in {language:?}: {heard:?}");
            assert!(request < 0.5, "{path:?} in {language:?}: {heard:?}");
        }
    }
}

#[test]
fn a_caller_who_talks_for_two_minutes_is_heard_by_his_last_words_in_bounded_text() {
    let call = recording("lukewarm-en");
    let times = (120.0 / (call.data().len() as f64 / f64::from(call.rate().hertz()))).ceil() as usize;
    let answer = listen(call.data().repeat(times), call.rate(), Language::En);
    let heard = answer.heard.clone().expect("speech was found");
    assert!(rating(&answer).is_none_or(|rating| rating == 3), "{heard:?}");
    assert!(heard.transcript.text.len() < 1_000, "{}", heard.transcript.text);
}
