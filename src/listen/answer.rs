//! What one answer told: heard, keyed and felt.

use serde::{Deserialize, Serialize};

use super::Timings;
use crate::hear::{Heard, Intents, RatingPosterior};
use crate::judge::{Consent, Evidence, Policy, RatingEvidence, RatingSource};
use crate::keypad::KeyPress;
use crate::sentiment::TextSentiment;
use crate::units::{Language, Rating, Scale};
use crate::voice::{Prosody, VoiceEmotion};

/// What the keys of an answer amount to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Keyed {
    pub presses: Vec<KeyPress>,
    /// The number keyed and its canonical rating, if it is on the scale.
    pub rating: Option<(u8, Rating)>,
    /// 0 asks for a human, unless the scale itself holds a 0.
    pub human: bool,
}

impl Keyed {
    /// Reads the keys of one turn: all digits up to a `#` form one number on the scale.
    pub fn read(presses: Vec<KeyPress>, scale: Scale) -> Self {
        let digits: Vec<u8> =
            presses.iter().map_while(|p| (char::from(p.digit) != '#').then(|| p.digit.digit())).flatten().collect();
        let number = digits.iter().try_fold(0u8, |n, &d| n.checked_mul(10)?.checked_add(d));
        let rating = number.filter(|_| !digits.is_empty()).and_then(|raw| Some((raw, scale.canonical(raw)?)));
        let human = rating.is_none() && digits.first() == Some(&0);
        Self { presses, rating, human }
    }
}

/// What one answer told. Parts are absent where nothing was there to tell them.
#[derive(Clone, Debug)]
pub struct Answer {
    pub language: Language,
    /// Absent when no speech was found.
    pub heard: Option<Heard>,
    pub keyed: Keyed,
    pub text: Option<TextSentiment>,
    pub voice: Option<VoiceEmotion>,
    pub prosody: Option<Prosody>,
    /// Seconds of speech.
    pub speech_s: f32,
    pub timings: Timings,
}

impl Answer {
    /// The evidence for the judge, as that of a first turn. Keys win the turn; what was said beside them still counts as words and voice.
    pub fn evidence(&self, policy: &Policy, consent: Consent) -> Evidence {
        let rating = match (&self.keyed.rating, &self.heard) {
            (Some((raw, rating)), _) => Some(RatingEvidence {
                posterior: RatingPosterior::certain(*rating),
                source: RatingSource::Keypad,
                raw_key: Some(*raw),
            }),
            (None, Some(heard)) => {
                Some(RatingEvidence { posterior: heard.rating, source: RatingSource::Speech, raw_key: None })
            }
            (None, None) => None,
        };
        let beside_key = self.keyed.rating.and(self.heard.as_ref());
        Evidence {
            rating,
            spoken_beside_key: beside_key.map(|h| h.rating),
            intents: self.heard.as_ref().map_or(Intents::default(), |h| h.intents),
            human_key: self.keyed.human,
            words: self.heard.as_ref().map_or_else(Vec::new, |h| policy.words_said(&h.transcript)),
            text: self.text.filter(|_| consent.emotion),
            voice: self.voice.filter(|_| consent.emotion),
            consent,
            speech_s: self.speech_s,
            ..Evidence::silence(self.language)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keypad::Key;

    fn keys(text: &str) -> Vec<KeyPress> {
        text.chars()
            .enumerate()
            .map(|(i, c)| KeyPress { digit: Key::new(c).unwrap(), start_s: i as f64, end_s: i as f64 + 0.1 })
            .collect()
    }

    #[test]
    fn keys_are_read_on_their_scale() {
        let five: Scale = "1..5:best=5".parse().unwrap();
        let reversed: Scale = "1..5:best=1".parse().unwrap();
        let nps: Scale = "0..10:best=10".parse().unwrap();
        let canonical = |text: &str, scale| Keyed::read(keys(text), scale).rating.map(|(_, r)| r.value());
        assert_eq!(canonical("4", five), Some(4));
        assert_eq!(canonical("4#", five), Some(4));
        assert_eq!(canonical("4", reversed), Some(2));
        assert_eq!(canonical("10", nps), Some(5));
        assert_eq!(canonical("0", nps), Some(1));
        for wrong in ["", "#", "9", "12", "999999", "*"] {
            assert_eq!(canonical(wrong, five), None, "{wrong}");
        }
    }

    #[test]
    fn zero_asks_for_a_human_where_it_is_not_a_rating() {
        assert!(Keyed::read(keys("0"), Scale::default()).human);
        assert!(!Keyed::read(keys("0"), "0..10:best=10".parse().unwrap()).human);
        assert!(!Keyed::read(keys("3"), Scale::default()).human);
    }
}
