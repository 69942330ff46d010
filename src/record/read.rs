//! Reading: figures for those who analyse, opened calls for those who may. Every read is noted first.

use rusqlite::types::Value;

use super::audit::{self, AuditEntry, Note};
use super::call_record::CallRecord;
use super::facts::{COLUMNS, Facts};
use super::ledger::Ledger;
use super::roles::Right;
use super::seal::unseal;
use crate::error::{Error, ErrorKind, Result};

/// Which calls to read; nothing set means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactsFilter {
    /// Milliseconds since 1970, inclusive.
    pub from: Option<i64>,
    /// Milliseconds since 1970, exclusive.
    pub to: Option<i64>,
    pub brand: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub product: Option<String>,
    pub language: Option<String>,
}

/// One call with its sealed parts opened.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedCall {
    pub seq: i64,
    pub record: CallRecord,
    /// Sealed parts that no key opens any more: the customer was erased.
    pub gone: Vec<String>,
}

impl Ledger {
    /// Calls `each` with the figures of every call that stands and passes the filter, in order of their numbers.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a role that may not; the database's.
    pub fn facts(&self, filter: &FactsFilter, mut each: impl FnMut(Facts)) -> Result<()> {
        self.require(Right::Analyse)?;
        let (condition, values) = conditions(filter);
        self.note_read("figures", format!("calls where {condition}"))?;
        let query = format!("SELECT {COLUMNS} FROM calls WHERE superseded = 0 AND {condition} ORDER BY seq");
        let mut select = self.db.prepare(&query).map_err(|e| self.failed(e))?;
        let mut rows = select.query(rusqlite::params_from_iter(values)).map_err(|e| self.failed(e))?;
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            each(Facts::from_row(row, 0).map_err(|e| self.failed(e))?);
        }
        Ok(())
    }

    /// Calls `each` with the transcript of every call that passes the filter: for example lines.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a key that opens no content; the database's.
    pub fn transcripts(&self, filter: &FactsFilter, mut each: impl FnMut(&str, &str)) -> Result<()> {
        self.require(Right::Content)?;
        self.require(Right::Analyse)?;
        let (condition, values) = conditions(filter);
        self.note_read("transcripts", format!("calls where {condition}"))?;
        let query = format!(
            "SELECT calls.call, content.customer, content.sealed FROM calls JOIN content USING (seq)
             WHERE superseded = 0 AND content.class = 'transcript' AND {} ORDER BY seq",
            condition.replace("at ", "calls.at ")
        );
        let content = self.content_key()?;
        let mut select = self.db.prepare(&query).map_err(|e| self.failed(e))?;
        let mut rows = select.query(rusqlite::params_from_iter(values)).map_err(|e| self.failed(e))?;
        while let Some(row) = rows.next().map_err(|e| self.failed(e))? {
            let read =
                || -> rusqlite::Result<(String, String, Vec<u8>)> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
            let (call, owner, sealed) = read().map_err(|e| self.failed(e))?;
            let Some(key) = self.store.key_of(&owner, content)? else { continue };
            if let Some(plain) = unseal(&key, &self.place("transcript", &call), &sealed) {
                each(&call, &String::from_utf8_lossy(&plain));
            }
        }
        Ok(())
    }

    /// Opens the record that stands for a call.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without one, [`ErrorKind::Permission`] for a key that opens no content,
    /// [`ErrorKind::Corrupt`] when a sealed part was altered.
    pub fn open_call(&self, call: &str) -> Result<OpenedCall> {
        self.require(Right::Content)?;
        self.content_key()?;
        let seq: Option<i64> = self
            .db
            .query_row("SELECT max(seq) FROM calls WHERE call = ? AND superseded = 0", [call], |row| row.get(0))
            .map_err(|e| self.failed(e))?;
        let Some(seq) = seq else {
            return Err(Error::new(ErrorKind::NotFound, format!("call {call}"), "no such call is recorded"));
        };
        self.note_read(&seq.to_string(), "opened".into())?;
        self.opened(seq)
    }

    pub(super) fn opened(&self, seq: i64) -> Result<OpenedCall> {
        let content = self.content_key()?;
        let call: String = self
            .db
            .query_row("SELECT call FROM calls WHERE seq = ?", [seq], |row| row.get(0))
            .map_err(|e| self.failed(e))?;
        let corrupt = |class: &str| {
            let problem = format!("its {class} was altered; run `codetta ledger verify`, then restore a backup");
            Error::new(ErrorKind::Corrupt, format!("call {call}"), problem)
        };
        let mut select = self
            .db
            .prepare_cached("SELECT class, customer, sealed FROM content WHERE seq = ? ORDER BY class")
            .map_err(|e| self.failed(e))?;
        let rows = select
            .query_map([seq], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Vec<u8>>(2)?))
            })
            .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
            .map_err(|e| self.failed(e))?;
        let mut record: Option<CallRecord> = None;
        let mut sealed_parts = Vec::new();
        for (class, owner, bytes) in rows {
            if class == "detail" {
                record = Some(serde_json::from_slice(&bytes).map_err(|_| corrupt("detail"))?);
            } else {
                sealed_parts.push((class, owner.unwrap_or_default(), bytes));
            }
        }
        let mut record = record.ok_or_else(|| corrupt("detail"))?;
        let mut gone = Vec::new();
        for (class, owner, bytes) in sealed_parts {
            let Some(key) = self.store.key_of(&owner, content)? else {
                gone.push(class);
                continue;
            };
            let Some(plain) = unseal(&key, &self.place(&class, &call), &bytes) else {
                // A key that was made after an erasure does not open what was sealed before it.
                if self.store.erased()?.iter().any(|(erased, _)| *erased == owner) {
                    gone.push(class);
                    continue;
                }
                return Err(corrupt(&class));
            };
            match class.as_str() {
                "transcript" => record.transcript = Some(String::from_utf8_lossy(&plain).into_owned()),
                "identity" => record.customer = serde_json::from_slice(&plain).map_err(|_| corrupt("identity"))?,
                "audio" => record.audio = Some(plain.to_vec()),
                _ => {}
            }
        }
        Ok(OpenedCall { seq, record, gone })
    }

    /// The audit's rows from number `from` on.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a role that may not; the database's.
    pub fn audit(&self, from: i64, mut each: impl FnMut(&AuditEntry) -> Result<()>) -> Result<()> {
        self.require(Right::Audit)?;
        self.note_read("audit", format!("from row {from}"))?;
        audit::walk(&self.db, from, |entry| each(&entry), |e| self.failed(e))
    }

    pub(super) fn note_read(&self, subject: &str, detail: String) -> Result<()> {
        self.write(|ledger| {
            ledger.note(Note { action: "read", subject: subject.into(), detail, digest: None }).map(|_| ())
        })
    }
}

fn conditions(filter: &FactsFilter) -> (String, Vec<Value>) {
    let mut conditions = vec!["1".to_owned()];
    let mut values = Vec::new();
    let text = |value: &Option<String>| value.clone().map(Value::Text);
    let all = [
        ("at >= ?", filter.from.map(Value::Integer)),
        ("at < ?", filter.to.map(Value::Integer)),
        ("brand = ?", text(&filter.brand)),
        ("queue = ?", text(&filter.queue)),
        ("agent = ?", text(&filter.agent)),
        ("product = ?", text(&filter.product)),
        ("language = ?", text(&filter.language)),
    ];
    for (condition, value) in all {
        if let Some(value) = value {
            conditions.push(condition.to_owned());
            values.push(value);
        }
    }
    (conditions.join(" AND "), values)
}
