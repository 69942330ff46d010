//! The demo, as a user runs it: every sample call ends as it should, every ending is mixed as it should be, and the
//! page opens in a real browser without a console message and without asking the network for anything.
#![cfg(feature = "whisper")]

mod support;

use std::path::Path;

use support::{browser, meter, program};

#[test]
fn a_page_that_writes_to_the_console_or_calls_home_would_be_caught() {
    let Some(chromium) = browser::chromium() else {
        eprintln!("SKIPPED: Chromium is not installed (scripts/setup --test installs it)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("bad.html");
    std::fs::write(&page, "<img src=\"http://127.0.0.1:9/x.png\"><script>console.error('boo')</script>").unwrap();
    let visit = browser::visit(chromium, &page, 800, 600, &folder.path().join("bad.png"));
    assert!(visit.console.iter().any(|line| line.contains("boo")), "{visit:?}");
    assert!(visit.requests.iter().any(|url| url.contains("127.0.0.1:9")), "{visit:?}");
}

#[test]
fn every_sample_call_ends_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let output = program::codetta().args(["demo", "--format", "json", "--out"]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", program::stderr(&output));
    let calls = program::records(&output);
    assert!(calls.len() >= 8, "{} calls", calls.len());
    let wrong: Vec<String> = calls
        .iter()
        .filter(|call| call["decision"]["action"] != call["expected"]["action"])
        .map(|call| format!("{}: {} instead of {}", call["call"], call["decision"], call["expected"]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for call in &calls {
        ending_is_well_mixed(call);
    }
    page_is_quiet(&folder.path().join("index.html"));
}

/// Level in mid-fade within ±0.5 dB of equal power, true peak at most −1 dBTP, and what follows the fade as loud as
/// what came before it, within 1 LU.
fn ending_is_well_mixed(call: &serde_json::Value) {
    let name = &call["call"];
    let wav = Path::new(call["wav"].as_str().unwrap());
    let fade = &call["fade"];
    let deviation = fade["mid_deviation_db"].as_f64().unwrap();
    assert!(deviation.abs() <= 0.5, "{name}: mid-fade is {deviation} dB from equal power");
    if !meter::ffmpeg_is_installed() {
        eprintln!("SKIPPED: ffmpeg is not installed (scripts/setup --test installs it)");
        return;
    }
    let before = meter::ebur128(wav, 0.0, fade["start_s"].as_f64().unwrap());
    let after = meter::ebur128(wav, fade["end_s"].as_f64().unwrap(), 600.0);
    let step = after.integrated_lufs - before.integrated_lufs;
    assert!(step.abs() <= 1.0, "{name}: {before:?} then {after:?}, a step of {step} LU");
    let whole = meter::ebur128(wav, 0.0, 600.0);
    assert!(whole.true_peak_dbtp <= -1.0, "{name}: {whole:?}");
}

fn page_is_quiet(page: &Path) {
    let bytes = std::fs::metadata(page).unwrap().len();
    assert!(bytes < 18 << 20, "{bytes} bytes are too many to send");
    let Some(chromium) = browser::chromium() else {
        eprintln!("SKIPPED: Chromium is not installed (scripts/setup --test installs it)");
        return;
    };
    for width in [390, 1280] {
        let visit = browser::visit(chromium, page, width, 900, &page.with_extension("png"));
        assert!(visit.console.is_empty(), "{:?}", visit.console);
        assert!(visit.requests.is_empty(), "{:?}", visit.requests);
    }
}
