//! Tampering by somebody who holds the database's key: each change is found and named.

use crate::record::{CallRecord, Class, Customer, Key, Ledger};
use crate::{ErrorKind, Language};

fn clock() -> i64 {
    1_780_000_000_000
}

fn with_calls() -> (tempfile::TempDir, Key, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::generate().unwrap();
    let ledger = Ledger::init(&folder.path().join("ledger"), &key, "t", clock).unwrap();
    for number in 0..20i64 {
        let mut record = CallRecord::new(format!("call-{number}"), clock() - number * 86_400_000, Language::En);
        record.customer = Some(Customer { id: format!("c{}", number % 3), name: None, phone: None });
        record.transcript = Some(format!("words {number}"));
        ledger.append(&record).unwrap();
    }
    ledger.set_retention(Class::Transcript, Some(10)).unwrap();
    ledger.purge().unwrap();
    ledger.erase("c2").unwrap();
    assert_eq!(ledger.verify(None).unwrap().problems, Vec::<String>::new());
    (folder, key, ledger)
}

#[test]
fn every_altered_or_removed_row_is_named() {
    let unlock = "DROP TRIGGER audit_is_append_only_1; DROP TRIGGER audit_is_append_only_2;";
    for (tampering, expected) in [
        ("UPDATE calls SET rating = 5 WHERE seq = 4", "record 4 (call call-3): its facts was altered"),
        ("DELETE FROM calls WHERE seq = 4", "record 4: its facts was removed"),
        ("UPDATE calls SET customer = NULL, link = NULL WHERE seq = 2", "record 2 (call call-1): its link was removed"),
        ("UPDATE calls SET superseded = 1 WHERE seq = 4", "record 4: was hidden"),
        ("UPDATE content SET sealed = x'00' WHERE seq = 2 AND class = 'transcript'", "its transcript was altered"),
        ("DELETE FROM content WHERE seq = 2 AND class = 'transcript'", "its transcript was removed"),
        ("INSERT INTO calls SELECT 99, 'new', 1, superseded, at, customer, channel, language, scale, brand, queue, agent,
          product, raw_key, rating, response, source, score, label, angry, negative, action, band, outcome, transfer,
          mood, tone, outro, experiment, arm, total_ms, recording, emotion, policy, sub_scores, words, needs, hash, link
          FROM calls WHERE seq = 4", "record 99: was added without an audit row"),
        ("INSERT INTO tombstone VALUES (4, 'facts', zeroblob(32), 1); DELETE FROM calls WHERE seq = 4", "tombstone"),
        ("DELETE FROM tombstone WHERE class = 'link'", "tombstones were altered"),
        ("UPDATE audit SET who = 'somebody else' WHERE seq = 5", "audit row 5: altered"),
        ("DELETE FROM audit WHERE seq = 5", "audit row 5: removed"),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", "rolled back"),
    ] {
        let (_folder, _key, ledger) = with_calls();
        ledger.db.execute_batch(&format!("{unlock} {tampering}")).unwrap();
        let found = ledger.verify(None).unwrap();
        assert!(found.problems.iter().any(|problem| problem.contains(expected)), "{tampering}: {found:?}");
    }
}

#[test]
fn the_audit_cannot_be_changed_by_mistake() {
    let (_folder, _key, ledger) = with_calls();
    for statement in ["UPDATE audit SET who = 'x'", "DELETE FROM audit"] {
        let error = ledger.db.execute_batch(statement).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[test]
fn sealed_content_does_not_open_in_another_place() {
    let (_folder, _key, ledger) = with_calls();
    // The first and the fourth call are one customer's: the same key seals both.
    let swap = "UPDATE content SET sealed = (SELECT sealed FROM content WHERE seq = 4 AND class = 'transcript')
                WHERE seq = 1 AND class = 'transcript'";
    ledger.db.execute_batch(swap).unwrap();
    assert_eq!(ledger.open_call("call-0").unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(ledger.open_call("call-3").unwrap().record.transcript.as_deref(), Some("words 3"));
}

#[test]
fn a_customer_key_that_vanished_without_an_erasure_is_named() {
    let (_folder, _key, ledger) = with_calls();
    ledger.store.connection().execute_batch("DELETE FROM keys").unwrap();
    let found = ledger.verify(None).unwrap();
    assert!(found.problems.iter().any(|p| p.contains("customers were removed")), "{found:?}");
    // A key store from before the erasure.
    ledger.store.connection().execute_batch("DELETE FROM erased").unwrap();
    let found = ledger.verify(None).unwrap();
    assert!(found.problems.iter().any(|p| p.contains("keys.db: rolled back")), "{found:?}");
}

#[test]
fn a_locked_database_is_said_and_nothing_is_half_written() {
    let (folder, key, ledger) = with_calls();
    let other = Ledger::open(&folder.path().join("ledger"), &key, "t", clock).unwrap();
    other.db.execute_batch("BEGIN IMMEDIATE").unwrap();
    ledger.db.busy_timeout(std::time::Duration::ZERO).unwrap();
    let record = CallRecord::new("late", clock(), Language::En);
    let error = ledger.append(&record).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("locked"), "{error}");
    other.db.execute_batch("ROLLBACK").unwrap();
    ledger.append(&record).unwrap();
    assert!(ledger.verify(None).unwrap().problems.is_empty());
    // Exchanging all files needs the ledger alone.
    let error = Ledger::rekey(&folder.path().join("ledger"), &key, &key, None, "t", clock).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}
