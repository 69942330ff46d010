//! The ledger: an encrypted, append-only record of calls in one folder.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, params};
use sha2::Sha256;

use super::anchor::Anchor;
use super::audit::{self, AuditEntry, Head, Note};
use super::folder::{Folder, Lock};
use super::key::{Key, hex};
use super::key_store::KeyStore;
use super::ring::{Keys, Ring};
use super::roles::{Right, Role};
use super::schema::LEDGER;
use super::sql::{create, open, random, sql_error};
use crate::error::{Error, ErrorKind, Result};

/// Milliseconds since 1970 (UTC). Given from outside, so that a test can turn it.
pub type Clock = fn() -> i64;

/// The system's clock.
pub fn system_clock() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// An open ledger, in one role. Several programs may hold one at a time.
///
/// What it holds: `ledger.db` (SQLCipher: calls, sealed content, tasks, audit), `keys.db` (SQLCipher: a wrapped key for
/// each customer), `ring.json` (the ledger's own keys, wrapped for each role) and `head` (the newest audit row seen).
pub struct Ledger {
    pub(super) folder: Folder,
    pub(super) db: Connection,
    pub(super) store: KeyStore,
    pub(super) ring: Ring,
    pub(super) keys: Keys,
    pub(super) pseudonym_key: Key,
    pub(super) anchor: Anchor,
    pub(super) who: String,
    pub(super) clock: Clock,
}

impl Ledger {
    /// Makes a ledger in a new or empty folder. `administrator` opens it from now on.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when one is there already; the file system's.
    pub fn init(path: &Path, administrator: &Key, who: &str, clock: Clock) -> Result<Self> {
        let folder = Folder::create(path)?;
        let keys = Keys { database: Key::generate()?, content: Some(Key::generate()?), role: Role::Administrator };
        let ring = Ring::new(administrator, &keys)?;
        let name = folder.file("ledger.db");
        let db = create(&name, &keys.database)?;
        let pseudonym_key = Key::from_bytes(random()?);
        db.execute_batch(LEDGER)
            .and_then(|()| {
                let mut insert = db.prepare("INSERT INTO meta VALUES (?, ?)")?;
                insert.execute(params!["ledger", ring.ledger.as_bytes()])?;
                insert.execute(params!["pseudonym key", pseudonym_key.bytes()])
            })
            .map_err(|e| sql_error(&name, &e))?;
        let store = KeyStore::create(&folder.file("keys.db"), &keys.database)?;
        let anchor = Anchor::create(&folder.file("head"), Head::START)?;
        let ledger = Self { folder, db, store, ring, keys, pseudonym_key, anchor, who: who.into(), clock };
        ledger.write(|ledger| ledger.note(Note { action: "init", ..Note::default() }))?;
        // Last, so that a folder with a ring holds a whole ledger.
        ledger.ring.write(&ledger.folder.file("ring.json"))?;
        ledger.folder.finished()?;
        ledger.folder.share()?;
        Ok(ledger)
    }

    /// Opens a ledger with the key of any role. `who` names the person or program in the audit.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a ledger, [`ErrorKind::Permission`] for a wrong key or a loose mode,
    /// [`ErrorKind::Corrupt`] for a damaged or rolled-back file, [`ErrorKind::Limit`] when it is locked.
    pub fn open(path: &Path, key: &Key, who: &str, clock: Clock) -> Result<Self> {
        Self::open_locked(path, key, who, clock, Lock::Shared)
    }

    pub(super) fn open_locked(path: &Path, key: &Key, who: &str, clock: Clock, lock: Lock) -> Result<Self> {
        let folder = Folder::open(path, lock)?;
        let ring_path = folder.file("ring.json");
        let ring = Ring::read(&ring_path)?;
        let keys = ring.open(key, &ring_path.display().to_string())?;
        let name = folder.file("ledger.db");
        let db = open(&name, &keys.database)?;
        let meta = |what: &str| -> Result<Vec<u8>> {
            db.query_row("SELECT value FROM meta WHERE name = ?", [what], |row| row.get(0))
                .map_err(|e| sql_error(&name, &e))
        };
        let pseudonym_key = Key::parse(&meta("pseudonym key")?, "meta")?;
        if meta("ledger")? != ring.ledger.as_bytes() {
            let problem = "this database belongs to another ledger than the key ring; restore the right one";
            return Err(Error::new(ErrorKind::Corrupt, name.display().to_string(), problem));
        }
        let store = KeyStore::open(&folder.file("keys.db"), &keys.database)?;
        let anchor = Anchor::open(&folder.file("head"))?;
        let ledger = Self { folder, db, store, ring, keys, pseudonym_key, anchor, who: who.into(), clock };
        ledger.check_not_rolled_back(ledger.anchor.read()?)?;
        Ok(ledger)
    }

    pub fn role(&self) -> Role {
        self.keys.role
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The roles that have a key.
    pub fn roles(&self) -> Vec<Role> {
        self.ring.roles().collect()
    }

    /// The end of the audit's chain, for safekeeping elsewhere.
    ///
    /// # Errors
    /// The database's.
    pub fn head(&self) -> Result<Head> {
        audit::head(&self.db).map(|(head, _)| head).map_err(|e| self.failed(e))
    }

    /// Whether the chain still holds `head`.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`], naming what happened.
    pub(super) fn check_not_rolled_back(&self, head: Head) -> Result<()> {
        let subject = self.folder.file("ledger.db").display().to_string();
        if head == Head::START {
            return Ok(());
        }
        let (newest, _) = audit::head(&self.db).map_err(|e| self.failed(e))?;
        let problem = if newest.sequence < head.sequence {
            format!(
                "the file was rolled back: its audit ends at row {}, row {} was seen before; restore the newest backup",
                newest.sequence, head.sequence
            )
        } else {
            let hash: [u8; 32] = self
                .db
                .query_row("SELECT hash FROM audit WHERE seq = ?", [head.sequence], |row| row.get(0))
                .map_err(|e| self.failed(e))?;
            if hash == head.hash {
                return Ok(());
            }
            format!("audit row {} is not the one that was seen before: the file was replaced or altered", head.sequence)
        };
        Err(Error::new(ErrorKind::Corrupt, subject, problem))
    }

    /// # Errors
    /// [`ErrorKind::Permission`] naming the role, the right and who has it.
    pub(super) fn require(&self, right: Right) -> Result<()> {
        let role = self.role();
        if role.may(right) {
            return Ok(());
        }
        let able: Vec<&str> = Role::ALL.into_iter().filter(|r| r.may(right)).map(Role::name).collect();
        let problem = format!("the {role}'s key may not {right}; use that of: {}", able.join(", "));
        Err(Error::new(ErrorKind::Permission, self.path().display().to_string(), problem))
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        sql_error(&self.folder.file("ledger.db"), &error)
    }

    /// Adds a row to the audit, within the running transaction.
    pub(super) fn note(&self, note: Note) -> Result<AuditEntry> {
        let now = (self.clock)();
        let entry = audit::note(&self.db, (self.role().name(), &self.who), now, &note).map_err(|e| self.failed(e))?;
        if entry.at_unix_ms > now {
            tracing::warn!(
                "the clock is {:.3} s behind the ledger's newest row; that row's time is used",
                (entry.at_unix_ms - now) as f64 / 1000.0
            );
        }
        Ok(entry)
    }

    /// Runs `work` as one transaction that is on the disk when this returns, or leaves nothing behind.
    pub(super) fn write<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(|e| self.failed(e))?;
        let done = work(self).and_then(|value| {
            let head = self.head()?;
            self.db.execute_batch("COMMIT").map_err(|e| self.failed(e))?;
            Ok((value, head))
        });
        match done {
            Ok((value, head)) => {
                self.anchor.write(head)?;
                Ok(value)
            }
            Err(error) => {
                // Best effort: SQLite has often rolled back by itself; the first error is the one worth reporting.
                let _ = self.db.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }

    /// A customer's pseudonym: HMAC-SHA256 under a key of this ledger, the first 16 bytes, in hexadecimal.
    pub fn pseudonym(&self, customer: &str) -> String {
        hex(&hmac(self.pseudonym_key.bytes(), &[customer.trim().as_bytes()])[..16])
    }
}

/// HMAC-SHA256 (RFC 2104) over the parts one after another.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is good for HMAC: longer ones are hashed first.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
