//! What an answer means, as a network reads it: a second reader beside the grammar, for what people say in their own words.

use super::answer::{Answer, is_plain, knows_all, read};
use super::heard::{ASKED_BACK, Heard, Intents, RatingPosterior, Transcript};
use super::word::Request;
use crate::text::meaning as network;
use crate::units::{Language, Rating, Scale};

/// A request that the words do not state is believed from here on: chosen on every other answer of the lists `apart`, of which as
/// many are heard from .5 on, and more that ask for nothing are taken for one.
const UNSTATED_FROM: f32 = 0.8;
/// The network speaks against what the words state where it holds it for no more probable than this.
const SPEAKS_AGAINST: f32 = 0.1;
/// So much is believed of a request that the network speaks against.
const REFUTED: f32 = 0.4;

/// Which rating from 1 to 5 a text gives, 5 being best, and what its speaker asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meaning {
    pub rating: RatingPosterior,
    pub intents: Intents,
}

impl Meaning {
    /// Reads `text`, Mandarin or English, in bounded time: some milliseconds. None where there are no words.
    ///
    /// The first call loads the weights: 43 MB of floats, 14 of which the sentiment encoder shares.
    pub fn of(text: &str) -> Option<Self> {
        let log_odds = network::log_odds(text)?;
        let (ratings, requests) = (&log_odds[network::RATINGS], &log_odds[network::REQUESTS]);
        let (ratings, requests) = (network::probabilities(ratings), network::probabilities(requests));
        let rating =
            RatingPosterior::from_weights(std::array::from_fn(|level| ratings[level]), ratings[Rating::LEVELS]);
        let mut intents = Intents::default();
        for (request, p) in Request::ALL.into_iter().zip(&requests[1..]) {
            *intents.of_mut(request) = *p;
        }
        Some(Self { rating, intents })
    }

    /// The embedded weights by file name: for the record of a decision.
    pub fn weights() -> (&'static str, &'static [u8]) {
        network::weights()
    }
}

impl Heard {
    /// What a text means by its words alone, whoever wrote it: the grammar and the network, without sound.
    pub fn of_text(text: &str, language: Language, scale: Scale) -> Self {
        let answer = read(text, language, scale);
        let rating = answer.rating.map_or(RatingPosterior::NONE, RatingPosterior::certain);
        let rating = if answer.implied { rating.doubted(ASKED_BACK) } else { rating };
        let mut intents = Intents::default();
        if let Some(request) = answer.request {
            *intents.of_mut(request) = 1.0;
        }
        Self { transcript: Transcript { text: text.to_owned(), language }, rating, intents }
            .read_again(&answer, None, scale)
    }

    /// With the network's reading of the transcript beside it, unless the grammar, which read it as `answer`, knows all of its few
    /// words. The network's numbers are those of 1 to 5: on other scales it is asked for requests alone. `told` is the rating that
    /// the sound tells by itself.
    pub(super) fn read_again(self, answer: &Answer, told: Option<Rating>, scale: Scale) -> Self {
        let Transcript { text, language } = &self.transcript;
        if is_plain(text, *language, answer) {
            return self;
        }
        match Meaning::of(text) {
            Some(meaning) => Self {
                rating: match scale == Scale::default() {
                    true => meaning.rating_beside(self.rating, answer, told, knows_all(text, *language)),
                    false => self.rating,
                },
                intents: meaning.intents_beside(self.intents, answer),
                ..self
            },
            None => self,
        }
    }
}

impl Meaning {
    /// What the words do not state and the network reads is asked back, and so is what they state and it does not see. Where the
    /// grammar knows every word (`known`), which rating is given it knows better: it counts, and follows corrections. And what the
    /// sound tells, too (`told`), may be written as the network cannot know it: 给五颗型.
    fn rating_beside(
        &self,
        heard: RatingPosterior,
        stated: &Answer,
        told: Option<Rating>,
        known: bool,
    ) -> RatingPosterior {
        let read = self.rating.best();
        let unseen = |rating: Rating| {
            stated.rating == Some(rating)
                && told != Some(rating)
                && self.rating.levels[rating.index()] <= SPEAKS_AGAINST
                && !(known && read.is_some())
        };
        match heard.best() {
            None if read.is_some() => self.rating.doubted(ASKED_BACK),
            Some((rating, _)) if unseen(rating) => heard.doubted(ASKED_BACK),
            _ => heard,
        }
    }

    fn intents_beside(&self, heard: Intents, stated: &Answer) -> Intents {
        let mut both = heard;
        for request in Request::ALL {
            let (heard, read) = (heard.of(request), self.intents.of(request));
            let is_stated = stated.request == Some(request);
            *both.of_mut(request) = match is_stated {
                true if read <= SPEAKS_AGAINST => heard.min(REFUTED),
                false if read >= UNSTATED_FROM => heard.max(read),
                _ => heard,
            };
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(rating: Option<u8>, request: Option<Request>) -> Answer {
        Answer { rating: rating.map(|value| Rating::new(value).unwrap()), implied: false, request }
    }

    fn meaning(levels: [f32; 5], human: f32) -> Meaning {
        let none = 1.0 - levels.iter().sum::<f32>();
        Meaning { rating: RatingPosterior { levels, none }, intents: Intents { human, ..Intents::default() } }
    }

    #[test]
    fn a_rating_that_it_alone_reads_or_does_not_see_is_asked_back() {
        let four = RatingPosterior::certain(Rating::new(4).unwrap());
        let best = |rating: RatingPosterior| rating.best().map(|(rating, p)| (rating.value(), p));
        let (nothing, two) = (meaning([0.0; 5], 0.0), meaning([0.0, 0.9, 0.0, 0.0, 0.0], 0.0));
        let alone = two.rating_beside(RatingPosterior::NONE, &stated(None, None), None, false);
        assert!(best(alone).is_some_and(|(value, p)| value == 2 && p <= ASKED_BACK));
        for known in [false, true] {
            assert_eq!(best(nothing.rating_beside(four, &stated(Some(4), None), None, known)), Some((4, ASKED_BACK)));
        }
        let agreed = meaning([0.0, 0.0, 0.0, 0.8, 0.0], 0.0);
        assert_eq!(agreed.rating_beside(four, &stated(Some(4), None), None, false), four);
        // Another rating than a text of known words gives, and than one of which it knows a part.
        assert_eq!(two.rating_beside(four, &stated(Some(4), None), None, true), four);
        assert_eq!(best(two.rating_beside(four, &stated(Some(4), None), None, false)), Some((4, ASKED_BACK)));
        // As another number's noun it would be read, but by its sound the rating is in it.
        assert_eq!(nothing.rating_beside(four, &stated(Some(4), None), Rating::new(4).ok(), false), four);
        // Heard by its sound while the text says something else: the text is what is wrong.
        assert_eq!(nothing.rating_beside(four, &stated(None, None), None, false), four);
    }

    #[test]
    fn a_request_is_added_where_it_is_sure_and_taken_back_only_where_the_words_state_it() {
        let beside = |heard: f32, read: f32, answer: &Answer| {
            let heard = Intents { human: heard, ..Intents::default() };
            meaning([0.0; 5], read).intents_beside(heard, answer).human
        };
        let asked = stated(None, Some(Request::Human));
        assert_eq!(beside(0.0, 0.9, &stated(None, None)), 0.9);
        assert_eq!(beside(0.0, 0.7, &stated(None, None)), 0.0);
        assert_eq!(beside(1.0, 0.05, &asked), REFUTED);
        assert_eq!(beside(1.0, 0.5, &asked), 1.0);
        assert_eq!(beside(0.9, 0.05, &stated(None, None)), 0.9);
    }

    #[test]
    fn on_another_scale_it_reads_requests_alone() {
        let scale: Scale = "0..10:best=10".parse().unwrap();
        let heard = Heard::of_text("second from the bottom I'd say", Language::En, scale);
        assert_eq!(heard.rating.best(), None);
        let heard = Heard::of_text("catch me another day I'm up a ladder just now", Language::En, scale);
        assert!(heard.intents.later >= UNSTATED_FROM);
    }
}
