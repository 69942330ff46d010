//! Keeping a call in the ledger: sealed, and on the disk before the ending sounds.

use super::keeper::{Keeper, Particulars};
use crate::dialogue::CallReport;
use crate::error::Result;
use crate::handoff::CallbackReason;
use crate::record::{CallRecord, Ledger, system_clock};

/// Adds to a record what the integrator knows: customer, agent, queue, hashes of models, words and needs.
pub type Describe = Box<dyn Fn(&mut CallRecord) + Send>;

/// Reports as records of a ledger, each later one a revision of the same call; tasks to call back go to another keeper.
pub struct LedgerKeeper {
    ledger: Ledger,
    others: Box<dyn Keeper>,
    describe: Describe,
    /// Start of the call, milliseconds since 1970: one call, one start, whatever the clock does meanwhile.
    started: i64,
}

impl LedgerKeeper {
    /// For one call that starts now. `ledger` must be open with a key that may store calls; `others` keeps reports and
    /// tasks as well. `describe` completes each record before it is stored; what the caller did not agree to is left
    /// out after it.
    pub fn new(ledger: Ledger, others: Box<dyn Keeper>, describe: Describe) -> Self {
        Self { ledger, others, describe, started: system_clock() }
    }
}

impl Keeper for LedgerKeeper {
    fn report(&mut self, call: &str, report: &CallReport, particulars: &Particulars) -> Result<()> {
        let mut record = CallRecord::of_report(call, self.started, report);
        record.transcript = Some(particulars.said.join("\n")).filter(|text| !text.is_empty());
        record.outro.clone_from(&particulars.outro);
        record.timings_ms.extend(particulars.after_speech_ms.map(|ms| ("after_speech".to_owned(), ms)));
        (self.describe)(&mut record);
        let kept = self.ledger.append(&record).map(|_| ());
        // Both are tried, so that a full disk of one does not keep the other from it.
        self.others.report(call, report, particulars).and(kept)
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
