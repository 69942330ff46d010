//! Restoring: a backup takes a ledger's place, and what customers asked for since still holds.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::anchor::Anchor;
use super::audit::{Head, Note};
use super::folder::{Folder, Lock};
use super::key::Key;
use super::key_store::KeyStore;
use super::ledger::{Clock, Ledger};
use super::maintain::{change_key, copy, finish, open_copy};
use super::ring::{Keys, Ring};
use super::roles::Role;
use super::sql::open;
use super::withdraw::Withdrawn;
use crate::error::{Error, ErrorKind, Result};

/// What a customer forbade, by pseudonym.
struct Mark {
    pseudonym: String,
    do_not_call: bool,
    recording: bool,
    emotion: bool,
}

impl Ledger {
    /// Puts a backup in the place of a ledger, or of one that is lost. The customers' keys come from the ledger's own
    /// key store or, where that is lost or damaged, from `key_copy`; a sound key store is never replaced, since a copy
    /// may hold the keys of customers who were erased since.
    ///
    /// Customers erased since the backup stay erased. Where the ledger's own database can still be read, who must not
    /// be called and who took a consent back since the backup is taken from it.
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
        let held = Folder::holds_ledger(path).then(|| Folder::enter(path, Lock::Alone)).transpose()?;
        let own = held.as_ref().map_or(Ok(None), |_| sound_store(path, key))?;
        let present = own.is_some();
        let (ring, keys) = match (own, key_copy) {
            (Some(own), _) => own,
            (None, Some(copy)) => {
                let name = copy.join("ring.json");
                let ring = Ring::read(&name)?;
                let keys = ring.open(key, &name.display().to_string())?;
                (ring, keys)
            }
            (None, None) => {
                let problem =
                    "no sound key store is here, and without it no content opens: name a copy of it (--keys FOLDER)";
                return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
            }
        };
        if keys.role != Role::Administrator || ring.ledger != backup_ring.ledger {
            let (kind, problem) = if keys.role == Role::Administrator {
                (ErrorKind::Corrupt, "this backup is of another ledger than the key store")
            } else {
                (ErrorKind::Permission, "restoring needs the administrator's key")
            };
            return Err(Error::new(kind, backup.display().to_string(), problem));
        }
        let folder = held.map_or_else(|| Folder::create(path), Ok)?;
        let marks = marks_in(&folder.file("ledger.db"), &keys.database);
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
        let store_path = match key_copy.filter(|_| !present) {
            None => folder.file("keys.db"),
            Some(key_copy) => {
                open_copy(&key_copy.join("keys.db"), &exchange.join("keys.db"), &keys.database)?;
                KeyStore::open(&exchange.join("keys.db"), &keys.database)?
                    .check()
                    .map_err(|e| e.about(key_copy.display().to_string()))?;
                ring.write(&exchange.join("ring.json"))?;
                exchange.join("keys.db")
            }
        };
        let ledger = Self {
            db: open(&db_path, &keys.database)?,
            store: KeyStore::open(&store_path, &keys.database)?,
            anchor: Anchor::create(&exchange.join("head"), Head::START)?,
            ring,
            keys,
            // Not needed: customers are known here by their pseudonyms.
            pseudonym_key: Key::from_bytes([0; Key::LENGTH]),
            who: who.into(),
            clock,
            folder,
        };
        ledger.write(|l| {
            for mark in &marks {
                l.hold_to(mark)?;
            }
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
        folder.finished()?;
        Ok(head)
    }

    /// Sets what a customer forbade as it was before the restore, within the running transaction.
    fn hold_to(&self, mark: &Mark) -> Result<()> {
        let known: Option<(bool, bool, bool)> = self
            .db
            .query_row(
                "SELECT do_not_call, recording, emotion FROM customers WHERE pseudonym = ?",
                [&mark.pseudonym],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(|e| self.failed(e))?;
        let (do_not_call, recording, emotion) = known.unwrap_or((false, true, true));
        if do_not_call != mark.do_not_call {
            self.mark_do_not_call(&mark.pseudonym, mark.do_not_call)?;
        }
        let withdrawn = Withdrawn { recording: recording && !mark.recording, emotion: emotion && !mark.emotion };
        if withdrawn.recording || withdrawn.emotion {
            self.withdraw_within(&mark.pseudonym, withdrawn)?;
        }
        Ok(())
    }
}

/// The ring and keys of a folder whose key store is sound; none where ring or store are lost or damaged.
fn sound_store(path: &Path, key: &Key) -> Result<Option<(Ring, Keys)>> {
    let lost = |error: &Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Corrupt);
    let name = path.join("ring.json");
    let ring = match Ring::read(&name) {
        Err(error) if lost(&error) => return Ok(None),
        ring => ring?,
    };
    let keys = ring.open(key, &name.display().to_string())?;
    match KeyStore::open(&path.join("keys.db"), &keys.database).and_then(|store| store.check()) {
        Err(error) if lost(&error) => Ok(None),
        checked => checked.map(|()| Some((ring, keys))),
    }
}

/// What customers forbade, from the database that is about to be replaced; nothing where it is lost or damaged.
fn marks_in(path: &Path, database: &Key) -> Vec<Mark> {
    if !path.is_file() {
        return Vec::new();
    }
    let read = |db: Connection| -> rusqlite::Result<Vec<Mark>> {
        let mut select = db.prepare("SELECT pseudonym, do_not_call, recording, emotion FROM customers")?;
        let rows = select.query_map([], |row| {
            let (pseudonym, do_not_call, recording, emotion) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Mark { pseudonym, do_not_call, recording, emotion })
        })?;
        rows.collect()
    };
    open(path, database).ok().and_then(|db| read(db).ok()).unwrap_or_else(|| {
        tracing::warn!("{}: cannot be read: note again who withdrew since the backup", path.display());
        Vec::new()
    })
}
