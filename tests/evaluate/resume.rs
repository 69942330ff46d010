//! Killed at any moment and resumed, on any number of threads: the same results, byte for byte after sorting.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::folder::{Place, command, evaluate, quarantine, results, sorted};
use crate::support::program::stderr;

/// A few spoken answers, many keyed ones and some broken files.
fn mixed() -> Place {
    let place = Place::new();
    let spoken = ["lukewarm-en", "satisfied-en", "angry-en", "human-en", "satisfied-zh"];
    for index in 0..45 {
        let path = format!("answers/{index:03}.wav");
        // Spoken ones stand between the others, so that a kill meets both.
        match index % 4 {
            0 if index < 40 => place.answer_as(spoken[index / 4 % 5], &path),
            _ => place.key(&path, 1 + index % 5),
        }
    }
    for index in 0..10 {
        fs::write(place.input().join(format!("broken-{index}.wav")), vec![index as u8; 50 + index]).unwrap();
    }
    place
}

#[test]
fn killed_at_random_moments_and_resumed_nothing_is_lost_or_done_twice() {
    let place = mixed();
    let whole = place.out("whole");
    let unbroken = evaluate(&place.input(), &whole, &["--lang", "en"]);
    assert_eq!(unbroken.status.code(), Some(1), "some are broken: {}", stderr(&unbroken));
    assert_eq!(results(&whole).len(), 45);

    let broken = place.out("broken");
    let mut kills = 0;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let finished = loop {
        let mut child = command(&place.input(), &broken, &["--lang", "en", "--resume"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The moment is random between the start of the process and some time after its first results.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let rows_before = sorted(&broken.join("results.jsonl")).len();
        let wanted = rows_before + (random >> 33) as usize % 9;
        let give_up = Instant::now() + Duration::from_secs(60);
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            let bytes = fs::read(broken.join("results.jsonl")).unwrap_or_default();
            if kills < 12 && bytes.iter().filter(|b| **b == b'\n').count() >= wanted || Instant::now() > give_up {
                break None;
            }
            std::thread::yield_now();
        };
        let Some(status) = status else {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            // What a kill in the midst of a write leaves.
            if kills % 3 == 0 {
                let torn = fs::read_to_string(broken.join("results.jsonl")).unwrap_or_default() + "{\"file\":\"half";
                fs::write(broken.join("results.jsonl"), torn).unwrap();
            }
            continue;
        };
        break status;
    };
    assert_eq!(finished.code(), Some(1));
    assert!(kills >= 4, "killed {kills} times");
    for file in ["results.jsonl", "quarantine.jsonl"] {
        assert_eq!(sorted(&whole.join(file)), sorted(&broken.join(file)), "{file} after {kills} kills");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let place = mixed();
    let runs: Vec<_> = ["1", "2", "5"].map(|threads| (threads, place.out(threads))).into();
    for (threads, out) in &runs {
        let output = evaluate(&place.input(), out, &["--lang", "en", "--threads", threads]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    }
    for file in ["results.jsonl", "quarantine.jsonl"] {
        let first = sorted(&runs[0].1.join(file));
        for (threads, out) in &runs[1..] {
            assert_eq!(first, sorted(&out.join(file)), "{file} on {threads} threads");
        }
    }
}

#[test]
fn a_finished_run_is_neither_overwritten_nor_mixed_with_other_settings() {
    let place = Place::new();
    place.key("a.wav", 4);
    let out = place.out("out");
    assert!(evaluate(&place.input(), &out, &[]).status.success());
    let before = fs::read(out.join("results.jsonl")).unwrap();

    let again = evaluate(&place.input(), &out, &[]);
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
    assert!(stderr(&again).contains("--resume"), "{}", stderr(&again));

    let other = evaluate(&place.input(), &out, &["--resume", "--scale", "1..5:best=1"]);
    assert_eq!(other.status.code(), Some(2), "{}", stderr(&other));
    assert!(stderr(&other).contains("scale"), "{}", stderr(&other));
    assert_eq!(fs::read(out.join("results.jsonl")).unwrap(), before);

    place.key("b.wav", 2);
    let resumed = evaluate(&place.input(), &out, &["--resume"]);
    assert!(resumed.status.success(), "{}", stderr(&resumed));
    let rows = results(&out);
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["rating"]["value"], &rows[1]["rating"]["value"]), (&4.into(), &2.into()));
}

#[test]
fn a_resumed_run_tries_again_what_was_away_and_not_what_is_damaged() {
    let place = Place::new();
    place.key("here.wav", 4);
    fs::write(place.input().join("damaged.wav"), [7; 60]).unwrap();
    let manifest = place.input().join("m.csv");
    fs::write(&manifest, "path\nhere.wav\naway.wav\ndamaged.wav\n").unwrap();
    let out = place.out("out");
    assert_eq!(evaluate(&manifest, &out, &[]).status.code(), Some(1));
    let names = |rows: Vec<serde_json::Value>| rows.iter().map(|row| row["file"].to_string()).collect::<Vec<_>>();
    assert_eq!(names(quarantine(&out)), [r#""away.wav""#, r#""damaged.wav""#]);
    let refused = sorted(&out.join("quarantine.jsonl"));

    // Still away: refused once more, and listed once.
    assert_eq!(evaluate(&manifest, &out, &["--resume"]).status.code(), Some(1));
    assert_eq!(sorted(&out.join("quarantine.jsonl")), refused);

    place.key("away.wav", 2);
    let resumed = evaluate(&manifest, &out, &["--resume"]);
    assert_eq!(resumed.status.code(), Some(1), "{}", stderr(&resumed));
    assert_eq!(names(results(&out)), [r#""away.wav""#, r#""here.wav""#]);
    assert_eq!(names(quarantine(&out)), [r#""damaged.wav""#]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(out.join("report/report.json")).unwrap()).unwrap();
    assert_eq!((&report["counts"]["results"], &report["counts"]["refused"]), (&2.into(), &1.into()), "{report}");
}
