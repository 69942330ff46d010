//! One pass over the results: what the report's figures are made from.

use std::collections::BTreeMap;

use super::agreement::{AgreementTally, Decisions};
use super::confusion::ConfusionTally;
use super::disagreement::{Disagreement, Most};
use super::latency::Latency;
use super::reliability::{Confidences, coverage};
use super::{Counts, Report};
use crate::batch::label::{Emotion, Intent, TrueRating};
use crate::batch::row::{Refusal, Row};
use crate::batch::settings::Settings;
use crate::batch::stats::Share;
use crate::judge::{Action, Band};
use crate::sentiment::SentimentLabel;

const RATINGS: [&str; 6] = ["1", "2", "3", "4", "5", "none"];
const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];
const EMOTIONS: [&str; 4] = ["angry", "sad", "neutral", "happy"];
const ACTIONS: [&str; 4] = ["outro", "transfer", "confirm", "reprompt"];

pub struct Tally {
    counts: Counts,
    /// Right and all, by measure and group.
    right: BTreeMap<&'static str, BTreeMap<&'static str, (u64, u64)>>,
    rating: ConfusionTally<6>,
    intent: ConfusionTally<7>,
    sentiment: ConfusionTally<3>,
    emotion: ConfusionTally<4>,
    action: ConfusionTally<4>,
    /// Confidence and whether right: ratings by group, and emotions.
    confidences: BTreeMap<&'static str, Confidences>,
    agreement: AgreementTally,
    decisions: BTreeMap<String, Decisions>,
    most: Most,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            counts: Counts::default(),
            right: BTreeMap::new(),
            rating: ConfusionTally::new(RATINGS),
            intent: ConfusionTally::new(Intent::ALL.map(Intent::name)),
            sentiment: ConfusionTally::new(SENTIMENTS),
            emotion: ConfusionTally::new(EMOTIONS),
            action: ConfusionTally::new(ACTIONS),
            confidences: BTreeMap::new(),
            agreement: AgreementTally::default(),
            decisions: BTreeMap::new(),
            most: Most::default(),
        }
    }
}

impl Tally {
    pub fn add(&mut self, row: &Row) {
        let language = row.language.code();
        self.count(row, language);
        self.judge_truth(row, language);
        self.agreement.add(row);
        let band = match row.rated.decision.band {
            Some(Band::Best) => "best",
            Some(Band::Middle) => "middle",
            Some(Band::Low) => "low",
            None => "none",
        };
        self.decisions.entry(band.to_owned()).or_default().add(row.rated.decision.action);
        if let Some(found) = Disagreement::of(row) {
            self.most.offer(found);
        }
    }

    fn count(&mut self, row: &Row, language: &str) {
        let counts = &mut self.counts;
        counts.results += 1;
        counts.with_truth += u64::from(!row.truth.is_empty());
        counts.with_speech += u64::from(row.rated.transcript.is_some());
        counts.keyed += u64::from(!row.keys.is_empty());
        *counts.by_language.entry(language.to_owned()).or_default() += 1;
        counts.audio_s += row.seconds;
        counts.speech_s += f64::from(row.speech_s);
    }

    fn judge_truth(&mut self, row: &Row, language: &'static str) {
        let truth = row.truth;
        if let Some(expected) = truth.rating {
            let heard = row.heard_rating();
            let right = expected == heard;
            self.rating.add(expected.index(), heard.index());
            self.right("rating", language, right);
            // What a report of ratings would hold: the answers that are taken as final with a rating.
            if let (true, Some(decided)) = (row.is_final(), row.rated.decision.rating) {
                self.right("accepted_rating", language, TrueRating::Level(decided) == expected);
            }
            let confidence = row.posterior().into_iter().fold(0.0, f32::max);
            self.confidences.entry("rating").or_default().add(confidence, right);
            let group = if language == "zh" { "rating_zh" } else { "rating_en" };
            self.confidences.entry(group).or_default().add(confidence, right);
        }
        if let Some(expected) = truth.intent {
            self.intent.add(expected as usize, row.intent() as usize);
            self.right("intent", language, expected == row.intent());
        }
        if let (Some(expected), Some(read)) = (truth.sentiment, row.rated.sentiment) {
            self.sentiment.add(sentiment(expected), sentiment(read.label));
            self.right("sentiment", language, expected == read.label);
        }
        if let (Some(expected), Some((felt, confidence))) = (truth.emotion, row.emotion()) {
            self.emotion.add(emotion(expected), emotion(felt));
            self.right("emotion", language, expected == felt);
            self.confidences.entry("emotion").or_default().add(confidence, expected == felt);
        }
        if let Some(expected) = truth.action {
            let decided = row.rated.decision.action;
            self.action.add(action(expected), action(decided));
            self.right("action", language, expected == decided);
        }
    }

    fn right(&mut self, measure: &'static str, language: &'static str, right: bool) {
        for group in ["all", language] {
            let (count, n) = self.right.entry(measure).or_default().entry(group).or_default();
            *count += u64::from(right);
            *n += 1;
        }
    }

    pub fn report(
        self,
        settings: Settings,
        refused: u64,
        left_aside: BTreeMap<String, usize>,
        failures: BTreeMap<String, Vec<Refusal>>,
        latency: Option<Latency>,
    ) -> Report {
        let share = |groups: BTreeMap<&'static str, (u64, u64)>| {
            groups.into_iter().map(|(group, (count, n))| (group.to_owned(), Share::of(count, n))).collect()
        };
        let confusion = [
            ("rating", self.rating.confusion()),
            ("intent", self.intent.confusion()),
            ("sentiment", self.sentiment.confusion()),
            ("emotion", self.emotion.confusion()),
            ("action", self.action.confusion()),
        ];
        let mut counts = Counts { refused, left_aside, ..self.counts };
        counts.audio_s = (counts.audio_s * 1000.0).round() / 1000.0;
        counts.speech_s = (counts.speech_s * 1000.0).round() / 1000.0;
        Report {
            settings,
            counts,
            accuracy: self.right.into_iter().map(|(measure, groups)| (measure.to_owned(), share(groups))).collect(),
            confusion: confusion.into_iter().filter_map(|(name, c)| Some((name.to_owned(), c?))).collect(),
            coverage: self.confidences.get("rating").map(coverage).unwrap_or_default(),
            reliability: self.confidences.iter().map(|(name, c)| ((*name).to_owned(), c.reliability())).collect(),
            latency,
            agreement: self.agreement.agreement(),
            decisions: self.decisions,
            disagreements: self.most.sorted(),
            failures,
        }
    }
}

pub fn sentiment(label: SentimentLabel) -> usize {
    match label {
        SentimentLabel::Negative => 0,
        SentimentLabel::Neutral => 1,
        SentimentLabel::Positive => 2,
    }
}

fn emotion(emotion: Emotion) -> usize {
    match emotion {
        Emotion::Angry => 0,
        Emotion::Sad => 1,
        Emotion::Neutral => 2,
        Emotion::Happy => 3,
    }
}

fn action(action: Action) -> usize {
    match action {
        Action::Outro => 0,
        Action::Transfer => 1,
        Action::Confirm => 2,
        Action::Reprompt => 3,
    }
}
