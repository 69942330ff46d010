//! The ledger as its users meet it: nothing is lost, nothing is legible, nothing is changed without being told.
#![cfg(feature = "ledger")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use codetta::record::{
    Appended, CallRecord, Class, Customer, FactsFilter, Key, Ledger, Response, Role, SentimentSummary,
};
use codetta::sentiment::SentimentLabel;
use codetta::{ErrorKind, Language, Rating};

/// A phrase that stands nowhere else.
const MARKER: &str = "zq7xMARKERphrase师傅特别准时";
const START: i64 = 1_780_000_000_000;

fn clock() -> i64 {
    START
}

struct Place {
    folder: tempfile::TempDir,
    key: Key,
}

impl Place {
    fn new() -> (Self, Ledger) {
        let place = Self { folder: tempfile::tempdir().unwrap(), key: Key::generate().unwrap() };
        let ledger = Ledger::init(&place.path(), &place.key, "test", clock).unwrap();
        (place, ledger)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn open(&self) -> codetta::Result<Ledger> {
        Ledger::open(&self.path(), &self.key, "test", clock)
    }
}

fn record(number: usize) -> CallRecord {
    let mut record = CallRecord::new(format!("call-{number}"), START + number as i64, Language::Zh);
    record.customer = Some(Customer {
        id: format!("customer {MARKER} {}", number % 7),
        name: Some(format!("name {MARKER}")),
        phone: Some(format!("phone {MARKER}")),
    });
    record.transcript = Some(format!("transcript {MARKER} {number}"));
    record.rating = Some(Rating::from_index(number % 5));
    record.response = Response::Rated;
    record.agent = Some(format!("agent {}", number % 3));
    record.sentiment = Some(SentimentSummary { score: 0.5, label: SentimentLabel::Positive });
    record
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn who_wants_no_calls_is_marked_by_his_own_record() {
    let (_place, ledger) = Place::new();
    let customer = record(1).customer.expect("has a customer").id;
    ledger.append(&record(1)).unwrap();
    assert!(!ledger.is_do_not_call(&customer).unwrap());
    let wished = CallRecord { no_calls: true, ..record(2) };
    let other = wished.customer.as_ref().map(|customer| customer.id.clone()).unwrap();
    ledger.append(&wished).unwrap();
    assert!(ledger.is_do_not_call(&other).unwrap());
    assert_eq!(ledger.open_call("call-2").unwrap().record, wished);
    // Taken back by hand, it is not set again by storing the same once more.
    ledger.do_not_call(&other, false).unwrap();
    assert_eq!(ledger.append(&wished).unwrap(), Appended::Already(2));
    assert!(!ledger.is_do_not_call(&other).unwrap());
    assert!(ledger.verify(None).unwrap().problems.is_empty());
}

#[test]
fn what_is_stored_is_read_back_and_storing_it_again_changes_nothing() {
    let (place, ledger) = Place::new();
    assert_eq!(ledger.append(&record(1)).unwrap(), Appended::New(1));
    assert_eq!(ledger.append(&record(1)).unwrap(), Appended::Already(1));
    let mut later = record(1);
    later.transfer = Some(codetta::handoff::News::Answered);
    assert_eq!(ledger.append(&later).unwrap(), Appended::Revised(2));
    assert_eq!(ledger.open_call("call-1").unwrap().record, later);
    let mut other = record(1);
    other.at_unix_ms += 1;
    assert_eq!(ledger.append(&other).unwrap_err().kind(), ErrorKind::Usage, "a name is used for two calls");
    let mut count = 0;
    ledger.facts(&FactsFilter::default(), |_| count += 1).unwrap();
    assert_eq!(count, 1, "a revision stands for its call");
    drop(ledger);
    let found = place.open().unwrap().verify(None).unwrap();
    assert!(found.problems.is_empty(), "{found:?}");
}

/// Database, logs, temporary files, backups and key store, byte by byte.
#[test]
fn no_plaintext_stands_anywhere_on_the_disk() {
    let (place, ledger) = Place::new();
    let look = |when: &str| {
        for file in files(place.folder.path()) {
            let bytes = fs::read(&file).unwrap();
            for text in [MARKER, "agent 1", "call-1"] {
                assert!(!holds(&bytes, text.as_bytes()), "{text} in {} {when}", file.display());
            }
            let utf16: Vec<u8> = MARKER.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(!holds(&bytes, &utf16), "UTF-16 in {} {when}", file.display());
        }
    };
    for number in 0..50 {
        ledger.append(&record(number)).unwrap();
    }
    ledger.import((50..3_000).map(|number| Ok(record(number)))).unwrap();
    assert!(files(&place.path()).iter().any(|file| file.ends_with("ledger.db-wal")), "the log is looked at too");
    look("while open");
    ledger.backup(&place.folder.path().join("backup")).unwrap();
    ledger.backup_keys(&place.folder.path().join("keys")).unwrap();
    look("after a backup");
    ledger.erase(&format!("customer {MARKER} 3")).unwrap();
    drop(ledger);
    let next = Key::generate().unwrap();
    Ledger::rekey(&place.path(), &place.key, &next, None, "test", clock).unwrap();
    look("after a rekey");
    assert!(Ledger::open(&place.path(), &next, "test", clock).unwrap().verify(None).unwrap().problems.is_empty());
    // That the search can find something: the same text in the clear.
    assert!(holds(format!("x{MARKER}y").as_bytes(), MARKER.as_bytes()));
}

#[test]
fn the_log_never_holds_what_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let (key, ledger) = (folder.path().join("key"), folder.path().join("ledger"));
    Key::generate().unwrap().write_new(&key).unwrap();
    let line = format!("{}\n", serde_json::to_string(&record(1)).unwrap());
    fs::write(folder.path().join("calls.jsonl"), line.clone() + &line.replace("call-1", "call-2") + "{broken").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = support::program::codetta();
        command.env("CODETTA_LOG", "trace").env_remove("CODETTA_LEDGER_KEY").args(["ledger", "--ledger"]).arg(&ledger);
        command.arg("--key-file").arg(&key).args(arguments).output().unwrap()
    };
    assert!(run(&["init"]).status.success());
    let file = folder.path().join("calls.jsonl");
    let output = run(&["import", file.to_str().unwrap()]);
    let errors = support::program::stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("line 3"), "{errors}");
    let said = [errors, support::program::stdout(&output)].concat();
    assert!(!said.contains("MARKER"), "{said}");
}

fn alter(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

/// Each kind of tampering or mistake, and the words by which it is named.
#[test]
fn each_kind_of_tampering_is_detected_and_named() {
    let (place, ledger) = Place::new();
    ledger.import((0..200).map(|number| Ok(record(number)))).unwrap();
    let db = place.path().join("ledger.db");
    let problem = |error: codetta::Error, kind: ErrorKind, words: &str| {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };

    let other = Key::generate().unwrap();
    problem(Ledger::open(&place.path(), &other, "t", clock).err().unwrap(), ErrorKind::Permission, "wrong key");
    drop(ledger);

    // An altered page in the middle, and the first one.
    let sound = fs::read(&db).unwrap();
    alter(&db, sound.len() / 2);
    let found = place.open().unwrap().verify(None).unwrap();
    assert!(found.problems[0].contains("altered page"), "{found:?}");
    fs::write(&db, &sound).unwrap();
    alter(&db, 100);
    problem(place.open().err().unwrap(), ErrorKind::Corrupt, "page was altered");
    fs::write(&db, &sound).unwrap();
    assert!(place.open().unwrap().verify(None).unwrap().problems.is_empty());

    // A rolled-back file: the database of before.
    let before = fs::read(&db).unwrap();
    let ledger = place.open().unwrap();
    let kept = ledger.head().unwrap();
    ledger.append(&record(1_000)).unwrap();
    drop(ledger);
    let now = fs::read(&db).unwrap();
    fs::write(&db, &before).unwrap();
    problem(place.open().err().unwrap(), ErrorKind::Corrupt, "rolled back");
    fs::write(&db, &now).unwrap();
    // The whole folder rolled back: only a head that was kept elsewhere tells.
    let ledger = place.open().unwrap();
    assert!(ledger.verify(Some(kept)).unwrap().problems.is_empty());
    let mut ahead = ledger.head().unwrap();
    ahead.sequence += 100;
    let found = ledger.verify(Some(ahead)).unwrap();
    assert!(found.problems[0].contains("rolled back"), "{found:?}");
    let mut foreign = kept;
    foreign.hash[0] ^= 1;
    assert!(ledger.verify(Some(foreign)).unwrap().problems[0].contains("replaced or altered"));
    drop(ledger);

    // The anchor taken away.
    let head = fs::read(place.path().join("head")).unwrap();
    fs::remove_file(place.path().join("head")).unwrap();
    problem(place.open().err().unwrap(), ErrorKind::Corrupt, "anchor");
    fs::write(place.path().join("head"), head).unwrap();
    // The key store of another ledger, or altered.
    let keys = place.path().join("keys.db");
    alter(&keys, 5_000);
    let broken = place.open().and_then(|ledger| ledger.verify(None));
    let told = broken.map_or_else(|error| error.to_string(), |found| found.problems.join("\n"));
    assert!(told.contains("keys.db") && told.contains("page"), "{told}");
}

#[cfg(unix)]
#[test]
fn loose_permissions_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    Key::generate().unwrap().write_new(&file).unwrap();
    assert!(Key::read(&file).is_ok());
    for mode in [0o640, 0o604, 0o660, 0o644, 0o777] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let error = Key::read(&file).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Permission);
        assert!(error.to_string().contains(&format!("{mode:04o}")), "{error}");
    }
    assert!(Key::generate().unwrap().write_new(&file).is_err(), "a key is never overwritten");
    let (place, ledger) = Place::new();
    drop(ledger);
    for file in files(&place.path()) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert!(mode & 0o077 == 0 || file.ends_with("ring.json"), "{} has mode {mode:o}", file.display());
    }
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(place.open().err().unwrap().kind(), ErrorKind::Permission);
}

#[test]
fn each_role_opens_what_it_needs_and_no_more() {
    let (place, mut ledger) = Place::new();
    ledger.append(&record(1)).unwrap();
    let mut keys = Vec::new();
    for role in [Role::Agent, Role::Analyst, Role::Auditor] {
        let key = Key::generate().unwrap();
        ledger.issue(&place.key, role, &key).unwrap();
        keys.push((role, key));
    }
    drop(ledger);
    for (role, key) in &keys {
        let ledger = Ledger::open(&place.path(), key, "t", clock).unwrap();
        assert_eq!(ledger.role(), *role);
        let allowed = [
            ledger.append(&record(2)).is_ok(),
            ledger.open_call("call-1").is_ok(),
            ledger.facts(&FactsFilter::default(), |_| {}).is_ok(),
            ledger.tasks(None, None).is_ok(),
            ledger.verify(None).is_ok(),
            ledger.erase("nobody").is_ok(),
        ];
        let expected = match role {
            Role::Agent => [true, true, false, true, false, false],
            Role::Analyst => [false, false, true, true, false, false],
            _ => [false, false, false, false, true, false],
        };
        assert_eq!(allowed, expected, "{role}");
    }
    // A revoked key opens nothing; the others still do.
    let next = Key::generate().unwrap();
    Ledger::rekey(&place.path(), &place.key, &next, Some(Role::Agent), "t", clock).unwrap();
    let opens = |key: &Key| Ledger::open(&place.path(), key, "t", clock).is_ok();
    assert_eq!([opens(&keys[0].1), opens(&keys[1].1), opens(&place.key), opens(&next)], [false, true, false, true]);
    let ledger = Ledger::open(&place.path(), &next, "t", clock).unwrap();
    assert_eq!(ledger.open_call("call-1").unwrap().record, record(1));
}

#[test]
fn an_erasure_reaches_the_backups_and_the_rest_stays_provable() {
    let (place, ledger) = Place::new();
    ledger.import((0..70).map(|number| Ok(record(number)))).unwrap();
    let backup = place.folder.path().join("backup");
    ledger.backup(&backup).unwrap();
    let customer = format!("customer {MARKER} 3");
    assert_eq!(ledger.export(&customer).unwrap().calls.len(), 10);
    // A day later than the calls: what a customer says after an erasure would be kept.
    drop(ledger);
    let ledger = Ledger::open(&place.path(), &place.key, "t", || START + 86_400_000).unwrap();
    let erased = ledger.erase(&customer).unwrap();
    assert!(erased.key_destroyed && erased.calls == 10 && erased.objects == 20, "{erased:?}");
    assert_eq!(ledger.export(&customer).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(ledger.open_call("call-3").unwrap().record.transcript, None);
    assert!(ledger.open_call("call-4").unwrap().record.transcript.is_some());
    assert!(ledger.verify(None).unwrap().problems.is_empty());
    drop(ledger);
    Ledger::restore(&place.path(), &backup, &place.key, &place.key, None, "t", clock).unwrap();
    let ledger = place.open().unwrap();
    let found = ledger.verify(None).unwrap();
    assert!(found.problems.is_empty(), "{found:?}");
    assert_eq!(ledger.open_call("call-3").unwrap().record.transcript, None, "the backup did not bring it back");
    assert!(ledger.open_call("call-4").unwrap().record.transcript.is_some());
    let mut count = 0;
    ledger.facts(&FactsFilter::default(), |facts| count += i32::from(facts.customer.is_some())).unwrap();
    assert_eq!(count, 60);
}

#[test]
fn a_lost_ledger_comes_back_from_its_two_copies_and_not_from_one() {
    let (place, ledger) = Place::new();
    ledger.import((0..20).map(|number| Ok(record(number)))).unwrap();
    let (backup, keys) = (place.folder.path().join("backup"), place.folder.path().join("keys"));
    ledger.backup(&backup).unwrap();
    ledger.backup_keys(&keys).unwrap();
    drop(ledger);
    fs::remove_dir_all(place.path()).unwrap();
    let restore = |copy| Ledger::restore(&place.path(), &backup, &place.key, &place.key, copy, "t", clock);
    assert_eq!(restore(None).unwrap_err().kind(), ErrorKind::Usage);
    restore(Some(&keys)).unwrap();
    let ledger = place.open().unwrap();
    assert_eq!(ledger.open_call("call-7").unwrap().record, record(7));
    assert!(ledger.verify(None).unwrap().problems.is_empty());
}

#[test]
fn a_purge_removes_what_is_old_and_proves_it() {
    let (_place, ledger) = Place::new();
    let day = 86_400_000;
    let aged = |number: usize, days: i64| {
        let mut record = record(number);
        record.at_unix_ms = START - days * day;
        record
    };
    for (number, days) in [(1, 1), (2, 100), (3, 400)] {
        ledger.append(&aged(number, days)).unwrap();
    }
    ledger.set_retention(Class::Transcript, Some(90)).unwrap();
    ledger.set_retention(Class::Record, Some(365)).unwrap();
    assert_eq!(ledger.set_retention(Class::Audio, Some(0)).unwrap_err().kind(), ErrorKind::Usage);
    let purged = ledger.purge().unwrap();
    // Facts, link, detail, identity and transcript of the third; then the second's transcript.
    assert_eq!(
        purged.iter().map(|p| (p.class, p.objects)).collect::<Vec<_>>(),
        [(Class::Record, 5), (Class::Transcript, 1)]
    );
    assert!(ledger.open_call("call-1").unwrap().record.transcript.is_some());
    assert_eq!(ledger.open_call("call-2").unwrap().record.transcript, None);
    assert!(ledger.open_call("call-3").is_err());
    assert!(ledger.purge().unwrap().is_empty(), "nothing is left to purge");
    let found = ledger.verify(None).unwrap();
    assert!(found.problems.is_empty() && found.tombstones == 6, "{found:?}");
    // The proof stands in the audit.
    let mut rows = Vec::new();
    ledger
        .audit(1, |entry| {
            rows.push(entry.clone());
            Ok(())
        })
        .unwrap();
    for proof in &purged {
        assert!(rows.iter().any(|row| row.sequence == proof.audit && row.digest == proof.digest));
    }
}

#[test]
fn consent_that_is_taken_back_holds_for_what_was_and_what_comes() {
    let (_place, ledger) = Place::new();
    ledger.append(&record(1)).unwrap();
    ledger.append(&record(2)).unwrap();
    let customer = record(1).customer.unwrap().id;
    ledger.withdraw(&customer, true, false).unwrap();
    assert_eq!(ledger.open_call("call-1").unwrap().record.transcript, None);
    assert!(ledger.open_call("call-1").unwrap().record.sentiment.is_some());
    ledger.withdraw(&customer, false, true).unwrap();
    assert_eq!(ledger.open_call("call-1").unwrap().record.sentiment, None);
    let mut later = record(8);
    later.customer = record(1).customer;
    ledger.append(&later).unwrap();
    let stored = ledger.open_call("call-8").unwrap().record;
    assert_eq!((stored.transcript, stored.sentiment, stored.consent.emotion), (None, None, false));
    assert!(ledger.open_call("call-2").unwrap().record.transcript.is_some(), "another customer");
    ledger.facts(&FactsFilter::default(), |facts| assert_eq!(facts.score.is_some(), facts.call == "call-2")).unwrap();
    let found = ledger.verify(None).unwrap();
    assert!(found.problems.is_empty(), "{found:?}");
    ledger.set_retention(Class::Record, Some(1)).unwrap();
    let mut old = record(1);
    old.at_unix_ms = START;
    drop(old);
    assert!(ledger.verify(None).unwrap().problems.is_empty());
}

#[test]
fn without_consent_nothing_is_kept_that_was_not_agreed_to() {
    let (_place, ledger) = Place::new();
    let mut quiet = record(1);
    quiet.consent = codetta::judge::Consent { recording: false, emotion: false };
    quiet.audio = Some(vec![1, 2, 3]);
    ledger.append(&quiet).unwrap();
    let stored = ledger.open_call("call-1").unwrap().record;
    assert_eq!((&stored.transcript, &stored.audio, &stored.sentiment), (&None, &None, &None));
    assert_eq!(stored.rating, quiet.rating, "the rating is what the call was made for");
    let mut loud = record(2);
    loud.audio = Some(vec![7; 100_000]);
    ledger.append(&loud).unwrap();
    assert_eq!(ledger.open_call("call-2").unwrap().record.audio, loud.audio);
}

/// The clock is turned by the test.
mod turned {
    use std::sync::atomic::{AtomicI64, Ordering};

    static NOW: AtomicI64 = AtomicI64::new(0);

    pub fn to(now: i64) {
        NOW.store(now, Ordering::SeqCst);
    }

    pub fn clock() -> i64 {
        NOW.load(Ordering::SeqCst)
    }
}

#[test]
fn a_clock_that_jumps_back_is_said_and_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::generate().unwrap();
    turned::to(START + 50_000);
    let ledger = Ledger::init(&folder.path().join("ledger"), &key, "t", turned::clock).unwrap();
    turned::to(START);
    ledger.append(&record(1)).unwrap();
    turned::to(START + 60_000);
    let mut rows = Vec::new();
    ledger
        .audit(1, |entry| {
            rows.push((entry.at_unix_ms - START, entry.detail.clone()));
            Ok(())
        })
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [50_000, 50_000, 60_000]);
    assert!(rows[1].1.contains("clock 50.000 s behind"), "{rows:?}");
    assert!(ledger.verify(None).unwrap().problems.is_empty());
}

#[test]
fn records_that_are_none_are_refused_whole() {
    let (_place, ledger) = Place::new();
    let refuse = |change: &dyn Fn(&mut CallRecord)| {
        let mut wrong = record(9);
        change(&mut wrong);
        assert_eq!(ledger.append(&wrong).unwrap_err().kind(), ErrorKind::Usage);
    };
    refuse(&|r| r.call = " ".into());
    refuse(&|r| r.call = "x".repeat(201));
    refuse(&|r| r.version = 2);
    refuse(&|r| r.at_unix_ms = -1);
    refuse(&|r| r.at_unix_ms = i64::MAX);
    refuse(&|r| r.transcript = Some("x".repeat(2 << 20)));
    refuse(&|r| r.customer = Some(Customer { id: String::new(), name: None, phone: None }));
    // A wrong one in the middle of an import takes its own batch with it, not what was stored before.
    let records = (0..2_500).map(|n| {
        let mut record = record(n);
        if n == 2_200 {
            record.call.clear();
        }
        Ok(record)
    });
    assert!(ledger.import(records).is_err());
    let mut count = 0;
    ledger.facts(&FactsFilter::default(), |_| count += 1).unwrap();
    assert_eq!(count, 2_000);
    let again = ledger.import((0..2_500).map(|n| Ok(record(n)))).unwrap();
    assert_eq!((again.new, again.already), (500, 2_000));
}

#[test]
fn tasks_ask_for_a_solution() {
    use codetta::record::{NewTask, TaskStatus};
    let (_place, ledger) = Place::new();
    let task = NewTask {
        call: "call-1".into(),
        customer: None,
        rule: "low rating".into(),
        reason: "rated 1".into(),
        due: START,
        effect: "better".into(),
    };
    assert_eq!(ledger.raise(&[task.clone(), task.clone()]).unwrap(), 1, "one call, one rule, one task");
    assert_eq!(ledger.raise(&[task]).unwrap(), 0);
    ledger.assign(1, "Li", None).unwrap();
    for empty in ["", "  \n"] {
        assert_eq!(ledger.close(1, empty).unwrap_err().kind(), ErrorKind::Usage);
    }
    let closed = ledger.close(1, "part replaced").unwrap();
    assert_eq!((closed.status, closed.owner.as_deref()), (TaskStatus::Closed, Some("Li")));
    assert_eq!(ledger.close(1, "again").unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(ledger.assign(7, "x", None).unwrap_err().kind(), ErrorKind::NotFound);
}
