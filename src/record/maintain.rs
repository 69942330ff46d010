//! Keys and copies: rekeying, issuing roles' keys, backups and restoring them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::anchor::Anchor;
use super::audit::{self, Head, Note};
use super::folder::{Folder, Lock};
use super::key::Key;
use super::key_store::KeyStore;
use super::ledger::{Clock, Ledger};
use super::ring::Keys;
use super::roles::{Right, Role};
use super::sql::{create, open, sql_error};
use crate::error::{Error, ErrorKind, Result};

impl Ledger {
    /// Gives a role a key, or replaces it. `administrator` is the key that this ledger was opened with.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] without the administrator's key, [`ErrorKind::Usage`] for the administrator's own role
    /// (that is [`Ledger::rekey`]).
    pub fn issue(&mut self, administrator: &Key, role: Role, key: &Key) -> Result<()> {
        self.require(Right::Administer)?;
        let path = self.folder.file("ring.json");
        if role == Role::Administrator {
            let problem = "the administrator's key is replaced by `ledger rekey`";
            return Err(Error::new(ErrorKind::Usage, "role", problem));
        }
        self.ring.issue(administrator, role, key, &self.keys, &path.display().to_string())?;
        self.write(|l| l.note(Note { action: "role", subject: role.name().into(), ..Note::default() }).map(|_| ()))?;
        self.ring.write(&path)
    }

    /// Replaces every key of the ledger: `next` becomes the administrator's, both databases are encrypted anew, the
    /// customers' keys are wrapped anew. Other roles' keys stay valid, but for `without`, whose key opens nothing more.
    /// Needs the ledger alone. A crash leaves the old or the new state.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] while another program uses the ledger, [`ErrorKind::Permission`] without the
    /// administrator's key; the file system's.
    pub fn rekey(path: &Path, key: &Key, next: &Key, without: Option<Role>, who: &str, clock: Clock) -> Result<()> {
        let mut ledger = Self::open_locked(path, key, who, clock, Lock::Alone)?;
        ledger.require(Right::Administer)?;
        let keys = Keys { database: Key::generate()?, content: Some(Key::generate()?), role: Role::Administrator };
        let exchange = ledger.folder.prepare_exchange()?;
        let ring_path = ledger.folder.file("ring.json");
        let ring = ledger.ring.rewrapped(key, next, &keys, without, &ring_path.display().to_string())?;

        let store_path = exchange.join("keys.db");
        copy(ledger.store.connection(), &store_path, &ledger.keys.database)?;
        let store = KeyStore::open(&store_path, &ledger.keys.database)?;
        if let (Some(old), Some(new)) = (&ledger.keys.content, &keys.content) {
            store.rewrap(old, new)?;
        }
        change_key(store.connection(), &store_path, &keys.database)?;
        drop(store);

        let db_path = exchange.join("ledger.db");
        copy(&ledger.db, &db_path, &ledger.keys.database)?;
        ledger.db = open(&db_path, &ledger.keys.database)?;
        ledger.anchor = Anchor::create(&exchange.join("head"), Head::START)?;
        let subject = without.map_or(String::new(), |role| format!("without {role}"));
        ledger.write(|l| l.note(Note { action: "rekey", subject, ..Note::default() }).map(|_| ()))?;
        change_key(&ledger.db, &db_path, &keys.database)?;
        ring.write(&exchange.join("ring.json"))?;
        let Self { folder, db, store, .. } = ledger;
        drop((db, store));
        folder.exchange()
    }

    /// Copies the ledger, while it is in use, into a new folder: calls, sealed content and audit, but no customer's
    /// key, so that an erasure reaches the copy as well. Returns the copy's chain head.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for any but the administrator, [`ErrorKind::Usage`] when the folder has one already;
    /// the file system's. A copy that failed is removed.
    pub fn backup(&self, to: &Path) -> Result<Head> {
        self.require(Right::Administer)?;
        self.write(|l| l.note(Note { action: "backup", ..Note::default() }).map(|_| ()))?;
        self.copy_to(to, |to| {
            copy(&self.db, &to.join("ledger.db"), &self.keys.database)?;
            let copied = open(&to.join("ledger.db"), &self.keys.database)?;
            let (head, _) = audit::head(&copied).map_err(|e| sql_error(to, &e))?;
            finish(&copied, to)?;
            Anchor::create(&to.join("head"), head)?;
            Ok(head)
        })
    }

    /// Copies the key store into a new folder. Keep one such copy only, apart from the backups, and replace it after
    /// each erasure: an older copy still holds the keys of customers who were erased since.
    ///
    /// # Errors
    /// As for [`Ledger::backup`].
    pub fn backup_keys(&self, to: &Path) -> Result<()> {
        self.require(Right::Administer)?;
        self.write(|l| l.note(Note { action: "backup keys", ..Note::default() }).map(|_| ()))?;
        self.copy_to(to, |to| {
            copy(self.store.connection(), &to.join("keys.db"), &self.keys.database)?;
            finish(&open(&to.join("keys.db"), &self.keys.database)?, to)
        })
    }

    fn copy_to<T>(&self, to: &Path, work: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
        let folder = Folder::create(to)?;
        let done = work(to).and_then(|value| {
            self.ring.write(&to.join("ring.json"))?;
            folder.finished()?;
            Ok(value)
        });
        if done.is_err() {
            folder.clear();
        }
        let _ = fs::remove_file(folder.file("lock"));
        drop(folder);
        if done.is_err() {
            let _ = fs::remove_dir(to);
        }
        done
    }
}

/// Copies a database in use, page by page, into a new file with the same key.
pub(super) fn copy(from: &Connection, to: &Path, key: &Key) -> Result<()> {
    let failed = |e| sql_error(to, &e);
    let mut target = create(to, key)?;
    Backup::new(from, &mut target)
        .and_then(|backup| backup.run_to_completion(1_000, Duration::ZERO, None))
        .map_err(failed)?;
    target.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)
}

/// A working copy of a file that must itself stay untouched (opening a database may write to it).
pub(super) fn open_copy(from: &Path, to: &Path, key: &Key) -> Result<Connection> {
    fs::copy(from, to).map_err(|e| Error::io(from, &e))?;
    let subject = from.display().to_string();
    open(to, key).map_err(|e| e.about(subject))
}

pub(super) fn change_key(db: &Connection, path: &Path, key: &Key) -> Result<()> {
    let mut statement =
        format!("PRAGMA journal_mode = DELETE; PRAGMA rekey = \"x'{}'\"; PRAGMA journal_mode = WAL;", key.hex());
    let changed = db.execute_batch(&statement);
    zeroize::Zeroize::zeroize(&mut statement);
    changed.map_err(|e| sql_error(path, &e))?;
    finish(db, path)
}

/// Leaves one file, without a log beside it.
pub(super) fn finish(db: &Connection, path: &Path) -> Result<()> {
    db.execute_batch("PRAGMA journal_mode = DELETE;").map_err(|e| sql_error(path, &e))
}
