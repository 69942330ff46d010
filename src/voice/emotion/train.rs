//! Fitting a head on labelled speech, judged and calibrated on speakers that it was not trained on.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::calibrate::{Platt, area_under_curve, expected_calibration_error, fit_temperature};
use super::fit::{Alike, Examples, Linear, fit};
use super::head::{Head, Scaler, negative_log_odds};
use super::labels::EmotionLabel;
use super::pooling::pooled_vector;
use crate::encoder::{SpeechEncoder, States};
use crate::error::{Error, ErrorKind, Result};
use crate::voice::caller::CallerSpeech;

/// Weight of the data against the penalty on weights: the C of logistic regression.
pub const DEFAULT_STRENGTH: f64 = 0.001;
/// How much what moves ordinary speech is held back; chosen on EMO-DB, one sex judged by the other, and on ordinary speech
/// of voices left out.
const ORDINARY_SHARE: f64 = 0.3;
/// With more speakers than this, several share a fold.
const MOST_FOLDS: usize = 10;

/// Speech as the head sees it, with what it carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledVector {
    pub vector: Vec<f32>,
    /// Of speech ([`crate::segment::Utterance::speech_seconds`]): the more, the surer may be what is heard in it.
    pub seconds: f32,
    pub label: EmotionLabel,
    pub speaker: String,
}

/// How the fitted head does on speakers it was not trained on (every figure is out of fold).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingReport {
    pub recordings: usize,
    /// Pieces of ordinary speech that no figure here is about.
    pub ordinary: usize,
    pub speakers: usize,
    pub labels: Vec<EmotionLabel>,
    /// Mean recall over all labels.
    pub unweighted_average_recall: f64,
    /// Rows: truth, columns: answer, both in the order of `labels`.
    pub confusion: Vec<Vec<usize>>,
    /// Negative against the rest.
    pub negative_area_under_curve: Option<f64>,
    /// Of the calibrated negative probability; its calibration, too, never saw the speaker.
    pub negative_calibration_error: f64,
    pub temperature: f64,
}

/// Turns speech into vectors for [`train_head`].
#[derive(Debug)]
pub struct VoiceFeatures {
    encoder: SpeechEncoder,
}

impl VoiceFeatures {
    /// # Errors
    /// [`ErrorKind::Model`] when the encoder is missing or damaged.
    pub fn load(encoder_file: &Path) -> Result<Self> {
        Ok(Self { encoder: SpeechEncoder::load(encoder_file)? })
    }

    pub fn vector(&self, speech: &CallerSpeech<'_>) -> Vec<f32> {
        pooled_vector(&self.encoder, &States::of(&self.encoder, speech.utterance()))
    }
}

/// Fits a head. Returns it as the JSON that [`super::VoiceScorer::load`] reads, and how well it does.
///
/// `ordinary` are vectors of speech in which nothing is to be heard, of as many voices, languages and lines as can be had;
/// it may be empty. What differs among them is held to be no emotion, so that another voice or language moves the head
/// less. They need no labels, and are in no class.
///
/// Deterministic. Every label weighs the same, however many recordings carry it.
///
/// # Errors
/// [`ErrorKind::Usage`] with fewer than two labels or two speakers, or vectors of different widths.
pub fn train_head(
    examples: &[LabelledVector],
    ordinary: &[Vec<f32>],
    strength: f64,
    origin: &str,
) -> Result<(Vec<u8>, TrainingReport)> {
    let wrong = |problem: &str| Err(Error::new(ErrorKind::Usage, "training set", problem));
    let mut labels: Vec<EmotionLabel> = examples.iter().map(|e| e.label).collect();
    labels.sort_unstable();
    labels.dedup();
    let width = examples.first().map_or(0, |e| e.vector.len());
    if examples.iter().map(|e| &e.vector).chain(ordinary).any(|v| v.len() != width) {
        return wrong("expected vectors of one width; make them anew with one encoder");
    }
    let folds = folds(examples);
    let fold_count = folds.iter().max().map_or(0, |f| f + 1);
    if fold_count < 2 {
        return wrong("expected recordings of at least two speakers, to judge on one who was not trained on");
    }
    let truth: Vec<usize> = examples.iter().map(|e| labels.iter().position(|l| *l == e.label).unwrap_or(0)).collect();
    let everyone: Vec<usize> = (0..examples.len()).collect();
    let set = Set { examples, ordinary, truth: &truth, classes: labels.len(), strength };
    let (scaler, linear) = set.fit_on(&everyone, None)?;
    let mut scores = vec![Vec::new(); examples.len()];
    for fold in 0..fold_count {
        let (held, kept): (Vec<usize>, Vec<usize>) = everyone.iter().partition(|&&i| folds[i] == fold);
        let (scaler, linear) = set.fit_on(&kept, Some(&linear))?;
        for i in held {
            scores[i] = linear.scores(&scaler.apply(&examples[i].vector)).into_iter().map(f64::from).collect();
        }
    }
    let weights = balanced_weights(&truth, labels.len());
    let calibration = Calibration::fit(&labels, &scores, &truth, &weights, examples, &everyone);
    let mut report = report(&labels, &scores, &truth, &weights, &folds, examples, calibration.temperature);
    report.ordinary = ordinary.len();
    let mut head = Head::new(origin.to_owned(), labels, scaler, linear);
    head.temperature = calibration.temperature as f32;
    head.negative_slope = calibration.negative.slope as f32;
    head.negative_growth = calibration.negative.growth as f32;
    head.negative_offset = calibration.negative.offset as f32;
    head.seconds = calibration.negative.seconds.map(|seconds| seconds as f32);
    let json = serde_json::to_vec(&head).map_err(|e| Error::new(ErrorKind::Internal, "head", e.to_string()))?;
    Ok((json, report))
}

struct Calibration {
    temperature: f64,
    negative: Platt,
}

impl Calibration {
    fn fit(
        labels: &[EmotionLabel],
        scores: &[Vec<f64>],
        truth: &[usize],
        weights: &[f64],
        examples: &[LabelledVector],
        on: &[usize],
    ) -> Self {
        let pick = |i: &usize| scores[*i].clone();
        let picked: Vec<Vec<f64>> = on.iter().map(pick).collect();
        let picked_truth: Vec<usize> = on.iter().map(|&i| truth[i]).collect();
        let picked_weights: Vec<f64> = on.iter().map(|&i| weights[i]).collect();
        let temperature = fit_temperature(&picked, &picked_truth, &picked_weights);
        let log_odds: Vec<f64> = picked.iter().map(|s| tempered_log_odds(labels, s, temperature)).collect();
        let negative: Vec<bool> = picked_truth.iter().map(|&t| labels[t].is_negative()).collect();
        let seconds: Vec<f64> = on.iter().map(|&i| f64::from(examples[i].seconds)).collect();
        // Unweighted: the share of negative recordings in the set is the prior, as for anyone who fits his own. What
        // is no speech is neither negative nor not.
        let speech: Vec<f64> = picked_truth.iter().map(|&t| f64::from(u8::from(is_emotion(labels[t])))).collect();
        Self { temperature, negative: Platt::fit(&log_odds, &seconds, &negative, &speech) }
    }

    fn negative(&self, labels: &[EmotionLabel], scores: &[f64], seconds: f32) -> f64 {
        let log_odds = self.negative.believed(tempered_log_odds(labels, scores, self.temperature), seconds.into());
        1.0 / (1.0 + (-log_odds).exp())
    }
}

fn tempered_log_odds(labels: &[EmotionLabel], scores: &[f64], temperature: f64) -> f64 {
    let tempered: Vec<f64> = scores.iter().map(|s| s / temperature).collect();
    negative_log_odds(labels, &tempered)
}

fn is_emotion(label: EmotionLabel) -> bool {
    label != EmotionLabel::NotSpeech
}

/// One fold per speaker, in order of name; with many speakers, several share one.
fn folds(examples: &[LabelledVector]) -> Vec<usize> {
    let speakers: BTreeMap<&str, usize> = examples.iter().map(|e| (e.speaker.as_str(), 0)).collect();
    let places: BTreeMap<&str, usize> = speakers.keys().enumerate().map(|(i, s)| (*s, i % MOST_FOLDS)).collect();
    examples.iter().map(|e| places[e.speaker.as_str()]).collect()
}

fn balanced_weights(truth: &[usize], classes: usize) -> Vec<f64> {
    let mut examples = Examples { labels: truth.to_vec(), weights: vec![1.0; truth.len()], classes, vectors: vec![] };
    examples.balance();
    examples.weights
}

/// All that a head is fitted on.
struct Set<'a> {
    examples: &'a [LabelledVector],
    ordinary: &'a [Vec<f32>],
    /// Class of each example.
    truth: &'a [usize],
    classes: usize,
    strength: f64,
}

impl Set<'_> {
    /// Fits on those of the examples, and on all ordinary speech.
    fn fit_on(&self, on: &[usize], start: Option<&Linear>) -> Result<(Scaler, Linear)> {
        let scaler = Scaler::fit(on.iter().map(|&i| &self.examples[i].vector));
        let mut labelled = Examples {
            vectors: on.iter().map(|&i| scaler.apply(&self.examples[i].vector)).collect(),
            labels: on.iter().map(|&i| self.truth[i]).collect(),
            weights: vec![1.0; on.len()],
            classes: self.classes,
        };
        labelled.balance();
        let alike = Alike::new(self.ordinary.iter().map(|v| scaler.apply(v)).collect(), ORDINARY_SHARE);
        let linear = fit(&labelled, &alike, self.strength, start)?;
        Ok((scaler, linear))
    }
}

fn report(
    labels: &[EmotionLabel],
    scores: &[Vec<f64>],
    truth: &[usize],
    weights: &[f64],
    folds: &[usize],
    examples: &[LabelledVector],
    temperature: f64,
) -> TrainingReport {
    let classes = labels.len();
    let mut confusion = vec![vec![0usize; classes]; classes];
    for (scores, &label) in scores.iter().zip(truth) {
        let answer = (0..classes).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
        confusion[label][answer] += 1;
    }
    let recall = |i: usize| confusion[i][i] as f64 / confusion[i].iter().sum::<usize>().max(1) as f64;
    let mut negative = vec![0.0; truth.len()];
    for fold in 0..=folds.iter().copied().max().unwrap_or(0) {
        let (held, kept): (Vec<usize>, Vec<usize>) = (0..truth.len()).partition(|&i| folds[i] == fold);
        let calibration = Calibration::fit(labels, scores, truth, weights, examples, &kept);
        for i in held {
            negative[i] = calibration.negative(labels, &scores[i], examples[i].seconds);
        }
    }
    let speech: Vec<usize> = (0..truth.len()).filter(|&i| is_emotion(labels[truth[i]])).collect();
    let negative: Vec<f64> = speech.iter().map(|&i| negative[i]).collect();
    let is_negative: Vec<bool> = speech.iter().map(|&i| labels[truth[i]].is_negative()).collect();
    let speakers: std::collections::BTreeSet<&str> = examples.iter().map(|e| e.speaker.as_str()).collect();
    TrainingReport {
        recordings: examples.len(),
        ordinary: 0,
        speakers: speakers.len(),
        labels: labels.to_vec(),
        unweighted_average_recall: (0..classes).map(recall).sum::<f64>() / classes as f64,
        confusion,
        negative_area_under_curve: area_under_curve(&negative, &is_negative),
        negative_calibration_error: expected_calibration_error(&negative, &is_negative),
        temperature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four speakers; each emotion is a direction, each speaker an offset.
    fn examples() -> Vec<LabelledVector> {
        let labels = [EmotionLabel::Angry, EmotionLabel::Neutral, EmotionLabel::Happy, EmotionLabel::NotSpeech];
        let mut state = 5u32;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1u32 << 23) as f32 - 1.0
        };
        (0..160)
            .map(|i| {
                let (class, speaker) = (i % 4, i / 40);
                let vector = (0..8).map(|j| if j == class { 2.0 } else { 0.0 } + 0.3 * speaker as f32 + noise());
                let seconds = 1.0 + (i % 5) as f32 / 4.0;
                LabelledVector {
                    vector: vector.collect(),
                    seconds,
                    label: labels[class],
                    speaker: format!("s{speaker}"),
                }
            })
            .collect()
    }

    #[test]
    fn a_head_learns_what_is_there_and_says_so_honestly() {
        let examples = examples();
        let (json, report) = train_head(&examples, &[], 0.1, "test").unwrap();
        assert_eq!((report.recordings, report.speakers), (160, 4));
        assert!(report.unweighted_average_recall > 0.8, "{report:?}");
        assert!(report.negative_area_under_curve.unwrap() > 0.9, "{report:?}");
        assert!(report.negative_calibration_error < 0.15, "{report:?}");
        let head = Head::from_json(&json, 8, "head").unwrap();
        for example in examples.iter().filter(|e| e.label == EmotionLabel::NotSpeech).take(5) {
            let emotion = head.emotion(&head.scores(&head.standardise(&example.vector)), example.seconds);
            assert!(emotion.confidence < 0.5, "{emotion:?}");
        }
        assert_eq!(train_head(&examples, &[], 0.1, "test").unwrap().0, json, "the same examples give the same head");
    }

    /// A new voice differs along one value, which in the labelled speech goes with anger by chance; ordinary speech shows
    /// that it varies without reason.
    #[test]
    fn what_moves_ordinary_speech_counts_less() {
        let mut examples = examples();
        for example in &mut examples {
            example.vector.push(if example.label == EmotionLabel::Angry { 1.0 } else { 0.0 } + 0.1 * example.vector[7]);
        }
        let neutral = examples[1].vector.clone();
        let voice = |level: f32| {
            let mut vector = neutral.clone();
            vector[8] = level;
            vector
        };
        let ordinary: Vec<Vec<f32>> = (0..200).map(|i| voice((i % 21) as f32 - 10.0)).collect();
        let negative = |ordinary: &[Vec<f32>]| {
            let (json, report) = train_head(&examples, ordinary, 0.1, "test").unwrap();
            assert_eq!(report.ordinary, ordinary.len());
            assert!(report.unweighted_average_recall > 0.8, "{report:?}");
            let head = Head::from_json(&json, 9, "head").unwrap();
            head.emotion(&head.scores(&head.standardise(&voice(3.0))), 1.5).negative
        };
        let (without, with) = (negative(&[]), negative(&ordinary));
        assert!(with < 0.5 && with < 0.7 * without, "{without} without, {with} with ordinary speech");
    }

    /// With labels dealt out at random there is nothing to learn, and the report must not pretend.
    #[test]
    fn nothing_is_learnt_from_shuffled_labels() {
        let mut shuffled = examples();
        let labels: Vec<EmotionLabel> = shuffled.iter().map(|e| e.label).collect();
        for (i, example) in shuffled.iter_mut().enumerate() {
            example.label = labels[(i * 37 + i / 7 * 11) % 160];
        }
        let (_, report) = train_head(&shuffled, &[], 0.1, "test").unwrap();
        assert!(report.unweighted_average_recall < 0.45, "{report:?}");
    }

    #[test]
    fn one_speaker_or_odd_widths_are_refused() {
        let mut one = examples();
        one.iter_mut().for_each(|e| e.speaker = "s".to_owned());
        let mut odd = examples();
        odd[3].vector.pop();
        assert_eq!(train_head(&examples(), &[vec![0.0]], 0.1, "test").unwrap_err().kind(), ErrorKind::Usage);
        for wrong in [one, odd, Vec::new()] {
            assert_eq!(train_head(&wrong, &[], 0.1, "test").unwrap_err().kind(), ErrorKind::Usage);
        }
    }
}
