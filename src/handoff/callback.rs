//! Tasks to call somebody back: one line of JSON each, appended whole or not at all.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::units::{Language, Rating};

/// Why somebody is to call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackReason {
    /// No human could be reached during the call.
    NobodyFree,
    /// The caller asked to be called another time.
    CallLater,
    /// The caller hung up while waiting for a human.
    HungUpWaiting,
}

/// A task to call back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackTask {
    /// The integrator's own name for the call.
    pub call: String,
    pub reason: CallbackReason,
    pub language: Language,
    pub rating: Option<Rating>,
    /// Seconds since 1970 (UTC), when the task arose.
    pub created_unix_s: u64,
    /// What the hand-over failed of, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A file of tasks, JSON Lines.
#[derive(Clone, Debug)]
pub struct CallbackFile {
    path: PathBuf,
}

impl CallbackFile {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a task and flushes it to the disk. A line that a crash cut off is closed first, so that it cannot
    /// swallow this one; what was written before stays untouched.
    ///
    /// # Errors
    /// The file system's, naming the file; a task that could not be written whole is taken out again.
    pub fn append(&self, task: &CallbackTask) -> Result<()> {
        let failed = |error: std::io::Error| Error::io(&self.path, &error);
        let json = serde_json::to_string(task)
            .map_err(|e| Error::new(ErrorKind::Internal, "callback", format!("cannot be written as JSON: {e}")))?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path).map_err(failed)?;
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let cut_off = length > 0 && {
            let mut last = [0];
            file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(failed)?;
            last != *b"\n"
        };
        // One write, so that lines of two processes cannot mix.
        let line = format!("{}{json}\n", if cut_off { "\n" } else { "" });
        file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(|error| {
            // Best effort: the first error is the one worth reporting.
            let _ = file.set_len(length);
            failed(error)
        })
    }

    /// The tasks, oldest first; lines that a crash cut off are left out. A file that is not there has none.
    ///
    /// # Errors
    /// The file system's, naming the file.
    pub fn tasks(&self) -> Result<Vec<CallbackTask>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => {
                Ok(bytes.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::io(&self.path, &error)),
        }
    }
}
