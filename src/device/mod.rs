//! Sound devices: which there are, which one is meant, in which format it runs, and what has gone wrong with it.

mod fault;
mod format;
mod list;

pub(crate) use fault::Watch;
pub use fault::{DeviceState, Faults};
pub(crate) use format::open_first;
pub use format::{Format, Offer, formats_to_try};
pub use list::{DeviceInfo, devices};
pub(crate) use list::{Direction, find, offers};
