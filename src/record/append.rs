//! Storing calls: sealed, hashed and noted in one transaction each, or many together.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::audit::Note;
use super::call_record::CallRecord;
use super::facts::{COLUMNS, Facts};
use super::key::Key;
use super::ledger::Ledger;
use super::parts::{Part, check, combined, parts};
use super::roles::Right;
use super::seal::{seal, unseal};
use super::sql::{digest, random};
use crate::error::{Error, ErrorKind, Result};

/// Records of one import that share a transaction.
const BATCH: usize = 1_000;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Appended {
    /// Stored as this number.
    New(i64),
    /// A later revision of a call that was there: it now stands for the call. The earlier one is kept.
    Revised(i64),
    /// The very same record was there already: nothing was written. So a writer may simply try again. Also a call
    /// whose customer was erased since: what was erased does not come back with the same input.
    Already(i64),
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    pub new: u64,
    pub revised: u64,
    pub already: u64,
}

/// Number, revision, start, hash and customer of the record that stands for a call.
type Before = (i64, i64, i64, Vec<u8>, Option<String>);

impl Ledger {
    /// Stores a record; when this returns it is on the disk, whole. The door for the wiring of a call: call it before
    /// the outro starts, and again with the same `call` when more is known (the hand-over's outcome).
    ///
    /// Blocks for a few milliseconds: not for an audio callback.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a record that is not one or whose name belongs to another call,
    /// [`ErrorKind::Permission`] for a role that may not, [`ErrorKind::Write`] when the disk is full,
    /// [`ErrorKind::Limit`] when the database stays locked. On error nothing of it is stored.
    pub fn append(&self, record: &CallRecord) -> Result<Appended> {
        let content = self.writing_key()?;
        check(record)?;
        if let Some(seq) = self.erased_since(record)? {
            return Ok(Appended::Already(seq));
        }
        let record = self.as_agreed(record)?;
        // The customer's key first: it must be on the disk before what it seals.
        let key = self.store.key_for(&self.owner(&record), content)?;
        self.write(|ledger| ledger.append_within(&record, &key))
    }

    /// Stores many records, a thousand to a transaction. Stops at the first that is wrong; whole transactions before
    /// it stay stored, and importing the same input again stores only what is missing.
    ///
    /// # Errors
    /// Those of [`Ledger::append`], and those of the records.
    pub fn import(&self, records: impl IntoIterator<Item = Result<CallRecord>>) -> Result<Imported> {
        let content = self.writing_key()?;
        let mut imported = Imported::default();
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            let mut batch = Vec::with_capacity(BATCH);
            for record in records.by_ref().take(BATCH) {
                let record = record?;
                check(&record)?;
                if self.erased_since(&record)?.is_some() {
                    imported.already += 1;
                } else {
                    batch.push(self.as_agreed(&record)?);
                }
            }
            let keys: Vec<Key> = self
                .store
                .together(|| batch.iter().map(|record| self.store.key_for(&self.owner(record), content)).collect())?;
            let done = self.write(|ledger| {
                batch
                    .iter()
                    .zip(&keys)
                    .map(|(record, key)| ledger.append_within(record, key))
                    .collect::<Result<Vec<_>>>()
            })?;
            for appended in done {
                match appended {
                    Appended::New(_) => imported.new += 1,
                    Appended::Revised(_) => imported.revised += 1,
                    Appended::Already(_) => imported.already += 1,
                }
            }
        }
        Ok(imported)
    }

    fn writing_key(&self) -> Result<&Key> {
        self.require(Right::Append)?;
        self.content_key()
    }

    pub(super) fn content_key(&self) -> Result<&Key> {
        self.keys.content.as_ref().ok_or_else(|| {
            let problem = format!("the {}'s key does not open content", self.role());
            Error::new(ErrorKind::Permission, self.path().display().to_string(), problem)
        })
    }

    /// Whose key seals a record: the customer's, or one for this call alone.
    pub(super) fn owner(&self, record: &CallRecord) -> String {
        match &record.customer {
            Some(customer) => self.pseudonym(&customer.id),
            None => self.pseudonym(&format!("call/{}", record.call)),
        }
    }

    /// The number of a call that is stored and whose customer was erased since.
    fn erased_since(&self, record: &CallRecord) -> Result<Option<i64>> {
        if record.customer.is_none() {
            return Ok(None);
        }
        self.db
            .prepare_cached(
                "SELECT seq FROM calls c WHERE call = ? AND at = ? AND customer IS NULL AND EXISTS
                 (SELECT 1 FROM tombstone t WHERE t.seq = c.seq AND class = 'link') ORDER BY revision DESC LIMIT 1",
            )
            .and_then(|mut s| s.query_row(params![record.call, record.at_unix_ms], |row| row.get(0)).optional())
            .map_err(|e| self.failed(e))
    }

    /// The record without what the caller, or the customer earlier, did not agree to.
    fn as_agreed(&self, record: &CallRecord) -> Result<CallRecord> {
        let mut record = record.clone();
        if record.customer.is_some() {
            let agreed: Option<(bool, bool)> = self
                .db
                .prepare_cached("SELECT recording, emotion FROM customers WHERE pseudonym = ?")
                .and_then(|mut s| s.query_row([self.owner(&record)], |r| Ok((r.get(0)?, r.get(1)?))).optional())
                .map_err(|e| self.failed(e))?;
            if let Some((recording, emotion)) = agreed {
                record.consent.recording &= recording;
                record.consent.emotion &= emotion;
            }
        }
        Ok(record.as_agreed())
    }

    fn append_within(&self, record: &CallRecord, key: &Key) -> Result<Appended> {
        let failed = |e| self.failed(e);
        let customer = record.customer.as_ref().map(|c| self.pseudonym(&c.id));
        let before: Option<Before> = self
            .db
            .prepare_cached(
                "SELECT seq, revision, at, hash, customer FROM calls WHERE call = ? ORDER BY revision DESC LIMIT 1",
            )
            .and_then(|mut select| {
                let read = |r: &rusqlite::Row| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?));
                select.query_row([&record.call], read).optional()
            })
            .map_err(failed)?;
        let parts = parts(record)?;
        let mut revision = 1;
        if let Some((seq, last, at, hash, who)) = &before {
            if *at != record.at_unix_ms || *who != customer {
                let problem = "this name belongs to another call (other start or customer); names must be unique";
                return Err(Error::new(ErrorKind::Usage, format!("call {}", record.call), problem));
            }
            let same = Facts::of(record, customer.clone(), *last).has_hash(hash);
            if same && self.same_parts(*seq, &record.call, &parts, key)? {
                return Ok(Appended::Already(*seq));
            }
            revision = last + 1;
            let mut update = self.db.prepare_cached("UPDATE calls SET superseded = 1 WHERE seq = ?").map_err(failed)?;
            update.execute([seq]).map_err(failed)?;
        }
        let facts = Facts::of(record, customer.clone(), revision);
        // Numbers are never used twice, also after a purge: the tombstones count.
        let seq: i64 = self
            .db
            .prepare_cached(
                "SELECT 1 + max(ifnull((SELECT max(seq) FROM calls), 0), ifnull((SELECT max(seq) FROM tombstone), 0))",
            )
            .and_then(|mut select| select.query_row([], |row| row.get(0)))
            .map_err(failed)?;
        let salt: [u8; 16] = random()?;
        let (hash, link) = (facts.hash(), facts.link(seq, &salt));
        let tie = link.map(|link| [&link[..], &salt].concat());
        let marks = "?, ".repeat(facts.values().len());
        self.db
            .prepare_cached(&format!(
                "INSERT INTO calls (seq, hash, link, {COLUMNS}) VALUES (?, ?, ?, {})",
                &marks[..marks.len() - 2]
            ))
            .and_then(|mut insert| {
                let mut values: Vec<&dyn rusqlite::ToSql> = vec![&seq, &hash, &tie];
                values.extend(facts.values());
                insert.execute(&values[..])
            })
            .map_err(failed)?;
        let owner = self.owner(record);
        let mut covered = vec![("facts", hash)];
        covered.extend(link.map(|link| ("link", link)));
        for part in &parts {
            let bytes = match part.class {
                "detail" => part.plain.clone(),
                class => seal(key, &self.place(class, &record.call), &part.plain)?,
            };
            let hash = digest(&[part.class.as_bytes(), &bytes]);
            self.db
                .prepare_cached("INSERT INTO content VALUES (?, ?, ?, ?, ?)")
                .and_then(|mut insert| insert.execute(params![seq, part.class, owner, bytes, hash]))
                .map_err(failed)?;
            covered.push((part.class, hash));
        }
        let classes: Vec<&str> = covered.iter().map(|(class, _)| *class).collect();
        self.note(Note {
            action: if revision == 1 { "append" } else { "amend" },
            subject: seq.to_string(),
            detail: classes.join(","),
            digest: Some(combined(&covered)),
        })?;
        if record.no_calls
            && let Some(pseudonym) = &customer
        {
            self.mark_do_not_call(pseudonym, true)?;
        }
        Ok(if revision == 1 { Appended::New(seq) } else { Appended::Revised(seq) })
    }

    /// Where sealed bytes belong: they open nowhere else.
    pub(super) fn place(&self, class: &str, call: &str) -> String {
        format!("codetta content 1/{}/{class}/{call}", self.ring.ledger)
    }

    fn same_parts(&self, seq: i64, call: &str, parts: &[Part], key: &Key) -> Result<bool> {
        let mut select =
            self.db.prepare_cached("SELECT class, sealed FROM content WHERE seq = ?").map_err(|e| self.failed(e))?;
        let rows = select
            .query_map([seq], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))
            .map_err(|e| self.failed(e))?;
        let mut count = 0;
        for row in rows {
            let (class, sealed) = row.map_err(|e| self.failed(e))?;
            let Some(part) = parts.iter().find(|part| part.class == class) else { return Ok(false) };
            let same = match class.as_str() {
                "detail" => sealed == part.plain,
                _ => unseal(key, &self.place(&class, call), &sealed).is_some_and(|plain| *plain == part.plain),
            };
            if !same {
                return Ok(false);
            }
            count += 1;
        }
        Ok(count == parts.len())
    }
}
