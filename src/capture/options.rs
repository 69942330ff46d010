//! What a caller may choose about reading a recording.

use crate::error::{Error, ErrorKind, Result};

/// Which channel of a recording becomes mono sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The mean of all channels. Where the channels cancel (one is the other with reversed polarity), the
    /// loudest channel is taken instead, with a warning.
    #[default]
    Mix,
    /// One channel, counted from 0: in a call recorded in stereo, the caller's side.
    Index(usize),
}

impl Channel {
    pub const LEFT: Self = Self::Index(0);
    pub const RIGHT: Self = Self::Index(1);
}

/// How a recording is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadOptions {
    /// Which channel is heard. Ignored where stereo is asked for.
    pub channel: Channel,
    /// The longest sound that is read, in seconds: above 0, finite. Default 900.
    pub max_seconds: f64,
    /// Whether a recording that ends before its header says is read as far as it goes, with a warning.
    ///
    /// Off by default: in "three, no, four" it is the end that counts, so half an answer is not an answer.
    pub accept_truncated: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { channel: Channel::Mix, max_seconds: 900.0, accept_truncated: false }
    }
}

impl ReadOptions {
    /// # Errors
    /// [`ErrorKind::Usage`] if `max_seconds` is not a positive, finite number.
    pub(super) fn check(&self) -> Result<()> {
        if self.max_seconds.is_finite() && self.max_seconds > 0.0 {
            return Ok(());
        }
        let problem = format!("expected a positive number of seconds, got {}", self.max_seconds);
        Err(Error::new(ErrorKind::Usage, "max_seconds", problem))
    }
}
