//! `codetta rate --records`, then `codetta replay`: what was decided can be decided again, bytes and all.
#![cfg(feature = "whisper")]

mod support;

use support::program;

#[test]
fn a_recorded_decision_replays_and_names_policy_and_models() {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("records");
    let rate = |call: &str| {
        let file = format!("{}/audio/calls/{call}.wav", env!("CARGO_MANIFEST_DIR"));
        let output =
            program::codetta().args(["rate", &file, "--format", "json", "--records"]).arg(&records).output().unwrap();
        assert!(output.status.success(), "{}", program::stderr(&output));
        program::records(&output).remove(0)
    };
    let printed = rate("keyed-zh");
    rate("keyed-zh");
    rate("lukewarm-zh");
    // A second run leaves what the first recorded.
    let paths = ["keyed-zh.json", "keyed-zh-2.json", "lukewarm-zh.json"].map(|name| records.join(name));
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        let models = record["models"].as_object().unwrap();
        let hashes = models.values().all(|hash| hash.as_str().is_some_and(|hash| hash.len() == 64));
        assert!(models.len() >= 8 && hashes, "{models:?}");
        for language in ["zh", "en"] {
            assert!(models.contains_key(&format!("speller-{language}.safetensors")), "{models:?}");
        }
        let default = codetta::judge::Policy::default();
        assert_eq!(record["decision"]["policy_hash"], default.hash());
    }
    let first: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&paths[0]).unwrap()).unwrap();
    assert_eq!(first["decision"], printed["decision"]);

    let replayed = program::codetta().args(["replay", "--format", "json"]).args(&paths).output().unwrap();
    assert!(replayed.status.success(), "{}", program::stderr(&replayed));
    let results = program::records(&replayed);
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result["result"] == "identical"), "{results:?}");
}
