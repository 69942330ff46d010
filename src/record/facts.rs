//! The figures of a call, as the ledger's columns hold them: no free text, no name.

use rusqlite::{Row, ToSql};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call_record::{CallRecord, Response};
use super::sql::digest;

/// Columns of [`Facts`], in order; with `customer` in front of them.
pub(super) const COLUMNS: &str = "customer, call, revision, at, channel, language, scale, brand, queue, agent, product, \
     raw_key, rating, response, source, score, label, angry, negative, action, band, outcome, transfer, mood, tone, \
     outro, experiment, arm, total_ms, recording, emotion, policy, sub_scores, words, needs";

/// The figures of one call: what an analyst sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Keyed pseudonym; none once the customer is erased. Not part of the hash.
    #[serde(skip)]
    pub customer: Option<String>,
    pub call: String,
    /// 1 for the first record of a call, more for later news of it.
    pub revision: i64,
    /// Milliseconds since 1970 (UTC).
    pub at: i64,
    pub channel: Option<String>,
    pub language: String,
    pub scale: String,
    pub brand: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub product: Option<String>,
    pub raw_key: Option<u8>,
    pub rating: Option<u8>,
    /// 0 silent, 1 spoke, 2 rated.
    pub response: u8,
    pub source: Option<String>,
    pub score: Option<f64>,
    pub label: Option<String>,
    pub angry: Option<f64>,
    pub negative: Option<f64>,
    pub action: Option<String>,
    pub band: Option<String>,
    pub outcome: Option<String>,
    pub transfer: Option<String>,
    pub mood: Option<String>,
    pub tone: Option<String>,
    pub outro: Option<String>,
    pub experiment: Option<String>,
    pub arm: Option<String>,
    pub total_ms: Option<f64>,
    pub recording: bool,
    pub emotion: bool,
    pub policy: Option<String>,
    /// JSON object of name to rating.
    pub sub_scores: Option<String>,
    /// JSON list of `{word, category, positive}`.
    pub words: Option<String>,
    /// JSON list of kinds.
    pub needs: Option<String>,
}

impl Facts {
    pub(super) fn of(record: &CallRecord, customer: Option<String>, revision: i64) -> Self {
        let decision = record.decision.as_ref();
        // The database keeps no minus on a zero, and what is hashed must be what is read back.
        let unsigned_zero = |value: f64| Some(value + 0.0).filter(|v| v.is_finite());
        let number = |value: f32| unsigned_zero(f64::from(value));
        Self {
            customer,
            call: record.call.clone(),
            revision,
            at: record.at_unix_ms,
            channel: record.channel.clone(),
            language: record.language.code().into(),
            scale: record.scale.to_string(),
            brand: record.brand.clone(),
            queue: record.queue.clone(),
            agent: record.agent.clone(),
            product: record.product.clone(),
            raw_key: record.raw_key,
            rating: record.rating.map(|r| r.value()),
            response: match record.response {
                Response::Silent => 0,
                Response::Spoke => 1,
                Response::Rated => 2,
            },
            source: record.source.as_ref().and_then(word),
            score: record.sentiment.and_then(|s| number(s.score)),
            label: record.sentiment.and_then(|s| word(&s.label)),
            angry: record.voice.and_then(|v| number(v.angry)),
            negative: record.voice.and_then(|v| number(v.negative)),
            action: decision.and_then(|d| word(&d.action)),
            band: decision.and_then(|d| d.band).and_then(|b| word(&b)),
            outcome: record.outcome.as_ref().and_then(word),
            transfer: record.transfer.map(|news| news.word().into()),
            mood: record.outro.as_ref().and_then(|o| word(&o.mood)),
            tone: record.outro.as_ref().and_then(|o| o.tone.clone()),
            outro: record.outro.as_ref().map(|o| o.id.clone()),
            experiment: record.experiment.as_ref().map(|e| e.name.clone()),
            arm: record.experiment.as_ref().map(|e| e.arm.clone()),
            total_ms: record.timings_ms.get("total").copied().and_then(unsigned_zero),
            recording: record.consent.recording,
            emotion: record.consent.emotion,
            policy: decision.map(|d| d.policy_hash.clone()),
            sub_scores: json(&record.sub_scores, record.sub_scores.is_empty()),
            words: json(&record.words, record.words.is_empty()),
            needs: json(&record.needs, record.needs.is_empty()),
        }
    }

    /// SHA-256 of all of it but the pseudonym.
    pub(super) fn hash(&self) -> [u8; 32] {
        digest(&[b"facts", &serde_json::to_vec(self).unwrap_or_default()])
    }

    /// Whether `hash` is of these figures. A score of zero may have been hashed with its minus, as it once was.
    pub(super) fn has_hash(&self, hash: &[u8]) -> bool {
        let minus = || Self { score: Some(-0.0), ..self.clone() }.hash();
        self.hash()[..] == *hash || self.score == Some(0.0) && minus()[..] == *hash
    }

    /// SHA-256 that ties the pseudonym to a record, with the salt that is stored behind it. Where a tie is removed its
    /// hash stays in a tombstone: without the salt, which does not, nobody can try whose the record was.
    pub(super) fn link(&self, seq: i64, salt: &[u8]) -> Option<[u8; 32]> {
        let customer = self.customer.as_ref()?.as_bytes();
        let seq = seq.to_le_bytes();
        // Ties of the first version have no salt.
        Some(match salt {
            [] => digest(&[b"link", &seq, customer]),
            salt => digest(&[b"link", &seq, customer, salt]),
        })
    }

    pub(super) fn values(&self) -> [&dyn ToSql; 35] {
        [
            &self.customer,
            &self.call,
            &self.revision,
            &self.at,
            &self.channel,
            &self.language,
            &self.scale,
            &self.brand,
            &self.queue,
            &self.agent,
            &self.product,
            &self.raw_key,
            &self.rating,
            &self.response,
            &self.source,
            &self.score,
            &self.label,
            &self.angry,
            &self.negative,
            &self.action,
            &self.band,
            &self.outcome,
            &self.transfer,
            &self.mood,
            &self.tone,
            &self.outro,
            &self.experiment,
            &self.arm,
            &self.total_ms,
            &self.recording,
            &self.emotion,
            &self.policy,
            &self.sub_scores,
            &self.words,
            &self.needs,
        ]
    }

    /// Reads [`COLUMNS`], which begin at column `at` of a row.
    pub(super) fn from_row(row: &Row, at: usize) -> rusqlite::Result<Self> {
        let mut next = at..;
        let mut i = || next.next().unwrap_or(at);
        Ok(Self {
            customer: row.get(i())?,
            call: row.get(i())?,
            revision: row.get(i())?,
            at: row.get(i())?,
            channel: row.get(i())?,
            language: row.get(i())?,
            scale: row.get(i())?,
            brand: row.get(i())?,
            queue: row.get(i())?,
            agent: row.get(i())?,
            product: row.get(i())?,
            raw_key: row.get(i())?,
            rating: row.get(i())?,
            response: row.get(i())?,
            source: row.get(i())?,
            score: row.get(i())?,
            label: row.get(i())?,
            angry: row.get(i())?,
            negative: row.get(i())?,
            action: row.get(i())?,
            band: row.get(i())?,
            outcome: row.get(i())?,
            transfer: row.get(i())?,
            mood: row.get(i())?,
            tone: row.get(i())?,
            outro: row.get(i())?,
            experiment: row.get(i())?,
            arm: row.get(i())?,
            total_ms: row.get(i())?,
            recording: row.get(i())?,
            emotion: row.get(i())?,
            policy: row.get(i())?,
            sub_scores: row.get(i())?,
            words: row.get(i())?,
            needs: row.get(i())?,
        })
    }
}

/// The word by which an enumeration is written: `"rated"`, or of `{"outro":"bright"}` the pair `outro:bright`.
fn word(value: &impl Serialize) -> Option<String> {
    match serde_json::to_value(value).ok()? {
        Value::String(word) => Some(word),
        Value::Object(map) => map.into_iter().next().map(|(key, value)| match value {
            Value::String(value) => format!("{key}:{value}"),
            _ => key,
        }),
        _ => None,
    }
}

fn json(value: &impl Serialize, empty: bool) -> Option<String> {
    if empty { None } else { serde_json::to_string(value).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use crate::record::SentimentSummary;
    use crate::sentiment::SentimentLabel;

    #[test]
    fn a_zero_with_a_minus_is_hashed_as_it_is_read_back_and_was_once_hashed() {
        let mut record = CallRecord::new("c", 0, Language::En);
        record.sentiment = Some(SentimentSummary { score: -0.0, label: SentimentLabel::Neutral });
        record.timings_ms.insert("total".into(), -0.0);
        let facts = Facts::of(&record, None, 1);
        let zeros = [facts.score, facts.total_ms].map(|zero| zero.map(f64::is_sign_negative));
        assert_eq!(zeros, [Some(false); 2]);
        let once = Facts { score: Some(-0.0), ..facts.clone() };
        assert_ne!(facts.hash(), once.hash());
        assert!(facts.has_hash(&facts.hash()) && facts.has_hash(&once.hash()));
        assert!(!facts.has_hash(&Facts { score: Some(0.5), ..facts.clone() }.hash()));
    }
}
