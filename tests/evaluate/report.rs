//! The report: one quiet page whose figures are those of `report.json`, and those of the results.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::folder::{Place, evaluate, results};
use crate::support::browser;
use crate::support::program::stderr;

/// Spoken and keyed answers, some of whose truth we contradict on purpose, and two that cannot be read.
fn run(place: &Place) -> std::path::PathBuf {
    place.answers(&[
        "lukewarm-en",
        "satisfied-en",
        "angry-en",
        "human-en",
        "satisfied-zh",
        "contradictory-zh",
        "silent",
    ]);
    for index in 0..12 {
        place.key(&format!("{index:02}.wav"), 1 + index % 5);
    }
    fs::write(place.input().join("bad.wav"), b"RIFF <script>alert(1)</script>").unwrap();
    let mut manifest = String::from(
        "path,language,rating,intent,sentiment,emotion,expected_action\n\
         lukewarm-en.wav,en,3,rating,neutral,neutral,outro\n\
         satisfied-en.wav,en,4,rating,positive,happy,outro\n\
         angry-en.wav,en,5,rating,positive,happy,outro\n\
         human-en.wav,en,none,human,,,transfer\n\
         satisfied-zh.wav,zh,4,rating,positive,,outro\n\
         contradictory-zh.wav,zh,1,,,,\n\
         silent.wav,zh,none,none,,,reprompt\n\
         bad.wav,zh,3,,,,\n\
         <b>no&such.wav,zh,3,,,,\n",
    );
    for index in 0..12 {
        manifest += &format!("{index:02}.wav,zh,{},rating,,,\n", 1 + (index + index / 11) % 5);
    }
    let list = place.input().join("list.csv");
    fs::write(&list, manifest).unwrap();
    let out = place.out("out");
    let output = evaluate(&list, &out, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    out
}

/// Pointer, unit and text of every figure on a page.
fn figures(html: &str) -> Vec<(String, String, String)> {
    let part = |text: &str, from: &str, to: &str| -> String {
        let rest = text.split_once(from).map_or("", |(_, rest)| rest);
        rest.split_once(to).map_or(rest, |(value, _)| value).to_owned()
    };
    html.split("<span ")
        .skip(1)
        .filter(|rest| rest.starts_with("data-figure"))
        .map(|rest| (part(rest, "data-figure=\"", "\""), part(rest, "data-as=\"", "\""), part(rest, ">", "<")))
        .collect()
}

#[test]
fn the_page_is_quiet_whole_and_tells_what_the_json_tells() {
    let place = Place::new();
    let out = run(&place);
    let html = fs::read_to_string(out.join("report/index.html")).unwrap();
    let json: Value = serde_json::from_slice(&fs::read(out.join("report/report.json")).unwrap()).unwrap();

    let figures = figures(&html);
    assert!(figures.len() > 100, "{} figures", figures.len());
    for (pointer, unit, text) in &figures {
        let value = json.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {pointer}"));
        let number: f64 = text.trim_end_matches("\u{a0}%").parse().unwrap_or_else(|_| panic!("{pointer}: {text}"));
        let decimals = text.trim_end_matches("\u{a0}%").split_once('.').map_or(0, |(_, d)| d.len());
        let shown = if unit == "percent" { number / 100.0 } else { number };
        let rounding = 0.5 * 10f64.powi(-(decimals as i32)) / if unit == "percent" { 100.0 } else { 1.0 };
        assert!((shown - value).abs() <= rounding * 1.000_001, "{pointer}: page {text}, json {value}");
    }

    // The figures are those of the results, counted anew.
    let rows = results(&out);
    let rated: Vec<&Value> = rows.iter().filter(|row| !row["truth"]["rating"].is_null()).collect();
    let right = rated.iter().filter(|row| match row["truth"]["rating"].as_u64() {
        Some(level) => row["rating"]["value"] == level,
        None => row["rating"]["value"].is_null(),
    });
    let share = &json["accuracy"]["rating"]["all"];
    assert_eq!((&share["n"], &share["count"]), (&rated.len().into(), &right.count().into()));
    assert_eq!(json["counts"]["results"], rows.len());
    assert_eq!(json["counts"]["refused"], 2);
    assert_eq!(json["latency"]["n"], rows.len());
    let confused: u64 = json["confusion"]["rating"]["counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|r| r.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(confused, rated.len() as u64);
    let told = json["disagreements"].as_array().unwrap();
    assert!(told.iter().any(|d| d["file"] == "angry-en.wav"), "a wrong truth stands out: {told:?}");
    assert_eq!(html.matches("<audio ").count(), told.len());
    // The page's own "<b>not found</b>" is markup; the file's name "<b>no&such.wav" must not be.
    assert!(!html.contains("<script") && !html.contains("<b>no&"), "names are not markup");
    assert!(html.contains("&lt;b&gt;no&amp;such.wav"), "the name is there, escaped");

    let Some(chromium) = browser::chromium() else {
        eprintln!("SKIPPED: Chromium is not installed (scripts/setup --test installs it)");
        return;
    };
    for width in [390, 1280] {
        let visit = browser::visit(chromium, &out.join("report/index.html"), width, 900, &place.out("page.png"));
        assert!(visit.console.is_empty(), "{:?}", visit.console);
        assert!(visit.requests.is_empty(), "{:?}", visit.requests);
    }
}

#[test]
fn without_truth_the_report_leaves_accuracy_out_and_says_so() {
    let place = Place::new();
    place.answers(&["contradictory-zh"]);
    place.key("a.wav", 5);
    let out = place.out("out");
    let output = evaluate(&place.input(), &out, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let json: Value = serde_json::from_slice(&fs::read(out.join("report/report.json")).unwrap()).unwrap();
    assert_eq!(json["accuracy"], serde_json::json!({}));
    assert_eq!(json["counts"]["with_truth"], 0);
    let html = fs::read_to_string(out.join("report/index.html")).unwrap();
    assert!(html.contains("came without truth") && !html.contains("Confusions"), "it says so");
    assert!(json["disagreements"].as_array().unwrap().iter().all(|d| d["against_truth"] == false));
    assert!(Path::new(&out.join("timings.jsonl")).exists());
}
