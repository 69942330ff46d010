//! The library of outros and prompts: what there is, and which one fits.

mod calls;
mod check;
mod embedded;
mod library;
mod manifest;
mod prompt;
mod select;

pub use calls::{SampleCall, sample_calls};
pub use check::{Finding, Severity, check_library, check_prompt, check_track};
pub use library::{AUDIO_VARIABLE, Library, SoundFile};
pub use manifest::{Brand, Outro, Prompt, Tone};
pub use prompt::PromptId;
pub use select::{Fallback, PlayHistory, Selection, select};
