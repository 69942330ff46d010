//! Records replay to the same bytes, or say what differs.

use codetta::ErrorKind;
use codetta::hear::{Intents, RatingPosterior};
use codetta::judge::{DecisionRecord, Evidence, Policy, RatingEvidence, RatingSource, Replayed, replay};
use codetta::sentiment::{SentimentLabel, TextSentiment};
use codetta::units::Language;
use proptest::prelude::*;

fn record() -> DecisionRecord {
    let posterior = RatingPosterior { levels: [0.01, 0.02, 0.03, 0.04, 0.87], none: 0.03 };
    let levels = [0.1, 0.2, 0.3, 0.2, 0.2];
    let evidence = Evidence {
        rating: Some(RatingEvidence { posterior, source: RatingSource::Speech, raw_key: None }),
        text: Some(TextSentiment { levels, score: 0.1, label: SentimentLabel::Neutral, confidence: 0.7 }),
        speech_s: 1.3,
        ..Evidence::silence(Language::Zh)
    };
    DecisionRecord::of(evidence, &Policy::default(), [("asr".to_owned(), "ab".to_owned())].into())
}

#[test]
fn an_untouched_record_is_identical_with_and_without_a_line_end() {
    let json = record().to_json();
    for text in [json.clone(), format!("{json}\n"), format!("{json}\r\n")] {
        assert!(matches!(replay(&text, "r").unwrap(), Replayed::Identical(_)));
    }
}

/// The bytes themselves are pinned: a change of formula, rounding or wording must be seen and meant.
#[test]
fn the_bytes_of_a_known_record_are_these() {
    let golden = include_str!("golden/decision.json");
    assert_eq!(record().to_json(), golden.trim_end());
    assert!(matches!(replay(golden, "golden").unwrap(), Replayed::Identical(_)));
}

#[test]
fn another_layout_is_told_apart_from_another_value() {
    let pretty = serde_json::to_string_pretty(&record()).unwrap();
    assert!(matches!(replay(&pretty, "r").unwrap(), Replayed::Reformatted(_)));
}

#[test]
fn every_tampered_value_is_found_by_its_path() {
    let json = record().to_json();
    for (old, new, path) in [
        (r#""decision":{"action":"outro""#, r#""decision":{"action":"transfer""#, "decision.action"),
        (r#""accept":0.8,"confirm""#, r#""accept":0.9,"confirm""#, "decision.action"),
        (r#""speech_s":1.3"#, r#""speech_s":1.3,"more":1"#, "evidence.more"),
        (r#""name":"default""#, r#""name":"other""#, "decision.policy_hash"),
    ] {
        let tampered = json.replacen(old, new, 1);
        assert_ne!(tampered, json, "{old}");
        match replay(&tampered, "r").unwrap() {
            Replayed::Differs(found) => {
                assert!(found.iter().any(|d| d.path == path), "{path} not in {found:?}");
            }
            other => panic!("{old} → {new}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_record_is_said_to_be_none() {
    for (text, kind) in [
        ("", ErrorKind::Corrupt),
        ("{}", ErrorKind::Corrupt),
        ("[1, 2", ErrorKind::Corrupt),
        (&record().to_json().replacen("\"version\":1", "\"version\":9", 1), ErrorKind::Unsupported),
        (&record().to_json().replacen("\"human\":0.5", "\"human\":0.9", 1), ErrorKind::Usage),
        (&" ".repeat(2 << 20), ErrorKind::Limit),
    ] {
        let error = replay(text, "calls.jsonl:3").unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.subject(), "calls.jsonl:3");
    }
}

proptest! {
    /// Also with numbers that JSON cannot hold.
    #[test]
    fn any_evidence_records_and_replays(
        levels in prop::array::uniform5(prop::num::f32::ANY),
        others in prop::array::uniform5(prop::num::f32::ANY),
        asked_back in 0u8..5,
    ) {
        let [none, human, repeat, later, confidence] = others;
        let evidence = Evidence {
            rating: Some(RatingEvidence {
                posterior: RatingPosterior { levels, none }, source: RatingSource::Speech, raw_key: None,
            }),
            intents: Intents { human, repeat, later, no_calls: later, wrong_number: repeat },
            text: Some(TextSentiment { levels, score: none, label: SentimentLabel::Neutral, confidence }),
            asked_back,
            ..Evidence::silence(Language::En)
        };
        let json = DecisionRecord::of(evidence, &Policy::default(), [].into()).to_json();
        prop_assert!(matches!(replay(&json, "r"), Ok(Replayed::Identical(_))), "{}", json);
    }

    #[test]
    fn noise_never_panics(text in ".{0,400}") {
        let _ = replay(&text, "r");
        let _ = Policy::parse(&text, "p");
    }
}
