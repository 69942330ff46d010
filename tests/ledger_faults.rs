//! Writers that are killed, and disks that are full: what was acknowledged is there, once, and the ledger verifies.
#![cfg(all(feature = "ledger", unix))]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use codetta::record::{CallRecord, Customer, FactsFilter, Key, Ledger, system_clock};
use codetta::{ErrorKind, Language};

const FOLDER: &str = "CODETTA_TEST_LEDGER";
const FIRST: &str = "CODETTA_TEST_FIRST";

/// Not a test by itself: with a folder in its environment it stores call after call, and says so after each.
#[test]
fn writer() {
    let (Ok(folder), Ok(first)) = (std::env::var(FOLDER), std::env::var(FIRST)) else { return };
    let folder = Path::new(&folder);
    let key = Key::read(&folder.join("key")).unwrap();
    let ledger = match Ledger::open(&folder.join("ledger"), &key, "writer", system_clock) {
        Ok(ledger) => ledger,
        Err(error) => return say(&format!("error {:?} {error}", error.kind())),
    };
    for number in first.parse::<u64>().unwrap().. {
        match ledger.append(&record(number)) {
            Ok(_) => say(&format!("stored {number}")),
            Err(error) => return say(&format!("error {:?} {error}", error.kind())),
        }
    }
}

/// The test harness keeps what `println!` says; this goes straight out.
fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    writeln!(out, "{line}").unwrap();
}

fn record(number: u64) -> CallRecord {
    let mut record = CallRecord::new(format!("call-{number}"), 1_780_000_000_000 + number as i64, Language::Zh);
    // Every third call is of a new customer, so that kills fall between key and record as well.
    record.customer = Some(Customer { id: format!("customer {}", number / 3), name: None, phone: None });
    record.transcript = Some("十分满意，师傅很准时。".repeat(20));
    record
}

fn prepare(folder: &Path) -> Key {
    let key = Key::generate().unwrap();
    key.write_new(&folder.join("key")).unwrap();
    Ledger::init(&folder.join("ledger"), &key, "test", system_clock).unwrap();
    key
}

fn start(folder: &Path, first: u64, limit: Option<u64>) -> std::process::Child {
    let program = std::env::current_exe().unwrap();
    let mut command = match limit {
        None => Command::new(&program),
        Some(blocks) => {
            // A limit on file size, in blocks of 512 bytes, with its signal ignored: writing fails as on a full disk.
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(&program);
            shell
        }
    };
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).env(FIRST, first.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Counts the calls in a ledger, and checks all of it.
fn calls(folder: &Path, key: &Key) -> HashMap<String, usize> {
    let ledger = Ledger::open(&folder.join("ledger"), key, "test", system_clock).unwrap();
    let mut calls = HashMap::new();
    ledger.facts(&FactsFilter::default(), |facts| *calls.entry(facts.call).or_default() += 1).unwrap();
    let found = ledger.verify(None).unwrap();
    assert!(found.problems.is_empty(), "{found:?}");
    calls
}

/// Killed two hundred times with SIGKILL, after a random number of calls and then at a random moment.
#[test]
fn two_hundred_kills_lose_nothing_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = prepare(folder.path());
    let mut acknowledged = Vec::new();
    let mut random = 1u64;
    let mut lot = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut next = 0;
    for kill in 0..200 {
        let mut child = start(folder.path(), next, None);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut take = |line: String| {
            let number = line.strip_prefix("stored ").unwrap_or_else(|| panic!("{line}")).parse::<u64>().unwrap();
            acknowledged.push(number);
        };
        for _ in 0..lot(6) {
            take(lines.next().unwrap().unwrap());
        }
        for _ in 0..lot(1_000_000) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had still said before it died; a line that was cut off was not said.
        lines.map_while(Result::ok).filter(|line| line.starts_with("stored ")).for_each(|line| {
            if line[7..].parse::<u64>().is_ok_and(|number| number == acknowledged_next(&acknowledged, next)) {
                acknowledged.push(line[7..].parse().unwrap());
            }
        });
        // The next writer begins at the first call that was not acknowledged: it may be there already.
        next = acknowledged.last().map_or(0, |last| last + 1);
        if kill % 20 == 19 {
            let calls = calls(folder.path(), &key);
            assert!(acknowledged.iter().all(|number| calls.get(&format!("call-{number}")) == Some(&1)));
            // At most one call that was stored and not acknowledged.
            assert!(calls.len() - acknowledged.len() <= 1, "{} stored, {} said", calls.len(), acknowledged.len());
            assert!(calls.values().all(|&count| count == 1));
        }
    }
    assert!(acknowledged.len() > 200, "{} calls were stored", acknowledged.len());
}

fn acknowledged_next(acknowledged: &[u64], first: u64) -> u64 {
    acknowledged.last().map_or(first, |last| last + 1)
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let key = prepare(folder.path());
    // 200 KiB: a few dozen calls fit.
    let mut child = start(folder.path(), 0, Some(400));
    let lines: Vec<String> = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok).collect();
    child.wait().unwrap();
    let stored: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("stored ")).collect();
    let last = lines.iter().find(|line| line.starts_with("error")).unwrap_or_else(|| panic!("{lines:?}"));
    assert!(last.contains(&format!("{:?}", ErrorKind::Write)) && last.contains("nothing was written"), "{last}");
    let calls = calls(folder.path(), &key);
    assert_eq!(calls.len(), stored.len());
    assert!(stored.iter().all(|number| calls.contains_key(&format!("call-{number}"))));
    // With room again it goes on.
    let ledger = Ledger::open(&folder.path().join("ledger"), &key, "test", system_clock).unwrap();
    ledger.append(&record(999)).unwrap();
}
