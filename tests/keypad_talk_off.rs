//! No key where nobody pressed one: a real voice, and every sound that codetta itself plays.

use std::fs;
use std::path::{Path, PathBuf};

use codetta::{capture, keypad};

fn sounds_in(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_sound = path.extension().is_some_and(|e| ["wav", "ogg", "flac", "mp3"].iter().any(|s| e == *s));
        if path.is_dir() {
            sounds_in(&path, found);
        } else if is_sound {
            found.push(path);
        }
    }
}

/// False digits, each with its file and time.
fn false_digits(files: &[PathBuf]) -> Vec<String> {
    let mut wrong = Vec::new();
    for path in files {
        // A file that cannot be read is no silence: it fails the test.
        let recording = capture::read(path).unwrap();
        for press in keypad::detect(&recording).unwrap() {
            wrong.push(format!("{} at {:.2} s in {}", press.digit, press.start_s, path.display()));
        }
    }
    wrong
}

#[test]
fn what_we_play_presses_no_key() {
    let mut files = Vec::new();
    // Not the sample calls: keys are pressed in some of them.
    for folder in ["audio/outros", "audio/prompts"] {
        sounds_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() >= 20, "outros and prompts are expected in audio/, found {}", files.len());
    assert_eq!(false_digits(&files), Vec::<String>::new());
}

/// 25 minutes of a speaker whom no threshold was chosen on.
#[test]
fn a_real_voice_presses_no_key() {
    let mut files = Vec::new();
    sounds_in(Path::new("/usr/share/asterisk/sounds/en_US_f_Allison"), &mut files);
    if files.is_empty() {
        eprintln!("SKIPPED: install the Debian package asterisk-core-sounds-en-wav to test on a real voice");
        return;
    }
    assert!(files.len() >= 500, "the package has 568 files, found {}", files.len());
    assert_eq!(false_digits(&files), Vec::<String>::new());
}
