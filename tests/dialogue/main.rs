//! Whole calls by the sample clock: scripted ones, and any order of events.

mod properties;
mod script;
mod wiring;
mod world;

use std::collections::BTreeSet;

use codetta::dialogue::{CallSettings, Command, Outcome};
use codetta::judge::{Consent, DecisionRecord, Policy, Replayed, replay};
use codetta::units::{Language, Scale};

use script::{Script, Scripts};

/// Every row of the policy table; each must be shown in both languages.
const ROWS: [&str; 46] = [
    "band.low",
    "band.middle",
    "band.best",
    "heard.speech",
    "heard.key",
    "scale.reversed",
    "scale.long",
    "human.asked",
    "human.key",
    "human.words",
    "human.over_rating",
    "human.late",
    "anger",
    "anger.against_rating",
    "anger.persists",
    "anger.untrusted",
    "unhappy.unrated",
    "unhappy.middle",
    "contradiction.high",
    "contradiction.low",
    "contradiction.key",
    "rating.unsure",
    "rating.unclear",
    "rating.none",
    "keys.invalid",
    "silence",
    "keypad",
    "limit.no_response",
    "limit.transfer",
    "limit.inferred",
    "later",
    "no_calls",
    "wrong_number",
    "repeat",
    "read_back.affirmed",
    "read_back.repeated",
    "read_back.corrected",
    "read_back.denied",
    "read_back.unanswered",
    "correction.key",
    "correction.speech",
    "consent",
    "barge_in",
    "hang_up",
    "transfer.unreachable",
    "both_at_once",
];

fn scripts() -> Vec<Script> {
    toml::from_str::<Scripts>(include_str!("calls.toml")).expect("calls.toml").call
}

fn settings(script: &Script, language: Language) -> CallSettings {
    let scale = script.scale.as_ref().map_or(Scale::default(), |scale| scale.parse().expect("scale"));
    let consent = Consent { recording: true, emotion: !script.rating_only };
    CallSettings { language, scale, consent, clock: world::CLOCK, ..CallSettings::default() }
}

#[test]
fn there_are_enough_calls_and_they_cover_every_row() {
    let scripts = scripts();
    assert!(scripts.len() >= 40, "{}", scripts.len());
    let names: BTreeSet<&str> = scripts.iter().map(|script| script.name.as_str()).collect();
    assert_eq!(names.len(), scripts.len(), "every call has a name of its own");
    let shown: BTreeSet<&str> = scripts.iter().flat_map(|s| s.rows.iter().map(String::as_str)).collect();
    assert_eq!(shown, BTreeSet::from(ROWS), "rows shown and rows of the table");
}

/// What differs between a run and what its script expects.
fn differences(script: &Script, run: &world::Run) -> Vec<String> {
    let expect = &script.expect;
    let mut found = Vec::new();
    let mut same = |what: &str, left: String, right: String| {
        if left != right {
            found.push(format!("{what}: got {left}, expected {right}"));
        }
    };
    let heaviest: Vec<&String> = run.report.turns.iter().map(|turn| &turn.decision.reasons[0].code).collect();
    let callback = run.commands.iter().find_map(|(_, command)| match command {
        Command::StoreCallback(reason) => Some(json_name(reason)),
        _ => None,
    });
    same("over", run.over.to_string(), true.to_string());
    same("prompts", format!("{:?}", run.prompts()), format!("{:?}", expect.prompts));
    same("music", format!("{:?}", run.music()), format!("{:?}", expect.music));
    same("outcome", json_name(&run.report.outcome), expect.outcome.clone());
    same("rating", format!("{:?}", run.report.rating.map(|r| r.value())), format!("{:?}", expect.rating));
    same("raw key", format!("{:?}", run.report.raw_key), format!("{:?}", expect.raw_key));
    same("reasons", format!("{heaviest:?}"), format!("{:?}", expect.reasons));
    same("callback", format!("{callback:?}"), format!("{:?}", expect.callback));
    same("no calls", run.report.no_calls.to_string(), expect.no_calls.to_string());
    same("hung up", run.report.hung_up.to_string(), expect.hung_up.to_string());
    found
}

fn json_name(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap().replace(['"', '{', '}'], "")
}

#[test]
fn every_scripted_call_goes_as_written_in_both_languages() {
    let mut wrong = Vec::new();
    for script in scripts() {
        for language in [Language::Zh, Language::En] {
            let policy = Policy::parse(&script.policy, &script.name).expect("policy");
            let run = world::run(&script, settings(&script, language), &policy);
            let found = differences(&script, &run);
            if !found.is_empty() {
                wrong.push(format!("{} ({language})\n  {}", script.name, found.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_call_is_deterministic_and_each_of_its_decisions_replays_to_the_same_bytes() {
    for script in scripts() {
        let settings = settings(&script, Language::Zh);
        let policy = Policy::parse(&script.policy, &script.name).expect("policy");
        let (first, second) = (world::run(&script, settings, &policy), world::run(&script, settings, &policy));
        assert_eq!(first.log(), second.log());
        for turn in first.report.turns {
            let record = DecisionRecord {
                version: 1,
                evidence: turn.evidence,
                policy: policy.rules().clone(),
                models: [("asr".to_owned(), "00ff".to_owned())].into(),
                decision: turn.decision,
            };
            let replayed = replay(&record.to_json(), "record").unwrap();
            assert!(matches!(replayed, Replayed::Identical(_)), "{}: {replayed:?}", script.name);
        }
    }
}

#[test]
fn a_report_is_stored_before_any_ending_sounds() {
    for script in scripts() {
        let run = world::run(&script, settings(&script, Language::En), &Policy::parse(&script.policy, "").unwrap());
        let mut stored = Outcome::Open;
        for (_, command) in &run.commands {
            match command {
                Command::Store(report) => stored = report.outcome,
                Command::StartOutro(_) => assert_ne!(stored, Outcome::Open, "{}", script.name),
                Command::RequestTransfer(_) => assert_eq!(stored, Outcome::TransferRequested, "{}", script.name),
                _ => {}
            }
        }
        assert_eq!(stored, run.report.outcome, "{}: the last report is the final one", script.name);
    }
}
