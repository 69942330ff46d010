//! Restoring after losses and erasures, and folders that a crash left half made.

use std::fs;
use std::path::PathBuf;

use crate::record::{CallRecord, Clock, Customer, FactsFilter, Key, Ledger};
use crate::{ErrorKind, Language, Result};

const START: i64 = 1_780_000_000_000;
const DAY: i64 = 86_400_000;

struct Place {
    folder: tempfile::TempDir,
    key: Key,
}

impl Place {
    fn new() -> (Self, Ledger) {
        let place = Self { folder: tempfile::tempdir().unwrap(), key: Key::generate().unwrap() };
        let ledger = Ledger::init(&place.path("ledger"), &place.key, "t", || START).unwrap();
        (place, ledger)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self, clock: Clock) -> Ledger {
        Ledger::open(&self.path("ledger"), &self.key, "t", clock).unwrap()
    }

    fn restore(&self, keys: Option<&str>) -> Result<Ledger> {
        let keys = keys.map(|name| self.path(name));
        let (ledger, backup) = (self.path("ledger"), self.path("backup"));
        Ledger::restore(&ledger, &backup, &self.key, &self.key, keys.as_deref(), "t", || START + 9 * DAY)?;
        Ok(self.open(|| START + 9 * DAY))
    }
}

fn record(call: &str, customer: &str, day: i64) -> CallRecord {
    let mut record = CallRecord::new(call, START + day * DAY, Language::En);
    record.customer = Some(Customer { id: customer.into(), name: None, phone: None });
    record.transcript = Some(format!("words of {call}"));
    record
}

fn sound(ledger: &Ledger) {
    assert_eq!(ledger.verify(None).unwrap().problems, Vec::<String>::new());
}

fn tied(ledger: &Ledger) -> Vec<String> {
    let mut calls = Vec::new();
    ledger.facts(&FactsFilter::default(), |facts| calls.extend(facts.customer.map(|_| facts.call))).unwrap();
    calls
}

#[test]
fn who_came_back_and_was_erased_again_stays_erased_after_a_restore() {
    let (place, ledger) = Place::new();
    ledger.append(&record("first", "c", -1)).unwrap();
    ledger.append(&record("other", "d", -1)).unwrap();
    ledger.erase("c").unwrap();
    drop(ledger);
    let ledger = place.open(|| START + 4 * DAY);
    ledger.append(&record("second", "c", 3)).unwrap();
    ledger.backup(&place.path("backup")).unwrap();
    drop(ledger);
    let ledger = place.open(|| START + 5 * DAY);
    ledger.erase("c").unwrap();
    drop(ledger);
    let ledger = place.restore(None).unwrap();
    assert_eq!(tied(&ledger), ["other"]);
    assert_eq!(ledger.open_call("second").unwrap().record.transcript, None);
    sound(&ledger);
}

#[test]
fn a_key_store_from_between_two_erasures_of_one_customer_is_named() {
    let (place, ledger) = Place::new();
    ledger.append(&record("first", "c", -1)).unwrap();
    ledger.erase("c").unwrap();
    ledger.append(&record("second", "c", 0)).unwrap();
    drop(ledger);
    let between = fs::read(place.path("ledger/keys.db")).unwrap();
    let ledger = place.open(|| START);
    ledger.erase("c").unwrap();
    sound(&ledger);
    drop(ledger);
    fs::write(place.path("ledger/keys.db"), between).unwrap();
    let problems = place.open(|| START).verify(None).unwrap().problems;
    assert!(problems.iter().any(|problem| problem.contains("keys.db: rolled back")), "{problems:?}");
}

#[test]
fn what_customers_forbade_since_the_backup_still_holds() {
    let (place, ledger) = Place::new();
    for (call, customer) in [("1", "calls"), ("2", "records"), ("3", "undone"), ("4", "nothing")] {
        ledger.append(&record(call, customer, 0)).unwrap();
    }
    ledger.do_not_call("undone", true).unwrap();
    ledger.backup(&place.path("backup")).unwrap();
    ledger.do_not_call("undone", false).unwrap();
    ledger.do_not_call("calls", true).unwrap();
    ledger.withdraw("records", true, false).unwrap();
    drop(ledger);
    let ledger = place.restore(None).unwrap();
    let forbidden = ["calls", "records", "undone", "nothing"].map(|customer| ledger.is_do_not_call(customer).unwrap());
    assert_eq!(forbidden, [true, false, false, false]);
    assert_eq!(ledger.open_call("2").unwrap().record.transcript, None);
    assert!(!ledger.export("records").unwrap().recording);
    assert!(ledger.open_call("4").unwrap().record.transcript.is_some());
    sound(&ledger);
}

#[test]
fn a_lost_or_damaged_key_store_is_replaced_by_its_copy() {
    for damage in ["lost", "first page", "later page", "no ring"] {
        let (place, ledger) = Place::new();
        ledger.append(&record("1", "c", 0)).unwrap();
        ledger.backup(&place.path("backup")).unwrap();
        ledger.backup_keys(&place.path("copy")).unwrap();
        drop(ledger);
        let store = place.path("ledger/keys.db");
        let mut bytes = fs::read(&store).unwrap();
        match damage {
            "lost" => fs::remove_file(&store).unwrap(),
            "no ring" => fs::remove_file(place.path("ledger/ring.json")).unwrap(),
            page => {
                bytes[if page == "first page" { 100 } else { 5_000 }] ^= 1;
                fs::write(&store, &bytes).unwrap();
            }
        }
        let error = place.restore(None).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Usage, "{damage}: {error}");
        assert!(error.to_string().contains("--keys"), "{error}");
        let ledger = place.restore(Some("copy")).unwrap();
        assert_eq!(ledger.open_call("1").unwrap().record, record("1", "c", 0), "{damage}");
        sound(&ledger);
    }
}

#[test]
fn a_sound_key_store_is_not_replaced_by_an_older_copy() {
    let (place, ledger) = Place::new();
    ledger.append(&record("1", "c", -1)).unwrap();
    ledger.backup(&place.path("backup")).unwrap();
    ledger.backup_keys(&place.path("copy")).unwrap();
    ledger.erase("c").unwrap();
    drop(ledger);
    let ledger = place.restore(Some("copy")).unwrap();
    assert_eq!(ledger.open_call("1").unwrap().record.transcript, None);
    sound(&ledger);
}

#[test]
fn a_key_store_that_a_killed_rekey_left_is_removed_by_the_next_who_opens() {
    let (place, ledger) = Place::new();
    let left = place.path("ledger/exchange");
    // Also where another program has the ledger open.
    fs::create_dir(&left).unwrap();
    fs::copy(place.path("ledger/keys.db"), left.join("keys.db")).unwrap();
    let other = place.open(|| START);
    assert!(!left.exists());
    drop((ledger, other));
    fs::create_dir(&left).unwrap();
    drop(place.open(|| START));
    assert!(!left.exists());
}

#[test]
fn a_folder_that_holds_other_things_is_left_alone() {
    let (place, ledger) = Place::new();
    let full = place.path("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("letters.txt"), "dear").unwrap();
    let mode = || fs::metadata(&full).unwrap().permissions();
    let before = mode();
    let init = Ledger::init(&full, &place.key, "t", || START).err().unwrap();
    let (backup, keys) = (ledger.backup(&full).unwrap_err(), ledger.backup_keys(&full).unwrap_err());
    for error in [init, backup, keys] {
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("letters.txt"), "{error}");
    }
    assert_eq!(mode(), before);
    assert_eq!(fs::read_dir(&full).unwrap().count(), 1);
    // An empty one is taken.
    fs::remove_file(full.join("letters.txt")).unwrap();
    ledger.backup(&full).unwrap();
    assert!(!full.join("unfinished").exists() && !full.join("lock").exists());
}

#[test]
fn a_killed_init_is_begun_anew_and_a_ledger_without_its_ring_is_not() {
    let (place, ledger) = Place::new();
    drop(ledger);
    let path = place.path("ledger");
    assert!(!path.join("unfinished").exists());
    // All but the ring, which is written last.
    fs::rename(path.join("ring.json"), place.path("ring.json")).unwrap();
    let init = || Ledger::init(&path, &place.key, "t", || START);
    let error = init().err().unwrap();
    assert!(error.kind() == ErrorKind::Usage && error.to_string().contains("already"), "{error}");
    // Nothing was touched: with its ring it opens.
    fs::rename(place.path("ring.json"), path.join("ring.json")).unwrap();
    place.open(|| START);
    fs::remove_file(path.join("ring.json")).unwrap();
    fs::write(path.join("unfinished"), "").unwrap();
    fs::write(path.join("ledger.db-wal"), "torn").unwrap();
    let ledger = init().unwrap();
    ledger.append(&record("1", "c", 0)).unwrap();
    sound(&ledger);
    assert!(!path.join("unfinished").exists());
}
