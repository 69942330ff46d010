//! The audit: every write and every read leaves a row, each row holds the hash of the one before it.

use std::fmt;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::key::hex;
use super::sql::digest;
use crate::error::{Error, ErrorKind, Result};

/// The end of the chain: sequence number and hash of the newest row. Kept outside, it proves that nothing before it
/// was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub sequence: i64,
    pub hash: [u8; 32],
}

impl Head {
    /// Before the first row.
    pub(super) const START: Self = Self { sequence: 0, hash: [0; 32] };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, hex(&self.hash))
    }
}

impl FromStr for Head {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            let problem = "expected NUMBER:HASH with 64 hexadecimal digits, as `ledger audit head` prints it";
            Error::new(ErrorKind::Usage, "chain head", problem)
        };
        let (sequence, digits) = text.split_once(':').ok_or_else(wrong)?;
        let key = super::key::Key::parse(digits.as_bytes(), "chain head").map_err(|_| wrong())?;
        Ok(Self { sequence: sequence.parse().map_err(|_| wrong())?, hash: *key.bytes() })
    }
}

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    pub sequence: i64,
    /// Milliseconds since 1970 (UTC); never earlier than the row before it.
    pub at_unix_ms: i64,
    pub role: String,
    /// Who used the role's key, as they said.
    pub who: String,
    /// Such as `append`, `read`, `erase`.
    pub action: String,
    /// Number of the record, or what else it is about.
    pub subject: String,
    pub detail: String,
    /// SHA-256 of what was written, hexadecimal; empty for reads.
    pub digest: String,
    #[serde(skip)]
    pub(super) previous: [u8; 32],
    #[serde(skip)]
    pub(super) hash: [u8; 32],
}

impl AuditEntry {
    /// The hash that this row must have.
    pub(super) fn computed_hash(&self) -> [u8; 32] {
        digest(&[
            &self.previous,
            &self.sequence.to_le_bytes(),
            &self.at_unix_ms.to_le_bytes(),
            self.role.as_bytes(),
            self.who.as_bytes(),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            self.detail.as_bytes(),
            self.digest.as_bytes(),
        ])
    }
}

/// What is to be noted; sequence, time and hashes are added.
#[derive(Clone, Debug, Default)]
pub(super) struct Note<'a> {
    pub action: &'a str,
    pub subject: String,
    pub detail: String,
    pub digest: Option<[u8; 32]>,
}

/// The newest row's place in the chain.
pub(super) fn head(db: &Connection) -> rusqlite::Result<(Head, i64)> {
    db.prepare_cached("SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((Head { sequence: row.get(0)?, hash: row.get(1)? }, row.get(2)?)))
        .optional()
        .map(|row| row.unwrap_or((Head::START, 0)))
}

/// Appends a row within the running transaction. A clock that stands before the newest row's time is not followed:
/// the row takes that time, and says by how much the clock was behind.
pub(super) fn note(db: &Connection, (role, who): (&str, &str), now: i64, note: &Note) -> rusqlite::Result<AuditEntry> {
    let (head, last) = head(db)?;
    let mut detail = note.detail.clone();
    if now < last {
        if !detail.is_empty() {
            detail.push_str("; ");
        }
        detail.push_str(&format!("clock {:.3} s behind", (last - now) as f64 / 1000.0));
    }
    let mut entry = AuditEntry {
        sequence: head.sequence + 1,
        at_unix_ms: now.max(last),
        role: role.into(),
        who: who.into(),
        action: note.action.into(),
        subject: note.subject.clone(),
        detail,
        digest: note.digest.map(|digest| hex(&digest)).unwrap_or_default(),
        previous: head.hash,
        hash: [0; 32],
    };
    entry.hash = entry.computed_hash();
    db.prepare_cached("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        entry.sequence,
        entry.at_unix_ms,
        entry.role,
        entry.who,
        entry.action,
        entry.subject,
        entry.detail,
        entry.digest,
        entry.previous,
        entry.hash
    ])?;
    Ok(entry)
}

/// Calls `each` with every row in order, from `from` on.
pub(super) fn walk(
    db: &Connection,
    from: i64,
    mut each: impl FnMut(AuditEntry) -> Result<()>,
    failed: impl Fn(rusqlite::Error) -> Error,
) -> Result<()> {
    let mut statement = db.prepare("SELECT * FROM audit WHERE seq >= ? ORDER BY seq").map_err(&failed)?;
    let mut rows = statement.query([from]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let entry = (|| {
            Ok(AuditEntry {
                sequence: row.get(0)?,
                at_unix_ms: row.get(1)?,
                role: row.get(2)?,
                who: row.get(3)?,
                action: row.get(4)?,
                subject: row.get(5)?,
                detail: row.get(6)?,
                digest: row.get(7)?,
                previous: row.get(8)?,
                hash: row.get(9)?,
            })
        })();
        each(entry.map_err(&failed)?)?;
    }
    Ok(())
}
