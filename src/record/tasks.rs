//! Tasks that arise from calls: what is to be done, by whom, until when, and how it was solved.

use rusqlite::{Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::audit::Note;
use super::ledger::Ledger;
use super::roles::Right;
use super::sql::digest;
use crate::error::{Error, ErrorKind, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TaskStatus {
    Open,
    Assigned,
    Closed,
}

impl TaskStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::Closed => "closed",
        }
    }
}

/// A task to be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    pub call: String,
    /// Pseudonym.
    pub customer: Option<String>,
    /// Name of the rule that raised it; one call raises one task by each rule.
    pub rule: String,
    pub reason: String,
    /// Milliseconds since 1970.
    pub due: i64,
    pub effect: String,
}

/// A task as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: i64,
    pub created_unix_ms: i64,
    pub call: String,
    pub customer: Option<String>,
    pub rule: String,
    pub reason: String,
    pub owner: Option<String>,
    pub due_unix_ms: i64,
    pub expected_effect: String,
    pub status: TaskStatus,
    pub solution: Option<String>,
    pub closed_unix_ms: Option<i64>,
    pub sent_unix_ms: Option<i64>,
}

impl Ledger {
    /// Raises tasks; one that was raised before (same call and rule) is not raised again. Returns how many are new.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for a role without tasks; the database's.
    pub fn raise(&self, tasks: &[NewTask]) -> Result<usize> {
        self.require(Right::Tasks)?;
        let now = (self.clock)();
        self.write(|ledger| {
            let mut raised = 0;
            for task in tasks {
                let NewTask { call, customer, rule, reason, due, effect } = task;
                let new = ledger
                    .db
                    .prepare_cached(
                        "INSERT OR IGNORE INTO tasks (created, call, customer, rule, reason, due, effect, status)
                         VALUES (?, ?, ?, ?, ?, ?, ?, 'open')",
                    )
                    .and_then(|mut insert| insert.execute(params![now, call, customer, rule, reason, due, effect]))
                    .map_err(|e| ledger.failed(e))?;
                if new > 0 {
                    raised += 1;
                    let id = ledger.db.last_insert_rowid();
                    ledger.note_task("task raised", id, rule)?;
                }
            }
            Ok(raised)
        })
    }

    /// Tasks of a status (or all), those due first.
    ///
    /// # Errors
    /// As for [`Ledger::raise`].
    pub fn tasks(&self, status: Option<TaskStatus>, owner: Option<&str>) -> Result<Vec<Task>> {
        self.require(Right::Tasks)?;
        let status = status.map(TaskStatus::name);
        self.note_read("tasks", format!("status {}, owner {}", status.unwrap_or("any"), owner.unwrap_or("any")))?;
        self.tasks_where("status = ifnull(?1, status) AND (?2 IS NULL OR owner = ?2)", &[&status, &owner])
    }

    pub(super) fn tasks_where(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<Task>> {
        let query = format!(
            "SELECT id, created, call, customer, rule, reason, owner, due, effect, status, solution, closed, sent
             FROM tasks WHERE {condition} ORDER BY due, id"
        );
        self.db
            .prepare(&query)
            .and_then(|mut select| select.query_map(values, task)?.collect())
            .map_err(|e| self.failed(e))
    }

    /// Gives an open task an owner, and a new due date if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown task, [`ErrorKind::Usage`] for a closed one.
    pub fn assign(&self, id: i64, owner: &str, due: Option<i64>) -> Result<Task> {
        self.change(id, "task assigned", owner, |ledger| {
            ledger.db.execute(
                "UPDATE tasks SET owner = ?2, due = ifnull(?3, due), status = 'assigned' WHERE id = ?1",
                params![id, owner, due],
            )
        })
    }

    /// Closes a task. How it was solved must be said.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] without a solution or for a closed task, [`ErrorKind::NotFound`] for an unknown one.
    pub fn close(&self, id: i64, solution: &str) -> Result<Task> {
        if solution.trim().is_empty() {
            let problem = "say how it was solved (--solution TEXT): a task without a solution stays open";
            return Err(Error::new(ErrorKind::Usage, format!("task {id}"), problem));
        }
        let now = (self.clock)();
        self.change(id, "task closed", solution.trim(), |ledger| {
            ledger.db.execute(
                "UPDATE tasks SET status = 'closed', solution = ?2, closed = ?3 WHERE id = ?1",
                params![id, solution.trim(), now],
            )
        })
    }

    /// Notes that tasks were delivered to another system.
    ///
    /// # Errors
    /// As for [`Ledger::raise`].
    pub fn mark_sent(&self, id: i64) -> Result<()> {
        self.require(Right::Tasks)?;
        let now = (self.clock)();
        self.write(|ledger| {
            ledger
                .db
                .execute("UPDATE tasks SET sent = ?2 WHERE id = ?1", params![id, now])
                .map_err(|e| ledger.failed(e))?;
            ledger.note_task("task sent", id, "")
        })
    }

    fn change(
        &self,
        id: i64,
        action: &str,
        what: &str,
        update: impl FnOnce(&Self) -> rusqlite::Result<usize>,
    ) -> Result<Task> {
        self.require(Right::Tasks)?;
        self.write(|ledger| {
            let one = || ledger.tasks_where("id = ?", &[&id]).map(|tasks| tasks.into_iter().next());
            let subject = format!("task {id}");
            match one()? {
                None => return Err(Error::new(ErrorKind::NotFound, subject, "there is no such task")),
                Some(task) if task.status == TaskStatus::Closed => {
                    return Err(Error::new(ErrorKind::Usage, subject, "it is closed already"));
                }
                Some(_) => {}
            }
            update(ledger).map_err(|e| ledger.failed(e))?;
            ledger.note_task(action, id, what)?;
            one()?.ok_or_else(|| Error::new(ErrorKind::Internal, subject, "it vanished while it was changed"))
        })
    }

    /// Free text stays out of the audit, which outlives an erasure: its hash is enough.
    fn note_task(&self, action: &str, id: i64, what: &str) -> Result<()> {
        let digest = (!what.is_empty()).then(|| digest(&[action.as_bytes(), what.as_bytes()]));
        self.note(Note { action, subject: format!("task {id}"), detail: String::new(), digest }).map(|_| ())
    }
}

fn task(row: &Row) -> rusqlite::Result<Task> {
    let status = match row.get::<_, String>(9)?.as_str() {
        "open" => TaskStatus::Open,
        "assigned" => TaskStatus::Assigned,
        _ => TaskStatus::Closed,
    };
    Ok(Task {
        id: row.get(0)?,
        created_unix_ms: row.get(1)?,
        call: row.get(2)?,
        customer: row.get(3)?,
        rule: row.get(4)?,
        reason: row.get(5)?,
        owner: row.get(6)?,
        due_unix_ms: row.get(7)?,
        expected_effect: row.get(8)?,
        status,
        solution: row.get(10)?,
        closed_unix_ms: row.get(11)?,
        sent_unix_ms: row.get(12)?,
    })
}
