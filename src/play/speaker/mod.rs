//! A speaker as the sink of a mixer.

mod outlet;
mod stream;

pub use outlet::{Outlet, Tape, tape};
pub use stream::Speaker;
