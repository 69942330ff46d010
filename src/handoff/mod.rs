//! Handing a caller to a human: a typed state machine behind a trait, so that any telephone system can stand behind it.

mod adapter;
mod callback;
mod command;
mod console;
mod course;
mod state;

pub use adapter::{Adapter, HandoffRequest, Line};
pub use callback::{CallbackFile, CallbackReason, CallbackTask};
pub use command::CommandAdapter;
pub use console::ConsoleAdapter;
pub use course::Handoff;
pub use state::{News, State};
