//! Retention: how long each class of data is kept, and purging what is older, with a proof of what was removed.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::audit::Note;
use super::key::hex;
use super::ledger::Ledger;
use super::roles::Right;
use super::sql::digest;
use crate::error::{Error, ErrorKind, Result};

const DAY_MS: i64 = 86_400_000;

/// A class of data with its own retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The whole record of a call.
    Record,
    Transcript,
    /// Name and phone number.
    Identity,
    Audio,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::Record, Self::Transcript, Self::Identity, Self::Audio];

    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Transcript => "transcript",
            Self::Identity => "identity",
            Self::Audio => "audio",
        }
    }
}

/// How long a class is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Retention {
    pub class: Class,
    /// Days after the call; none: for ever.
    pub days: Option<u32>,
}

/// The proof of a purge: compare it with the audit's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Purged {
    pub class: Class,
    /// Calls that started before this, milliseconds since 1970.
    pub before_unix_ms: i64,
    /// Objects removed: each record counts its parts.
    pub objects: u64,
    /// SHA-256 over number, class and hash of each removed object, in order.
    pub digest: String,
    /// The audit's row.
    pub audit: i64,
}

impl Ledger {
    /// Sets how long a class is kept, in days; none keeps it for ever.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for any but the administrator, [`ErrorKind::Usage`] for no days at all.
    pub fn set_retention(&self, class: Class, days: Option<u32>) -> Result<()> {
        self.require(Right::Administer)?;
        if days == Some(0) {
            let problem = "expected at least one day; to remove a customer at once, use erase";
            return Err(Error::new(ErrorKind::Usage, "retention", problem));
        }
        self.write(|ledger| {
            match days {
                Some(days) => {
                    ledger.db.execute("INSERT OR REPLACE INTO retention VALUES (?, ?)", params![class.name(), days])
                }
                None => ledger.db.execute("DELETE FROM retention WHERE class = ?", [class.name()]),
            }
            .map_err(|e| ledger.failed(e))?;
            let detail = days.map_or("for ever".into(), |days| format!("{days} days"));
            ledger.note(Note { action: "retention", subject: class.name().into(), detail, digest: None }).map(|_| ())
        })
    }

    /// What is set.
    ///
    /// # Errors
    /// The database's.
    pub fn retention(&self) -> Result<Vec<Retention>> {
        let days = |class: Class| {
            use rusqlite::OptionalExtension;
            self.db
                .query_row("SELECT days FROM retention WHERE class = ?", [class.name()], |row| row.get(0))
                .optional()
                .map_err(|e| self.failed(e))
        };
        Class::ALL.into_iter().map(|class| Ok(Retention { class, days: days(class)? })).collect()
    }

    /// Removes what is older than its retention; each class is one transaction.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for any but the administrator; the database's.
    pub fn purge(&self) -> Result<Vec<Purged>> {
        self.require(Right::Administer)?;
        let now = (self.clock)();
        let mut purged = Vec::new();
        for Retention { class, days } in self.retention()? {
            let Some(days) = days else { continue };
            let before = now - i64::from(days) * DAY_MS;
            let done = self.write(|ledger| {
                let old = "SELECT seq FROM calls WHERE at < ?";
                let objects = match class {
                    Class::Record => format!("seq IN ({old})"),
                    _ => format!("class = '{}' AND seq IN ({old})", class.name()),
                };
                let detail = format!("{} before {before}", class.name());
                let removed =
                    ledger.bury(&objects, class == Class::Record, &[&before], "purge", class.name(), detail)?;
                Ok(removed.map(|(objects, hash, audit)| Purged {
                    class,
                    before_unix_ms: before,
                    objects,
                    digest: hex(&hash),
                    audit,
                }))
            })?;
            purged.extend(done);
        }
        self.flush_deleted()?;
        Ok(purged)
    }

    /// Removes content rows that meet a condition (and, with `calls`, the calls' own rows), leaving tombstones under
    /// one audit row. None if there is nothing to remove.
    pub(super) fn bury(
        &self,
        condition: &str,
        calls: bool,
        values: &[&dyn rusqlite::ToSql],
        action: &str,
        subject: &str,
        detail: String,
    ) -> Result<Option<(u64, [u8; 32], i64)>> {
        let failed = |e| self.failed(e);
        let audit = self.head()?.sequence + 1;
        let mut count = self
            .db
            .execute(
                &format!(
                    "INSERT INTO tombstone SELECT seq, {}, hash, {audit} FROM content c WHERE {condition}",
                    name_of("c.class")
                ),
                values,
            )
            .map_err(failed)?;
        if calls {
            let bury = format!(
                "INSERT INTO tombstone SELECT seq, {}, hash, {audit} FROM calls c WHERE {condition}",
                name_of("'facts'")
            );
            count += self.db.execute(&bury, values).map_err(failed)?;
            let bury = format!(
                "INSERT INTO tombstone SELECT seq, 'link', substr(link, 1, 32), {audit} FROM calls
                 WHERE customer IS NOT NULL AND {condition}"
            );
            count += self.db.execute(&bury, values).map_err(failed)?;
        }
        if count == 0 {
            return Ok(None);
        }
        self.db.execute(&format!("DELETE FROM content WHERE {condition}"), values).map_err(failed)?;
        if calls {
            let tasks = format!("DELETE FROM tasks WHERE call IN (SELECT call FROM calls WHERE {condition})");
            self.db.execute(&tasks, values).map_err(failed)?;
            self.db.execute(&format!("DELETE FROM calls WHERE {condition}"), values).map_err(failed)?;
        }
        let hash = self.tombstones_of(audit)?;
        let entry = self.note(Note { action, subject: subject.into(), detail, digest: Some(hash) })?;
        debug_assert_eq!(entry.sequence, audit);
        Ok(Some((count as u64, hash, audit)))
    }

    /// One hash over the tombstones of an audit row.
    pub(super) fn tombstones_of(&self, audit: i64) -> Result<[u8; 32]> {
        let mut select = self
            .db
            .prepare("SELECT seq, class, hash FROM tombstone WHERE audit = ? ORDER BY seq, class")
            .map_err(|e| self.failed(e))?;
        let mut rows = select.query([audit]).map_err(|e| self.failed(e))?;
        let mut hash = digest(&[b"tombstones"]);
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            let read = || -> rusqlite::Result<(i64, String, Vec<u8>)> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
            let (seq, class, object) = read().map_err(|e| self.failed(e))?;
            hash = digest(&[&hash, &seq.to_le_bytes(), class.as_bytes(), &object]);
        }
        Ok(hash)
    }

    /// Takes what was deleted out of the write-ahead log as well (the pages themselves are overwritten at once).
    pub(super) fn flush_deleted(&self) -> Result<()> {
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(|e| self.failed(e))
    }
}

/// An SQL expression: the tombstone's name for an object of a class (itself an expression) of record `c.seq`. A record
/// that was replaced has tombstones of its earlier states: `facts`, then `facts/2` and so on.
pub(super) fn name_of(class: &str) -> String {
    format!(
        "{class} || (SELECT CASE count(*) WHEN 0 THEN '' ELSE '/' || (count(*) + 1) END FROM tombstone t
         WHERE t.seq = c.seq AND (t.class = {class} OR t.class LIKE {class} || '/%'))"
    )
}
