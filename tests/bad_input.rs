//! Bad input to the program: one clear line that names the file, the right exit status, and the rest still done.
#![cfg(feature = "whisper")]

mod support;

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use support::program::{self, write_wav};

/// A sound answer that ships with the demo.
fn good() -> PathBuf {
    let calls = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/calls");
    let mut files: Vec<PathBuf> = fs::read_dir(&calls)
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "wav") && path.to_string_lossy().contains("-zh"))
        .collect();
    files.sort();
    files.into_iter().next().expect("audio/calls holds Mandarin calls")
}

fn rate(files: &[&Path]) -> Output {
    program::codetta().args(["rate", "--format", "json"]).args(files).output().unwrap()
}

fn tone(hertz: f32, rate: u32, seconds: f32) -> Vec<f32> {
    (0..(seconds * rate as f32) as usize).map(|i| 0.3 * (TAU * hertz * i as f32 / rate as f32).sin()).collect()
}

/// Damaged, hostile and unreadable files: each fails with one line, and the good file between them is rated.
#[test]
fn each_bad_file_is_named_once_and_the_good_one_is_rated() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty.wav"), b"").unwrap();
    fs::write(path("text.wav"), "这不是声音 this is not sound\n".repeat(200)).unwrap();
    fs::write(path("noise.mp3"), (0..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>())
        .unwrap();
    fs::write(path("header-only.wav"), &fs::read(good()).unwrap()[..40]).unwrap();
    fs::create_dir(path("folder.wav")).unwrap();
    let good = good();
    let missing = path("missing.wav");
    let bad = ["empty.wav", "text.wav", "noise.mp3", "header-only.wav", "folder.wav"].map(path);
    let mut files: Vec<&Path> = bad.iter().map(PathBuf::as_path).collect();
    files.insert(2, &good);
    files.push(&missing);
    let output = rate(&files);
    let errors = program::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(program::records(&output).len(), 1, "the good file is rated");
    for file in bad.iter().map(PathBuf::as_path).chain([missing.as_path()]) {
        let name = file.display().to_string();
        assert_eq!(errors.lines().filter(|line| line.contains(&name)).count(), 1, "{name} in:\n{errors}");
    }
    assert_eq!(errors.lines().count(), bad.len() + 1, "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

/// Odd, but sound: too short, silent, a tone, very high rate. A defined answer each, and nothing accepted.
#[test]
fn nothing_is_heard_where_nothing_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_wav(&path("silence.wav"), 8_000, &[0.0; 16_000]);
    write_wav(&path("short.wav"), 8_000, &tone(300.0, 8_000, 0.1));
    write_wav(&path("tone.wav"), 16_000, &tone(440.0, 16_000, 2.0));
    write_wav(&path("fast.wav"), 96_000, &tone(440.0, 96_000, 1.0));
    let files = ["silence.wav", "short.wav", "tone.wav", "fast.wav"].map(path);
    let output = rate(&files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    assert!(output.status.success(), "{}", program::stderr(&output));
    let records = program::records(&output);
    assert_eq!(records.len(), files.len());
    for record in records {
        assert!(record["rating"]["value"].is_null(), "{record}");
        assert_eq!(record["decision"]["action"], "reprompt", "{record}");
    }
    for file in files {
        let name = file.display().to_string();
        assert!(program::stderr(&output).lines().any(|line| line.contains(&name)), "{name} is not named");
    }
}

#[test]
fn a_missing_model_names_the_command_that_repairs_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = program::codetta().env("CODETTA_MODELS", folder.path()).args(["rate"]).arg(good()).output().unwrap();
    let errors = program::stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("scripts/setup") || errors.contains("codetta models import"), "{errors}");
}

#[test]
fn wrong_use_is_status_two() {
    for arguments in [
        &["rate"][..],
        &["rate", "x.wav", "--scale", "5..1:best=3"],
        &["rate", "x.wav", "--lang", "fr"],
        &["no-such-verb"],
    ] {
        let output = program::codetta().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", program::stderr(&output));
        assert!(!program::stderr(&output).contains("panicked"));
    }
}

/// `codetta … | head`: the reader has had enough, so nothing went wrong and nothing is said.
#[test]
fn a_reader_that_leaves_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let left = program::codetta().args(["library", "list", "--format", "json"]).stdout(writer).output().unwrap();
    assert_eq!((left.status.code(), String::from_utf8_lossy(&left.stderr).as_ref()), (Some(141), ""));
}
