//! What a customer may ask for: a copy of everything, erasure, and taking consent back.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::audit::Note;
use super::call_record::CallRecord;
use super::key::hex;
use super::ledger::Ledger;
use super::retention::name_of;
use super::roles::Right;
use super::tasks::Task;
use crate::error::{Error, ErrorKind, Result};

/// Everything that is held of a customer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Export {
    pub customer: String,
    pub pseudonym: String,
    pub do_not_call: bool,
    pub recording: bool,
    pub emotion: bool,
    pub calls: Vec<CallRecord>,
    pub tasks: Vec<Task>,
}

/// What an erasure did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    pub pseudonym: String,
    /// Whether there was a key to destroy.
    pub key_destroyed: bool,
    /// Objects removed from this database.
    pub objects: u64,
    /// Calls whose figures stay, no longer tied to anybody.
    pub calls: u64,
    /// SHA-256 of what was removed, as in the audit; empty if there was nothing.
    pub digest: String,
}

impl Ledger {
    /// Opens everything that is held of a customer.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a customer that is not known, [`ErrorKind::Permission`] for any but the
    /// administrator.
    pub fn export(&self, customer: &str) -> Result<Export> {
        self.require(Right::Administer)?;
        let pseudonym = self.pseudonym(customer);
        let seqs: Vec<i64> = self
            .db
            .prepare("SELECT seq FROM calls WHERE customer = ? AND superseded = 0 ORDER BY at, seq")
            .and_then(|mut s| s.query_map([&pseudonym], |row| row.get(0))?.collect())
            .map_err(|e| self.failed(e))?;
        let flags: Option<(bool, bool, bool)> = self
            .db
            .query_row(
                "SELECT do_not_call, recording, emotion FROM customers WHERE pseudonym = ?",
                [&pseudonym],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(|e| self.failed(e))?;
        // Not the pseudonym: the audit outlives an erasure, and next to a stored call it would say whose that was.
        self.note_read("customer", "exported".into())?;
        if seqs.is_empty() && flags.is_none() {
            return Err(Error::new(ErrorKind::NotFound, "customer", "nothing is recorded under that name"));
        }
        let (do_not_call, recording, emotion) = flags.unwrap_or((false, true, true));
        let calls = seqs.into_iter().map(|seq| self.opened(seq).map(|open| open.record)).collect::<Result<_>>()?;
        let tasks = self.tasks_where("customer = ?", &[&pseudonym])?;
        Ok(Export { customer: customer.to_owned(), pseudonym, do_not_call, recording, emotion, calls, tasks })
    }

    /// Destroys the customer's key, and with it the sealed content in this ledger and in every backup of it; removes
    /// the sealed rows here, and unties the figures from the customer. Safe to run again. That the customer must not be
    /// called, or took a consent back, stays noted under the pseudonym: it would be lost on the next call otherwise.
    ///
    /// Copies of the *key store* that were made before still hold the key: replace them (`ledger backup-keys`).
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for any but the administrator; the database's.
    pub fn erase(&self, customer: &str) -> Result<Erased> {
        self.require(Right::Administer)?;
        let pseudonym = self.pseudonym(customer);
        // The key first: it is what matters, and the rest can be repeated.
        let key_destroyed = self.store.destroy(&pseudonym, (self.clock)())?;
        // Numbered, so that a key store from before an erasure can be told.
        let subject = format!("erasure {}", self.store.erased()?.len());
        let erased = self.write(|ledger| ledger.untie(&pseudonym, i64::MAX, ("erase", subject)))?;
        self.flush_deleted()?;
        let (objects, calls, digest) = erased;
        Ok(Erased { pseudonym, key_destroyed, objects, calls, digest })
    }

    /// Removes the sealed rows of a pseudonym and its ties to calls that started before `before`.
    pub(super) fn untie(
        &self,
        pseudonym: &str,
        before: i64,
        (action, subject): (&str, String),
    ) -> Result<(u64, u64, String)> {
        let failed = |e| self.failed(e);
        let ties = "customer = ?1 AND at <= ?2";
        let values: &[&dyn rusqlite::ToSql] = &[&pseudonym, &before];
        let audit = self.head()?.sequence + 1;
        let calls = self
            .db
            .execute(
                &format!(
                    "INSERT INTO tombstone SELECT seq, 'link', substr(link, 1, 32), {audit} FROM calls WHERE {ties}"
                ),
                values,
            )
            .map_err(failed)?;
        let sealed = "class <> 'detail' AND seq IN (SELECT seq FROM calls WHERE at <= ?2) AND customer = ?1";
        let name = name_of("c.class");
        let bury = format!("INSERT INTO tombstone SELECT seq, {name}, hash, {audit} FROM content c WHERE {sealed}");
        let objects = self.db.execute(&bury, values).map_err(failed)?;
        self.db.execute(&format!("DELETE FROM content WHERE {sealed}"), values).map_err(failed)?;
        self.db
            .execute("UPDATE content SET customer = NULL WHERE customer = ?1 AND seq IN (SELECT seq FROM calls WHERE at <= ?2)", values)
            .map_err(failed)?;
        self.db
            .execute(
                "UPDATE tasks SET customer = NULL WHERE call IN (SELECT call FROM calls WHERE customer = ?1 AND at <= ?2)",
                values,
            )
            .map_err(failed)?;
        self.db
            .execute(&format!("UPDATE calls SET customer = NULL, link = NULL WHERE {ties}"), values)
            .map_err(failed)?;
        // What the customer forbade holds after the erasure, which is no leave to call or to record again.
        let forgotten =
            "DELETE FROM customers WHERE pseudonym = ? AND do_not_call = 0 AND recording = 1 AND emotion = 1";
        self.db.execute(forgotten, [pseudonym]).map_err(failed)?;
        let hash = self.tombstones_of(audit)?;
        // Not the pseudonym: the audit outlives the erasure.
        let detail = format!("{objects} sealed objects, {calls} calls untied");
        self.note(Note { action, subject, detail, digest: Some(hash) })?;
        Ok((objects as u64, calls as u64, hex(&hash)))
    }

    /// Notes that a customer must not be called, or may be again.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a role without tasks; the database's.
    pub fn do_not_call(&self, customer: &str, flag: bool) -> Result<()> {
        self.require(Right::Tasks)?;
        let pseudonym = self.pseudonym(customer);
        self.write(|ledger| ledger.mark_do_not_call(&pseudonym, flag))
    }

    /// The same within a transaction.
    pub(super) fn mark_do_not_call(&self, pseudonym: &str, flag: bool) -> Result<()> {
        self.set_customer(pseudonym, "do_not_call", flag)?;
        let detail = if flag { "do not call" } else { "may be called" };
        // Not the pseudonym, as above.
        self.note(Note { action: "customer", subject: "customer".into(), detail: detail.into(), digest: None })
            .map(|_| ())
    }

    /// Whether a customer must not be called.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a role without tasks; the database's.
    pub fn is_do_not_call(&self, customer: &str) -> Result<bool> {
        self.require(Right::Tasks)?;
        self.db
            .query_row("SELECT do_not_call FROM customers WHERE pseudonym = ?", [self.pseudonym(customer)], |r| {
                r.get(0)
            })
            .optional()
            .map(Option::unwrap_or_default)
            .map_err(|e| self.failed(e))
    }

    /// Sets a flag; a withdrawn consent (`false` for recording or emotion) is never set back by this.
    pub(super) fn set_customer(&self, pseudonym: &str, flag: &str, value: bool) -> Result<()> {
        let keep = if flag == "do_not_call" { "" } else { &format!(" AND {flag} > ?2") };
        self.db
            .execute("INSERT OR IGNORE INTO customers (pseudonym) VALUES (?)", [pseudonym])
            .and_then(|_| {
                let update = format!("UPDATE customers SET {flag} = ?2 WHERE pseudonym = ?1{keep}");
                self.db.execute(&update, params![pseudonym, value])
            })
            .map(|_| ())
            .map_err(|e| self.failed(e))
    }
}
