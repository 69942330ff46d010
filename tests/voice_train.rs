//! `codetta voice` as a user runs it: fitting a head on his own calls and using it, and whose channel is judged.

mod support;

use std::path::{Path, PathBuf};

use codetta::model::Store;
use support::program;

const ENCODER: &str = "whisper-base-encoder3.safetensors";
const CALLS: [(&str, &str, &str); 8] = [
    ("angry-en", "angry", "joe"),
    ("contradictory-zh", "angry", "tts"),
    ("angry-zh", "angry", "tts"),
    ("human-en", "angry", "joe"),
    ("delighted-en", "happy", "joe"),
    ("delighted-zh", "happy", "tts"),
    ("lukewarm-en", "neutral", "joe"),
    ("lukewarm-zh", "neutral", "tts"),
];

fn calls() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/calls")
}

fn encoder() -> Option<PathBuf> {
    let found = Store::locate().and_then(|store| store.path(ENCODER));
    found.map_err(|error| eprintln!("SKIPPED: {error}")).ok()
}

fn manifest(folder: &Path, rows: &[(&str, &str, &str)]) -> PathBuf {
    let line = |(call, emotion, speaker): &(&str, &str, &str)| {
        let path = calls().join(format!("{call}.wav"));
        serde_json::json!({ "path": path, "emotion": emotion, "speaker": speaker }).to_string() + "\n"
    };
    let file = folder.join("calls.jsonl");
    std::fs::write(&file, rows.iter().map(line).collect::<String>()).unwrap();
    file
}

fn train(manifest: &Path, head: &Path) -> std::process::Output {
    let mut command = program::codetta();
    command.args(["voice", "train", "--format", "json", "--origin", "eight sample calls"]);
    command.arg("--manifest").arg(manifest).arg("--output").arg(head).output().unwrap()
}

#[test]
fn a_head_is_fitted_reported_and_used() {
    let Some(encoder) = encoder() else { return };
    let folder = tempfile::tempdir().unwrap();
    let head = folder.path().join("voice-head.json");
    let rows = manifest(folder.path(), &CALLS);
    let trained = train(&rows, &head);
    assert!(trained.status.success(), "{}", program::stderr(&trained));
    let report = &program::records(&trained)[0];
    assert_eq!((report["recordings"].as_u64(), report["speakers"].as_u64()), (Some(8), Some(2)), "{report}");
    assert_eq!(report["labels"].as_array().unwrap().len(), 3, "{report}");
    let first = std::fs::read(&head).unwrap();
    assert!(train(&rows, &head).status.success());
    assert!(std::fs::read(&head).unwrap() == first, "the same calls gave another head");

    // Beside the encoder it takes the place of our own, and knows the calls that it was fitted on.
    std::fs::copy(&encoder, folder.path().join(ENCODER)).unwrap();
    let answer = |models: &Path, call: &str| {
        let file = calls().join(format!("{call}.wav"));
        let mut command = program::codetta();
        let output =
            command.env("CODETTA_MODELS", models).args(["voice", "--format", "json"]).arg(file).output().unwrap();
        assert!(output.status.success(), "{}", program::stderr(&output));
        program::records(&output).remove(0)["voice"].clone()
    };
    for (call, emotion, _) in [CALLS[0], CALLS[4], CALLS[6]] {
        let voice = answer(folder.path(), call);
        let others = ["angry", "happy", "neutral"].iter().filter(|e| **e != emotion);
        let highest = others.map(|e| voice[*e].as_f64().unwrap()).fold(0.0, f64::max);
        assert!(voice[emotion].as_f64().unwrap() > highest, "{call}: {voice}");
        assert_ne!(voice, answer(encoder.parent().unwrap(), call), "{call}: the own head was not used");
    }
}

#[test]
fn what_cannot_be_fitted_is_said_in_one_line() {
    if encoder().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let head = folder.path().join("head.json");
    let one_speaker: Vec<_> = CALLS.iter().filter(|row| row.2 == "joe").copied().collect();
    let cases = [
        (one_speaker, "at least two speakers"),
        (vec![("angry-en", "grumpy", "joe"), ("angry-zh", "angry", "tts")], "grumpy"),
        (vec![("no-such-call", "angry", "joe"), ("angry-zh", "angry", "tts")], "no-such-call"),
        (vec![], "at least two"),
    ];
    for (rows, mentions) in cases {
        let output = train(&manifest(folder.path(), &rows), &head);
        let said = program::stderr(&output);
        assert!(!output.status.success() && said.contains(mentions), "expected {mentions:?} in {said:?}");
        assert!(!said.contains("panicked") && !head.exists(), "{said}");
    }
}

/// Two people on two channels: somebody must say which is the caller, and the other is not looked at.
#[test]
fn the_callers_channel_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let stereo = folder.path().join("call.wav");
    let read = |call: &str| codetta::capture::read(&calls().join(format!("{call}.wav"))).unwrap();
    let (caller, agent) = (read("lukewarm-en"), read("angry-zh"));
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: caller.rate().hertz(),
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&stereo, spec).unwrap();
    // The agent speaks first, then the caller.
    let pause = agent.data().len();
    for i in 0..pause + caller.data().len() {
        let left = i.checked_sub(pause).and_then(|at| caller.data().get(at)).copied().unwrap_or(0.0);
        let right = agent.data().get(i).copied().unwrap_or(0.0);
        for sample in [left, right] {
            writer.write_sample((sample * 32_767.0) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
    let prosody = |arguments: &[&str], file: &Path| {
        let mut command = program::codetta();
        let output = command.args(["voice", "--prosody-only", "--format", "json"]).args(arguments).arg(file).output();
        output.unwrap()
    };
    let unnamed = prosody(&[], &stereo);
    assert_eq!(unnamed.status.code(), Some(1));
    assert!(program::stderr(&unnamed).contains("--caller left"), "{}", program::stderr(&unnamed));
    let pitch = |output: std::process::Output| {
        assert!(output.status.success(), "{}", program::stderr(&output));
        program::records(&output)[0]["prosody"]["f0_mean_hz"].as_f64().unwrap()
    };
    let left = pitch(prosody(&["--caller", "left"], &stereo));
    let right = pitch(prosody(&["--channel", "right"], &stereo));
    let alone = |call: &str| pitch(prosody(&[], &calls().join(format!("{call}.wav"))));
    assert!((left - alone("lukewarm-en")).abs() < 2.0, "{left}");
    assert!((right - alone("angry-zh")).abs() < 2.0, "{right}");
}
