//! What was decided, and why.

use serde::{Deserialize, Serialize};

use super::reasons::rounded;
use crate::hear::RatingPosterior;
use crate::units::Rating;

/// What happens next in the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Close with an outro.
    Outro,
    /// Soothing music, then a human.
    Transfer,
    /// Read the rating back once.
    Confirm,
    /// Ask again.
    Reprompt,
}

/// Bands of the canonical scale, as the policy cuts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    Low,
    Middle,
    Best,
}

/// Mood of an outro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    Bright,
    Calm,
    Soothing,
}

/// What the caller is asked next, when the call goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The question again, for a spoken or keyed answer.
    Question,
    /// The question once more, for a key.
    Keypad,
    /// Whether the rating that was understood is right.
    ReadBack,
}

/// What is to be arranged after the call, beside its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUp {
    /// The caller asked to be called another time.
    CallLater,
    /// No answer came: `NoResponse` is stored.
    NoResponse,
    /// Lukewarm: logged for the quality team.
    Log,
    /// The caller wants never to be called again.
    NoCalls,
    /// The call was meant for somebody else.
    WrongNumber,
}

/// What to look for in the library of outros.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutroQuery {
    pub mood: Mood,
    /// Brand tone (classical, pop, neutral, …); none takes any.
    pub tone: Option<String>,
}

/// One reason, in words a supervisor understands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable identifier, such as `rating.stated` or `human.asked`.
    pub code: String,
    /// Share of this reason in the decision, 0..=1.
    pub weight: f32,
    pub zh: String,
    pub en: String,
}

/// The judge's decision on one turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub action: Action,
    /// Present for `outro` and `transfer`.
    pub outro: Option<OutroQuery>,
    /// Present for `confirm` and `reprompt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
    pub band: Option<Band>,
    /// The rating that is to be recorded (or read back), if there is one.
    pub rating: Option<Rating>,
    /// Pooled P(satisfaction = 1..=5); sums to 1.
    pub satisfaction: [f32; 5],
    /// Mean of `satisfaction`, 1..=5.
    pub mean: f32,
    /// Entropy of `satisfaction`, bits.
    pub entropy_bits: f32,
    /// In order of weight, heaviest first.
    /// Weights sum to 1.
    pub reasons: Vec<Reason>,
    /// SHA-256 of the policy's canonical form, hexadecimal.
    pub policy_hash: String,
}

/// Reasons that tell of words or voice. That key and spoken rating differ (`contradiction.key`) does not.
fn of_emotion(code: &str) -> bool {
    ["voice.", "text.", "feeling."].iter().any(|prefix| code.starts_with(prefix))
        || ["contradiction", "contradiction.anger"].contains(&code)
}

impl Decision {
    /// The same decision without what it tells of words and voice: their reasons go, and what was pooled of them is
    /// replaced by the rating alone (`heard`, or the one that was decided on). What was done in the call stays. A
    /// decision that tells nothing of them stays as it is.
    #[must_use]
    pub fn without_emotion(mut self, heard: Option<RatingPosterior>) -> Self {
        if !self.reasons.iter().any(|reason| of_emotion(&reason.code)) {
            return self;
        }
        self.reasons.retain(|reason| !of_emotion(&reason.code) && reason.code != "inferred");
        let left: f32 = self.reasons.iter().map(|reason| reason.weight).sum();
        for reason in self.reasons.iter_mut().filter(|_| left > 0.0) {
            reason.weight = rounded(f64::from(reason.weight / left));
        }
        self.reasons.push(Reason {
            code: "consent.removed".to_owned(),
            weight: if left > 0.0 { 0.0 } else { 1.0 },
            zh: "客户不同意情绪分析，言语和语气的理由已删除".to_owned(),
            en: "No consent to emotion analysis: reasons of words and voice were removed".to_owned(),
        });
        if self.rating.is_none() {
            // Without a rating only words and voice put a caller into a band.
            self.band = None;
        }
        let rating = heard.or(self.rating.map(RatingPosterior::certain)).unwrap_or(RatingPosterior::NONE);
        let levels = RatingPosterior::from_weights(rating.levels, rating.none);
        let levels = levels.levels.map(|p| f64::from(p) + f64::from(levels.none) / 5.0);
        self.satisfaction = levels.map(rounded);
        self.mean = rounded(levels.iter().zip(1u8..).map(|(p, level)| p * f64::from(level)).sum());
        self.entropy_bits =
            rounded(levels.iter().filter(|&&p| p > 0.0).map(|&p| -p * libm::log2(p)).sum::<f64>() + 0.0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{Consent, Evidence, Policy, RatingEvidence, RatingSource, decide};
    use crate::units::Language;
    use crate::voice::VoiceEmotion;

    /// Keyed as the best, in a voice that is as angry as voices get.
    fn evidence() -> Evidence {
        let posterior = RatingPosterior::certain(Rating::from_index(4));
        let voice =
            VoiceEmotion { angry: 0.97, neutral: 0.01, negative: 0.97, confidence: 1.0, ..VoiceEmotion::UNTOLD };
        Evidence {
            rating: Some(RatingEvidence { posterior, source: RatingSource::Keypad, raw_key: Some(5) }),
            voice: Some(voice),
            speech_s: 2.0,
            ..Evidence::silence(Language::En)
        }
    }

    #[test]
    fn without_emotion_a_decision_tells_the_rating_alone() {
        let told = decide(&evidence(), &Policy::default());
        assert!(told.reasons.iter().any(|reason| reason.code == "voice.angry"), "{told:?}");
        let quiet = told.clone().without_emotion(None);
        let reasons: Vec<_> = quiet.reasons.iter().map(|reason| (reason.code.as_str(), reason.weight)).collect();
        assert_eq!(reasons, [("rating.keyed", 1.0), ("consent.removed", 0.0)]);
        assert_eq!((quiet.satisfaction, quiet.mean, quiet.entropy_bits), ([0.0, 0.0, 0.0, 0.0, 1.0], 5.0, 0.0));
        assert_eq!((quiet.action, quiet.rating, quiet.band), (told.action, told.rating, told.band));
        assert_eq!(quiet.clone().without_emotion(None), quiet, "once is enough");
    }

    #[test]
    fn without_emotion_and_a_rating_nothing_is_known() {
        let told = decide(&Evidence { rating: None, ..evidence() }, &Policy::default());
        assert_eq!(told.reasons[0].code, "voice.anger");
        let quiet = Decision { band: Some(Band::Low), ..told }.without_emotion(Some(RatingPosterior::NONE));
        assert_eq!((quiet.satisfaction, quiet.mean, quiet.band), ([0.2; 5], 3.0, None));
        assert_eq!(
            quiet.reasons.iter().map(|r| (r.code.as_str(), r.weight)).collect::<Vec<_>>(),
            [("consent.removed", 1.0)]
        );
    }

    #[test]
    fn a_decision_that_tells_of_no_emotion_stays_as_it_is() {
        let consent = Consent { recording: true, emotion: false };
        let plain = decide(&Evidence { consent, ..evidence() }, &Policy::default());
        assert_eq!(plain.clone().without_emotion(None), plain);
    }
}
