//! The small head on top of the encoder: standardise, score the emotions, calibrate.

use serde::{Deserialize, Serialize};

use super::calibrate::Platt;
use super::fit::{Linear, dot, softmax};
use super::labels::EmotionLabel;
use super::voice_emotion::VoiceEmotion;
use crate::error::{Error, ErrorKind, Result};

/// Version of the file's layout.
const FORMAT: u32 = 1;

/// Weights of a trained head, as stored in `voice-head.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) format: u32,
    /// Where the weights come from: data, licence, command.
    pub(super) origin: String,
    pub(super) labels: Vec<EmotionLabel>,
    /// Subtracted from a pooled vector, then …
    pub(super) centre: Vec<f32>,
    /// … each value is divided by its spread.
    pub(super) spread: Vec<f32>,
    /// One row of weights per label, on the standardised vector.
    pub(super) rows: Vec<Vec<f32>>,
    pub(super) biases: Vec<f32>,
    /// Scores are divided by it (Guo et al. 2017), fitted on speakers that were not trained on.
    pub(super) temperature: f32,
    /// log-odds of negative = (slope + growth · ln seconds) · (log-odds of the summed posterior) + offset (after Platt 1999),
    /// fitted likewise; seconds of speech, within the bounds of those that it was fitted on.
    pub(super) negative_slope: f32,
    #[serde(default)]
    pub(super) negative_growth: f32,
    pub(super) negative_offset: f32,
    #[serde(default = "one_second")]
    pub(super) seconds: [f32; 2],
}

/// At which nothing grows: of heads that know no seconds.
fn one_second() -> [f32; 2] {
    [1.0; 2]
}

impl Head {
    pub(super) fn new(origin: String, labels: Vec<EmotionLabel>, scaler: Scaler, linear: Linear) -> Self {
        Self {
            format: FORMAT,
            origin,
            labels,
            centre: scaler.centre,
            spread: scaler.spread,
            rows: linear.rows,
            biases: linear.biases,
            temperature: 1.0,
            negative_slope: 1.0,
            negative_growth: 0.0,
            negative_offset: 0.0,
            seconds: one_second(),
        }
    }

    /// Reads and checks a head for vectors of `width` values.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] about `subject` when the layout or a size is wrong, or a number is not finite.
    pub(super) fn from_json(json: &[u8], width: usize, subject: &str) -> Result<Self> {
        let failed = |problem: String| {
            let advice = "train it anew with `codetta voice train`";
            Error::new(ErrorKind::Model, subject, format!("{problem}; {advice}"))
        };
        let head: Self = serde_json::from_slice(json).map_err(|e| failed(e.to_string()))?;
        if head.format != FORMAT {
            return Err(failed(format!("expected format {FORMAT}, got {}", head.format)));
        }
        let classes = head.labels.len();
        let wide = |v: &Vec<f32>| v.len() == width;
        let sized = [&head.centre, &head.spread].into_iter().all(wide) && head.rows.iter().all(wide);
        if classes < 2 || !sized || head.rows.len() != classes || head.biases.len() != classes {
            return Err(failed(format!("expected at least two labels of {width} weights each")));
        }
        let numbers = head.rows.iter().flatten().chain(&head.centre).chain(&head.biases);
        let above_zero = [head.temperature, head.negative_slope, head.seconds[0]];
        let sound =
            numbers.chain([&head.negative_offset, &head.negative_growth, &head.seconds[1]]).all(|x| x.is_finite())
                && head.spread.iter().chain(&above_zero).all(|x| x.is_finite() && *x > 0.0)
                && head.seconds[0] <= head.seconds[1];
        if sound { Ok(head) } else { Err(failed("expected finite weights and positive spreads".to_owned())) }
    }

    pub(super) fn standardise(&self, vector: &[f32]) -> Vec<f32> {
        standardise(vector, &self.centre, &self.spread)
    }

    /// Raw score per label of a standardised vector.
    pub(super) fn scores(&self, standard: &[f32]) -> Vec<f64> {
        let row = |(row, bias): (&Vec<f32>, &f32)| dot(row, standard) + f64::from(*bias);
        self.rows.iter().zip(&self.biases).map(row).collect()
    }

    /// The calibrated emotion of raw scores of so many seconds of speech, given that there is speech; its confidence is the
    /// probability of that.
    pub(super) fn emotion(&self, scores: &[f64], seconds: f32) -> VoiceEmotion {
        let tempered: Vec<f64> = scores.iter().map(|s| s / f64::from(self.temperature)).collect();
        let mut posterior = softmax(&tempered);
        let mut speech = 1.0;
        for (label, p) in self.labels.iter().zip(&mut posterior) {
            if *label == EmotionLabel::NotSpeech {
                speech -= std::mem::take(p);
            }
        }
        posterior.iter_mut().for_each(|p| *p /= speech.max(1e-9));
        let of = |wanted: fn(EmotionLabel) -> bool| -> f64 {
            self.labels.iter().zip(&posterior).filter(|(l, _)| wanted(**l)).map(|(_, p)| p).sum()
        };
        let [angry, sad, happy] = [EmotionLabel::Angry, EmotionLabel::Sad, EmotionLabel::Happy]
            .map(|wanted| self.labels.iter().zip(&posterior).find(|(l, _)| **l == wanted).map_or(0.0, |(_, p)| *p));
        let neutral = of(|l| matches!(l, EmotionLabel::Neutral | EmotionLabel::Bored));
        // What the four names do not cover (fear, disgust, surprise) is shared out among them in proportion.
        let four = (angry + sad + neutral + happy).max(1e-9);
        let (mut valence, mut arousal) = (0.0, 0.0);
        for (label, p) in self.labels.iter().zip(&posterior) {
            let (v, a) = label.circumplex();
            valence += p * f64::from(v);
            arousal += p * f64::from(a);
        }
        let platt = Platt {
            slope: self.negative_slope.into(),
            growth: self.negative_growth.into(),
            offset: self.negative_offset.into(),
            seconds: self.seconds.map(f64::from),
        };
        let log_odds = platt.believed(negative_log_odds(&self.labels, &tempered), seconds.into());
        VoiceEmotion {
            angry: (angry / four) as f32,
            sad: (sad / four) as f32,
            neutral: (neutral / four) as f32,
            happy: (happy / four) as f32,
            negative: (1.0 / (1.0 + (-log_odds).exp())) as f32,
            arousal: arousal as f32,
            valence: valence as f32,
            confidence: speech as f32,
        }
    }
}

/// log Σ exp over negative labels minus log Σ exp over the other emotions, bounded so that it stays finite.
pub(super) fn negative_log_odds(labels: &[EmotionLabel], scores: &[f64]) -> f64 {
    let total = |negative: bool| {
        let wanted = |l: &EmotionLabel| *l != EmotionLabel::NotSpeech && l.is_negative() == negative;
        let kept = || labels.iter().zip(scores).filter(|(l, _)| wanted(l)).map(|(_, s)| *s);
        let highest = kept().fold(f64::NEG_INFINITY, f64::max);
        if highest.is_finite() { highest + kept().map(|s| (s - highest).exp()).sum::<f64>().ln() } else { highest }
    };
    (total(true) - total(false)).clamp(-30.0, 30.0)
}

/// Mean and standard deviation of each value over a training set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scaler {
    pub(super) centre: Vec<f32>,
    pub(super) spread: Vec<f32>,
}

impl Scaler {
    pub(super) fn fit<'a>(vectors: impl Iterator<Item = &'a Vec<f32>> + Clone) -> Self {
        let width = vectors.clone().next().map_or(0, Vec::len);
        let count = vectors.clone().count().max(1) as f64;
        let mut centre = vec![0.0f64; width];
        for vector in vectors.clone() {
            centre.iter_mut().zip(vector).for_each(|(c, &x)| *c += f64::from(x) / count);
        }
        let mut variance = vec![0.0f64; width];
        for vector in vectors {
            for ((v, &x), c) in variance.iter_mut().zip(vector).zip(&centre) {
                *v += (f64::from(x) - c).powi(2) / count;
            }
        }
        Self {
            centre: centre.iter().map(|&c| c as f32).collect(),
            // A value that never moves tells nothing: it is left as it is, 0 after centring.
            spread: variance.iter().map(|v| if *v > 1e-12 { v.sqrt() as f32 } else { 1.0 }).collect(),
        }
    }

    pub(super) fn apply(&self, vector: &[f32]) -> Vec<f32> {
        standardise(vector, &self.centre, &self.spread)
    }
}

fn standardise(vector: &[f32], centre: &[f32], spread: &[f32]) -> Vec<f32> {
    vector.iter().zip(centre).zip(spread).map(|((x, c), s)| (x - c) / s).collect()
}
