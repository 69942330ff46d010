//! Keys: from tones in the audio, or signalled by a call leg; both come out as [`KeyPress`], and a [`Gatherer`] makes
//! an answer of them.

mod decimate;
mod detector;
mod door;
mod ear;
mod fit;
mod gather;
mod gather_policy;
mod key;

pub use detector::{Detector, KeyEvent, detect};
pub use door::{Door, Origin};
pub use gather::{Gatherer, Keyed, Outcome, Step};
pub use gather_policy::{Failure, GatherPolicy, Retry, ZeroKey};
pub use key::{Key, KeyPress};
