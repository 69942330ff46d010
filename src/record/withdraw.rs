//! Taking consent back: what rests on it goes from the customer's records, whose old hashes stay provable.

use rusqlite::{OptionalExtension, params};

use super::audit::Note;
use super::call_record::CallRecord;
use super::facts::{COLUMNS, Facts};
use super::ledger::Ledger;
use super::parts::combined;
use super::retention::name_of;
use super::roles::Right;
use super::sql::digest;
use crate::error::{Error, ErrorKind, Result};

/// Which consents are taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Withdrawn {
    pub recording: bool,
    pub emotion: bool,
}

impl Ledger {
    /// Takes consent back. Without `recording`, transcripts, audio, words and needs are removed and no more are kept;
    /// without `emotion`, sentiment, voice, emotion words, what decisions and tasks tell of them, and no more are kept.
    /// Returns how many objects were removed or replaced. Noted in the audit even if there was none.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for any but the administrator; the database's.
    pub fn withdraw(&self, customer: &str, recording: bool, emotion: bool) -> Result<u64> {
        self.require(Right::Administer)?;
        let pseudonym = self.pseudonym(customer);
        let removed = self.write(|ledger| ledger.withdraw_within(&pseudonym, Withdrawn { recording, emotion }))?;
        self.flush_deleted()?;
        Ok(removed)
    }

    /// The same within a transaction.
    pub(super) fn withdraw_within(&self, pseudonym: &str, withdrawn: Withdrawn) -> Result<u64> {
        let failed = |e| self.failed(e);
        let mut what = Vec::new();
        for (name, taken_back) in [("recording", withdrawn.recording), ("emotion", withdrawn.emotion)] {
            if taken_back {
                self.set_customer(pseudonym, name, false)?;
                what.push(name);
            }
        }
        // What was taken back earlier is looked at once more: a record may be from before words hung on it.
        let withdrawn = self
            .db
            .query_row("SELECT recording, emotion FROM customers WHERE pseudonym = ?", [pseudonym], |row| {
                Ok(Withdrawn { recording: !row.get::<_, bool>(0)?, emotion: !row.get::<_, bool>(1)? })
            })
            .optional()
            .map(Option::unwrap_or_default)
            .map_err(failed)?;
        let audit = self.head()?.sequence + 1;
        let mut removed = 0;
        if withdrawn.recording {
            let said = "class IN ('transcript', 'audio') AND customer = ?";
            let name = name_of("c.class");
            let bury = format!("INSERT INTO tombstone SELECT seq, {name}, hash, {audit} FROM content c WHERE {said}");
            removed += self.db.execute(&bury, [pseudonym]).map_err(failed)? as u64;
            self.db.execute(&format!("DELETE FROM content WHERE {said}"), [pseudonym]).map_err(failed)?;
        }
        if withdrawn.emotion {
            self.strip_tasks(pseudonym)?;
        }
        let stripped = self.strip(pseudonym, withdrawn, audit)?;
        removed += stripped.len() as u64;
        let digest = Some(self.tombstones_of(audit)?);
        self.note(Note { action: "withdraw", subject: "customer".into(), detail: what.join(","), digest })?;
        for (seq, objects) in stripped {
            let detail = "facts,detail".to_owned();
            let digest = Some(combined(&objects));
            self.note(Note { action: "strip", subject: seq.to_string(), detail, digest })?;
        }
        Ok(removed)
    }

    /// Replaces each of the customer's records that holds more than is agreed to; returns their numbers and new hashes.
    fn strip(&self, pseudonym: &str, withdrawn: Withdrawn, audit: i64) -> Result<Vec<(i64, Replaced)>> {
        let failed = |e| self.failed(e);
        let before: Vec<(i64, Facts, Vec<u8>)> = self
            .db
            .prepare(&format!(
                "SELECT seq, (SELECT sealed FROM content WHERE content.seq = calls.seq AND class = 'detail'), {COLUMNS}
                 FROM calls WHERE customer = ? ORDER BY seq"
            ))
            .and_then(|mut select| {
                select.query_map([pseudonym], |row| Ok((row.get(0)?, Facts::from_row(row, 2)?, row.get(1)?)))?.collect()
            })
            .map_err(failed)?;
        let mut stripped = Vec::new();
        for (seq, facts, detail) in before {
            let corrupt = |_| Error::new(ErrorKind::Corrupt, format!("record {seq}"), "its detail was altered");
            let stored: CallRecord = serde_json::from_slice(&detail).map_err(corrupt)?;
            let mut record = stored.clone();
            record.consent.recording &= !withdrawn.recording;
            record.consent.emotion &= !withdrawn.emotion;
            let record = record.as_agreed();
            let agreed = agreed(&facts, &record);
            if record == stored && agreed == facts {
                continue;
            }
            stripped.push((seq, self.replace(seq, audit, &agreed, &record)?));
        }
        Ok(stripped)
    }

    fn replace(&self, seq: i64, audit: i64, facts: &Facts, record: &CallRecord) -> Result<Replaced> {
        let failed = |e| self.failed(e);
        for (table, class, condition) in
            [("calls", "'facts'", "seq = ?"), ("content", "c.class", "seq = ? AND class = 'detail'")]
        {
            let name = name_of(class);
            let bury =
                format!("INSERT INTO tombstone SELECT seq, {name}, hash, {audit} FROM {table} c WHERE {condition}");
            self.db.execute(&bury, [seq]).map_err(failed)?;
        }
        let detail = serde_json::to_vec(record).unwrap_or_default();
        let (hash, detail_hash) = (facts.hash(), digest(&[b"detail", &detail]));
        self.db
            .execute(
                "UPDATE calls SET recording = ?2, emotion = ?3, score = ?4, label = ?5, angry = ?6, negative = ?7,
                 band = ?8, words = ?9, needs = ?10, hash = ?11 WHERE seq = ?1",
                params![
                    seq,
                    facts.recording,
                    facts.emotion,
                    facts.score,
                    facts.label,
                    facts.angry,
                    facts.negative,
                    facts.band,
                    facts.words,
                    facts.needs,
                    hash
                ],
            )
            .and_then(|_| {
                let update = "UPDATE content SET sealed = ?2, hash = ?3 WHERE seq = ?1 AND class = 'detail'";
                self.db.execute(update, params![seq, detail, detail_hash])
            })
            .map_err(failed)?;
        Ok([("facts", hash), ("detail", detail_hash)])
    }

    /// A task that an angry voice raised stays for its owner, who has promised something, but no longer says so.
    /// The rule's name is that of `insight::Alerts`.
    fn strip_tasks(&self, pseudonym: &str) -> Result<()> {
        self.db
            .execute(
                "UPDATE OR REPLACE tasks SET rule = 'consent taken back', reason = 'consent to emotion was taken back',
                 effect = 'the customer was called back' WHERE rule = 'strong anger'
                 AND call IN (SELECT call FROM calls WHERE customer = ?)",
                [pseudonym],
            )
            .map(|_| ())
            .map_err(|e| self.failed(e))
    }
}

/// Hashes of a record that takes another's place.
type Replaced = [(&'static str, [u8; 32]); 2];

/// The stored figures with those taken from `record` that hang on a consent; the others stay as they were hashed.
fn agreed(facts: &Facts, record: &CallRecord) -> Facts {
    let fresh = Facts::of(record, facts.customer.clone(), facts.revision);
    Facts {
        recording: fresh.recording,
        emotion: fresh.emotion,
        score: fresh.score,
        label: fresh.label,
        angry: fresh.angry,
        negative: fresh.negative,
        band: fresh.band,
        words: fresh.words,
        needs: fresh.needs,
        ..facts.clone()
    }
}
