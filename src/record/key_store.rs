//! The key store: a data key for each customer, wrapped by the content key; destroying one destroys what it sealed.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::key::Key;
use super::schema::KEY_STORE;
use super::seal::{seal, unseal};
use super::sql::{create, open, sql_error};
use crate::error::{Error, ErrorKind, Result};

pub(super) struct KeyStore {
    path: PathBuf,
    db: Connection,
}

impl KeyStore {
    pub fn create(path: &Path, database: &Key) -> Result<Self> {
        let db = create(path, database)?;
        db.execute_batch(KEY_STORE).map_err(|e| sql_error(path, &e))?;
        Ok(Self { path: path.to_owned(), db })
    }

    pub fn open(path: &Path, database: &Key) -> Result<Self> {
        Ok(Self { path: path.to_owned(), db: open(path, database)? })
    }

    pub fn connection(&self) -> &Connection {
        &self.db
    }

    /// Checks every page, beyond what opening reads.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] for an altered page.
    pub fn check(&self) -> Result<()> {
        for check in ["cipher_integrity_check", "quick_check"] {
            let lines: Vec<String> = self
                .db
                .prepare(&format!("PRAGMA {check}"))
                .and_then(|mut check| check.query_map([], |row| row.get(0))?.collect())
                .map_err(|e| self.failed(e))?;
            if let Some(line) = lines.iter().find(|line| *line != "ok") {
                let problem = format!("a page was altered or damaged ({line})");
                return Err(Error::new(ErrorKind::Corrupt, self.path.display().to_string(), problem));
            }
        }
        Ok(())
    }

    fn failed(&self, error: rusqlite::Error) -> Error {
        sql_error(&self.path, &error)
    }

    /// The customer's key, made if there is none. It is on the disk before anything is sealed with it.
    pub fn key_for(&self, pseudonym: &str, content: &Key) -> Result<Key> {
        if let Some(key) = self.key_of(pseudonym, content)? {
            return Ok(key);
        }
        let key = Key::generate()?;
        let wrapped = seal(content, &place(pseudonym), key.bytes())?;
        // A second writer may have been first: then its key counts.
        self.db
            .prepare_cached("INSERT OR IGNORE INTO keys VALUES (?, ?)")
            .and_then(|mut insert| insert.execute(params![pseudonym, wrapped]))
            .map_err(|e| self.failed(e))?;
        self.key_of(pseudonym, content)?
            .ok_or_else(|| Error::new(ErrorKind::Internal, self.path.display().to_string(), "a key was not kept"))
    }

    /// Runs `work` in one transaction: many new keys, one flush.
    pub fn together<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(|e| self.failed(e))?;
        match work() {
            Ok(value) => self.db.execute_batch("COMMIT").map(|()| value).map_err(|e| self.failed(e)),
            Err(error) => {
                let _ = self.db.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }

    /// The customer's key, or none: never made, or erased.
    pub fn key_of(&self, pseudonym: &str, content: &Key) -> Result<Option<Key>> {
        let wrapped: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT wrapped FROM keys WHERE pseudonym = ?")
            .and_then(|mut select| select.query_row([pseudonym], |row| row.get(0)).optional())
            .map_err(|e| self.failed(e))?;
        let Some(wrapped) = wrapped else { return Ok(None) };
        let subject = self.path.display().to_string();
        let plain = unseal(content, &place(pseudonym), &wrapped).ok_or_else(|| {
            Error::new(ErrorKind::Corrupt, subject.clone(), "a customer's key was altered; restore the key store")
        })?;
        Key::parse(&plain, &subject).map(Some)
    }

    /// Destroys a customer's key, and lets no copy of it stay in the file or its log. Who comes back and is erased
    /// again has a row for each time, so that the later counts, and a file from between the two can be told.
    pub fn destroy(&self, pseudonym: &str, now: i64) -> Result<bool> {
        let before = "SELECT count(*) FROM erased WHERE pseudonym = ?1 OR pseudonym LIKE ?1 || '/%'";
        let destroyed = self.together(|| {
            let erase = || {
                let row = match self.db.query_row(before, [pseudonym], |row| row.get::<_, i64>(0))? {
                    0 => pseudonym.to_owned(),
                    times => format!("{pseudonym}/{}", times + 1),
                };
                self.db.execute("INSERT INTO erased VALUES (?, ?)", params![row, now])?;
                self.db.execute("DELETE FROM keys WHERE pseudonym = ?", [pseudonym])
            };
            erase().map_err(|e| self.failed(e))
        })?;
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(|e| self.failed(e))?;
        Ok(destroyed > 0)
    }

    /// Every erasure: the customer's pseudonym and when, milliseconds since 1970.
    pub fn erased(&self) -> Result<Vec<(String, i64)>> {
        let mut select = self.db.prepare("SELECT pseudonym, at FROM erased").map_err(|e| self.failed(e))?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(|e| self.failed(e))?;
        let customer = |(mut row, at): (String, i64)| {
            row.truncate(row.find('/').unwrap_or(row.len()));
            (row, at)
        };
        rows.map(|row| row.map(customer)).collect::<rusqlite::Result<_>>().map_err(|e| self.failed(e))
    }

    /// Wraps every key anew, for a rekey.
    pub fn rewrap(&self, old: &Key, new: &Key) -> Result<()> {
        let pseudonyms: Vec<String> = {
            let mut select = self.db.prepare("SELECT pseudonym FROM keys").map_err(|e| self.failed(e))?;
            let rows = select.query_map([], |row| row.get(0)).map_err(|e| self.failed(e))?;
            rows.collect::<rusqlite::Result<_>>().map_err(|e| self.failed(e))?
        };
        self.together(|| {
            for pseudonym in &pseudonyms {
                let Some(key) = self.key_of(pseudonym, old)? else { continue };
                let wrapped = seal(new, &place(pseudonym), key.bytes())?;
                self.db
                    .prepare_cached("UPDATE keys SET wrapped = ? WHERE pseudonym = ?")
                    .and_then(|mut update| update.execute(params![wrapped, pseudonym]))
                    .map_err(|e| self.failed(e))?;
            }
            Ok(())
        })
    }
}

fn place(pseudonym: &str) -> String {
    format!("codetta customer key 1/{pseudonym}")
}
