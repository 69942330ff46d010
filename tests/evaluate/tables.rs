//! Manifests of all sorts say the same, and the results are the same table in all sorts.

use std::fs;

use crate::folder::{Place, evaluate, results, sorted};
use crate::support::program::stderr;

#[test]
fn csv_and_json_lines_manifests_say_the_same() {
    let place = Place::new();
    for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
        place.key(&format!("{name}.wav"), index + 1);
    }
    let file = |name: &str| place.input().join(name);
    fs::write(file("m.csv"), "\u{feff}Path,Rating,note\na.wav,1,\"x, y\"\nb.wav,5.0,\nc.wav,,\n").unwrap();
    fs::write(
        file("m.jsonl"),
        "{\"path\":\"a.wav\",\"rating\":1,\"note\":[1]}\n\n{\"file\":\"b.wav\",\"rating\":\"5\"}\n{\"path\":\"c.wav\",\"rating\":null}\n",
    )
    .unwrap();
    let mut seen = Vec::new();
    for name in ["m.csv", "m.jsonl"] {
        let out = place.out(name);
        let output = evaluate(&file(name), &out, &[]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        seen.push(sorted(&out.join("results.jsonl")));
    }
    assert_eq!(seen[0].len(), 3);
    assert!(seen[0][1].contains(r#""truth":{"rating":5}"#) && !seen[0][2].contains("truth"), "{:?}", seen[0]);
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn the_tables_hold_what_the_lines_hold_also_after_a_resumed_run() {
    let place = Place::new();
    place.answers(&["lukewarm-en"]);
    for index in 0..5 {
        place.key(&format!("{index}.wav"), index + 1);
    }
    let out = place.out("csv");
    let more = ["--lang", "en", "--format", "csv", "--resume"];
    // An earlier run that had done some of it.
    assert!(evaluate(&place.input(), &out, &more).status.success());
    let lines = sorted(&out.join("results.jsonl"));
    fs::write(out.join("results.jsonl"), lines[..2].join("\n") + "\n").unwrap();
    let output = evaluate(&place.input(), &out, &more);
    assert!(output.status.success(), "{}", stderr(&output));
    let expected = results(&out);
    assert_eq!(expected.len(), 6);

    let mut reader = csv::Reader::from_path(out.join("results.csv")).unwrap();
    let names = reader.headers().unwrap().clone();
    let at = |name: &str| names.iter().position(|n| n == name).unwrap();
    let (file, mean, said) = (at("file"), at("satisfaction_mean"), at("transcript"));
    let mut table: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    table.sort_by(|a, b| a[file].cmp(&b[file]));
    assert_eq!(table.len(), expected.len());
    for (row, record) in expected.iter().zip(&table) {
        assert_eq!(row["file"], record[file]);
        assert_eq!(row["decision"]["mean"].as_f64(), record[mean].parse().ok());
        assert_eq!(row["transcript"]["text"].as_str().unwrap_or_default(), &record[said]);
    }
    let elsewhere = crate::support::program::codetta().args(["models", "list", "--format", "csv"]).output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
}
