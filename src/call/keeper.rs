//! Where a call's report and tasks to call back are kept.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::dialogue::CallReport;
use crate::error::{Error, ErrorKind, Result};
use crate::files::write_whole;
use crate::handoff::{CallbackFile, CallbackReason, CallbackTask};
use crate::record::OutroPlayed;

/// What a call leaves behind beside its report. It holds the caller's own words: whoever stores it seals them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Particulars {
    /// What was said, answer by answer; empty when all was keyed.
    pub said: Vec<String>,
    /// What sounds at the end, as soon as it does.
    pub outro: Option<OutroPlayed>,
    /// From the last word to the ending's cue, milliseconds.
    pub after_speech_ms: Option<f64>,
}

/// Keeps what a call leaves behind. A failure is reported and the call goes on.
pub trait Keeper: Send {
    /// Keeps the report as it stands; a later one replaces it. The first comes before the ending sounds.
    ///
    /// # Errors
    /// Those of where it is kept.
    fn report(&mut self, call: &str, report: &CallReport, particulars: &Particulars) -> Result<()>;

    /// Keeps a task to call back; `problem` is what the hand-over failed of.
    ///
    /// # Errors
    /// Those of where it is kept.
    fn call_back(
        &mut self,
        call: &str,
        reason: CallbackReason,
        report: &CallReport,
        problem: Option<&str>,
    ) -> Result<()>;
}

/// Reports as `CALL.json` and tasks in `callbacks.jsonl`, both in one folder; in the clear, so without what was said.
pub struct FolderKeeper {
    folder: PathBuf,
}

impl FolderKeeper {
    /// # Errors
    /// The file system's, when the folder cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
        Ok(Self { folder })
    }
}

impl Keeper for FolderKeeper {
    fn report(&mut self, call: &str, report: &CallReport, _: &Particulars) -> Result<()> {
        let json = serde_json::to_string(report)
            .map_err(|e| Error::new(ErrorKind::Internal, "report", format!("cannot be written as JSON: {e}")))?;
        write_whole(&self.folder.join(format!("{call}.json")), format!("{json}\n").as_bytes())
    }

    fn call_back(
        &mut self,
        call: &str,
        reason: CallbackReason,
        report: &CallReport,
        problem: Option<&str>,
    ) -> Result<()> {
        let created_unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let (language, rating, problem) = (report.language, report.rating, problem.map(str::to_owned));
        let task = CallbackTask { call: call.to_owned(), reason, language, rating, created_unix_s, problem };
        CallbackFile::new(self.folder.join("callbacks.jsonl")).append(&task)
    }
}

/// Keeps nothing: for a demonstration.
impl Keeper for () {
    fn report(&mut self, _: &str, _: &CallReport, _: &Particulars) -> Result<()> {
        Ok(())
    }

    fn call_back(&mut self, _: &str, _: CallbackReason, _: &CallReport, _: Option<&str>) -> Result<()> {
        Ok(())
    }
}
