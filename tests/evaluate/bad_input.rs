//! Bad input to a batch: each thing named with its reason, the rest done.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::folder::{Place, command, evaluate, quarantine, results, rows};
use crate::support::program::stderr;

/// One broken recording of many sorts.
fn broken(path: &Path, index: usize) {
    let junk: Vec<u8> = (0..400usize).map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(index) >> 7) as u8).collect();
    let good = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/calls/keyed-en.wav")).unwrap();
    match index % 6 {
        0 => fs::write(path, b"").unwrap(),
        1 => fs::write(path, junk).unwrap(),
        2 => fs::write(path, &good[..40]).unwrap(),
        3 => fs::write(path, &good[..good.len() / 2]).unwrap(),
        4 => fs::write(path, "<html>not found</html>").unwrap(),
        _ => symlink("/nowhere/at/all.wav", path).unwrap(),
    }
}

#[test]
fn of_a_thousand_files_with_two_hundred_broken_eight_hundred_are_done_and_two_hundred_named() {
    let place = Place::new();
    for index in 0..1_000 {
        let name = format!("{}/{index:04}.wav", index / 100);
        if index % 5 == 3 {
            fs::create_dir_all(place.input().join((index / 100).to_string())).unwrap();
            broken(&place.input().join(name), index / 5);
        } else {
            place.key(&name, 1 + index % 5);
        }
    }
    let out = place.out("out");
    let output = evaluate(&place.input(), &out, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    let (done, refused) = (results(&out), quarantine(&out));
    assert_eq!((done.len(), refused.len()), (800, 200));
    for row in &done {
        let index: u64 = row["file"].as_str().unwrap()[2..6].parse().unwrap();
        assert_eq!(row["rating"]["value"], 1 + index % 5, "{row}");
    }
    for refusal in &refused {
        let index: usize = refusal["file"].as_str().unwrap()[2..6].parse().unwrap();
        assert!(index % 5 == 3 && refusal["reason"].as_str().unwrap().len() > 10, "{refusal}");
    }
}

fn manifest(place: &Place, name: &str, text: &str) -> std::path::PathBuf {
    let path = place.input().join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn rows_of_a_manifest_that_cannot_be_used_are_named_and_the_rest_is_done() {
    let place = Place::new();
    for (index, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        place.key(&format!("{name}.wav"), index + 1);
    }
    fs::write(place.out("secret.wav"), b"not yours").unwrap();
    symlink(place.out("secret.wav"), place.input().join("link.wav")).unwrap();
    let path = manifest(
        &place,
        "list.csv",
        "path,language,rating,emotion,expected_action\n\
         a.wav,en,1,,transfer\n\
         a.wav,en,1,,transfer\n\
         ./x/../b.wav,en,2,,\n\
         c.wav,fr,3,,\n\
         d.wav,en,9,,\n\
         e.wav,en,5,,\n\
         e.wav,en,4,,\n\
         ../secret.wav,en,1,,\n\
         /etc/passwd,en,1,,\n\
         link.wav,en,1,,\n\
         missing.wav,en,1,,\n\
         ,en,1,,\n\
         a.wav,en\n",
    );
    let out = place.out("out");
    let output = evaluate(&path, &out, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let done = results(&out);
    let names: Vec<&str> = done.iter().map(|row| row["file"].as_str().unwrap()).collect();
    assert_eq!(names, ["a.wav", "b.wav"]);
    assert_eq!(done[0]["truth"], serde_json::json!({ "rating": 1, "action": "transfer" }));
    let refused = quarantine(&out);
    let reason = |name: &str| -> String {
        let found = refused.iter().find(|r| r["file"] == name);
        found.map_or(String::new(), |r| r["reason"].as_str().unwrap().to_owned())
    };
    assert!(reason("c.wav").contains("fr"), "{refused:?}");
    assert!(reason("d.wav").contains("1 to 5"), "{refused:?}");
    assert!(reason("e.wav").contains("more than once"), "{refused:?}");
    assert!(reason("link.wav").contains("leaves the folder"), "{refused:?}");
    assert!(reason("missing.wav").contains("No such file"), "{refused:?}");
    for row in ["row 9", "row 10", "row 13", "row 14"] {
        assert!(reason(row).contains("expected"), "{row}: {refused:?}");
    }
    assert_eq!(refused.len(), 9, "{refused:?}");
}

#[test]
fn a_manifest_without_a_path_column_or_of_another_sort_is_wrong_use() {
    let place = Place::new();
    place.key("a.wav", 1);
    let cases = [
        ("columns.csv", "file name,rating\na.wav,1\n", "column path"),
        ("twice.csv", "path,file\na.wav,a.wav\n", "one column path"),
        ("none.jsonl", "{\"rating\": 3}\n", "column path"),
        ("empty.csv", "", "column path"),
        ("only-header.csv", "path,rating\n", "found none"),
        ("notes.txt", "a.wav", "folder or a manifest"),
        ("damaged.parquet", "PAR1 but not really PAR1", "Parquet"),
    ];
    for (name, text, expected) in cases {
        let path = manifest(&place, name, text);
        let output = evaluate(&path, &place.out("out"), &[]);
        let wanted = if name == "damaged.parquet" { 1 } else { 2 };
        assert_eq!(output.status.code(), Some(wanted), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected) && stderr(&output).contains(name), "{name}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
    let missing = evaluate(&place.out("nothing"), &place.out("out"), &[]);
    assert!(missing.status.code() == Some(1) && stderr(&missing).contains("nothing"), "{}", stderr(&missing));
}

#[test]
fn a_loop_of_folders_ends_and_links_out_of_the_folder_are_named() {
    let place = Place::new();
    place.key("a/b/one.wav", 1);
    symlink(place.input(), place.input().join("a/b/loop")).unwrap();
    symlink("/usr", place.input().join("outside")).unwrap();
    fs::write(place.input().join("notes.txt"), "not a recording").unwrap();
    // Results inside the folder that is evaluated are no recordings of the next run.
    let out = place.input().join("evaluation");
    let output = evaluate(&place.input(), &out, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(results(&out).len(), 1);
    let refused = quarantine(&out);
    assert!(refused.len() == 1 && refused[0]["file"] == "outside", "{refused:?}");
    let again = evaluate(&place.input(), &out, &["--resume"]);
    assert_eq!(again.status.code(), Some(1), "{}", stderr(&again));
    assert_eq!((results(&out).len(), quarantine(&out).len()), (1, 1));
}

#[test]
fn a_full_disk_stops_the_run_with_one_line_and_keeps_what_is_there() {
    if !Path::new("/dev/full").exists() {
        eprintln!("SKIPPED: this system has no /dev/full");
        return;
    }
    let place = Place::new();
    for index in 0..8 {
        place.key(&format!("{index}.wav"), 3);
    }
    let out = place.out("out");
    fs::create_dir(&out).unwrap();
    symlink("/dev/full", out.join("results.jsonl")).unwrap();
    let output = evaluate(&place.input(), &out, &[]);
    assert_eq!(output.status.code(), Some(1));
    let line = stderr(&output);
    assert!(line.contains("results.jsonl") && line.contains("--resume") && line.lines().count() == 1, "{line}");
    // Space again: the run goes on and is whole.
    fs::remove_file(out.join("results.jsonl")).unwrap();
    let resumed = evaluate(&place.input(), &out, &["--resume"]);
    assert!(resumed.status.success(), "{}", stderr(&resumed));
    assert_eq!(results(&out).len(), 8);
}

#[test]
fn a_recording_that_is_too_long_is_refused_and_a_second_run_in_the_same_folder_waits_its_turn() {
    let place = Place::new();
    place.key("short.wav", 2);
    crate::support::program::write_wav(&place.input().join("long.wav"), 8_000, &vec![0.0; 8_000 * 4]);
    let out = place.out("out");
    let output = evaluate(&place.input(), &out, &["--max-seconds", "2"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let refused = quarantine(&out);
    assert!(refused.len() == 1 && refused[0]["kind"] == "limit" && refused[0]["file"] == "long.wav", "{refused:?}");

    let lock = fs::File::create(out.join(".lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    let second = command(&place.input(), &out, &["--resume"]).output().unwrap();
    assert!(second.status.code() == Some(2) && stderr(&second).contains("another run"), "{}", stderr(&second));
    assert_eq!(rows(&out.join("results.jsonl")).len(), 1);
}
