//! The demo's page opens in a real browser without a console message and without asking the network for anything.
#![cfg(feature = "whisper")]

mod support;

use support::{browser, program};

#[test]
fn a_page_that_does_either_would_be_caught() {
    let Some(chromium) = browser::chromium() else {
        eprintln!("skipped: Chromium is not installed (scripts/setup --test installs it)");
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
fn the_demo_renders_every_call_and_a_quiet_page() {
    let folder = tempfile::tempdir().unwrap();
    let output = program::codetta().args(["demo", "--format", "json", "--out"]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", program::stderr(&output));
    let calls = program::records(&output);
    assert!(calls.len() >= 8, "{} calls", calls.len());
    for call in &calls {
        let wav = call["wav"].as_str().unwrap();
        assert!(std::path::Path::new(wav).is_file(), "{wav} was not written");
        // What the call is there to show is what the real recogniser and judge make of it.
        assert_eq!(call["decision"]["action"], call["expected"]["action"], "{call}");
    }
    let Some(chromium) = browser::chromium() else {
        eprintln!("skipped: Chromium is not installed (scripts/setup --test installs it)");
        return;
    };
    let page = folder.path().join("index.html");
    for width in [390, 1280] {
        let visit = browser::visit(chromium, &page, width, 900, &folder.path().join("page.png"));
        assert!(visit.console.is_empty(), "{:?}", visit.console);
        assert!(visit.requests.is_empty(), "{:?}", visit.requests);
    }
}
