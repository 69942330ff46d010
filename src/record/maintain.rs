//! Keys and copies: rekeying, issuing roles' keys, backups and restoring them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::anchor::Anchor;
use super::audit::{self, Head, Note};
use super::folder::{Folder, Lock, sync};
use super::key::Key;
use super::key_store::KeyStore;
use super::ledger::{Clock, Ledger};
use super::ring::{Keys, Ring};
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
            sync(to)?;
            Ok(value)
        });
        drop(folder);
        if done.is_err() {
            for name in ["ledger.db", "keys.db", "ring.json", "head", "lock"] {
                for suffix in ["", "-wal", "-shm", "-journal"] {
                    let _ = fs::remove_file(to.join(format!("{name}{suffix}")));
                }
            }
            let _ = fs::remove_dir(to);
        } else {
            let _ = fs::remove_file(to.join("lock"));
        }
        done
    }

    /// Puts a backup in the place of a ledger, or of one that is lost. The customers' keys come from the ledger's own
    /// key store or, where that is lost too, from `key_copy`; customers erased since the backup stay erased.
    ///
    /// `key` is the administrator's key of the ledger (or of `key_copy`), `backup_key` the one of the backup's time.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] without a key store, [`ErrorKind::Corrupt`] for a damaged backup or one of another ledger;
    /// the file system's. On error what was there stays.
    pub fn restore(
        path: &Path,
        backup: &Path,
        key: &Key,
        backup_key: &Key,
        key_copy: Option<&Path>,
        who: &str,
        clock: Clock,
    ) -> Result<Head> {
        let backup_ring = Ring::read(&backup.join("ring.json"))?;
        let backup_keys = backup_ring.open(backup_key, &backup.join("ring.json").display().to_string())?;
        let present = path.join("keys.db").is_file() && path.join("ring.json").is_file();
        let keys_from = match (present, key_copy) {
            (true, _) => path,
            (false, Some(copy)) => copy,
            (false, None) => {
                let problem =
                    "no key store is here, and without it no content opens: name a copy of it (--keys FOLDER)";
                return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
            }
        };
        let ring = Ring::read(&keys_from.join("ring.json"))?;
        let keys = ring.open(key, &keys_from.join("ring.json").display().to_string())?;
        if keys.role != Role::Administrator || ring.ledger != backup_ring.ledger {
            let (kind, problem) = if keys.role == Role::Administrator {
                (ErrorKind::Corrupt, "this backup is of another ledger than the key store")
            } else {
                (ErrorKind::Permission, "restoring needs the administrator's key")
            };
            return Err(Error::new(kind, backup.display().to_string(), problem));
        }
        let folder = if present { Folder::open(path, Lock::Alone)? } else { Folder::create(path)? };
        let exchange = folder.prepare_exchange()?;
        let db_path = exchange.join("ledger.db");
        {
            let source = open_copy(&backup.join("ledger.db"), &exchange.join("source.db"), &backup_keys.database)?;
            copy(&source, &db_path, &backup_keys.database)?;
        }
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(exchange.join(format!("source.db{suffix}")));
        }
        change_key(&open(&db_path, &backup_keys.database)?, &db_path, &keys.database)?;
        let store_path = if present {
            folder.file("keys.db")
        } else {
            open_copy(&keys_from.join("keys.db"), &exchange.join("keys.db"), &keys.database)?;
            ring.write(&exchange.join("ring.json"))?;
            exchange.join("keys.db")
        };
        let pseudonym_key = Key::from_bytes([0; Key::LENGTH]);
        let ledger = Self {
            db: open(&db_path, &keys.database)?,
            store: KeyStore::open(&store_path, &keys.database)?,
            anchor: Anchor::create(&exchange.join("head"), Head::START)?,
            ring,
            keys,
            pseudonym_key,
            who: who.into(),
            clock,
            folder,
        };
        ledger.write(|l| {
            for (pseudonym, at) in l.store.erased()? {
                l.untie(&pseudonym, at, ("erase again", "after restoring".into()))?;
            }
            l.note(Note { action: "restore", ..Note::default() }).map(|_| ())
        })?;
        let head = ledger.head()?;
        finish(&ledger.db, &db_path)?;
        let Self { folder, db, store, .. } = ledger;
        drop((db, store));
        folder.exchange()?;
        Ok(head)
    }
}

/// Copies a database in use, page by page, into a new file with the same key.
fn copy(from: &Connection, to: &Path, key: &Key) -> Result<()> {
    let failed = |e| sql_error(to, &e);
    let mut target = create(to, key)?;
    Backup::new(from, &mut target)
        .and_then(|backup| backup.run_to_completion(1_000, Duration::ZERO, None))
        .map_err(failed)?;
    target.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)
}

/// A working copy of a file that must itself stay untouched (opening a database may write to it).
fn open_copy(from: &Path, to: &Path, key: &Key) -> Result<Connection> {
    fs::copy(from, to).map_err(|e| Error::io(from, &e))?;
    let subject = from.display().to_string();
    open(to, key).map_err(|e| e.about(subject))
}

fn change_key(db: &Connection, path: &Path, key: &Key) -> Result<()> {
    let mut statement =
        format!("PRAGMA journal_mode = DELETE; PRAGMA rekey = \"x'{}'\"; PRAGMA journal_mode = WAL;", key.hex());
    let changed = db.execute_batch(&statement);
    zeroize::Zeroize::zeroize(&mut statement);
    changed.map_err(|e| sql_error(path, &e))?;
    finish(db, path)
}

/// Leaves one file, without a log beside it.
fn finish(db: &Connection, path: &Path) -> Result<()> {
    db.execute_batch("PRAGMA journal_mode = DELETE;").map_err(|e| sql_error(path, &e))
}
