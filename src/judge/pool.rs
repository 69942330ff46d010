//! Log-linear pooling of the sources over the five canonical levels. DESIGN.md, "Judging", derives the weights.

use super::evidence::Evidence;
use super::policy::PoolWeights;
use crate::hear::RatingPosterior;
use crate::sentiment::TextSentiment;
use crate::units::Rating;
use crate::voice::VoiceEmotion;

/// Mixed into every distribution before its logarithm: no single source can rule a level out.
const FLOOR: f64 = 0.02;
/// Bound on a logit: a calibrated model has no business being surer than 95 %.
const LOGIT_LIMIT: f64 = 3.0;
/// P(angry) of a voice about which nothing is known: one class of four.
const ANGER_BASE_LOGIT: f64 = -1.098_612_288_668_109_8;
/// Share of callers who sound angry among the unhappy (levels 1 and 2), and among the others. Assumed.
const ANGRY_IF_UNHAPPY: f64 = 0.3;
const ANGRY_OTHERWISE: f64 = 0.02;
/// Slope of the adjacent-category logit: with it the low levels differ from the rest by exactly the log-odds given.
const LEVEL_SLOPE: f64 = 0.4;

/// A source of evidence on satisfaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Rating,
    Text,
    Voice,
}

/// What one source adds to the log of each level's weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contribution {
    pub source: Source,
    pub log_weights: [f64; 5],
}

/// The pooled distribution and what every source added.
#[derive(Clone, Debug)]
pub(super) struct Pooled {
    /// P(satisfaction = 1..=5), sums to 1.
    pub levels: [f64; 5],
    pub contributions: Vec<Contribution>,
}

impl Pooled {
    /// `p(s) ∝ prior(s)·Π exp(contribution_i(s))` (Genest & Zidek 1986, logarithmic opinion pool).
    pub fn of(contributions: Vec<Contribution>, prior: &[f64; 5]) -> Self {
        let mut log_weights = prior.map(libm::log);
        for contribution in &contributions {
            for (total, added) in log_weights.iter_mut().zip(contribution.log_weights) {
                *total += added;
            }
        }
        Self { levels: softmax(log_weights), contributions }
    }

    /// Mean level, 1..=5.
    pub fn mean(&self) -> f64 {
        self.levels.iter().zip(1u8..).map(|(p, level)| p * f64::from(level)).sum()
    }

    /// Shannon entropy, bits: 0 (certain) to log2 5 ≈ 2.32 (nothing known).
    pub fn entropy_bits(&self) -> f64 {
        -self.levels.iter().filter(|&&p| p > 0.0).map(|&p| p * libm::log2(p)).sum::<f64>()
    }

    /// Share of each source, 0..=1: how far its log weights lie from being even (sum of absolute deviations from
    /// their mean), in proportion to all sources. They sum to 1, or are all 0 when none pulls.
    pub fn shares(&self) -> Vec<(Source, f64)> {
        let pull = |c: &Contribution| {
            let centre = c.log_weights.iter().sum::<f64>() / 5.0;
            c.log_weights.iter().map(|w| (w - centre).abs()).sum::<f64>()
        };
        let total: f64 = self.contributions.iter().map(pull).sum();
        self.contributions.iter().map(|c| (c.source, if total > 0.0 { pull(c) / total } else { 0.0 })).collect()
    }
}

/// What the sources that `evidence` may use add to each level. Without consent to emotion: the rating alone.
/// `standing` is a rating of an earlier turn that this turn confirmed; it then takes the place of this turn's.
pub(super) fn contributions(evidence: &Evidence, standing: Option<Rating>, weights: &PoolWeights) -> Vec<Contribution> {
    let mut all = Vec::with_capacity(3);
    let stated = evidence.rating.as_ref().map(|rating| rating.posterior);
    if let Some(posterior) = standing.map(RatingPosterior::certain).or(stated) {
        all.push(of_rating(posterior, weights));
    }
    if evidence.consent.emotion {
        all.extend(evidence.text.as_ref().map(|text| of_text(text, weights)));
        all.extend(evidence.voice.as_ref().map(|voice| of_voice(voice, weights)));
    }
    all
}

/// `w·log L(s)`, where `L(s) = Σ_r p(r)·C(r|s) + p(none)/5` and `C` is the chance that a caller who feels `s` states
/// `r`: mostly `s` itself, at times a neighbour, at times the scale turned round.
fn of_rating(posterior: RatingPosterior, weights: &PoolWeights) -> Contribution {
    let RatingPosterior { levels, none } = posterior;
    let stated = 1.0 - weights.mirrored - weights.neighbour;
    let mut likelihood = [f64::from(sound(none)) / 5.0; 5];
    for (r, p) in levels.into_iter().enumerate() {
        let p = f64::from(sound(p));
        likelihood[r] += p * stated;
        likelihood[4 - r] += p * weights.mirrored;
        // An end of the scale has one neighbour, which then takes the whole share.
        let neighbours: &[usize] = match r {
            0 => &[1],
            1 => &[0, 2],
            2 => &[1, 3],
            3 => &[2, 4],
            _ => &[3],
        };
        for &s in neighbours {
            likelihood[s] += p * weights.neighbour / neighbours.len() as f64;
        }
    }
    Contribution { source: Source::Rating, log_weights: floored(likelihood).map(|l| weights.rating * libm::log(l)) }
}

/// `w·trust·log(q(c)/π(c))`, the same for every level of a class `c`: negative (1, 2), neutral (3), positive (4, 5),
/// with `π` = .4, .2, .4. The text model is calibrated on these classes; it does not tell 1 from 2, or 4 from 5.
fn of_text(text: &TextSentiment, weights: &PoolWeights) -> Contribution {
    let levels = floored(text.levels.map(|p| f64::from(sound(p))));
    let classes = [levels[0] + levels[1], levels[2], levels[3] + levels[4]];
    // Its confidence is the probability of its label, less where it has doubts. The probability is in `classes`
    // already and must not count twice: what is left is the doubt.
    let likeliest = classes.into_iter().fold(0.0, f64::max);
    let trust = (f64::from(unit(text.confidence)) / likeliest).min(1.0);
    let [negative, neutral, positive] = [(classes[0], 0.4), (classes[1], 0.2), (classes[2], 0.4)]
        .map(|(q, base)| weights.text * trust * libm::log(q / base));
    Contribution { source: Source::Text, log_weights: [negative, negative, neutral, positive, positive] }
}

/// Adjacent-category logits (Agresti 2010, §4.1): each step up the scale subtracts the same `0.4·x`, where `x` is the
/// log-odds of an unhappy caller that the voice tells: `w·confidence·logit(negative)`, plus that of anger.
///
/// Anger is a mixture, since most unhappy callers are not angry: with `R = exp(w·confidence·(logit(angry) − base))`,
/// `log((u·R + 1 − u)/(o·R + 1 − o))`, where `u` and `o` are the shares of angry callers among the unhappy and the
/// others. A calm voice thus says next to nothing, and an angry one at most `log(u/o)`.
fn of_voice(voice: &VoiceEmotion, weights: &PoolWeights) -> Contribution {
    let finite = voice.negative.is_finite() && voice.angry.is_finite();
    let confidence = if finite { f64::from(unit(voice.confidence)) } else { 0.0 };
    let negative = confidence * weights.voice_negative * logit(voice.negative);
    let ratio = libm::exp(confidence * weights.voice_anger * (logit(voice.angry) - ANGER_BASE_LOGIT));
    let share = |angry: f64| angry * ratio + 1.0 - angry;
    let log_odds = negative + libm::log(share(ANGRY_IF_UNHAPPY) / share(ANGRY_OTHERWISE));
    let log_weights = [2.0, 1.0, 0.0, -1.0, -2.0].map(|step| step * LEVEL_SLOPE * log_odds);
    Contribution { source: Source::Voice, log_weights }
}

fn logit(p: f32) -> f64 {
    let p = f64::from(unit(p)).clamp(1e-6, 1.0 - 1e-6);
    libm::log(p / (1.0 - p)).clamp(-LOGIT_LIMIT, LOGIT_LIMIT)
}

/// Normalised, with [`FLOOR`] of the mass spread evenly.
fn floored(weights: [f64; 5]) -> [f64; 5] {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return [0.2; 5];
    }
    weights.map(|w| (1.0 - FLOOR) * w / total + FLOOR / 5.0)
}

fn softmax(log_weights: [f64; 5]) -> [f64; 5] {
    let top = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = log_weights.map(|w| libm::exp(w - top));
    let total: f64 = weights.iter().sum();
    weights.map(|w| w / total)
}

/// A probability from elsewhere, in 0..=1; not a number counts as 0.
pub(super) fn unit(p: f32) -> f32 {
    if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) }
}

/// A weight from elsewhere, not negative and finite.
fn sound(weight: f32) -> f32 {
    if weight.is_finite() { weight.max(0.0) } else { 0.0 }
}
