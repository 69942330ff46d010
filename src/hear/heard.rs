//! What hearing yields: words, a probability for each rating, and the caller's requests.

use serde::{Deserialize, Serialize};

use super::word::Request;
use crate::units::{Language, Rating};

/// What was said, in the language the call is held in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    pub text: String,
    pub language: Language,
}

/// A rating is believed by no more than this, and so asked back, where no word was written of more than two seconds (what voice
/// detection passes for so long and the decoder has no word for is mostly music), where it is guessed from an opinion
/// (`Answer::implied`), and where the grammar or the network alone reads it (`meaning.rs`).
pub(super) const ASKED_BACK: f32 = 0.75;

/// A rating that the sound alone tells.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "whisper"), allow(dead_code, reason = "without a recogniser nothing is spelt"))]
pub(super) struct Told {
    pub(super) rating: Rating,
    /// It is all that was said, and not found amid other talk.
    pub(super) whole: bool,
}

/// How probable each canonical rating is, and that no rating was given. The six values sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingPosterior {
    /// P(rating = 1), …, P(rating = 5).
    pub levels: [f32; 5],
    /// P(what was said is not a rating on the scale).
    pub none: f32,
}

impl RatingPosterior {
    /// Nothing that could be a rating.
    pub const NONE: Self = Self { levels: [0.0; 5], none: 1.0 };

    /// All weight on one rating: a key press.
    pub fn certain(rating: Rating) -> Self {
        let mut levels = [0.0; 5];
        levels[rating.index()] = 1.0;
        Self { levels, none: 0.0 }
    }

    /// From non-negative weights (five levels, none), normalised. All zero, or not finite, gives [`Self::NONE`].
    pub fn from_weights(levels: [f32; 5], none: f32) -> Self {
        let total = levels.iter().sum::<f32>() + none;
        if !(total.is_finite() && total > 0.0) {
            return Self::NONE;
        }
        Self { levels: levels.map(|w| w / total), none: none / total }
    }

    /// The same, believed only by this share (0 to 1): the rest is that no rating was said.
    pub fn doubted(&self, share: f32) -> Self {
        Self { levels: self.levels.map(|p| p * share), none: 1.0 - share * (1.0 - self.none) }
    }

    /// The most probable rating and its probability, if it is more probable than none.
    pub fn best(&self) -> Option<(Rating, f32)> {
        let (index, &p) = self.levels.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        (p > self.none).then(|| (Rating::from_index(index), p))
    }
}

/// Probabilities of the caller's requests; independent of each other and of the rating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Intents {
    /// Wants a human ("转人工", "agent"), or to lodge a complaint.
    pub human: f32,
    /// Wants the question again.
    pub repeat: f32,
    /// Wants to be called another time.
    pub later: f32,
    /// Wants never to be called again ("别再打来了", "stop calling me").
    // Left out where there is none, so that records from before it replay to the same bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub no_calls: f32,
    /// Says that the call was meant for somebody else ("打错了", "wrong number").
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrong_number: f32,
}

impl Intents {
    /// The most probable request and its probability.
    pub fn best(&self) -> (Request, f32) {
        let [first, rest @ ..] = Request::ALL.map(|request| (request, self.of(request)));
        rest.into_iter().fold(first, |best, next| if next.1 > best.1 { next } else { best })
    }

    pub fn of(&self, request: Request) -> f32 {
        let mut copy = *self;
        *copy.of_mut(request)
    }

    pub(super) fn of_mut(&mut self, request: Request) -> &mut f32 {
        match request {
            Request::Human => &mut self.human,
            Request::Repeat => &mut self.repeat,
            Request::Later => &mut self.later,
            Request::NoCalls => &mut self.no_calls,
            Request::WrongNumber => &mut self.wrong_number,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

/// Everything one utterance told the recogniser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub transcript: Transcript,
    pub rating: RatingPosterior,
    pub intents: Intents,
}
