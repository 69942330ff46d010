//! The rating beside the words and the voice, and what was decided: all of it needs no truth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tally::sentiment;
use crate::batch::row::Row;
use crate::batch::stats::{Share, spearman};
use crate::judge::{Action, Band};

/// The rating's band beside one other source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agreement {
    pub n: u64,
    /// Low with negative, middle with neutral, best with positive.
    pub agree: Share,
    /// Best with negative, or low with positive.
    pub opposite: Share,
    /// Spearman's rank correlation of the rating (1–5) with the source's score, and its 95 % interval.
    pub correlation: Option<f64>,
    pub interval: Option<[f64; 2]>,
    /// Row: band (low, middle, best). Column: negative, neutral, positive.
    pub counts: [[u64; 3]; 3],
}

/// How often each action was taken.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Decisions {
    pub outro: u64,
    pub transfer: u64,
    pub confirm: u64,
    pub reprompt: u64,
}

impl Decisions {
    pub fn add(&mut self, action: Action) {
        match action {
            Action::Outro => self.outro += 1,
            Action::Transfer => self.transfer += 1,
            Action::Confirm => self.confirm += 1,
            Action::Reprompt => self.reprompt += 1,
        }
    }
}

#[derive(Default)]
struct Pairs {
    counts: [[u64; 3]; 3],
    scores: Vec<(f64, f64)>,
}

#[derive(Default)]
pub struct AgreementTally {
    words: Pairs,
    voice: Pairs,
}

impl AgreementTally {
    pub fn add(&mut self, row: &Row) {
        let Some(rating) = row.rated.rating.value else { return };
        let band = match row.rated.decision.band {
            Some(Band::Low) => 0,
            Some(Band::Middle) => 1,
            Some(Band::Best) => 2,
            None => return,
        };
        if let Some(words) = row.rated.sentiment {
            self.words.add(band, sentiment(words.label), rating, words.score);
        }
        if let Some(voice) = row.rated.voice {
            // More likely negative than not, more likely happy than not, or neither.
            let column = if voice.negative > 0.5 { 0 } else { 1 + usize::from(voice.happy > 0.5) };
            self.voice.add(band, column, rating, voice.valence);
        }
    }

    pub fn agreement(self) -> BTreeMap<String, Agreement> {
        [("words", self.words), ("voice", self.voice)]
            .into_iter()
            .filter(|(_, pairs)| !pairs.scores.is_empty())
            .map(|(name, pairs)| (name.to_owned(), pairs.agreement()))
            .collect()
    }
}

impl Pairs {
    fn add(&mut self, band: usize, column: usize, rating: u8, score: f32) {
        self.counts[band][column] += 1;
        self.scores.push((f64::from(rating), f64::from(score)));
    }

    fn agreement(self) -> Agreement {
        let n = self.scores.len() as u64;
        let found = spearman(&self.scores);
        let counts = self.counts;
        Agreement {
            n,
            agree: Share::of((0..3).map(|i| counts[i][i]).sum(), n),
            opposite: Share::of(counts[0][2] + counts[2][0], n),
            correlation: found.map(|(r, _)| r),
            interval: found.map(|(_, interval)| interval),
            counts,
        }
    }
}
