//! The record of calls: what each one leaves behind, kept sealed, and who may read what.
//!
//! [`CallRecord`] is always there; the encrypted [`Ledger`] needs feature `ledger`.

mod call_record;

#[cfg(feature = "ledger")]
mod anchor;
#[cfg(feature = "ledger")]
mod append;
#[cfg(feature = "ledger")]
mod audit;
#[cfg(feature = "ledger")]
mod facts;
#[cfg(feature = "ledger")]
mod folder;
#[cfg(feature = "ledger")]
mod key;
#[cfg(feature = "ledger")]
mod key_store;
#[cfg(feature = "ledger")]
mod ledger;
#[cfg(feature = "ledger")]
mod maintain;
#[cfg(feature = "ledger")]
mod parts;
#[cfg(feature = "ledger")]
mod read;
#[cfg(feature = "ledger")]
mod restore;
#[cfg(all(test, feature = "ledger"))]
mod restore_tests;
#[cfg(feature = "ledger")]
mod retention;
#[cfg(feature = "ledger")]
mod rights;
#[cfg(all(test, feature = "ledger"))]
mod rights_tests;
#[cfg(feature = "ledger")]
mod ring;
#[cfg(feature = "ledger")]
mod roles;
#[cfg(feature = "ledger")]
mod schema;
#[cfg(feature = "ledger")]
mod seal;
#[cfg(feature = "ledger")]
mod sql;
#[cfg(feature = "ledger")]
mod tasks;
#[cfg(feature = "ledger")]
mod verify;
#[cfg(all(test, feature = "ledger"))]
mod verify_tests;
#[cfg(feature = "ledger")]
mod withdraw;

pub(crate) use call_record::words_and_needs;
pub use call_record::{CallRecord, Customer, ExperimentArm, OutroPlayed, Response, SentimentSummary, WordFound};

#[cfg(feature = "ledger")]
pub use append::{Appended, Imported};
#[cfg(feature = "ledger")]
pub use audit::{AuditEntry, Head};
#[cfg(feature = "ledger")]
pub use facts::Facts;
#[cfg(feature = "ledger")]
pub use key::Key;
#[cfg(feature = "ledger")]
pub(crate) use key::hex;
#[cfg(feature = "ledger")]
pub(crate) use ledger::hmac;
#[cfg(feature = "ledger")]
pub use ledger::{Clock, Ledger, system_clock};
#[cfg(feature = "ledger")]
pub use read::{FactsFilter, OpenedCall};
#[cfg(feature = "ledger")]
pub use retention::{Class, Purged, Retention};
#[cfg(feature = "ledger")]
pub use rights::{Erased, Export};
#[cfg(feature = "ledger")]
pub use roles::{Right, Role};
#[cfg(feature = "ledger")]
pub use tasks::{NewTask, Task, TaskStatus};
#[cfg(feature = "ledger")]
pub use verify::Verified;
