//! Replaying a recorded decision: identical bytes, or what differs.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decide::decide;
use super::decision::Decision;
use super::evidence::Evidence;
use super::policy::{Policy, Rules};
use crate::error::{Error, ErrorKind, Result};
use crate::hear::{Intents, RatingPosterior};

/// A record is a few kilobytes; more than this is not one.
const SIZE_LIMIT: usize = 1 << 20;
/// More differences than this are not listed.
const DIFFERENCE_LIMIT: usize = 100;

/// A decision with everything that led to it: one line of JSON that replays to the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    /// Version of this format: 1.
    pub version: u32,
    pub evidence: Evidence,
    pub policy: Rules,
    /// SHA-256 of each model that took part, hexadecimal, by name.
    #[serde(default)]
    pub models: BTreeMap<String, String>,
    pub decision: Decision,
}

/// One value that came out differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Where, such as `decision.reasons[0].weight`.
    pub path: String,
    pub recorded: Value,
    pub replayed: Value,
}

/// What a replay found.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// The same bytes.
    Identical(Box<DecisionRecord>),
    /// The same values in another layout (spaces, order of keys, digits of a number).
    Reformatted(Box<DecisionRecord>),
    /// Other values: at most 100 are listed.
    Differs(Vec<Difference>),
}

impl DecisionRecord {
    /// Judges and records. Numbers that JSON cannot hold (not a number, infinite) are first replaced as the judge
    /// reads them, so that the record replays.
    pub fn of(mut evidence: Evidence, policy: &Policy, models: BTreeMap<String, String>) -> Self {
        make_storable(&mut evidence);
        let decision = decide(&evidence, policy);
        Self { version: 1, evidence, policy: policy.rules().clone(), models, decision }
    }

    /// One line of JSON, without a line end.
    pub fn to_json(&self) -> String {
        // Plain structs of finite numbers, strings and lists always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Judges a record's evidence by its policy again and compares.
///
/// # Errors
/// [`ErrorKind::Limit`] above 1 MiB, [`ErrorKind::Corrupt`] when it is not a record, [`ErrorKind::Usage`] when its
/// policy breaks a rule; `subject` names it.
pub fn replay(json: &str, subject: &str) -> Result<Replayed> {
    if json.len() > SIZE_LIMIT {
        let problem = format!("expected a record of at most {SIZE_LIMIT} bytes, got {}", json.len());
        return Err(Error::new(ErrorKind::Limit, subject, problem));
    }
    let corrupt = |error: serde_json::Error| {
        Error::new(ErrorKind::Corrupt, subject, format!("expected a decision record of codetta: {error}"))
    };
    let recorded: DecisionRecord = serde_json::from_str(json).map_err(corrupt)?;
    if recorded.version != 1 {
        let problem = format!("expected record version 1, got {}; use the codetta that wrote it", recorded.version);
        return Err(Error::new(ErrorKind::Unsupported, subject, problem));
    }
    let policy = Policy::from_rules(recorded.policy, subject)?;
    let replayed = DecisionRecord::of(recorded.evidence, &policy, recorded.models);
    let bytes = replayed.to_json();
    if bytes == json.trim_end_matches(['\n', '\r']) {
        return Ok(Replayed::Identical(Box::new(replayed)));
    }
    let mut differences = Vec::new();
    let before: Value = serde_json::from_str(json).map_err(corrupt)?;
    let after: Value = serde_json::from_str(&bytes).map_err(corrupt)?;
    compare("", &before, &after, &mut differences);
    Ok(if differences.is_empty() { Replayed::Reformatted(Box::new(replayed)) } else { Replayed::Differs(differences) })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: recorded {}, replayed {}", self.path, self.recorded, self.replayed)
    }
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if found.len() >= DIFFERENCE_LIMIT {
        return;
    }
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))).collect();
            keys.sort();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&path, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                let at = |list: &[Value]| list.get(index).cloned().unwrap_or(Value::Null);
                compare(&format!("{path}[{index}]"), &at(a), &at(b), found);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        (a, b) if a == b => {}
        (a, b) => found.push(Difference { path: path.to_owned(), recorded: a.clone(), replayed: b.clone() }),
    }
}

fn make_storable(evidence: &mut Evidence) {
    fn finite(value: &mut f32) {
        if !value.is_finite() {
            *value = if *value == f32::INFINITY { 1.0 } else { 0.0 };
        }
    }
    fn posterior(posterior: &mut RatingPosterior) {
        posterior.levels.iter_mut().chain([&mut posterior.none]).for_each(finite);
    }
    let Evidence { rating, spoken_beside_key, intents, text, voice, speech_s, .. } = evidence;
    rating.iter_mut().for_each(|rating| posterior(&mut rating.posterior));
    spoken_beside_key.iter_mut().for_each(posterior);
    let Intents { human, repeat, later, no_calls, wrong_number } = intents;
    [human, repeat, later, no_calls, wrong_number, speech_s].into_iter().for_each(finite);
    if let Some(text) = text {
        text.levels.iter_mut().chain([&mut text.score, &mut text.confidence]).for_each(finite);
    }
    if let Some(voice) = voice {
        // A voice that was not measured properly is not trusted at all, as in the pool.
        if !(voice.negative.is_finite() && voice.angry.is_finite()) {
            voice.confidence = 0.0;
        }
        let all = [&mut voice.angry, &mut voice.sad, &mut voice.neutral, &mut voice.happy, &mut voice.negative];
        let rest = [&mut voice.arousal, &mut voice.valence, &mut voice.confidence];
        all.into_iter().chain(rest).for_each(finite);
    }
}
