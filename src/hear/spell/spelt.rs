//! What was spelt of an utterance: how many times more probable than any speech each meaning is to several networks together.

use crate::hear::answer::Answer;
use crate::hear::heard::{Intents, Told};
use crate::hear::posterior::Masses;
use crate::hear::word::Request;
use crate::units::Rating;

/// What each network gives any meaning at least, so that one alone cannot rule out what the others hear. Where all meanings
/// are as improbable, nothing of the set was heard.
pub(super) const UNHEARD: f32 = 1e-5;
/// What any speech that is none of the set counts beside its answers, each of which counts one, where words are believed and
/// requests are acted on. Beside ratings it is fitted.
pub(super) const ANY_SPEECH: f32 = 1.0;
/// Long answers are more probable still; told is no more than this, and everything else by the same measure.
const MOST: f64 = 1e20;

/// Levels, none of them, and requests.
const MEANINGS: usize = OTHER + 1 + Request::COUNT;
const OTHER: usize = 5;

/// How many times more probable than any speech each meaning is to one network.
#[derive(Clone, Copy, Default)]
pub(super) struct Meanings([f64; MEANINGS]);

impl Meanings {
    #[cfg(test)]
    pub(super) const NONE: Self = Self([0.0; MEANINGS]);

    pub(super) fn add(&mut self, answer: Answer, probability: f64) {
        self.0[answer.rating.map_or(OTHER, |rating| rating.index())] += probability;
        if let Some(request) = answer.request {
            self.0[OTHER + 1 + request as usize] += probability;
        }
    }

    /// Each meaning so many times as probable.
    pub(super) fn times(self, share: f64) -> Self {
        Self(self.0.map(|probability| share * probability))
    }

    /// Each meaning as probable as the more probable of both.
    pub(super) fn raise_to(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own = own.max(other));
    }

    /// Each meaning by either of two ways.
    pub(super) fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own += other);
        self
    }
}

/// What was spelt of an utterance.
#[derive(Clone, Copy, Debug)]
pub(in crate::hear) struct Spelt {
    /// How probable each meaning is, as a multiple of any speech, 0 to 1e20.
    pub(in crate::hear) masses: Masses,
    /// The rating that the sound alone tells, if it is as probable as all else and any speech.
    pub(in crate::hear) told: Option<Told>,
    /// The likeliest answer of the set, and how probable it is in the same measure.
    pub(super) likeliest: Option<(usize, f32)>,
}

impl Spelt {
    /// What the networks make of each meaning as `whole`, all that was said, and `amid` other talk, and of the likeliest answer, in their
    /// geometric mean.
    pub(super) fn by(whole: &[Meanings], amid: &[Meanings], likeliest: Option<(usize, f64)>) -> Self {
        let means_of = |networks: &[Meanings]| -> [f64; MEANINGS] {
            std::array::from_fn(|meaning| geometric_mean(networks.iter().map(|network| network.0[meaning])))
        };
        let both: Vec<Meanings> = whole.iter().zip(amid).map(|(whole, amid)| whole.or(amid)).collect();
        let (means, of_whole) = (means_of(&both), means_of(whole));
        let most = means.iter().copied().fold(0.0, f64::max);
        let told = |mean: f64| (mean * (MOST / most).min(1.0)) as f32;
        let surest = |means: &[f64; MEANINGS]| {
            let all = means[..=OTHER].iter().sum::<f64>() + f64::from(ANY_SPEECH);
            means[..OTHER].iter().position(|level| 2.0 * level >= all).map(Rating::from_index)
        };
        let rating = surest(&means).map(|rating| Told { rating, whole: surest(&of_whole) == Some(rating) });
        let request = |request: Request| told(means[OTHER + 1 + request as usize]);
        let masses = Masses {
            levels: std::array::from_fn(|level| told(means[level])),
            other: told(means[OTHER]),
            human: request(Request::Human),
            repeat: request(Request::Repeat),
            later: request(Request::Later),
            no_calls: request(Request::NoCalls),
            wrong_number: request(Request::WrongNumber),
            ..Masses::default()
        };
        Self { masses, told: rating, likeliest: likeliest.map(|(number, mean)| (number, told(mean))) }
    }

    /// The number of the likeliest answer, if it is likelier than all others together with any other speech.
    pub(super) fn sure(&self) -> Option<usize> {
        let (number, probability) = self.likeliest?;
        (2.0 * probability >= all(&self.masses) + ANY_SPEECH).then_some(number)
    }
}

/// Of one probability by each network, none below [`UNHEARD`].
pub(super) fn geometric_mean(probabilities: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = probabilities.len() as f64;
    (probabilities.map(|probability| (probability + f64::from(UNHEARD)).ln()).sum::<f64>() / count).exp()
}

/// All answers of the set together.
pub(super) fn all(spelt: &Masses) -> f32 {
    spelt.levels.iter().sum::<f32>() + spelt.other
}

/// Requests as they were written or as they were spelt, whichever is surer: the decoder writes 债人公子 for 转人工.
pub(in crate::hear) fn intents(written: Intents, spelt: &Masses) -> Intents {
    let all = all(spelt) + ANY_SPEECH;
    let either = |written: f32, spelt: f32| written.max(spelt / all).clamp(0.0, 1.0);
    Intents {
        human: either(written.human, spelt.human),
        repeat: either(written.repeat, spelt.repeat),
        later: either(written.later, spelt.later),
        no_calls: either(written.no_calls, spelt.no_calls),
        wrong_number: either(written.wrong_number, spelt.wrong_number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(answers: &[(Answer, f64)]) -> Meanings {
        let mut meanings = Meanings::default();
        answers.iter().for_each(|&(answer, probability)| meanings.add(answer, probability));
        meanings
    }

    fn four() -> Answer {
        Answer { rating: Some(Rating::from_index(3)), ..Answer::default() }
    }

    const NOTHING: [Meanings; 4] = [Meanings::NONE; 4];
    const ASKS: Answer = Answer { rating: None, implied: false, request: Some(Request::Later) };

    #[test]
    fn what_all_networks_hear_counts_for_more_than_what_one_hears_well() {
        let networks =
            [meanings(&[(four(), 100.0), (ASKS, 1e6)]), meanings(&[(four(), 100.0)]), meanings(&[(four(), 100.0)])];
        let Masses { levels, other, later, .. } = Spelt::by(&networks, &NOTHING, None).masses;
        assert!((levels[3] - 100.0).abs() < 0.1 && levels[0] < 2.0 * UNHEARD, "{levels:?}");
        assert!(other < 0.1 && later == other, "{other} {later}");
    }

    #[test]
    fn a_long_answer_is_told_in_the_measure_of_what_is_beside_it() {
        let networks = [meanings(&[(four(), 3e60), (ASKS, 1e60)]); 4];
        let spelt = Spelt::by(&networks, &NOTHING, Some((7, 2.9e60)));
        let Masses { levels, later, .. } = spelt.masses;
        assert!(levels[3].is_finite() && (levels[3] / later - 3.0).abs() < 1e-3, "{levels:?} {later}");
        assert_eq!(spelt.sure(), Some(7));
    }

    #[test]
    fn the_sound_tells_a_rating_that_is_as_likely_as_all_else() {
        let by_sound = |four_is: f64, other: f64| {
            let networks = [meanings(&[(four(), four_is), (Answer::default(), other)]); 2];
            let told = |whole, amid| Spelt::by(whole, amid, None).told.map(|told| (told.rating.value(), told.whole));
            let amid = told(&NOTHING[..2], &networks);
            (told(&networks, &NOTHING), amid)
        };
        assert_eq!(by_sound(90.0, 10.0), (Some((4, true)), Some((4, false))));
        assert_eq!((by_sound(90.0, 100.0), by_sound(0.5, 0.0)), ((None, None), (None, None)));
    }

    #[test]
    fn a_request_has_to_be_likelier_than_any_speech() {
        let asked = |probability: f64| {
            let networks = [meanings(&[(ASKS, probability), (four(), probability / 9.0)]); 2];
            intents(Intents { repeat: 0.3, ..Intents::default() }, &Spelt::by(&networks, &NOTHING, None).masses)
        };
        let (clear, faint) = (asked(900.0), asked(0.1));
        assert!((clear.later - 0.9).abs() < 1e-2 && clear.repeat == 0.3 && clear.human < 1e-3, "{clear:?}");
        assert!(faint.later < 0.1, "{faint:?}");
    }
}
