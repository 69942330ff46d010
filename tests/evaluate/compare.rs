//! Two runs beside each other.

use std::fs;

use serde_json::Value;

use crate::folder::{Place, evaluate};
use crate::support::program::{codetta, stderr, stdout};

/// Results of one run over keyed ratings with truth, and the same with the ratings of some files changed.
fn runs(place: &Place) -> (std::path::PathBuf, Vec<Value>) {
    let mut manifest = String::from("path,rating\n");
    for index in 0..40 {
        place.key(&format!("{index:02}.wav"), 1 + index % 5);
        manifest += &format!("{index:02}.wav,{}\n", 1 + index % 5);
    }
    fs::write(place.input().join("list.csv"), manifest).unwrap();
    let out = place.out("a");
    let output = evaluate(&place.input().join("list.csv"), &out, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let path = out.join("results.jsonl");
    let rows = crate::folder::rows(&path);
    (path, rows)
}

fn compare(a: &std::path::Path, b: &std::path::Path) -> Value {
    let output = codetta().args(["evaluate", "--format", "json", "--compare"]).args([a, b]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn what_got_worse_is_told_with_its_test_and_turned_round_it_is_better() {
    let place = Place::new();
    let (a, mut rows) = runs(&place);
    for row in rows.iter_mut().take(12) {
        let wrong = row["rating"]["value"].as_u64().unwrap() % 5 + 1;
        row["rating"]["value"] = wrong.into();
        row["rating"]["posterior"] = serde_json::json!([0.2, 0.2, 0.2, 0.2, 0.2]);
    }
    rows.truncate(38);
    let b = place.out("b.jsonl");
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    fs::write(&b, lines.join("\n") + "\n").unwrap();

    let worse = compare(&a, &b);
    assert_eq!((&worse["in_both"], &worse["only_a"], &worse["ratings_changed"]), (&38.into(), &2.into(), &12.into()));
    let right = &worse["shares"][0];
    assert_eq!((&right["gained"], &right["lost"]), (&0.into(), &12.into()), "{worse}");
    assert!((right["p"].as_f64().unwrap() - 2.0 * 0.5f64.powi(12)).abs() < 1e-12, "{right}");
    assert!((right["difference"].as_f64().unwrap() + 12.0 / 38.0).abs() < 1e-12, "{right}");
    assert!(right["interval"][1].as_f64().unwrap() < 0.0, "{right}");
    assert!(worse["verdict"].as_str().unwrap().starts_with("B is worse"), "{worse}");
    let better = compare(&b, &a);
    assert!(better["verdict"].as_str().unwrap().starts_with("B is better"), "{better}");
    let same = compare(&a, &a);
    assert_eq!((&same["actions_changed"], &same["shares"][0]["p"]), (&0.into(), &1.0.into()));
    assert!(same["verdict"].as_str().unwrap().starts_with("No difference"), "{same}");
}

#[test]
fn files_that_are_no_results_or_have_nothing_in_common_are_named() {
    let place = Place::new();
    let (a, rows) = runs(&place);
    let bad = |name: &str, text: String| {
        let path = place.out(name);
        fs::write(&path, text).unwrap();
        let output = codetta().args(["evaluate", "--compare"]).args([&a, &path]).output().unwrap();
        assert!(!output.status.success() && stderr(&output).lines().count() == 1, "{}", stderr(&output));
        stderr(&output)
    };
    assert!(bad("empty.jsonl", String::new()).contains("no row"));
    assert!(bad("other.jsonl", "{\"file\":\"a.wav\"}\n".to_owned()).contains("line 1"));
    let one = rows[0].to_string();
    assert!(bad("twice.jsonl", format!("{one}\n{one}\n")).contains("several"));
    assert!(bad("strange.jsonl", one.replace("00.wav", "zz.wav") + "\n").contains("found none"));
    let both = codetta().args(["evaluate", "x", "--compare", "a", "b"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));
}
