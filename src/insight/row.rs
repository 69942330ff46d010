//! One call as insight sees it, from the ledger's figures or from a line of results.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::dates::moment;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{WordFound, words_and_needs};
use crate::sentiment::KeywordFinder;

/// One call. What is not known is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub call: String,
    /// Milliseconds since 1970.
    pub at: Option<i64>,
    pub customer: Option<String>,
    pub brand: Option<String>,
    pub queue: Option<String>,
    pub agent: Option<String>,
    pub product: Option<String>,
    pub language: Option<String>,
    /// Canonical, 1..=5.
    pub rating: Option<u8>,
    /// The answer on a scale of 0..10, where 10 is best: only these make a net promoter score.
    pub recommend: Option<u8>,
    /// 0 silent, 1 spoke, 2 rated.
    pub response: u8,
    /// Satisfaction of the words, −1..=1.
    pub score: Option<f64>,
    /// Of the voice, 0..=1.
    pub angry: Option<f64>,
    pub action: Option<String>,
    /// Identifier of the outro, or its mood where no identifier is known.
    pub outro: Option<String>,
    pub experiment: Option<(String, String)>,
    pub sub_scores: BTreeMap<String, u8>,
    pub words: Vec<WordFound>,
    pub needs: Vec<String>,
    pub transcript: Option<String>,
    /// From CSV joins.
    pub resolved_first: Option<bool>,
    pub first_response_s: Option<f64>,
    pub complaint: Option<bool>,
}

impl Row {
    /// Notes what is praised and blamed and the needs in the transcript, unless they are known already.
    pub fn note_words(&mut self, finder: &KeywordFinder) {
        if let Some(text) = self.transcript.as_ref().filter(|_| self.words.is_empty() && self.needs.is_empty()) {
            (self.words, self.needs) = words_and_needs(text, finder);
        }
    }

    /// A rating of 1 or 2, or strong anger, or what a joined list says.
    pub fn is_complaint(&self, strong_anger: f64) -> bool {
        self.complaint
            .unwrap_or_else(|| self.rating.is_some_and(|r| r <= 2) || self.angry.is_some_and(|a| a >= strong_anger))
    }
}

/// The parts of a line of `codetta rate --format json` or `evaluate` that insight reads; others are let be.
#[derive(Deserialize)]
struct Line {
    file: Option<String>,
    call: Option<String>,
    at: Option<Value>,
    customer: Option<String>,
    brand: Option<String>,
    queue: Option<String>,
    agent: Option<String>,
    product: Option<String>,
    language: Option<String>,
    rating: Option<LineRating>,
    transcript: Option<LineTranscript>,
    sentiment: Option<LineSentiment>,
    voice: Option<LineVoice>,
    decision: Option<LineDecision>,
}

#[derive(Deserialize)]
struct LineRating {
    value: Option<u8>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct LineTranscript {
    text: String,
    language: Option<String>,
}

#[derive(Deserialize)]
struct LineSentiment {
    score: f64,
}

#[derive(Deserialize)]
struct LineVoice {
    angry: f64,
}

#[derive(Deserialize)]
struct LineDecision {
    action: Option<String>,
    outro: Option<LineOutro>,
}

#[derive(Deserialize)]
struct LineOutro {
    mood: Option<String>,
}

impl Row {
    /// Reads one line of results. `subject` names file and line.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if it is not one.
    pub fn from_json(line: &str, subject: &str, zone: &jiff::tz::TimeZone) -> Result<Self> {
        let corrupt = |problem: String| Error::new(ErrorKind::Corrupt, subject, problem);
        let line: Line = serde_json::from_str(line)
            .map_err(|e| corrupt(format!("expected a line of `codetta rate --format json`: {e}")))?;
        let Some(call) = line.call.or(line.file) else {
            return Err(corrupt("expected a field \"file\" or \"call\", found neither".into()));
        };
        let at = match &line.at {
            None | Some(Value::Null) => None,
            Some(Value::Number(number)) => Some(milliseconds(number).ok_or_else(|| {
                corrupt(format!(
                    "expected a date in \"at\", or whole milliseconds since 1970 up to the year 9999, got {number}"
                ))
            })?),
            Some(Value::String(text)) => Some(moment(text, zone).map_err(|e| e.about(subject))?),
            Some(other) => return Err(corrupt(format!("expected a date in \"at\", got {other}"))),
        };
        let rating = line.rating.as_ref().and_then(|r| r.value);
        if let Some(value) = rating.filter(|value| !(1..=5).contains(value)) {
            return Err(corrupt(format!("expected a rating of 1 to 5, got {value}")));
        }
        let (text, spoken_in) = line.transcript.map_or((None, None), |t| (Some(t.text), t.language));
        let spoke =
            text.as_ref().is_some_and(|t| !t.trim().is_empty()) || line.rating.is_some_and(|r| r.source.is_some());
        let decision = line.decision.map(|d| (d.action, d.outro.and_then(|o| o.mood)));
        let (action, outro) = decision.unwrap_or_default();
        Ok(Self {
            call,
            at,
            customer: line.customer,
            brand: line.brand,
            queue: line.queue,
            agent: line.agent,
            product: line.product,
            language: line.language.or(spoken_in),
            rating,
            response: if rating.is_some() { 2 } else { u8::from(spoke) },
            score: line.sentiment.map(|s| s.score),
            angry: line.voice.map(|v| v.angry),
            action,
            outro,
            transcript: text,
            ..Self::default()
        })
    }
}

/// Whole milliseconds that a calendar holds. Data frames write whole numbers as `1780000000000.0` where a column has gaps.
fn milliseconds(number: &Number) -> Option<i64> {
    // Exact: the calendar ends far below 2^53.
    let whole = || number.as_f64().filter(|ms| ms.fract() == 0.0 && ms.abs() < 9e15).map(|ms| ms as i64);
    number.as_i64().or_else(whole).filter(|&ms| Timestamp::from_millisecond(ms).is_ok())
}

#[cfg(feature = "ledger")]
impl From<crate::record::Facts> for Row {
    fn from(facts: crate::record::Facts) -> Self {
        fn parsed<T: serde::de::DeserializeOwned + Default>(json: Option<String>) -> T {
            json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
        }
        let recommend = facts.raw_key.filter(|&raw| raw <= 10 && facts.scale == "0..10:best=10");
        Self {
            call: facts.call,
            at: Some(facts.at),
            customer: facts.customer,
            brand: facts.brand,
            queue: facts.queue,
            agent: facts.agent,
            product: facts.product,
            language: Some(facts.language),
            rating: facts.rating.filter(|r| (1..=5).contains(r)),
            recommend,
            response: facts.response,
            score: facts.score,
            angry: facts.angry,
            action: facts.action,
            outro: facts.outro.or(facts.mood),
            experiment: facts.experiment.zip(facts.arm),
            sub_scores: parsed(facts.sub_scores),
            words: parsed(facts.words),
            needs: parsed(facts.needs),
            transcript: None,
            resolved_first: None,
            first_response_s: None,
            complaint: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(json: &str) -> Result<Option<i64>> {
        let line = format!("{{\"file\": \"a.wav\", \"at\": {json}}}");
        Row::from_json(&line, "results.jsonl, line 1", &jiff::tz::TimeZone::UTC).map(|row| row.at)
    }

    #[test]
    fn a_time_in_milliseconds_is_read_whole_or_refused() {
        for (json, expected) in [
            ("1780000000000", 1_780_000_000_000),
            ("1780000000000.0", 1_780_000_000_000),
            ("1.78e12", 1_780_000_000_000),
            ("-1", -1),
        ] {
            assert_eq!(at(json).unwrap(), Some(expected), "{json}");
        }
        assert_eq!(at("null").unwrap(), None);
        for json in ["1780000000.5", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e300"] {
            let error = at(json).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{json}");
            assert!(error.to_string().starts_with("results.jsonl, line 1: expected a date"), "{error}");
        }
    }
}
