//! Results as a flat table, beside `results.jsonl`: one column a value, for spreadsheets and data frames.

mod delimited;
mod parquet;

use std::path::Path;

use super::row::Row;
use crate::error::Result;

/// Sort of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// `results.csv`, readable at any time.
    Csv,
    /// `results.parquet`, readable once the run has ended.
    Parquet,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(Option<String>),
    Number(Option<f64>),
}

/// A table that is being written.
pub enum Table {
    Csv(Box<delimited::Csv>),
    Parquet(Box<parquet::Parquet>),
}

impl Table {
    /// Begins a table in `folder`, over one that is there.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(kind: TableKind, folder: &Path) -> Result<Self> {
        Ok(match kind {
            TableKind::Csv => Self::Csv(Box::new(delimited::Csv::create(&folder.join("results.csv"))?)),
            TableKind::Parquet => Self::Parquet(Box::new(parquet::Parquet::create(&folder.join("results.parquet"))?)),
        })
    }

    /// # Errors
    /// [`crate::ErrorKind::Write`] when the disk is full.
    pub fn append(&mut self, row: &Row) -> Result<()> {
        match self {
            Self::Csv(table) => table.append(&cells(row)),
            Self::Parquet(table) => table.append(cells(row)),
        }
    }

    /// # Errors
    /// [`crate::ErrorKind::Write`] when the disk is full.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Csv(table) => table.finish(),
            Self::Parquet(table) => table.finish(),
        }
    }
}

/// Names of the columns, and whether each holds numbers.
const COLUMNS: [(&str, bool); 43] = [
    ("file", false),
    ("channel", false),
    ("language", false),
    ("seconds", true),
    ("speech_s", true),
    ("keys", false),
    ("rating", true),
    ("rating_1", true),
    ("rating_2", true),
    ("rating_3", true),
    ("rating_4", true),
    ("rating_5", true),
    ("rating_none", true),
    ("rating_source", false),
    ("transcript", false),
    ("intent_human", true),
    ("intent_repeat", true),
    ("intent_later", true),
    ("intent_no_calls", true),
    ("intent_wrong_number", true),
    ("sentiment_score", true),
    ("sentiment_label", false),
    ("voice_angry", true),
    ("voice_sad", true),
    ("voice_neutral", true),
    ("voice_happy", true),
    ("voice_negative", true),
    ("voice_arousal", true),
    ("voice_valence", true),
    ("voice_confidence", true),
    ("action", false),
    ("mood", false),
    ("band", false),
    ("decided_rating", true),
    ("satisfaction_mean", true),
    ("reason", false),
    ("reason_weight", true),
    ("policy_hash", false),
    ("true_rating", false),
    ("true_intent", false),
    ("true_sentiment", false),
    ("true_emotion", false),
    ("expected_action", false),
];

fn cells(row: &Row) -> Vec<Cell> {
    let Row { rated, truth, .. } = row;
    let decision = &rated.decision;
    let number = |value: f32| Cell::Number(Some(as_printed(value)));
    let optional = |value: Option<f32>| Cell::Number(value.map(as_printed));
    let voice = |of: fn(&crate::voice::VoiceEmotion) -> f32| Cell::Number(rated.voice.as_ref().map(of).map(as_printed));
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let reason = decision.reasons.first();
    let mut cells = vec![
        text(&rated.file),
        Cell::Text(row.channel.map(|side| side.to_string())),
        text(row.language.code()),
        Cell::Number(Some(row.seconds)),
        number(row.speech_s),
        Cell::Text((!row.keys.is_empty()).then(|| row.keys.clone())),
        Cell::Number(rated.rating.value.map(f64::from)),
    ];
    cells.extend(row.posterior().map(number));
    cells.extend([
        name(rated.rating.source),
        Cell::Text(rated.transcript.as_ref().map(|t| t.text.clone())),
        number(rated.intents.human),
        number(rated.intents.repeat),
        number(rated.intents.later),
        number(rated.intents.no_calls),
        number(rated.intents.wrong_number),
        optional(rated.sentiment.map(|s| s.score)),
        name(rated.sentiment.map(|s| s.label)),
        voice(|v| v.angry),
        voice(|v| v.sad),
        voice(|v| v.neutral),
        voice(|v| v.happy),
        voice(|v| v.negative),
        voice(|v| v.arousal),
        voice(|v| v.valence),
        voice(|v| v.confidence),
        name(Some(decision.action)),
        name(decision.outro.as_ref().map(|outro| outro.mood)),
        name(decision.band),
        Cell::Number(decision.rating.map(|r| f64::from(r.value()))),
        number(decision.mean),
        Cell::Text(reason.map(|r| r.en.clone())),
        optional(reason.map(|r| r.weight)),
        text(&decision.policy_hash),
        name(truth.rating),
        name(truth.intent),
        name(truth.sentiment),
        name(truth.emotion),
        name(truth.action),
    ]);
    cells
}

/// A value by the name that it has in JSON.
fn name(value: Option<impl serde::Serialize>) -> Cell {
    let json = value.and_then(|value| serde_json::to_value(value).ok());
    Cell::Text(json.map(|json| json.as_str().map_or_else(|| json.to_string(), str::to_owned)))
}

/// The number that a reader of the JSON sees: 0.9, not 0.8999999761581421.
fn as_printed(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}
