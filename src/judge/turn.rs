//! One turn of the caller, as the listening rooms tell it, turned into evidence.

use serde::{Deserialize, Serialize};

use super::evidence::{Consent, Evidence, RatingEvidence, RatingSource, ReadBack};
use super::policy::Policy;
use super::words::beyond_plain_rating;
use crate::hear::{Heard, Intents, RatingPosterior};
use crate::keypad::{Failure, Outcome};
use crate::sentiment::TextSentiment;
use crate::units::{Language, Scale};
use crate::voice::VoiceEmotion;

/// What the keys of a turn amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyed {
    /// A number, as keyed; it may be off the scale.
    Number(u8),
    /// The key that asks for a human, and the number keyed beside it, if there is one.
    Human(Option<u8>),
    /// Keys that are no number, or too many.
    Invalid,
}

impl Keyed {
    /// What a gatherer's outcome amounts to; none when no key came at all.
    pub fn of_outcome(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Digits(keyed) => Some(Self::Number(keyed.raw)),
            Outcome::Human { keyed } => Some(Self::Human(keyed.map(|keyed| keyed.raw))),
            Outcome::NoResponse { last: Failure::NoInput } => None,
            Outcome::NoResponse { last: Failure::Invalid | Failure::TooMany } => Some(Self::Invalid),
        }
    }

    /// What keys amount to that follow others in the same turn: a later number corrects an earlier one, a human who was asked
    /// for stays, and a number keyed before him does too.
    #[must_use]
    pub fn after(self, earlier: Option<Self>) -> Self {
        match (earlier, self) {
            (Some(Self::Human(keyed)), _) => Self::Human(keyed),
            (Some(Self::Number(raw)), Self::Human(None)) => Self::Human(Some(raw)),
            (_, later) => later,
        }
    }
}

/// What the caller said in a turn. The default is silence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spoken {
    pub heard: Option<Heard>,
    /// Sentiment of the transcript as it stands; the judge's evidence leaves the rating's own words out.
    pub text: Option<TextSentiment>,
    pub voice: Option<VoiceEmotion>,
    /// Seconds of speech.
    pub speech_s: f32,
}

/// Where in the call a turn stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurnContext {
    pub language: Language,
    pub scale: Scale,
    pub consent: Consent,
    /// As [`Evidence::asked_back`].
    pub asked_back: u8,
    /// As [`Evidence::read_backs`].
    pub read_backs: u8,
    /// As [`Evidence::read_back`].
    pub read_back: Option<ReadBack>,
}

impl TurnContext {
    /// A first turn with full consent on the usual scale.
    pub fn first(language: Language) -> Self {
        let (scale, consent) = (Scale::default(), Consent::default());
        Self { language, scale, consent, asked_back: 0, read_backs: 0, read_back: None }
    }
}

impl Evidence {
    /// The evidence of one turn: a key that rates wins it, what was said beside it stays; word rules are matched; the words of a
    /// plain rating are not counted as sentiment; without consent nothing of words or voice is kept.
    pub fn of_turn(spoken: &Spoken, keyed: Option<Keyed>, context: &TurnContext, policy: &Policy) -> Self {
        let heard = spoken.heard.as_ref();
        let said = heard.map(|heard| heard.rating);
        let by_key = keyed.and_then(|keyed| of_keys(keyed, context.scale));
        let by_speech = said.map(|posterior| RatingEvidence { posterior, source: RatingSource::Speech, raw_key: None });
        let rates = |rating: &RatingEvidence| rating.posterior.best().is_some();
        let stated = by_key.filter(rates).or(by_speech.filter(rates)).or(by_key).or(by_speech);
        let key_wins = stated.is_some_and(|rating| rating.source == RatingSource::Keypad);
        let transcript = heard.map(|heard| &heard.transcript);
        let best = stated.and_then(|rating| rating.posterior.best()).map(|(rating, _)| rating);
        let text = match (spoken.text, transcript) {
            (Some(text), Some(transcript)) => Some(beyond_plain_rating(text, transcript, best)),
            (text, _) => text,
        };
        Self {
            language: context.language,
            rating: stated,
            spoken_beside_key: said.filter(|posterior| key_wins && posterior.best().is_some()),
            intents: heard.map_or_else(Intents::default, |heard| heard.intents),
            human_key: matches!(keyed, Some(Keyed::Human(_))),
            words: transcript.map(|transcript| policy.words_said(transcript)).unwrap_or_default(),
            text: text.filter(|_| context.consent.emotion),
            voice: spoken.voice.filter(|_| context.consent.emotion),
            consent: context.consent,
            speech_s: spoken.speech_s,
            asked_back: context.asked_back,
            read_backs: context.read_backs,
            read_back: context.read_back,
        }
    }
}

fn of_keys(keyed: Keyed, scale: Scale) -> Option<RatingEvidence> {
    let raw_key = match keyed {
        Keyed::Number(raw) | Keyed::Human(Some(raw)) => Some(raw),
        Keyed::Invalid => None,
        Keyed::Human(None) => return None,
    };
    let posterior = raw_key.and_then(|raw| scale.canonical(raw)).map(RatingPosterior::certain);
    Some(RatingEvidence {
        posterior: posterior.unwrap_or(RatingPosterior::NONE),
        source: RatingSource::Keypad,
        raw_key,
    })
}
