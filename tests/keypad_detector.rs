//! What a caller's keys must survive on their way, and what must not pass for a key.

#[path = "support/keypad_tones.rs"]
mod keypad_tones;

use codetta::SampleRate;
use codetta::audio::Samples;
use codetta::keypad::{Detector, KeyEvent, KeyPress, detect};
use keypad_tones::{Damage, Random, Sending, Sent, send};

const RATES: [u32; 5] = [8_000, 11_025, 16_000, 44_100, 48_000];
const ROUNDS: usize = 3;

fn rate(hertz: u32) -> SampleRate {
    SampleRate::new(hertz).unwrap()
}

fn digits(presses: &[KeyPress]) -> String {
    presses.iter().map(|press| press.digit.to_string()).collect()
}

/// Every key, at every rate, in several phases and places: found, no more and no less, at the right time.
fn accepts(name: &str, sending: Sending) {
    for hertz in RATES {
        let sent = send(&sending, ROUNDS, rate(hertz), 11);
        let got = detect(&sent.sound).unwrap();
        assert_eq!(digits(&got), sent.digits(), "{name} at {hertz} Hz");
        for (got, sent) in got.iter().zip(&sent.presses) {
            let off = (got.start_s - sent.start_s).abs().max((got.end_s - sent.end_s).abs());
            assert!(off < 0.006, "{name} at {hertz} Hz: sent {sent:?}, got {got:?}");
        }
    }
}

fn rejects(name: &str, sending: Sending) {
    for hertz in RATES {
        let sent = send(&sending, ROUNDS, rate(hertz), 12);
        assert_eq!(digits(&detect(&sent.sound).unwrap()), "", "{name} at {hertz} Hz");
    }
}

const USUAL: Sending = Sending {
    tone_ms: 60.0,
    pause_ms: 60.0,
    row_error: 0.0,
    column_error: 0.0,
    row_over_column_db: 0.0,
    level_dbfs: -15.0,
    snr_db: None,
    hole_ms: 0.0,
    damage: Damage::None,
    doubled: false,
};

#[test]
fn forty_milliseconds_count_and_twenty_three_do_not() {
    for snr_db in [None, Some(15.0), Some(10.0)] {
        accepts("40 ms", Sending { tone_ms: 40.0, pause_ms: 40.0, snr_db, ..USUAL });
        rejects("23 ms", Sending { tone_ms: 23.0, snr_db, ..USUAL });
    }
}

#[test]
fn detuning_of_1_5_percent_counts_and_3_5_percent_does_not() {
    for (row, column) in [(1.0, 1.0), (-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0)] {
        accepts("±1.5 %", Sending { row_error: 0.015 * row, column_error: 0.015 * column, tone_ms: 40.0, ..USUAL });
    }
    for (row, column) in [(1.0, 1.0), (-1.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
        for snr_db in [None, Some(15.0)] {
            let (row_error, column_error) = (0.035 * row, 0.035 * column);
            rejects("±3.5 %", Sending { row_error, column_error, tone_ms: 100.0, snr_db, ..USUAL });
        }
    }
}

#[test]
fn twist_level_and_noise_of_real_lines_count() {
    for row_over_column_db in [8.0, 4.0, -4.0] {
        accepts("twist", Sending { row_over_column_db, ..USUAL });
        accepts("twist in noise", Sending { row_over_column_db, snr_db: Some(15.0), ..USUAL });
    }
    accepts("-45 dBFS", Sending { level_dbfs: -45.0, ..USUAL });
    for snr in [15.0, 10.0, 5.0] {
        accepts("noise", Sending { snr_db: Some(snr), ..USUAL });
    }
    rejects("row 14 dB over column", Sending { row_over_column_db: 14.0, ..USUAL });
    rejects("column 10 dB over row", Sending { row_over_column_db: -10.0, ..USUAL });
}

#[test]
fn a_pause_of_40_ms_splits_equal_keys_and_a_drop_out_of_10_ms_does_not() {
    accepts("4 4", Sending { doubled: true, tone_ms: 40.0, pause_ms: 40.0, ..USUAL });
    accepts("4 4 in noise", Sending { doubled: true, tone_ms: 40.0, pause_ms: 40.0, snr_db: Some(10.0), ..USUAL });
    accepts("drop-out", Sending { tone_ms: 80.0, hole_ms: 10.0, ..USUAL });
    accepts("drop-out in noise", Sending { tone_ms: 80.0, hole_ms: 10.0, snr_db: Some(15.0), ..USUAL });
}

#[test]
fn damaged_lines_still_carry_keys() {
    for damage in [Damage::Clip(0.5), Damage::Offset(0.3), Damage::Reverse, Damage::EightBit, Damage::MuLaw] {
        accepts(&format!("{damage:?}"), Sending { damage, tone_ms: 50.0, ..USUAL });
    }
    accepts("quiet, 8 bits", Sending { damage: Damage::EightBit, level_dbfs: -30.0, ..USUAL });
    accepts("quiet, mu-law", Sending { damage: Damage::MuLaw, level_dbfs: -45.0, ..USUAL });
}

/// Polarity and gain are no information: not even the times may change.
#[test]
fn polarity_and_gain_change_nothing() {
    let sent = send(&Sending { snr_db: Some(20.0), ..USUAL }, 2, SampleRate::TELEPHONE, 3);
    let plain = detect(&sent.sound).unwrap();
    for gain in [-1.0, 0.5, 2.0] {
        let changed = sent.sound.data().iter().map(|s| s * gain).collect();
        assert_eq!(detect(&Samples::new(changed, SampleRate::TELEPHONE)).unwrap(), plain, "gain {gain}");
    }
}

/// A crude voice: a pitch with sixteen harmonics that glides, in syllables.
fn voice(rate: SampleRate, seconds: f64, level: f64) -> Vec<f32> {
    let hertz = f64::from(rate.hertz());
    let mut phase = 0.0;
    (0..(seconds * hertz) as usize)
        .map(|i| {
            let t = i as f64 / hertz;
            phase += std::f64::consts::TAU * (140.0 + 30.0 * (7.0 * t).sin()) / hertz;
            let syllable = (3.0 * std::f64::consts::TAU * t).sin().max(0.0);
            let harmonics: f64 = (1..=16).map(|n| (f64::from(n) * phase).sin() / f64::from(n)).sum();
            (level * syllable * harmonics) as f32
        })
        .collect()
}

#[test]
fn a_key_pressed_while_somebody_speaks_is_found() {
    let sent = send(&USUAL, 2, SampleRate::TELEPHONE, 5);
    let speech = voice(SampleRate::TELEPHONE, sent.sound.seconds(), 0.045);
    let both = sent.sound.data().iter().zip(&speech).map(|(tone, voice)| tone + voice).collect();
    assert_eq!(digits(&detect(&Samples::new(both, SampleRate::TELEPHONE)).unwrap()), sent.digits());
}

#[test]
fn what_is_no_key_gives_none() {
    let (hertz, seconds) = (8_000, 4.0);
    let frames = (f64::from(hertz) * seconds) as usize;
    let mut random = Random(1);
    let tone = |frequencies: &[f64]| -> Vec<f32> {
        let turn = std::f64::consts::TAU / f64::from(hertz);
        (0..frames).map(|i| frequencies.iter().map(|f| 0.1 * (f * turn * i as f64).sin() as f32).sum()).collect()
    };
    let noise = (0..frames).map(|_| 0.2 * random.gaussian() as f32).collect();
    let clicks = (0..frames).map(|i| if i % 400 == 0 { 0.9 } else { 0.0 }).collect();
    let cases: [(&str, Vec<f32>); 9] = [
        ("silence", vec![0.0; frames]),
        ("constant", vec![0.5; frames]),
        ("noise", noise),
        ("clicks", clicks),
        ("one row", tone(&[770.0])),
        ("two rows", tone(&[697.0, 852.0])),
        ("dial tone", tone(&[350.0, 440.0])),
        ("a chord", tone(&[392.0, 493.9, 587.3, 784.0])),
        ("a voice", voice(rate(hertz), seconds, 0.2)),
    ];
    for (name, data) in cases {
        assert_eq!(digits(&detect(&Samples::new(data, rate(hertz))).unwrap()), "", "{name}");
    }
}

/// How the sound is cut into calls must not matter, to the last bit.
#[test]
fn chunks_of_any_size_give_the_same_events() {
    for hertz in [8_000, 44_100] {
        let Sent { sound, .. } = send(&Sending { snr_db: Some(12.0), ..USUAL }, 2, rate(hertz), 9);
        let mut random = Random(4);
        let mut whole: Option<Vec<KeyEvent>> = None;
        for longest in [usize::MAX, 1, 7, 160, 1_000] {
            let mut detector = Detector::new(rate(hertz)).unwrap();
            let (mut events, mut rest) = (Vec::new(), sound.data());
            while !rest.is_empty() {
                let length = rest.len().min(longest).min(1 + random.next() as usize % longest);
                events
                    .extend_from_slice(detector.push(&rest[..if longest == usize::MAX { rest.len() } else { length }]));
                rest = &rest[if longest == usize::MAX { rest.len() } else { length }..];
            }
            events.extend_from_slice(detector.finish());
            assert_eq!(*whole.get_or_insert_with(|| events.clone()), events, "{longest} at {hertz} Hz");
        }
    }
}

/// A press is told while the key is held, so that a prompt can stop; presses and releases alternate.
#[test]
fn a_press_is_told_before_its_release() {
    let sent = send(&Sending { tone_ms: 400.0, ..USUAL }, 1, SampleRate::TELEPHONE, 2);
    let mut detector = Detector::new(SampleRate::TELEPHONE).unwrap();
    let (mut taken, mut told) = (0, Vec::new());
    for chunk in sent.sound.data().chunks(80) {
        taken += chunk.len();
        for event in detector.push(chunk) {
            told.push((taken as f64 / 8_000.0, *event));
        }
    }
    assert_eq!(told.len(), 2 * sent.presses.len());
    for (pair, press) in told.chunks(2).zip(&sent.presses) {
        let [(pressed_at, KeyEvent::Pressed { digit, start_s }), (released_at, KeyEvent::Released(released))] = pair
        else {
            panic!("expected a press and its release, got {pair:?}");
        };
        assert_eq!((*digit, *start_s, *digit), (released.digit, released.start_s, press.digit));
        assert!(pressed_at - press.start_s < 0.06, "pressed at {}, told at {pressed_at}", press.start_s);
        assert!(released_at - press.end_s < 0.05, "released at {}, told at {released_at}", press.end_s);
    }
}

/// A recording may begin or end in the middle of a key, and may be shorter than any of our buffers.
#[test]
fn the_ends_of_a_recording_are_heard_and_a_detector_can_be_used_again() {
    let sent = send(&Sending { tone_ms: 100.0, ..USUAL }, 1, SampleRate::SPEECH, 6);
    let at = |seconds: f64| SampleRate::SPEECH.frames(seconds).0 as usize;
    let (first, last) = (sent.presses[0], sent.presses[15]);
    let cut = sent.sound.slice(at(first.start_s + 0.05)..at(last.start_s + 0.05));
    let mut detector = Detector::new(SampleRate::SPEECH).unwrap();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut events = detector.push(cut.data()).to_vec();
        events.extend_from_slice(detector.finish());
        runs.push(events);
    }
    assert_eq!(runs[0], runs[1]);
    let presses = detect(&cut).unwrap();
    assert_eq!(digits(&presses), sent.digits());
    assert!(presses[0].start_s < 0.005 && presses[15].end_s <= cut.seconds());
    for length in [0, 1, 63, 64, 65, 400] {
        assert!(detect(&cut.slice(0..length)).unwrap().is_empty());
    }
}

#[test]
fn damage_never_panics_nor_lasts() {
    let sent = send(&USUAL, 1, SampleRate::TELEPHONE, 8);
    let mut data = vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE];
    data.extend_from_slice(sent.sound.data());
    let mut detector = Detector::new(SampleRate::TELEPHONE).unwrap();
    let mut events = detector.push(&data).to_vec();
    events.extend_from_slice(detector.finish());
    assert_eq!(events.len(), 2 * sent.presses.len());
    assert_eq!(Detector::new(rate(7_999)).err().unwrap().kind(), codetta::ErrorKind::Unsupported);
    assert!(Detector::new(rate(768_000)).is_ok());
}
