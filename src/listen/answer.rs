//! What one answer told: heard, keyed and felt.

use super::{Keys, Terms, Timings};
use crate::hear::Heard;
use crate::judge::{Consent, Evidence, Policy, Spoken, TurnContext};
use crate::sentiment::TextSentiment;
use crate::voice::{Prosody, VoiceEmotion};

/// What one answer told. Parts are absent where nothing was there to tell them.
#[derive(Clone, Debug)]
pub struct Answer {
    pub terms: Terms,
    /// Absent when no speech was found.
    pub heard: Option<Heard>,
    pub keys: Keys,
    /// Sentiment of the words beside the rating's own.
    pub text: Option<TextSentiment>,
    pub voice: Option<VoiceEmotion>,
    pub prosody: Option<Prosody>,
    /// Seconds of speech.
    pub speech_s: f32,
    pub timings: Timings,
}

impl Answer {
    /// Nothing said, nothing keyed.
    pub fn silent(terms: Terms) -> Self {
        Self {
            terms,
            heard: None,
            keys: Keys::default(),
            text: None,
            voice: None,
            prosody: None,
            speech_s: 0.0,
            timings: Timings::default(),
        }
    }

    /// What was said, for the judge.
    pub fn spoken(&self) -> Spoken {
        Spoken { heard: self.heard.clone(), text: self.text, voice: self.voice, speech_s: self.speech_s }
    }

    /// The evidence for the judge, as that of a first turn. Keys win the turn; what was said beside them still counts
    /// as words and voice.
    pub fn evidence(&self, policy: &Policy, consent: Consent) -> Evidence {
        let Terms { language, scale, .. } = self.terms;
        let context = TurnContext { scale, consent, ..TurnContext::first(language) };
        Evidence::of_turn(&self.spoken(), self.keys.keyed, &context, policy)
    }
}
