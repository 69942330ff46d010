//! One answer as `codetta rate` prints it and as a batch records it.

use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::audio::Samples;
use crate::error::Result;
use crate::hear::{Intents, RatingPosterior, Transcript};
use crate::judge::{self, Consent, Decision, Evidence, Policy, RatingSource};
use crate::listen::{Answer, Listener, Stage, Terms, Timings};
use crate::sentiment::SentimentLabel;
use crate::voice::VoiceEmotion;

/// One answer, heard, felt and judged: the contract of the `rate` verb.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rated {
    pub file: String,
    pub rating: RatingRecord,
    pub transcript: Option<Transcript>,
    pub intents: Intents,
    pub sentiment: Option<SentimentRecord>,
    pub voice: Option<VoiceEmotion>,
    pub decision: Decision,
    /// Absent in a batch's rows, which do not depend on the day.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub timings_ms: Option<Timings>,
}

/// The rating that was heard or keyed, on the canonical scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingRecord {
    /// 1 to 5, if a rating is more probable than none.
    pub value: Option<u8>,
    pub posterior: [f32; 5],
    pub none: f32,
    pub source: Option<RatingSource>,
}

/// Satisfaction read from the words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentimentRecord {
    /// −1 to 1.
    pub score: f32,
    pub label: SentimentLabel,
}

/// Reads a recording with `read`, listens and judges. Also tells the recording's length in seconds.
///
/// # Errors
/// Those of `read`, and of [`Listener::listen`] about `file`.
pub fn rate(
    file: &Path,
    read: impl FnOnce() -> Result<Samples>,
    listener: &Listener,
    terms: Terms,
    policy: &Policy,
    consent: Consent,
) -> Result<(Answer, Decision, f64)> {
    let start = Instant::now();
    let mut timings = Timings::default();
    let samples = timings.time(Stage::Read, read)?;
    let mut answer = listener.listen(&samples, terms).map_err(|e| e.about(file.display().to_string()))?;
    let decision = timings.time(Stage::Judge, || judge::decide(&answer.evidence(policy, consent), policy));
    answer.timings.merge(&timings);
    answer.timings.set_total(start.elapsed());
    Ok((answer, decision, samples.seconds()))
}

/// The record of one answer, without its timings.
pub fn rated(file: String, answer: &Answer, evidence: &Evidence, decision: Decision) -> Rated {
    let posterior = evidence.rating.map_or(RatingPosterior::NONE, |r| r.posterior);
    let best = posterior.best();
    Rated {
        file,
        rating: RatingRecord {
            value: best.map(|(rating, _)| rating.value()),
            posterior: posterior.levels,
            none: posterior.none,
            source: best.and(evidence.rating.map(|r| r.source)),
        },
        transcript: answer.heard.as_ref().map(|h| h.transcript.clone()),
        intents: evidence.intents,
        sentiment: answer.text.map(|t| SentimentRecord { score: t.score, label: t.label }),
        voice: answer.voice,
        decision,
        timings_ms: None,
    }
}
