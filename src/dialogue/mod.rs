//! A whole call as a pure state machine: events with times of the sample clock go in, commands come out.
//!
//! ```text
//! notice ─▶ question ─▶ answer ─┬▶ read-back ─▶ answer ─┐
//!              ▲                ├▶ question again       ├▶ decision ─▶ closing words + outro ─▶ end
//!              └────────────────┘                       └▶ decision ─▶ soothing music + hand-over ─▶ end
//! ```

mod call;
mod command;
mod ending;
mod event;
mod reply;
mod report;
mod settings;
mod turn;

pub use call::Call;
pub use command::Command;
pub use event::Event;
pub use reply::{Reply, reply, reply_to_read_back};
pub use report::{CallReport, Outcome, TurnReport};
pub use settings::CallSettings;
