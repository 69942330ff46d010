//! A call as it happens: hearing, dialogue, music and hand-over wired together on one sample clock.
//!
//! [`Conversation`] is the whole wiring and owns no thread, clock or device: the caller's sound goes in, cues for a
//! mixer come out, and utterances to understand are handed out and their answers handed back. [`run`] drives one in
//! real time (the only asynchronous code); tests and offline renderings drive it by the sample clock.

mod conversation;
#[cfg(feature = "microphone")]
mod devices;
mod ear;
mod happening;
mod keeper;
#[cfg(feature = "ledger")]
mod ledger_keeper;
mod line;
mod offline;
mod orders;
mod run;
mod settings;
mod sounds;
mod stage;
mod understanding;
mod view;

pub use conversation::Conversation;
#[cfg(feature = "microphone")]
pub use devices::{MicrophoneSource, SpeakerSink};
pub use ear::Duplex;
pub use happening::{Happening, Note};
pub use keeper::{FolderKeeper, Keeper, Particulars};
#[cfg(feature = "ledger")]
pub use ledger_keeper::{Describe, LedgerKeeper};
pub use line::{LineState, Recorded, Rendered, Sink, Source};
pub use offline::run_offline;
pub use run::{Request, Screen, Understand, run};
pub use settings::{ConversationSettings, Job};
pub use sounds::{Sounds, SoundsSettings, music_track};
pub use view::{Speech, View};
