//! Ledgers that many threads open at the same first moment of a process: alone in its file, for only a fresh process
//! shows what the start of the database does.
#![cfg(feature = "ledger")]

use std::sync::{Arc, Barrier};

use codetta::record::{Key, Ledger};

#[test]
fn many_threads_open_their_first_ledger_at_once() {
    const THREADS: usize = 16;
    let start = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let start = Arc::clone(&start);
            std::thread::spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let key = Key::generate().unwrap();
                start.wait();
                Ledger::init(&folder.path().join("ledger"), &key, "test", || 1_780_000_000_000).map(drop)
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
}
