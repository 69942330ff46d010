//! Verifying: every page, every row of the audit, every record and every tombstone.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use super::audit::{self, AuditEntry, Head};
use super::facts::{COLUMNS, Facts};
use super::key::hex;
use super::ledger::Ledger;
use super::parts::combined;
use super::roles::Right;
use super::sql::digest;
use crate::error::Result;

/// Problems listed; more are only counted.
const LISTED: usize = 100;

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub records: u64,
    pub audit_rows: u64,
    pub tombstones: u64,
    /// The chain's end, as [`Head`] prints it.
    pub head: String,
    /// What is wrong, one line each; empty if all is well.
    pub problems: Vec<String>,
    /// Problems beyond those listed.
    pub more: u64,
}

impl Verified {
    fn problem(&mut self, text: String) {
        if self.problems.len() < LISTED {
            self.problems.push(text);
        } else {
            self.more += 1;
        }
    }
}

impl Ledger {
    /// Checks pages, chain, records, tombstones and keys. `kept` is a chain head that was kept elsewhere.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Permission`] for a role that may not; the database's where it cannot be read at all.
    pub fn verify(&self, kept: Option<Head>) -> Result<Verified> {
        self.require(Right::Audit)?;
        let mut found = Verified::default();
        self.pages(&self.db, "ledger.db", &mut found)?;
        self.pages(self.store.connection(), "keys.db", &mut found)?;
        if !found.problems.is_empty() {
            // What lies on an altered page cannot be read.
            return Ok(found);
        }
        for head in [Some(self.anchor.read()?), kept].into_iter().flatten() {
            if let Err(error) = self.check_not_rolled_back(head) {
                found.problem(error.to_string());
            }
        }
        self.chain(&mut found)?;
        self.strays(&mut found)?;
        self.customers(&mut found)?;
        found.head = self.head()?.to_string();
        Ok(found)
    }

    fn pages(&self, db: &Connection, name: &str, found: &mut Verified) -> Result<()> {
        for check in ["cipher_integrity_check", "quick_check"] {
            let lines: rusqlite::Result<Vec<String>> = db
                .prepare(&format!("PRAGMA {check}"))
                .and_then(|mut check| check.query_map([], |row| row.get(0))?.collect());
            match lines {
                Ok(lines) => lines.into_iter().filter(|l| l != "ok").for_each(|line| {
                    found.problem(format!("{name}: altered page: {line}"));
                }),
                Err(error) => found.problem(format!("{name}: altered page: {error}")),
            }
            if !found.problems.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The chain itself, and what each row says was written.
    fn chain(&self, found: &mut Verified) -> Result<()> {
        let mut last = Head::START;
        let mut erasures = 0;
        let mut generations = HashMap::new();
        audit::walk(
            &self.db,
            0,
            |entry| {
                found.audit_rows += 1;
                if entry.sequence != last.sequence + 1 {
                    let missing = last.sequence + 1;
                    found.problem(format!("audit row {missing}: removed (the next one there is {})", entry.sequence));
                } else if entry.previous != last.hash {
                    found.problem(format!("audit row {}: does not follow the row before it", entry.sequence));
                }
                if entry.computed_hash() != entry.hash {
                    found.problem(format!("audit row {}: altered", entry.sequence));
                }
                last = Head { sequence: entry.sequence, hash: entry.hash };
                if let Some(number) = entry.subject.strip_prefix("erasure ").and_then(|n| n.parse::<usize>().ok()) {
                    erasures = erasures.max(number);
                }
                self.written(&entry, &mut generations, found)
            },
            |e| self.failed(e),
        )?;
        let erased = self.store.erased()?.len();
        if erased < erasures {
            found.problem(format!(
                "keys.db: rolled back: it knows of {erased} erasures, the audit of {erasures}; erase those customers again"
            ));
        }
        Ok(())
    }

    /// `generations` counts how often each record was replaced by one without what was no longer agreed to.
    fn written(&self, entry: &AuditEntry, generations: &mut HashMap<i64, u32>, found: &mut Verified) -> Result<()> {
        match entry.action.as_str() {
            "append" | "amend" | "strip" => {
                let Ok(seq) = entry.subject.parse::<i64>() else { return Ok(()) };
                let mut suffix = String::new();
                if entry.action == "strip" {
                    let generation = generations.entry(seq).or_insert(1);
                    *generation += 1;
                    suffix = format!("/{generation}");
                } else {
                    found.records += 1;
                }
                let mut objects = Vec::new();
                for class in entry.detail.split("; ").next().unwrap_or_default().split(',') {
                    match self.object(seq, class, &suffix)? {
                        Object::Is(hash) => objects.push((class, hash)),
                        Object::Altered => return self.altered(seq, class, "altered", found),
                        Object::Missing => return self.altered(seq, class, "removed", found),
                    }
                }
                if hex(&combined(&objects)) != entry.digest {
                    self.altered(seq, "record", "altered", found)?;
                }
            }
            "purge" | "erase" | "erase again" | "withdraw"
                if hex(&self.tombstones_of(entry.sequence)?) != entry.digest =>
            {
                found.problem(format!("audit row {}: its tombstones were altered", entry.sequence));
            }
            _ => {}
        }
        Ok(())
    }

    fn altered(&self, seq: i64, class: &str, how: &str, found: &mut Verified) -> Result<()> {
        let call: Option<String> = self
            .db
            .query_row("SELECT call FROM calls WHERE seq = ?", [seq], |row| row.get(0))
            .optional()
            .map_err(|e| self.failed(e))?;
        let name = call.map_or(String::new(), |call| format!(" (call {call})"));
        found.problem(format!("record {seq}{name}: its {class} was {how}"));
        Ok(())
    }

    /// The hash of one object: of what was rightfully removed, or computed from what is there.
    fn object(&self, seq: i64, class: &str, suffix: &str) -> Result<Object> {
        let failed = |e| self.failed(e);
        let buried: Option<[u8; 32]> = self
            .db
            .prepare_cached("SELECT hash FROM tombstone WHERE seq = ? AND class = ?")
            .and_then(|mut s| s.query_row((seq, format!("{class}{suffix}")), |row| row.get(0)).optional())
            .map_err(failed)?;
        if let Some(hash) = buried {
            return Ok(Object::Is(hash));
        }
        let (stored, computed): (Option<[u8; 32]>, Option<[u8; 32]>) = match class {
            "facts" | "link" => {
                let row: Option<(Hash, Option<Vec<u8>>, Facts)> = self
                    .db
                    .prepare_cached(&format!("SELECT hash, link, {COLUMNS} FROM calls WHERE seq = ?"))
                    .and_then(|mut s| {
                        s.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?, Facts::from_row(row, 2)?))).optional()
                    })
                    .map_err(failed)?;
                match (class, row) {
                    (_, None) => (None, None),
                    ("facts", Some((hash, _, facts))) => {
                        (hash, hash.filter(|hash| facts.has_hash(hash)).or_else(|| Some(facts.hash())))
                    }
                    (_, Some((_, tie, facts))) => {
                        let tie = tie.unwrap_or_default();
                        let (link, salt) =
                            tie.split_first_chunk().map_or((None, &[][..]), |(l, salt)| (Some(*l), salt));
                        (link, facts.link(seq, salt))
                    }
                }
            }
            class => {
                let row: Option<([u8; 32], Vec<u8>)> = self
                    .db
                    .prepare_cached("SELECT hash, sealed FROM content WHERE seq = ? AND class = ?")
                    .and_then(|mut s| s.query_row((seq, class), |row| Ok((row.get(0)?, row.get(1)?))).optional())
                    .map_err(failed)?;
                row.map_or((None, None), |(hash, bytes)| (Some(hash), Some(digest(&[class.as_bytes(), &bytes]))))
            }
        };
        Ok(match (stored, computed) {
            (Some(stored), Some(computed)) if stored == computed => Object::Is(computed),
            (None, None) => Object::Missing,
            _ => Object::Altered,
        })
    }

    /// Rows that no audit row speaks of.
    fn strays(&self, found: &mut Verified) -> Result<()> {
        let mut count = |query: &str, what: &str| -> Result<u64> {
            let rows: Vec<i64> = self
                .db
                .prepare(query)
                .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
                .map_err(|e| self.failed(e))?;
            for seq in &rows {
                found.problem(format!("record {seq}: {what}"));
            }
            Ok(rows.len() as u64)
        };
        count(
            "SELECT seq FROM calls WHERE seq NOT IN (SELECT CAST(subject AS INTEGER) FROM audit WHERE action IN ('append', 'amend'))",
            "was added without an audit row",
        )?;
        count("SELECT DISTINCT seq FROM content WHERE seq NOT IN (SELECT seq FROM calls)", "content without its call")?;
        count(
            "SELECT a.seq FROM calls a WHERE superseded = 1 AND NOT EXISTS (SELECT 1 FROM calls b WHERE b.call = a.call AND b.revision > a.revision)",
            "was hidden: it is marked as superseded and nothing supersedes it",
        )?;
        count(
            "SELECT seq FROM tombstone WHERE audit NOT IN (SELECT seq FROM audit WHERE action IN ('purge', 'erase', 'erase again', 'withdraw'))",
            "a tombstone without an audit row",
        )?;
        found.tombstones = self
            .db
            .query_row("SELECT count(*) FROM tombstone", [], |row| row.get::<_, i64>(0))
            .map_err(|e| self.failed(e))? as u64;
        Ok(())
    }

    /// Sealed content whose key is gone without an erasure.
    fn customers(&self, found: &mut Verified) -> Result<()> {
        let known: HashMap<String, ()> = self
            .store
            .connection()
            .prepare("SELECT pseudonym FROM keys UNION SELECT pseudonym FROM erased")
            .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, ())))?.collect())
            .map_err(|e| self.failed(e))?;
        let owners: Vec<String> = self
            .db
            .prepare("SELECT DISTINCT customer FROM content WHERE class <> 'detail' AND customer IS NOT NULL")
            .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
            .map_err(|e| self.failed(e))?;
        let lost = owners.iter().filter(|owner| !known.contains_key(*owner)).count();
        if lost > 0 {
            found.problem(format!("keys.db: the keys of {lost} customers were removed, who were not erased"));
        }
        Ok(())
    }
}

type Hash = Option<[u8; 32]>;

enum Object {
    Is([u8; 32]),
    Altered,
    Missing,
}
