//! Who may do what.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A role, with a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Serves callers: stores calls, opens one call or task at a time.
    Agent,
    /// Learns from the whole: figures, lexicon words and tasks; no transcript, name or number.
    Analyst,
    /// Checks: the audit, retention, verification; no figures and no content.
    Auditor,
    /// Everything, including keys and erasure.
    Administrator,
}

/// What can be done with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Store calls.
    Append,
    /// Open transcripts, names and numbers.
    Content,
    /// Read the figures of calls.
    Analyse,
    /// List, assign and close tasks.
    Tasks,
    /// Read and verify the audit.
    Audit,
    /// Keys, retention, export, erasure, restoring.
    Administer,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Agent, Self::Analyst, Self::Auditor, Self::Administrator];

    /// Whether the program lets this role do it. Only [`Right::Content`] is also withheld by cryptography.
    pub fn may(self, right: Right) -> bool {
        match self {
            Self::Agent => matches!(right, Right::Append | Right::Content | Right::Tasks),
            Self::Analyst => matches!(right, Right::Analyse | Right::Tasks),
            Self::Auditor => matches!(right, Right::Audit),
            Self::Administrator => true,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Append => "store calls",
            Self::Content => "open transcripts, names or phone numbers",
            Self::Analyse => "read the figures of calls",
            Self::Tasks => "work on tasks",
            Self::Audit => "read the audit",
            Self::Administer => "administer the ledger",
        })
    }
}
