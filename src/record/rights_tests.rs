//! What customers may ask for, and what is left behind: nothing that was to go, and the proof of the rest.

use crate::hear::RatingPosterior;
use crate::judge::{Consent, Evidence, Policy, RatingEvidence, RatingSource, decide};
use crate::record::{
    Appended, CallRecord, Class, Customer, FactsFilter, Key, Ledger, NewTask, SentimentSummary, WordFound,
};
use crate::sentiment::SentimentLabel;
use crate::voice::VoiceEmotion;
use crate::{Language, Rating};

const START: i64 = 1_780_000_000_000;

fn clock() -> i64 {
    START
}

fn ledger() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::init(&folder.path().join("ledger"), &Key::generate().unwrap(), "t", clock).unwrap();
    (folder, ledger)
}

/// A call with all that hangs on a consent: rated best in an angry voice.
fn record(call: &str) -> CallRecord {
    let rating = Rating::from_index(4);
    let posterior = RatingPosterior::certain(rating);
    let voice = VoiceEmotion { angry: 0.97, negative: 0.97, confidence: 1.0, ..VoiceEmotion::UNTOLD };
    let evidence = Evidence {
        rating: Some(RatingEvidence { posterior, source: RatingSource::Keypad, raw_key: Some(5) }),
        voice: Some(voice),
        ..Evidence::silence(Language::En)
    };
    let mut record = CallRecord::new(call, START, Language::En);
    record.customer = Some(Customer { id: "c".into(), name: Some("n".into()), phone: None });
    record.rating = Some(rating);
    (record.posterior, record.voice) = (Some(posterior), Some(voice));
    record.decision = Some(decide(&evidence, &Policy::default()));
    record.sentiment = Some(SentimentSummary { score: -0.5, label: SentimentLabel::Negative });
    record.transcript = Some("he was late, call me back".into());
    record.words = vec![WordFound { word: "late".into(), category: "timeliness".into(), positive: false }];
    record.needs = vec!["request".into()];
    record.audio = Some(vec![1, 2, 3]);
    record
}

fn sound(ledger: &Ledger) {
    assert_eq!(ledger.verify(None).unwrap().problems, Vec::<String>::new());
}

fn facts(ledger: &Ledger) -> Vec<crate::record::Facts> {
    let mut all = Vec::new();
    ledger.facts(&FactsFilter::default(), |facts| all.push(facts)).unwrap();
    all
}

fn audit(ledger: &Ledger) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    let add = |row: &crate::record::AuditEntry| {
        rows.push((row.action.clone(), row.subject.clone(), row.detail.clone()));
        Ok(())
    };
    ledger.audit(1, add).unwrap();
    rows
}

#[test]
fn emotion_goes_from_decisions_and_tasks_as_well() {
    let (_folder, ledger) = ledger();
    ledger.append(&record("a")).unwrap();
    let task = NewTask {
        call: "a".into(),
        customer: Some(ledger.pseudonym("c")),
        rule: "strong anger".into(),
        reason: "voice angry with probability 0.97".into(),
        due: START,
        effect: "the customer was called back and is calm".into(),
    };
    ledger.raise(&[task]).unwrap();
    ledger.withdraw("c", false, true).unwrap();
    let stored = ledger.open_call("a").unwrap().record;
    let decision = stored.decision.clone().unwrap();
    let codes: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["rating.keyed", "consent.removed"]);
    assert_eq!(decision.satisfaction, [0.0, 0.0, 0.0, 0.0, 1.0]);
    assert!(stored.transcript.is_some() && !stored.needs.is_empty(), "these hang on the other consent");
    let export = serde_json::to_string(&ledger.export("c").unwrap()).unwrap().to_lowercase();
    for trace in ["angry", "anger", "voice.", "negative", "contradict"] {
        assert!(!export.contains(trace), "{trace} in {export}");
    }
    sound(&ledger);
    // The same call again brings nothing back, nor does another one.
    assert_eq!(ledger.append(&record("a")).unwrap(), Appended::Already(1));
    ledger.append(&record("b")).unwrap();
    assert_eq!(ledger.open_call("b").unwrap().record.decision.unwrap().reasons.len(), 2);
    sound(&ledger);
}

#[test]
fn a_band_that_words_and_voice_told_goes_with_them() {
    let (_folder, ledger) = ledger();
    let mut felt = record("a");
    (felt.rating, felt.posterior) = (None, None);
    let decision = felt.decision.as_mut().unwrap();
    (decision.rating, decision.band) = (None, Some(crate::judge::Band::Low));
    ledger.append(&felt).unwrap();
    assert_eq!(facts(&ledger)[0].band.as_deref(), Some("low"));
    ledger.withdraw("c", false, true).unwrap();
    assert_eq!(facts(&ledger)[0].band, None);
    sound(&ledger);
}

#[test]
fn each_consent_can_be_taken_back_by_itself_and_all_of_it_stays_provable() {
    for both in [false, true] {
        let (_folder, ledger) = ledger();
        ledger.append(&record("a")).unwrap();
        let other = Customer { id: "d".into(), name: None, phone: None };
        ledger.append(&CallRecord { customer: Some(other), ..record("other") }).unwrap();
        // Transcript, audio, and the record itself.
        assert_eq!(ledger.withdraw("c", true, both).unwrap(), 3);
        let stored = ledger.open_call("a").unwrap().record;
        assert_eq!((&stored.transcript, &stored.audio), (&None, &None));
        assert!(stored.words.is_empty() && stored.needs.is_empty() && !stored.consent.recording);
        assert_eq!((&facts(&ledger)[0].words, &facts(&ledger)[0].needs), (&None, &None));
        assert_eq!(stored.voice.is_some(), !both);
        sound(&ledger);
        assert_eq!(ledger.withdraw("c", false, true).unwrap(), u64::from(!both), "once is enough");
        let stored = ledger.open_call("a").unwrap().record;
        assert_eq!((stored.voice, stored.consent), (None, Consent { recording: false, emotion: false }));
        sound(&ledger);
        assert_eq!(ledger.append(&record("a")).unwrap(), Appended::Already(1));
        assert_eq!(ledger.open_call("other").unwrap().record.transcript, record("other").transcript);
        // What was replaced is purged and erased as anything else.
        ledger.erase("c").unwrap();
        sound(&ledger);
        let late = || START + 10 * 86_400_000;
        let ledger = Ledger { clock: late, ..ledger };
        ledger.set_retention(Class::Record, Some(1)).unwrap();
        ledger.purge().unwrap();
        assert!(facts(&ledger).is_empty());
        sound(&ledger);
    }
}

/// A ledger in which the mark was set and words stayed, as they once did.
#[test]
fn a_later_withdrawal_reaches_what_an_earlier_one_left() {
    let (_folder, ledger) = ledger();
    ledger.append(&record("a")).unwrap();
    ledger.set_customer(&ledger.pseudonym("c"), "recording", false).unwrap();
    ledger.withdraw("c", false, true).unwrap();
    let stored = ledger.open_call("a").unwrap().record;
    assert!(stored.transcript.is_none() && stored.needs.is_empty());
    assert_eq!(ledger.append(&record("a")).unwrap(), Appended::Already(1));
    sound(&ledger);
}

#[test]
fn a_record_whose_replacement_was_altered_is_named() {
    let (_folder, ledger) = ledger();
    ledger.append(&record("a")).unwrap();
    ledger.withdraw("c", true, false).unwrap();
    ledger.withdraw("c", false, true).unwrap();
    ledger.db.execute_batch("UPDATE calls SET words = '[]' WHERE seq = 1").unwrap();
    let problems = ledger.verify(None).unwrap().problems;
    assert!(problems.iter().any(|problem| problem.contains("its facts was altered")), "{problems:?}");
}

#[test]
fn a_withdrawal_is_noted_also_where_nothing_was_stored() {
    let (_folder, ledger) = ledger();
    assert_eq!(ledger.withdraw("nobody yet", true, true).unwrap(), 0);
    let noted = ("withdraw".to_owned(), "customer".to_owned(), "recording,emotion".to_owned());
    assert!(audit(&ledger).contains(&noted), "{:?}", audit(&ledger));
    sound(&ledger);
}

#[test]
fn an_erasure_is_no_leave_to_call_or_to_record_again() {
    let (_folder, ledger) = ledger();
    for (customer, call) in [("c", "a"), ("d", "b"), ("e", "f")] {
        let customer = Some(Customer { id: customer.into(), name: None, phone: None });
        ledger.append(&CallRecord { customer, ..record(call) }).unwrap();
    }
    ledger.do_not_call("c", true).unwrap();
    ledger.withdraw("d", true, false).unwrap();
    for customer in ["c", "d", "e"] {
        ledger.erase(customer).unwrap();
    }
    assert!(ledger.is_do_not_call("c").unwrap());
    let export = ledger.export("d").unwrap();
    assert_eq!((export.calls.len(), export.recording, export.emotion), (0, false, true));
    assert!(ledger.export("e").is_err(), "of whom nothing was forbidden, nothing is kept");
    ledger
        .append(&CallRecord { customer: Some(Customer { id: "d".into(), name: None, phone: None }), ..record("g") })
        .unwrap();
    assert_eq!(ledger.open_call("g").unwrap().record.transcript, None);
    sound(&ledger);
}

#[test]
fn nothing_says_whose_a_call_of_an_erased_customer_was() {
    let (_folder, ledger) = ledger();
    ledger.append(&CallRecord { no_calls: true, ..record("a") }).unwrap();
    ledger.do_not_call("c", true).unwrap();
    ledger.export("c").unwrap();
    let known = facts(&ledger).remove(0);
    ledger.erase("c").unwrap();
    let pseudonym = ledger.pseudonym("c");
    for row in audit(&ledger) {
        assert!(!row.1.contains(&pseudonym) && !row.2.contains(&pseudonym), "{row:?}");
    }
    // Whoever knows the customer and the ledger's own key cannot try whose the tie was.
    let tie: [u8; 32] = ledger
        .db
        .query_row("SELECT hash FROM tombstone WHERE seq = 1 AND class = 'link'", [], |row| row.get(0))
        .unwrap();
    assert_ne!(Some(tie), known.link(1, &[]));
    let salts: i64 =
        ledger.db.query_row("SELECT count(*) FROM calls WHERE link IS NOT NULL", [], |r| r.get(0)).unwrap();
    assert_eq!(salts, 0);
    sound(&ledger);
}

#[test]
fn an_import_goes_on_past_a_call_whose_customer_was_erased_and_brings_nothing_back() {
    let (_folder, ledger) = ledger();
    let other = CallRecord { customer: None, ..record("b") };
    ledger.append(&record("a")).unwrap();
    ledger.erase("c").unwrap();
    let imported = ledger.import([Ok(record("a")), Ok(other.clone())]).unwrap();
    assert_eq!((imported.new, imported.already), (1, 1));
    assert_eq!(ledger.append(&record("a")).unwrap(), Appended::Already(1));
    let opened = ledger.open_call("a").unwrap().record;
    assert_eq!((opened.transcript, opened.customer), (None, None));
    let keys: i64 = ledger.store.connection().query_row("SELECT count(*) FROM keys", [], |row| row.get(0)).unwrap();
    assert_eq!(keys, 1, "none was made again for the erased customer");
    // A name that belongs to another call is refused as ever.
    assert!(ledger.append(&CallRecord { at_unix_ms: START + 1, ..record("a") }).is_err());
    sound(&ledger);
}

#[test]
fn a_zero_with_a_minus_is_stored_and_verified() {
    let (_folder, ledger) = ledger();
    let mut zero = record("a");
    zero.sentiment = Some(SentimentSummary { score: -0.0, label: SentimentLabel::Neutral });
    ledger.append(&zero).unwrap();
    assert_eq!(ledger.append(&zero).unwrap(), Appended::Already(1));
    sound(&ledger);
}
