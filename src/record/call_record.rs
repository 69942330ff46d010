//! What a call leaves behind: one record, plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dialogue::{CallReport, Outcome};
use crate::handoff::News;
use crate::hear::RatingPosterior;
use crate::judge::{Consent, Decision, Mood, RatingSource};
use crate::sentiment::{KeywordFinder, NeedKind, SentimentLabel};
use crate::units::{Language, Rating, Scale};
use crate::voice::VoiceEmotion;

/// Who was called. Sealed as a whole; in the clear stands only a keyed pseudonym of `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The integrator's own name for the customer, such as a number in the CRM.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// How far the customer came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Response {
    /// Neither speech nor a key.
    #[default]
    Silent,
    /// Spoke or pressed, but no rating came of it.
    Spoke,
    /// Gave a rating.
    Rated,
}

/// Satisfaction read from the words, in short.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentimentSummary {
    /// −1..=1.
    pub score: f32,
    pub label: SentimentLabel,
}

/// A word of the lexicon that was said, or the name of a category where others said it: no free text, so it may stand in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WordFound {
    pub word: String,
    /// `attitude`, `timeliness`, `competence`, `price`, `honesty`, `product` or `feeling`.
    pub category: String,
    /// As meant, negation considered.
    pub positive: bool,
}

/// The outro that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutroPlayed {
    /// Identifier in the library of outros.
    pub id: String,
    pub mood: Mood,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
}

/// Which arm of which experiment a call was assigned to, by lot.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExperimentArm {
    pub name: String,
    pub arm: String,
}

/// Everything that one call leaves behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// Version of this format: 1.
    pub version: u32,
    /// The integrator's own name for the call; unique in a ledger. Stands in the clear: no phone number.
    pub call: String,
    /// Start of the call, milliseconds since 1970 (UTC).
    pub at_unix_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    /// Such as `telephone`, `microphone` or `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    pub language: Language,
    #[serde(default)]
    pub scale: Scale,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The number keyed or said, on the caller's own scale, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_key: Option<u8>,
    /// On the canonical scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    #[serde(default)]
    pub response: Response,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<RatingSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posterior: Option<RatingPosterior>,
    /// Further questions of the survey, such as `speed`, `solution`, `attitude`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sub_scores: BTreeMap<String, Rating>,
    /// Sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordFound>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<SentimentSummary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<VoiceEmotion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// SHA-256 of each model that took part, hexadecimal, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outro: Option<OutroPlayed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<ExperimentArm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<News>,
    /// The caller asked never to be called again. A ledger that stores this marks the customer as not to be called.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_calls: bool,
    /// Milliseconds by stage; `total` is the whole.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timings_ms: BTreeMap<String, f64>,
    #[serde(default)]
    pub consent: Consent,
    /// The caller's audio; kept only where it is handed over, and sealed. Not part of JSON.
    #[serde(skip)]
    pub audio: Option<Vec<u8>>,
}

impl CallRecord {
    /// A record of a call of which nothing else is known yet.
    pub fn new(call: impl Into<String>, at_unix_ms: i64, language: Language) -> Self {
        Self {
            version: 1,
            call: call.into(),
            at_unix_ms,
            customer: None,
            channel: None,
            language,
            scale: Scale::default(),
            brand: None,
            queue: None,
            agent: None,
            product: None,
            raw_key: None,
            rating: None,
            response: Response::Silent,
            source: None,
            posterior: None,
            sub_scores: BTreeMap::new(),
            transcript: None,
            words: Vec::new(),
            needs: Vec::new(),
            sentiment: None,
            voice: None,
            decision: None,
            models: BTreeMap::new(),
            outro: None,
            experiment: None,
            outcome: None,
            transfer: None,
            no_calls: false,
            timings_ms: BTreeMap::new(),
            consent: Consent::default(),
            audio: None,
        }
    }

    /// The record of a call's report: the last turn's evidence and decision, the rating that stands.
    pub fn of_report(call: impl Into<String>, at_unix_ms: i64, report: &CallReport) -> Self {
        let mut record = Self::new(call, at_unix_ms, report.language);
        record.scale = report.scale;
        record.consent = report.consent;
        record.outcome = Some(report.outcome);
        record.transfer = report.transfer;
        record.no_calls = report.no_calls;
        record.rating = report.rating;
        record.raw_key = report.raw_key;
        record.decision = report.turns.last().map(|turn| turn.decision.clone());
        let mut spoke = false;
        for evidence in report.turns.iter().map(|turn| &turn.evidence) {
            spoke |= evidence.rating.is_some() || evidence.speech_s > 0.0 || evidence.human_key;
            if let Some(rating) = evidence.rating {
                (record.posterior, record.source) = (Some(rating.posterior), Some(rating.source));
            }
            if let Some(text) = evidence.text {
                record.sentiment = Some(SentimentSummary { score: text.score, label: text.label });
            }
            record.voice = evidence.voice.or(record.voice);
        }
        record.response = match (report.rating, spoke) {
            (Some(_), _) => Response::Rated,
            (None, true) => Response::Spoke,
            (None, false) => Response::Silent,
        };
        record
    }

    /// Notes what is praised and blamed and the needs that the transcript holds, so that those who may not open it can still
    /// count them.
    pub fn note_words(&mut self, finder: &KeywordFinder) {
        let Some(text) = &self.transcript else { return };
        (self.words, self.needs) = words_and_needs(text, finder);
    }

    /// Leaves out what the caller did not agree to: without consent to recording no transcript, words or audio, without
    /// consent to emotion neither sentiment nor voice, nor what the decision tells of them.
    #[must_use]
    pub fn as_agreed(mut self) -> Self {
        if !self.consent.recording {
            (self.transcript, self.audio) = (None, None);
            (self.words, self.needs) = (Vec::new(), Vec::new());
        }
        if !self.consent.emotion {
            (self.sentiment, self.voice) = (None, None);
            self.words.clear();
            self.decision = self.decision.map(|decision| decision.without_emotion(self.posterior));
        }
        self
    }
}

/// What is praised and blamed and the needs in a text, as a record stores them.
pub(crate) fn words_and_needs(text: &str, finder: &KeywordFinder) -> (Vec<WordFound>, Vec<String>) {
    let word = |k: crate::sentiment::Keyword| WordFound {
        word: k.word,
        category: format!("{:?}", k.category).to_lowercase(),
        positive: k.polarity == crate::sentiment::Polarity::Positive,
    };
    let need = |kind: NeedKind| format!("{kind:?}").to_lowercase();
    let (keywords, needs) = finder.keywords_and_needs(text);
    (keywords.into_iter().map(word).collect(), needs.into_iter().map(|n| need(n.kind)).collect())
}
