//! Bad recordings: each gets one clear line that names the file, never a panic, never a wait.

mod wave_file;

use std::path::Path;

use codetta::ErrorKind;
use codetta::capture::{ReadOptions, decode, decode_stereo, read};
use proptest::prelude::*;
use wave_file::{Coding, WaveFile};

fn refused(bytes: &[u8], kind: ErrorKind, mentions: &str) {
    let error = decode(bytes, "call-17.wav", &ReadOptions::default()).unwrap_err();
    let line = error.to_string();
    assert_eq!(error.kind(), kind, "{line}");
    assert!(line.starts_with("call-17.wav: ") && !line.contains('\n'), "{line}");
    assert!(line.contains(mentions), "expected {mentions:?} in: {line}");
}

#[test]
fn what_is_not_audio_is_named() {
    refused(b"", ErrorKind::Corrupt, "holds no audio (0 bytes)");
    refused(b"hello, this is a text file", ErrorKind::Corrupt, "not an audio file");
    refused(&[0; 5000], ErrorKind::Corrupt, "not an audio file");
    refused(b"%PDF-1.7 ...", ErrorKind::Unsupported, "PDF");
    refused(b"\0\0\0\x20ftypM4A \0\0\0\0", ErrorKind::Unsupported, "M4A");
    refused(b"#!AMR\n\x3c\x91\x17", ErrorKind::Unsupported, "AMR");
    refused(b"ID3\x04\0\0\0\0\0\0", ErrorKind::Corrupt, "holds no audio");
    let opus = std::fs::read("tests/data/tone/opus.ogg").unwrap();
    refused(&opus, ErrorKind::Unsupported, "Opus");
}

#[test]
fn headers_that_lie_are_caught() {
    let sound = [0.1; 400];
    let wave = WaveFile::mono;
    refused(&WaveFile { channels: 0, ..wave() }.bytes(&sound), ErrorKind::Corrupt, "1 to 26 channels");
    refused(&WaveFile { channels: 65_535, ..wave() }.bytes(&sound), ErrorKind::Corrupt, "1 to 26 channels");
    refused(&WaveFile { rate: 0, ..wave() }.bytes(&sound), ErrorKind::Unsupported, "the header says 0");
    refused(&WaveFile { rate: u32::MAX, ..wave() }.bytes(&sound), ErrorKind::Unsupported, "4294967295");
    refused(&WaveFile { bits: Some(0), ..wave() }.bytes(&sound), ErrorKind::Corrupt, "bits a sample");
    refused(&WaveFile { bits: Some(65_528), ..wave() }.bytes(&sound), ErrorKind::Corrupt, "bits a sample");
    refused(&WaveFile { tag: Some(0x31), ..wave() }.bytes(&sound), ErrorKind::Unsupported, "GSM 6.10");
    refused(&WaveFile { tag: Some(0x1234), ..wave() }.bytes(&sound), ErrorKind::Unsupported, "0x1234");
    refused(&WaveFile { data_length: Some(0x4000_0000), ..wave() }.bytes(&sound), ErrorKind::Corrupt, "cut off");
    refused(&wave().bytes(&sound)[..40], ErrorKind::Corrupt, "ends before its data");
    refused(&wave().bytes(&sound)[..9], ErrorKind::Corrupt, "not an audio file");
    refused(&wave().bytes(&[]), ErrorKind::Corrupt, "no audio frames");
    let many = WaveFile { before: vec![(*b"junk", Vec::new()); 5_000], ..wave() };
    refused(&many.bytes(&sound), ErrorKind::Corrupt, "no data among the first");
}

#[test]
fn samples_that_are_not_numbers_are_silenced_if_stray_and_refused_if_many() {
    let file = WaveFile { coding: Coding::Float32, ..WaveFile::mono() };
    let mut sound = vec![0.25f32; 30_000];
    sound[77] = f32::NAN;
    sound[9_000] = f32::NEG_INFINITY;
    let read = decode(&file.bytes(&sound), "stray.wav", &ReadOptions::default()).unwrap();
    assert_eq!((read.data()[76], read.data()[77], read.data()[9_000]), (0.25, 0.0, 0.0));
    sound[100..200].fill(f32::NAN);
    refused(&file.bytes(&sound), ErrorKind::Corrupt, "102 samples in 30000 frames are not finite");
    refused(&file.bytes(&[1e30; 1000]), ErrorKind::Corrupt, "within ±1");
    refused(&file.bytes(&[12_000.0; 1000]), ErrorKind::Corrupt, "within ±1");
}

#[test]
fn a_tenth_of_a_second_and_96_khz_are_sound_like_any_other() {
    let short = decode(&WaveFile::mono().bytes(&[0.1; 800]), "short.wav", &ReadOptions::default()).unwrap();
    assert_eq!(short.data().len(), 800);
    let fast = WaveFile { rate: 96_000, channels: 6, ..WaveFile::mono() }.bytes(&[0.1; 6 * 9_600]);
    assert_eq!(decode(&fast, "fast.wav", &ReadOptions::default()).unwrap().data().len(), 9_600);
}

/// An hour at 8 kHz in G.711 is 29 MB: it is refused by the limit, long before memory is.
#[test]
fn an_hour_is_over_the_limit() {
    let mut bytes = WaveFile { bits: Some(8), coding: Coding::Pcm8, tag: Some(7), ..WaveFile::mono() }.bytes(&[]);
    let hour = 3_600 * 8_000u32;
    let data = bytes.len() - 4;
    bytes[data..].copy_from_slice(&hour.to_le_bytes());
    bytes.resize(bytes.len() + hour as usize, 0xff);
    refused(&bytes, ErrorKind::Limit, "at most 900 s");
}

#[test]
fn paths_that_are_not_readable_files_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.wav");
    assert_eq!(read(&missing).unwrap_err().kind(), ErrorKind::NotFound);
    let error = read(folder.path()).unwrap_err();
    assert!(error.kind() == ErrorKind::Usage && error.to_string().contains("folder"), "{error}");
    let empty = folder.path().join("empty.wav");
    std::fs::write(&empty, b"").unwrap();
    assert_eq!(read(&empty).unwrap_err().kind(), ErrorKind::Corrupt);
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_does_not_block() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.wav");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is part of every Unix");
    assert!(made.success());
    for path in [pipe.as_path(), Path::new("/dev/zero"), Path::new("/dev/null")] {
        let error = read(path).unwrap_err();
        assert!(error.kind() == ErrorKind::Usage && error.to_string().contains("pipe or device"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_read_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.wav");
    std::fs::write(&path, WaveFile::mono().bytes(&[0.1; 100])).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    match read(&path) {
        Err(error) => assert_eq!(error.kind(), ErrorKind::Permission, "{error}"),
        Ok(_) => eprintln!("SKIPPED a_file_without_read_permission_is_named: this user may read every file (root)"),
    }
}

/// Whole files to damage, one of each container.
fn seeds() -> Vec<Vec<u8>> {
    let tone = |name: &str| std::fs::read(Path::new("tests/data/tone").join(name)).unwrap();
    let sound: Vec<f32> = (0..2_000).map(|i| (i as f32 * 0.3).sin()).collect();
    vec![
        tone("tone.flac"),
        tone("tone.mp3"),
        tone("tone.ogg"),
        tone("mulaw.wav"),
        WaveFile { coding: Coding::Float64, channels: 2, extensible: true, ..WaveFile::mono() }.bytes(&sound),
        WaveFile { coding: Coding::Pcm24, ..WaveFile::mono() }.bytes(&sound),
    ]
}

/// Decodes as every caller might; what comes out is sound or one line.
fn survive(bytes: &[u8]) {
    for accept_truncated in [false, true] {
        let options = ReadOptions { accept_truncated, max_seconds: 60.0, ..Default::default() };
        match decode(bytes, "x", &options) {
            Ok(sound) => assert!(sound.data().iter().all(|s| s.is_finite() && s.abs() <= 16.0)),
            Err(error) => assert!(!error.to_string().contains('\n')),
        }
    }
    let _ = decode_stereo(bytes, "x");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        which in 0usize..6,
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        early in any::<bool>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = seeds().swap_remove(which);
        // Headers hold the lengths: half of the cases damage only those.
        let reach = if early { bytes.len().min(120) } else { bytes.len() };
        for (at, value) in hits {
            bytes[at.index(reach)] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survive(&bytes);
    }

    #[test]
    fn random_bytes_behind_a_known_beginning_never_panic(
        which in 0usize..6,
        kept in 0usize..64,
        tail in prop::collection::vec(any::<u8>(), 0..3_000),
    ) {
        let mut bytes = seeds().swap_remove(which);
        bytes.truncate(kept);
        bytes.extend(tail);
        survive(&bytes);
    }
}
