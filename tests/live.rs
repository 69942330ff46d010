//! `codetta live` without devices, as a user runs it: recordings in, a WAV file and events out.

mod support;

use support::program;

#[test]
fn wrong_use_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.wav");
    let (missing, out) = (missing.display().to_string(), folder.path().join("out.wav").display().to_string());
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--input", &missing], 2, "--output FILE"),
        (&["--realtime"], 2, "--input"),
        (&["--input", &missing, "--output", &out], 1, "missing.wav"),
        (&["--input", &missing, "--microphone", "x"], 2, "cannot be used with"),
    ];
    for (arguments, status, words) in cases {
        let output = program::codetta().arg("live").args(arguments).output().unwrap();
        let told = program::stderr(&output);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
        assert!(told.contains(words) && !told.contains("panicked"), "{arguments:?}: {told}");
        assert!(!std::path::Path::new(&out).exists(), "{arguments:?}: half a file is left");
    }
}

/// The whole product on real sound: the answer is heard, felt and decided, and the ending is in the file.
#[cfg(feature = "whisper")]
#[test]
fn a_recorded_caller_is_heard_and_hears_an_ending() {
    let folder = tempfile::tempdir().unwrap();
    let (out, records) = (folder.path().join("heard.wav"), folder.path().join("records"));
    let input = format!("{}/audio/calls/lukewarm-en.wav", env!("CARGO_MANIFEST_DIR"));
    let output = program::codetta()
        .args(["live", "--lang", "en", "--format", "json", "--input", &input, "--output"])
        .arg(&out)
        .arg("--records")
        .arg(&records)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", program::stderr(&output));
    let events = program::records(&output);
    let event = |name: &str| events.iter().find(|event| event["event"] == name);
    let heard = event("understood").expect("the caller was understood");
    assert!(heard["transcript"]["text"].as_str().unwrap().to_lowercase().contains("three"), "{heard}");
    assert_eq!(event("outro").expect("an outro plays")["mood"], "calm");
    assert_eq!(events.last().unwrap()["event"], "over");

    let sound = codetta::capture::read(&out).unwrap();
    let over_s = events.last().unwrap()["at_s"].as_f64().unwrap();
    assert!((sound.seconds() - over_s - 1.4).abs() < 0.1, "{} s of sound, over at {over_s} s", sound.seconds());
    let outro_s = event("outro").unwrap()["at_s"].as_f64().unwrap();
    let rate = sound.rate();
    let after = sound.slice(rate.frames(outro_s + 6.0).0 as usize..rate.frames(outro_s + 9.0).0 as usize);
    assert!(after.rms() > 0.02, "the outro is heard: {}", after.rms());
    let reports: Vec<_> = std::fs::read_dir(&records).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(reports.len(), 1);
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&reports[0]).unwrap()).unwrap();
    assert_eq!((&report["rating"], &report["outcome"]["outro"]), (&3.into(), &"calm".into()));
}

/// A call that is kept in a ledger can be opened there: who was called, what was said, what sounded; and without the
/// caller's agreement to recording, no word of it.
#[cfg(all(feature = "whisper", feature = "ledger"))]
#[test]
fn a_call_is_kept_in_the_ledger_as_far_as_the_caller_agreed() {
    use codetta::record::{Key, Ledger, system_clock};
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let key = Key::generate().unwrap();
    drop(Ledger::init(&ledger, &key, "test", system_clock).unwrap());
    let key_file = folder.path().join("key");
    key.write_new(&key_file).unwrap();
    let input = format!("{}/audio/calls/lukewarm-en.wav", env!("CARGO_MANIFEST_DIR"));
    for more in [&[][..], &["--no-recording"][..]] {
        let output = program::codetta()
            .args([
                "live",
                "--lang",
                "en",
                "--format",
                "json",
                "--input",
                &input,
                "--customer",
                "C-17",
                "--agent",
                "Li",
            ])
            .arg("--output")
            .arg(folder.path().join("heard.wav"))
            .arg("--ledger")
            .arg(&ledger)
            .arg("--key-file")
            .arg(&key_file)
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", program::stderr(&output));
    }
    let ledger = Ledger::open(&ledger, &key, "test", system_clock).unwrap();
    let mut names = Vec::new();
    ledger.facts(&codetta::record::FactsFilter::default(), |facts| names.push(facts.call)).unwrap();
    let calls: Vec<_> = names.iter().map(|name| ledger.open_call(name).unwrap().record).collect();
    assert_eq!(calls.len(), 2);
    for call in &calls {
        assert_eq!(call.customer.as_ref().map(|customer| customer.id.as_str()), Some("C-17"));
        assert_eq!((call.agent.as_deref(), call.channel.as_deref()), (Some("Li"), Some("file")));
        assert_eq!(call.rating.map(codetta::Rating::value), Some(3));
        assert_eq!(call.outro.as_ref().map(|outro| outro.mood), Some(codetta::judge::Mood::Calm));
        assert!(call.timings_ms["after_speech"] > 0.0 && !call.models.is_empty());
    }
    assert!(calls[0].transcript.as_deref().unwrap().to_lowercase().contains("three"), "{:?}", calls[0].transcript);
    assert_eq!((calls[1].transcript.as_deref(), calls[1].words.len()), (None, 0));
}
