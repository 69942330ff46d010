//! Every format that callers' recordings come in is read as the same tone.
//!
//! The encoded tones in `tests/data/tone` are ours:
//! `ffmpeg -f lavfi -i sine=frequency=1000:sample_rate=16000:duration=0.5,volume=4 -c:a CODEC FILE`.

mod wave_file;

use codetta::audio::Samples;
use codetta::capture::{Channel, ReadOptions, decode, decode_stereo, read, read_with};
use codetta::{ErrorKind, SampleRate};
use wave_file::{Coding, WaveFile};

/// A tone of 1 kHz at half of full scale.
fn tone(rate: u32, frames: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU * 1000.0 / f64::from(rate);
    (0..frames).map(|i| 0.5 * (i as f64 * step).sin() as f32).collect()
}

fn read_bytes(bytes: &[u8]) -> Samples {
    decode(bytes, "tone", &ReadOptions::default()).unwrap()
}

fn assert_near(actual: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (i, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert!((a - e).abs() <= tolerance, "{what}, sample {i}: {a} for {e}");
    }
}

#[test]
fn every_wav_coding_gives_the_samples_back_at_any_rate() {
    for rate in [8_000, 16_000, 44_100, 96_000] {
        let sound = tone(rate, 3_001);
        for (coding, step) in [
            (Coding::Pcm8, 1.0 / 127.0),
            (Coding::Pcm16, 1.0 / 32_767.0),
            (Coding::Pcm24, 1e-6),
            (Coding::Pcm32, 1e-7),
            (Coding::Float32, 1e-7),
            (Coding::Float64, 1e-7),
        ] {
            for extensible in [false, true] {
                let file = WaveFile { coding, rate, extensible, ..WaveFile::mono() };
                let read = read_bytes(&file.bytes(&sound));
                assert_eq!(read.rate().hertz(), rate);
                assert_near(read.data(), &sound, step, &format!("{coding:?} {rate} extensible {extensible}"));
            }
        }
    }
}

/// G.711's relative quantisation error is at most 1/32 of the sample (segments of 16 steps).
#[test]
fn compressed_formats_give_the_tone() {
    for name in ["tone.flac", "tone.mp3", "tone.ogg", "alaw.wav", "mulaw.wav"] {
        let path = std::path::Path::new("tests/data/tone").join(name);
        let sound = read(&path).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(sound.rate(), SampleRate::SPEECH, "{name}");
        assert!((sound.seconds() - 0.5).abs() < 0.05, "{name}: {} s", sound.seconds());
        // Correlate the middle with the tone in both phases: an encoder may delay.
        let middle = &sound.data()[2000..6000];
        let (mut sine, mut cosine, mut energy) = (0.0f64, 0.0f64, 0.0f64);
        for (i, &s) in middle.iter().enumerate() {
            let phase = std::f64::consts::TAU * 1000.0 * i as f64 / 16_000.0;
            sine += f64::from(s) * phase.sin();
            cosine += f64::from(s) * phase.cos();
            energy += f64::from(s) * f64::from(s);
        }
        let tonal = 2.0 * (sine * sine + cosine * cosine) / (4000.0 * energy);
        assert!(tonal > 0.995, "{name}: {tonal} of the energy is the tone");
        let level = (energy / 4000.0).sqrt();
        assert!((level - 0.3535).abs() < 0.02, "{name}: RMS {level}");
    }
}

#[test]
fn channels_are_mixed_or_chosen() {
    let (left, right) = (tone(8_000, 800), vec![0.25; 800]);
    let interleaved: Vec<f32> = left.iter().zip(&right).flat_map(|(&l, &r)| [l, r]).collect();
    let bytes = WaveFile { channels: 2, coding: Coding::Float32, ..WaveFile::mono() }.bytes(&interleaved);
    let choose = |channel| decode(&bytes, "call", &ReadOptions { channel, ..Default::default() });
    assert_eq!(choose(Channel::LEFT).unwrap().data(), left);
    assert_eq!(choose(Channel::RIGHT).unwrap().data(), right);
    let mean: Vec<f32> = left.iter().map(|l| (l + 0.25) / 2.0).collect();
    assert_near(choose(Channel::Mix).unwrap().data(), &mean, 1e-7, "mix");
    let error = choose(Channel::Index(2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");

    let stereo = decode_stereo(&bytes, "call").unwrap();
    assert_eq!((stereo.left(), stereo.right()), (&left[..], &right[..]));
    let mono = WaveFile { coding: Coding::Float32, ..WaveFile::mono() }.bytes(&left);
    let stereo = decode_stereo(&mono, "mono").unwrap();
    assert_eq!((stereo.left(), stereo.right()), (&left[..], &left[..]));
}

#[test]
fn six_channels_become_their_mean() {
    let frames: Vec<f32> = (0..600).map(|i| if i % 6 == 2 { 0.6 } else { 0.0 }).collect();
    let bytes = WaveFile { channels: 6, coding: Coding::Float32, ..WaveFile::mono() }.bytes(&frames);
    assert_near(read_bytes(&bytes).data(), &[0.1; 100], 1e-6, "mean of six");
}

/// A call recorder with one side wired the wrong way round must not lose the caller.
#[test]
fn a_channel_of_reversed_polarity_does_not_cancel_the_sound() {
    let sound = tone(8_000, 4_000);
    let interleaved: Vec<f32> = sound.iter().flat_map(|&s| [s, -0.95 * s]).collect();
    let bytes = WaveFile { channels: 2, coding: Coding::Float32, ..WaveFile::mono() }.bytes(&interleaved);
    assert_eq!(read_bytes(&bytes).data(), sound);
}

#[test]
fn a_recorder_that_never_wrote_its_lengths_is_still_read() {
    let sound = tone(8_000, 1_000);
    for (riff, data) in [(0, 0), (u32::MAX, u32::MAX), (0x7fff_ffff, 0x7fff_ff00), (36, 0)] {
        let file = WaveFile { riff_length: Some(riff), data_length: Some(data), ..WaveFile::mono() };
        let read = read_bytes(&file.bytes(&sound));
        assert_near(read.data(), &sound, 1e-4, &format!("lengths {riff:#x} and {data:#x}"));
    }
}

#[test]
fn other_chunks_before_and_after_the_data_are_not_heard() {
    let sound = tone(8_000, 1_000);
    let file = WaveFile {
        before: vec![(*b"LIST", b"INFOISFT\x04\0\0\0test".to_vec()), (*b"odd ", vec![1, 2, 3])],
        after: vec![(*b"id3 ", vec![0x55; 4000])],
        ..WaveFile::mono()
    };
    assert_near(read_bytes(&file.bytes(&sound)).data(), &sound, 1e-4, "chunks");
}

#[test]
fn a_limit_in_seconds_is_kept_and_named() {
    let bytes = WaveFile::mono().bytes(&tone(8_000, 16_000));
    let limit = |max_seconds| decode(&bytes, "long.wav", &ReadOptions { max_seconds, ..Default::default() });
    assert_eq!(limit(2.0).unwrap().data().len(), 16_000);
    let error = limit(1.5).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("long.wav") && error.to_string().contains("2 s"), "{error}");
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(limit(wrong).unwrap_err().kind(), ErrorKind::Usage, "{wrong}");
    }
}

#[test]
fn a_cut_off_recording_is_refused_unless_it_is_asked_for() {
    let whole = WaveFile::mono().bytes(&tone(8_000, 16_000));
    let flac = std::fs::read("tests/data/tone/tone.flac").unwrap();
    let ogg = std::fs::read("tests/data/tone/tone.ogg").unwrap();
    for (name, bytes, kept) in [("cut.wav", &whole, 20_000), ("cut.flac", &flac, 3_500), ("cut.ogg", &ogg, 3_950)] {
        let half = &bytes[..kept];
        let error = decode(half, name, &ReadOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains("cut off"), "{error}");
        if name != "cut.ogg" {
            let some = decode(half, name, &ReadOptions { accept_truncated: true, ..Default::default() });
            assert!(some.unwrap_or_else(|e| panic!("{e}")).seconds() > 0.1, "{name}");
        }
    }
    // Up to the last frame: no packet is lost with the tail.
    let options = ReadOptions { accept_truncated: true, ..Default::default() };
    let read = decode(&whole[..whole.len() - 3_001], "cut.wav", &options).unwrap();
    assert_eq!(read.data().len(), 16_000 - 1_501);
}

#[test]
fn the_name_of_a_file_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("答复 1.mp3");
    std::fs::copy("tests/data/tone/tone.flac", &path).unwrap();
    let sound = read_with(&path, &ReadOptions::default()).unwrap();
    assert_eq!(sound.data().len(), 8_000);
}
