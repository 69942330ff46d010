//! Sounding: a plan becomes samples. Knows nothing of ratings.

mod crossfade;
mod duck;
mod fade;
mod limiter;
mod mixer;
mod plan;
mod remote;
mod render;
#[cfg(feature = "microphone")]
mod speaker;
mod timeline;
mod track;
mod voice;
mod voices;

pub use crossfade::{CrossfadeSettings, Crossfaded, crossfade};
pub use limiter::TruePeakLimiter;
pub use mixer::{Mixer, MixerSettings};
pub use plan::{Action, Cue, EndingParts, PlayPlan};
pub use remote::{MixerStatus, Remote};
pub use render::{render, render_with_timeline};
#[cfg(feature = "microphone")]
pub use speaker::{Outlet, Speaker, Tape, tape};
pub use timeline::{Timeline, TimelinePoint, TrackLevel};
pub use track::{Channels, LoopMarks, Loudness, Sink, Track, TrackSettings};
