//! How long each stage of an answer took.

use std::time::{Duration, Instant};

use serde::{Serialize, Serializer, ser::SerializeMap};

/// The stages that are timed, in the order of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Read,
    Keypad,
    Resample,
    Segment,
    Hear,
    Voice,
    Prosody,
    Sentiment,
    Judge,
}

impl Stage {
    const ALL: [Self; 9] = [
        Self::Read,
        Self::Keypad,
        Self::Resample,
        Self::Segment,
        Self::Hear,
        Self::Voice,
        Self::Prosody,
        Self::Sentiment,
        Self::Judge,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Keypad => "keypad",
            Self::Resample => "resample",
            Self::Segment => "segment",
            Self::Hear => "hear",
            Self::Voice => "voice",
            Self::Prosody => "prosody",
            Self::Sentiment => "sentiment",
            Self::Judge => "judge",
        }
    }
}

/// Wall time by stage. Stages that run beside each other each count in full, so `total` is kept on its own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    stages: [Duration; Stage::ALL.len()],
    total: Duration,
}

impl Timings {
    /// Runs `work` and adds its wall time to `stage`.
    pub fn time<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = work();
        self.add(stage, start.elapsed());
        value
    }

    pub fn add(&mut self, stage: Stage, duration: Duration) {
        self.stages[stage as usize] += duration;
    }

    /// Wall time of one stage.
    pub fn stage(&self, stage: Stage) -> Duration {
        self.stages[stage as usize]
    }

    /// Sets the wall time of the whole.
    pub fn set_total(&mut self, duration: Duration) {
        self.total = duration;
    }

    /// Adds the stages that `other` measured; the whole stays as it is.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.stages.iter_mut().zip(&other.stages) {
            *mine += *theirs;
        }
    }

    /// Wall time of the whole, from reading to the decision.
    pub fn total(&self) -> Duration {
        self.total
    }
}

/// Milliseconds with two decimals by stage name; stages that did not run are left out; `total` is last.
impl Serialize for Timings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let milliseconds = |d: Duration| (d.as_secs_f64() * 1e5).round() / 100.0;
        let mut map = serializer.serialize_map(None)?;
        for stage in Stage::ALL {
            let duration = self.stage(stage);
            if duration > Duration::ZERO {
                map.serialize_entry(stage.name(), &milliseconds(duration))?;
            }
        }
        map.serialize_entry("total", &milliseconds(self.total))?;
        map.end()
    }
}
