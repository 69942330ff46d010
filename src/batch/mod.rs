//! A folder of recordings in, ratings and moods of all of them out, and how far to trust them.
//!
//! ```text
//! folder or manifest ─▶ Listing ─▶ workers (listen, judge) ─▶ results.jsonl ─▶ Report ─▶ index.html, report.json
//!                                                         └▶ quarantine.jsonl, timings.jsonl   └▶ Comparison
//! ```
//!
//! # The results file
//! `results.jsonl` holds one [`Row`] a line (JSON, UTF-8), in the order in which answers were done; sorted, it is the
//! same for every run over the same recordings with the same models, policy and terms, on any number of threads and
//! however often the run was interrupted. So what differs from run to run, the time that things took, lies in
//! `timings.jsonl` (`file`, `channel`, `timings_ms`). A recording that could not be done has its line in
//! `quarantine.jsonl` instead ([`Refusal`]: `file`, `channel`, `kind`, `reason`); it has none in `results.jsonl`.
//!
//! | field of a row | meaning |
//! |---|---|
//! | `file` | path below the folder (or below the manifest's), `/` between parts |
//! | `channel` | `left`, `right` or a number from 0; absent where all channels are mixed. (`file`, `channel`) is unique |
//! | `language` | `zh` or `en`, in which the answer was listened to |
//! | `seconds`, `speech_s` | length of the recording, and of the speech in it |
//! | `keys` | telephone keys heard, absent if none |
//! | `rating` | `value` 1–5 or null, `posterior` of the five levels, `none`, `source` `speech`/`keypad`/null |
//! | `transcript` | `text`, `language`; null where no speech was found |
//! | `intents` | P(`human`), P(`repeat`), P(`later`), and P(`no_calls`) and P(`wrong_number`) where there is one |
//! | `sentiment` | `score` −1…1, `label`; null without words |
//! | `voice` | `angry`, `sad`, `neutral`, `happy`, `negative`, `arousal`, `valence`, `confidence`; null without speech |
//! | `decision` | as `codetta rate` prints it: `action`, `outro`, `band`, `rating`, `satisfaction`, `mean`, `reasons`, `policy_hash` … |
//! | `truth` | what the manifest said: `rating` (1–5 or `"none"`), `intent`, `sentiment`, `emotion`, `action`; absent if nothing |
//!
//! Ratings are canonical (5 is best) everywhere, those of the truth as well.

mod compare;
mod journal;
mod label;
mod listing;
mod manifest;
mod parquet_manifest;
mod rated;
mod report;
mod retry;
mod row;
mod run;
mod settings;
mod stats;
mod suspect;
mod table;
mod worker;

pub use compare::{Change, Comparison, Paired, PairedMean, compare};
pub use label::{Emotion, Intent, TrueRating, Truth};
pub use listing::{Item, Listing, Side};
pub use rated::{Rated, RatingRecord, SentimentRecord, rate, rated};
pub use report::{
    Agreement, Bar, Bin, Confusion, Counts, CoveragePoint, Decisions, Disagreement, Latency, Reliability, Report,
    Spread, page, report,
};
pub use row::{Refusal, Row, Timed};
pub use run::{Alone, Batch, Outcome, Progress, RESULTS, run};
pub use settings::{Model, Settings};
pub use stats::Share;
pub use table::TableKind;
