//! The check against sounds with one planted fault each.

use super::*;
use crate::judge::Mood;
use crate::outro::Tone;
use crate::units::{Lufs, SampleRate};

const RATE: SampleRate = SampleRate::STUDIO;

/// Six seconds of a chord that swells in and dies away, at the loudness its entry declares.
fn chord(amplitude: f32) -> Stereo {
    let length = 6 * RATE.hertz() as usize;
    let tone = |hertz: f32, i: usize| (std::f32::consts::TAU * hertz * i as f32 / RATE.hertz() as f32).sin();
    let envelope = |i: usize| (std::f32::consts::PI * i as f32 / length as f32).sin().powi(2);
    let data = |detune: f32| {
        (0..length).map(|i| amplitude * envelope(i) * (tone(220.0 * detune, i) + tone(330.0, i))).collect::<Vec<f32>>()
    };
    Stereo::new(data(1.0), data(1.001), RATE)
}

fn entry(sound: &Stereo) -> Outro {
    Outro {
        id: "test".to_owned(),
        title: "Test".to_owned(),
        file: "test.wav".to_owned(),
        mood: Mood::Calm,
        tone: Tone::Neutral,
        tempo_bpm: None,
        key: None,
        loudness_lufs: integrated_loudness(sound).unwrap(),
        licence: "own".to_owned(),
        ending_s: None,
        loop_start_s: None,
        loop_end_s: None,
    }
}

fn problems(outro: &Outro, sound: &Stereo) -> String {
    check_track(outro, sound).iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
}

fn changed(sound: &Stereo, change: impl Fn(usize, f32) -> f32) -> Stereo {
    let channel = |data: &[f32]| data.iter().enumerate().map(|(i, &s)| change(i, s)).collect::<Vec<f32>>();
    Stereo::new(channel(sound.left()), channel(sound.right()), sound.rate())
}

#[test]
fn a_sound_track_passes() {
    let sound = chord(0.2);
    assert_eq!(problems(&entry(&sound), &sound), "");
}

#[test]
fn each_planted_fault_is_found() {
    let sound = chord(0.2);
    let outro = entry(&sound);
    let length = sound.left().len();

    let hot = chord(0.6);
    assert!(problems(&entry(&hot), &hot).contains("true peak"));
    assert!(problems(&outro, &hot).contains("correct loudness_lufs"));

    let cut = Stereo::new(sound.left()[..length / 2].to_vec(), sound.right()[..length / 2].to_vec(), RATE);
    assert!(problems(&outro, &cut).contains("ends with a click"));
    let late = Stereo::new(sound.left()[length / 2..].to_vec(), sound.right()[length / 2..].to_vec(), RATE);
    assert!(problems(&outro, &late).contains("begins with a click"));

    let mut padded = vec![0.0; length];
    padded.extend_from_slice(sound.left());
    padded.extend(vec![0.0; length]);
    let padded = problems(&outro, &Stereo::new(padded.clone(), padded, RATE));
    assert!(padded.contains("begins with") && padded.contains("ends with"), "{padded}");

    let one_sided = Stereo::new(sound.left().to_vec(), sound.right().iter().map(|s| s * 0.2).collect(), RATE);
    assert!(problems(&outro, &one_sided).contains("leans to one side"));
    let envelope = |i: usize| (std::f32::consts::PI * i as f32 / length as f32).sin();
    assert!(problems(&outro, &changed(&sound, |i, s| s + 0.05 * envelope(i))).contains("constant offset"));
    assert!(problems(&outro, &changed(&sound, |_, _| 0.0)).contains("is silent"));
    assert!(problems(&Outro { licence: " ".to_owned(), ..outro.clone() }, &sound).contains("no licence"));
    assert!(problems(&Outro { ending_s: Some(60.0), ..outro.clone() }, &sound).contains("beyond its end"));
    assert!(problems(&Outro { loudness_lufs: Lufs(f32::NAN), ..outro }, &sound).contains("correct loudness_lufs"));
}

#[test]
fn a_loop_must_come_back_at_its_own_level() {
    // A tone that is four times as loud from 3.5 s on.
    let tone = |i: usize| (std::f32::consts::TAU * 100.0 * i as f32 / 48_000.0).sin();
    let data: Vec<f32> = (0..6 * 48_000).map(|i| tone(i) * if i < 168_000 { 0.03 } else { 0.12 }).collect();
    let sound = Stereo::new(data.clone(), data, RATE);
    let marked = |start, end| Outro { loop_start_s: Some(start), loop_end_s: Some(end), ..entry(&sound) };
    assert!(!problems(&marked(1.0, 3.0), &sound).contains("repeats"), "{}", problems(&marked(1.0, 3.0), &sound));
    assert!(!problems(&marked(0.0, 3.0), &sound).contains("repeats"));
    assert!(problems(&marked(1.0, 5.0), &sound).contains("changes its level by +12.0 dB where it repeats"));
    assert!(problems(&marked(1.0, 7.0), &sound).contains("beyond its end"));
}

#[test]
fn a_library_is_checked_as_a_whole() {
    let library = Library::built_in().unwrap();
    let undecodable = check_library(&library, |sound| {
        Err(crate::Error::new(crate::ErrorKind::Corrupt, &sound.name, "expected music"))
    });
    assert_eq!(undecodable.len(), library.outros().len() + library.prompts().len());

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("outros")).unwrap();
    for name in ["bright-pop.wav", "bright-classical.wav"] {
        std::fs::write(folder.path().join("outros").join(name), b"twice the same").unwrap();
    }
    let library = Library::open(folder.path()).unwrap();
    let findings = check_library(&library, |_| Ok(chord(0.2)));
    assert!(findings.iter().any(|f| f.problem.starts_with("the same recording as bright-")), "{findings:?}");
}
