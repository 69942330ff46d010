//! What an answer means, as a network reads it: a second reader beside the grammar, for what people say in their own words.

use super::answer::{Answer, is_plain, knows_all, names, read};
use super::heard::{ASKED_BACK, Heard, Intents, RatingPosterior, Told, Transcript};
use super::word::Request;
use crate::text::meaning as network;
use crate::units::{Language, Rating, Scale};

/// A request is believed from here on, whether or not the words state it: chosen on every other answer of the lists `apart`, of
/// which as many are heard from .5 on, and more that ask for nothing are taken for one.
const SURE_FROM: f32 = 0.8;
/// The network speaks against what the words state where it holds it for no more probable than this.
const SPEAKS_AGAINST: f32 = 0.1;
/// And against what was heard amid other talk and written, too, where it is as sure as this that no rating is given.
const SURE_OF_NONE: f32 = 0.9;
/// A request that is plainly stated is not asked about from here on.
const LIKELY: f32 = 0.5;
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

/// What the grammar makes of a text.
struct Written<'a> {
    answer: &'a Answer,
    /// The rating that was heard stands in it as a number.
    named: bool,
    /// Every word of it stands in the grammar's tables.
    known: bool,
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
    /// words and the request that it may read in them was heard. The network's numbers are those of 1 to 5: on other scales it is
    /// asked for requests alone. `told` is the rating that the sound tells by itself.
    pub(super) fn read_again(self, answer: &Answer, told: Option<Told>, scale: Scale) -> Self {
        let Transcript { text, language } = &self.transcript;
        // A long request is plain and yet improbable: there are many ways to write it.
        let unsure = answer.request.is_some_and(|request| self.intents.of(request) < LIKELY);
        if is_plain(text, *language, answer) && !unsure {
            return self;
        }
        match Meaning::of(text) {
            Some(meaning) => Self {
                rating: match scale == Scale::default() {
                    true => {
                        let named =
                            self.rating.best().is_some_and(|(rating, _)| names(text, *language, rating.value()));
                        let written = Written { answer, named, known: knows_all(text, *language) };
                        meaning.rating_beside(self.rating, &written, told)
                    }
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
    /// What the words do not state and the network reads is asked back, and so is what they state, or was heard where they have its
    /// number, and it does not see ("they came at five"). Where the grammar knows every word, which rating is given it knows better: it
    /// counts, and follows corrections. And what the sound of all that was said tells (`told`) may be written as the network cannot know
    /// it (给五颗型), and so may what it tells amid other talk, unless the network is sure.
    fn rating_beside(&self, heard: RatingPosterior, written: &Written, told: Option<Told>) -> RatingPosterior {
        let read = self.rating.best();
        let unseen = |rating: Rating| {
            let written_so = written.answer.rating == Some(rating) || written.named;
            let against = match told.filter(|told| told.rating == rating) {
                Some(Told { whole: true, .. }) => false,
                Some(_) => self.rating.none >= SURE_OF_NONE,
                None => self.rating.levels[rating.index()] <= SPEAKS_AGAINST,
            };
            written_so && against && !(written.known && read.is_some())
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
            *both.of_mut(request) = match read {
                // Stated or not: there are many ways to write what was asked for, each less sure than all of them.
                _ if read >= SURE_FROM => heard.max(read),
                _ if read <= SPEAKS_AGAINST && stated.request == Some(request) => heard.min(REFUTED),
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

    fn told(whole: bool) -> Option<Told> {
        Some(Told { rating: Rating::new(4).unwrap(), whole })
    }

    fn written(answer: &Answer, known: bool) -> Written<'_> {
        Written { answer, named: false, known }
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
        let alone = two.rating_beside(RatingPosterior::NONE, &written(&stated(None, None), false), None);
        assert!(best(alone).is_some_and(|(value, p)| value == 2 && p <= ASKED_BACK));
        for known in [false, true] {
            assert_eq!(
                best(nothing.rating_beside(four, &written(&stated(Some(4), None), known), None)),
                Some((4, ASKED_BACK))
            );
        }
        let agreed = meaning([0.0, 0.0, 0.0, 0.8, 0.0], 0.0);
        assert_eq!(agreed.rating_beside(four, &written(&stated(Some(4), None), false), None), four);
        // Another rating than a text of known words gives, and than one of which it knows a part.
        assert_eq!(two.rating_beside(four, &written(&stated(Some(4), None), true), None), four);
        assert_eq!(best(two.rating_beside(four, &written(&stated(Some(4), None), false), None)), Some((4, ASKED_BACK)));
        // As another number's noun it would be read, but by its sound the rating is in it.
        assert_eq!(nothing.rating_beside(four, &written(&stated(Some(4), None), false), told(true)), four);
        // Heard by its sound while the text says something else: the text is what is wrong.
        assert_eq!(nothing.rating_beside(four, &written(&stated(None, None), false), None), four);
        // The text has it, and says something else of it: "it took four of them".
        let named = Written { answer: &stated(None, None), named: true, known: false };
        let sure = best(nothing.rating_beside(four, &named, told(false)));
        let unsure = best(meaning([0.1; 5], 0.0).rating_beside(four, &named, told(false)));
        assert_eq!((sure, unsure), (Some((4, ASKED_BACK)), Some((4, 1.0))));
    }

    #[test]
    fn a_request_is_believed_where_it_is_sure_and_taken_back_only_where_the_words_state_it() {
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
        // Both read it in the likeliest text; others say the same in other words.
        assert_eq!(beside(0.4, 0.9, &asked), 0.9);
    }

    #[test]
    fn on_another_scale_it_reads_requests_alone() {
        let scale: Scale = "0..10:best=10".parse().unwrap();
        let heard = Heard::of_text("second from the bottom I'd say", Language::En, scale);
        assert_eq!(heard.rating.best(), None);
        let heard = Heard::of_text("catch me another day I'm up a ladder just now", Language::En, scale);
        assert!(heard.intents.later >= SURE_FROM);
    }
}
