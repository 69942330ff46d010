//! What the record teaches: figures with intervals, segments, experiments, alerts, follow-ups, a page.

mod alerts;
mod collect;
mod customers;
#[cfg(test)]
mod customers_tests;
mod dates;
mod experiment;
mod follow_up;
mod join;
mod page;
mod row;
mod source;
mod statistics;
mod summary;
#[cfg(feature = "ledger")]
mod webhook;

pub use alerts::{Alert, AlertRules, Alerts};
pub use collect::{Collector, Settings, Tally};
pub use customers::{Profile, Segment};
pub use dates::{local, moment, zone};
pub use experiment::{ArmResult, BandResult, assign};
pub use follow_up::{CallingHours, Occasion, Plan, plan};
pub use join::{Join, Joined, read_csv};
pub use page::page;
pub use row::Row;
pub use source::{Filter, read_results};
pub use statistics::{Difference, LineSums, Mean, Net, Share, Sums, TwoShares, independence, two_shares, welch};
pub use summary::{
    CountFigures, Figures, Grouping, Insight, MentionFigures, Named, OutroFigures, Repeats, SegmentFigures, Trend,
};
#[cfg(feature = "ledger")]
pub use webhook::{Delivery, Webhook};
