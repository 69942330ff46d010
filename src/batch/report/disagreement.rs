//! The recordings that a person should hear: where the surest answers are wrong, or the sources contradict each other.

use serde::{Deserialize, Serialize};

use crate::batch::label::{TrueRating, Truth};
use crate::batch::listing::Side;
use crate::batch::row::Row;
use crate::judge::{Action, Band};
use crate::units::Language;

/// How many are kept.
const MOST: usize = 20;

/// One recording, and what does not fit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Disagreement {
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Side>,
    pub language: Language,
    /// In plain words.
    pub what: String,
    /// Surprise in bits: −log₂ of the probability that was given to what is true, or that two sources agree.
    pub bits: f64,
    /// Whether a person's truth says so, or only one source against another.
    pub against_truth: bool,
    pub truth: Truth,
    pub rating: Option<u8>,
    pub confidence: f32,
    pub transcript: Option<String>,
    pub sentiment: Option<f32>,
    pub voice_negative: Option<f32>,
    pub action: Action,
    /// The decision's chief reason.
    pub reason: String,
}

impl Disagreement {
    /// The most surprising disagreement of a row, if there is any.
    pub fn of(row: &Row) -> Option<Self> {
        let against_truth = against_truth(row);
        let (what, bits) = against_truth.clone().or_else(|| between_sources(row))?;
        let rated = &row.rated;
        Some(Self {
            file: rated.file.clone(),
            channel: row.channel,
            language: row.language,
            what,
            bits: (1000.0 * bits).round() / 1000.0,
            against_truth: against_truth.is_some(),
            truth: row.truth,
            rating: rated.rating.value,
            confidence: row.posterior().into_iter().fold(0.0, f32::max),
            transcript: rated.transcript.as_ref().map(|t| t.text.clone()),
            sentiment: rated.sentiment.map(|s| s.score),
            voice_negative: rated.voice.map(|v| v.negative),
            action: rated.decision.action,
            reason: rated.decision.reasons.first().map_or(String::new(), |r| r.en.clone()),
        })
    }
}

/// −log₂ p, at most 14 bits: a probability below 1/16384 is as good as none.
fn surprise(p: f32) -> f64 {
    -f64::from(p.clamp(1.0 / 16_384.0, 1.0)).log2()
}

fn against_truth(row: &Row) -> Option<(String, f64)> {
    let heard = row.heard_rating();
    if let Some(truth) = row.truth.rating.filter(|truth| *truth != heard) {
        let what = format!("{} was heard, {} was said", in_words(heard), in_words(truth));
        return Some((what, surprise(row.posterior()[truth.index()])));
    }
    let decided = row.rated.decision.action;
    if let Some(expected) = row.truth.action.filter(|expected| *expected != decided) {
        let what = format!("decided {decided:?}, expected {expected:?}").to_lowercase();
        // How sure the deciding reason was: nothing says how probable the other action would have been.
        return Some((what, surprise(1.0 - 0.5 * row.rated.decision.reasons.first().map_or(0.0, |r| r.weight))));
    }
    if let (Some(truth), Some(read)) = (row.truth.sentiment, row.rated.sentiment)
        && truth != read.label
    {
        let what = format!("the words read {:?}, a person says {truth:?}", read.label).to_lowercase();
        return Some((what, surprise(1.0 - 0.5 * read.score.abs())));
    }
    let truth = row.truth.intent.filter(|truth| *truth != row.intent())?;
    Some((format!("taken for {}, meant {}", row.intent().name(), truth.name()), 1.0))
}

fn between_sources(row: &Row) -> Option<(String, f64)> {
    let band = row.rated.decision.band?;
    let rating = row.rated.rating.value?;
    let words = row.rated.sentiment.map(|s| match band {
        Band::Best => (format!("rated {rating}, but the words are displeased"), surprise(0.5 + 0.5 * s.score)),
        Band::Low => (format!("rated {rating}, but the words are pleased"), surprise(0.5 - 0.5 * s.score)),
        Band::Middle => (String::new(), 0.0),
    });
    let voice = row.rated.voice.map(|v| match band {
        Band::Best => {
            let what = format!("rated {rating}, but the voice sounds negative");
            (what, f64::from(v.confidence) * surprise(1.0 - v.negative))
        }
        Band::Low => {
            let what = format!("rated {rating}, but the voice sounds happy");
            (what, f64::from(v.confidence) * surprise(1.0 - v.happy))
        }
        Band::Middle => (String::new(), 0.0),
    });
    // One bit: the source gives the rating's side half a chance. Below that there is nothing to hear.
    [words, voice].into_iter().flatten().filter(|(_, bits)| *bits > 1.0).max_by(|a, b| a.1.total_cmp(&b.1))
}

fn in_words(rating: TrueRating) -> String {
    match rating {
        TrueRating::Level(rating) => rating.to_string(),
        TrueRating::Without(_) => "no rating".to_owned(),
    }
}

/// Keeps the most informative.
#[derive(Default)]
pub struct Most(Vec<Disagreement>);

impl Most {
    pub fn offer(&mut self, found: Disagreement) {
        self.0.push(found);
        if self.0.len() >= 2 * MOST {
            self.cut();
        }
    }

    pub fn sorted(mut self) -> Vec<Disagreement> {
        self.cut();
        self.0
    }

    fn cut(&mut self) {
        // By name where all else is equal: the order in which answers came in must not show.
        self.0.sort_by(|a, b| {
            let surest = b.against_truth.cmp(&a.against_truth).then(b.bits.total_cmp(&a.bits));
            surest.then_with(|| (&a.file, a.channel.map(|s| s.0)).cmp(&(&b.file, b.channel.map(|s| s.0))))
        });
        self.0.truncate(MOST);
    }
}
