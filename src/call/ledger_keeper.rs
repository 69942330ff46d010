//! Keeping a call in the ledger: sealed, and on the disk before the ending sounds.

use super::keeper::Keeper;
use crate::dialogue::CallReport;
use crate::error::Result;
use crate::handoff::CallbackReason;
use crate::record::{CallRecord, Ledger, system_clock};

/// Reports as records of a ledger, each later one a revision of the same call; tasks to call back go to another keeper.
pub struct LedgerKeeper {
    ledger: Ledger,
    others: Box<dyn Keeper>,
    /// Start of the call, milliseconds since 1970: one call, one start, whatever the clock does meanwhile.
    started: i64,
}

impl LedgerKeeper {
    /// For one call that starts now. `ledger` must be open with a key that may store calls; `others` keeps reports and
    /// tasks as well.
    pub fn new(ledger: Ledger, others: Box<dyn Keeper>) -> Self {
        Self { ledger, others, started: system_clock() }
    }
}

impl Keeper for LedgerKeeper {
    fn report(&mut self, call: &str, report: &CallReport) -> Result<()> {
        let kept = self.ledger.append(&CallRecord::of_report(call, self.started, report)).map(|_| ());
        // Both are tried, so that a full disk of one does not keep the other from it.
        self.others.report(call, report).and(kept)
    }

    fn call_back(
        &mut self,
        call: &str,
        reason: CallbackReason,
        report: &CallReport,
        problem: Option<&str>,
    ) -> Result<()> {
        self.others.call_back(call, reason, report, problem)
    }
}
