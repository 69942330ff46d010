//! A look-ahead limiter that holds the true peak of both channels below a ceiling.

mod envelope;
mod peaks;
mod stage;

pub(super) use stage::CEILING;
pub use stage::TruePeakLimiter;
