//! Reads an answer: which rating its words give, if any, and what its speaker asks for.

use super::grammar::Grammar;
use super::mentions::{Mention, is_larger, mentions};
use super::requests::{composed, is_waived, stated};
use super::word::{Request, Word};
use crate::units::{Language, Rating, Scale};

/// What a text says about the question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// The rating given last, unless it is off the scale, a half, or a range. 5 is best on every scale.
    pub rating: Option<Rating>,
    /// The rating is guessed from an opinion that is on no scale ("so so"): to be read back, whatever else is certain.
    pub implied: bool,
    pub request: Option<Request>,
}

/// Reads `text`, as heard in a call held in `language` whose caller was asked for a number on `scale`.
///
/// Numbers are those of the scale (on `1..5:best=1` "one" is the best answer); words of satisfaction mean the same on any.
/// A later value replaces an earlier one where words of correction stand between them ("三分，不对，四分"); two
/// different values without such words are a range, which is no answer ("三四分").
pub fn read(text: &str, language: Language, scale: Scale) -> Answer {
    let words = Grammar::of(language).words(text);
    // "Three, wait, five, my mistake" tells of the three.
    let current = last(&words, scale).filter(|mention| mention.corrects || !is_withdrawn(&words[mention.last + 1..]));
    let rating = current.and_then(|mention| mention.value);
    let request = stated(&words).or_else(|| if rating.is_none() { composed(&words) } else { None });
    let implied = current.is_some_and(|mention| mention.implied && mention.value.is_some());
    Answer { rating, implied, request }
}

/// Whether `text` ends by giving the rating that is read in it: "no, five", but not "five? No".
pub fn ends_in_rating(text: &str, language: Language, scale: Scale) -> bool {
    let words = Grammar::of(language).words(text);
    last(&words, scale).is_some_and(|mention| {
        mention.value.is_some() && words[mention.last + 1..].iter().all(|word| word.filler || word.comma)
    })
}

/// Whether a rating is given in `text`, be it taken back afterwards.
#[cfg(feature = "whisper")]
pub(super) fn gives_rating(text: &str, language: Language, scale: Scale) -> bool {
    last(&Grammar::of(language).words(text), scale).is_some_and(|mention| mention.value.is_some())
}

/// The rating given last, corrections followed.
fn last(words: &[Word], scale: Scale) -> Option<Mention> {
    let mentions = mentions(words, scale);
    let explicit = mentions.iter().any(|mention| mention.explicit);
    let mut current: Option<Mention> = None;
    for mention in mentions.into_iter().filter(|mention| mention.explicit == explicit) {
        let value = match current {
            None => mention.value,
            Some(before) if before.value == mention.value => mention.value,
            Some(before) => {
                let between = &words[before.last + 1..mention.first];
                let corrected = before.taken_back
                    || before.remains
                    || mention.remains
                    || between.iter().any(|word| word.correction);
                if corrected || !explicit && !are_opposite(before.value, mention.value) { mention.value } else { None }
            }
        };
        let implied = mention.implied && current.is_none_or(|before| before.implied || before.value != value);
        let corrects = current.is_some_and(|before| before.corrects || before.value.is_some() && before.value != value);
        current = Some(Mention { value, implied, corrects, ..mention });
    }
    current
}

/// Whether what follows a rating takes it back and says no more: "four, scratch that".
fn is_withdrawn(after: &[Word]) -> bool {
    let mut rest = after.iter().filter(|word| !word.comma);
    rest.clone().any(|word| word.withdrawal)
        && rest.all(|word| word.withdrawal || word.filler || word.asking || word.correction)
}

/// Whether one is content and the other is not: "satisfied with him, not satisfied with the price".
fn are_opposite(one: Option<Rating>, other: Option<Rating>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    (one.value() > 3) != (other.value() > 3) && one.value() != 3 && other.value() != 3
}

/// Whether `before` ends by refusing what is named next: "I don't want to talk to", 不用.
pub fn ends_in_refusal(before: &str, language: Language) -> bool {
    let words = Grammar::of(language).words(before);
    words.iter().rev().find(|word| word.refusal || !(word.asking || word.filler)).is_some_and(|word| word.refusal)
}

/// Whether `after` does nothing but waive what was named before it: 转人工就不用了.
pub fn waives(after: &str, language: Language) -> bool {
    is_waived(&Grammar::of(language).words(after))
}

/// Whether a text that may go on ends with a bare number amid words that are not known, where most that can follow is counted
/// by it: "they said within three". In Mandarin a unit follows, and it was no help there.
#[cfg(feature = "whisper")]
pub(super) fn awaits_noun(text: &str, language: Language) -> bool {
    let words = Grammar::of(language).words(text);
    language == Language::En
        && words.last().is_some_and(|last| last.number.is_some())
        && words.iter().any(Word::is_unknown)
}

/// Whether this number, and not a part of a larger one, is among the words.
pub(super) fn names(text: &str, language: Language, number: u8) -> bool {
    Grammar::of(language).words(text).iter().any(|word| word.number == Some(number))
}

/// Whether a number, or part of one, is among the words.
#[cfg(feature = "whisper")]
pub(super) fn has_number(text: &str, language: Language) -> bool {
    Grammar::of(language).words(text).iter().any(|word| word.number.is_some() || is_larger(word) || word.fraction)
}

/// Answers of more words than these may mean something else than the numbers in them: "one less than five".
const PLAIN: usize = 4;

/// Whether `text`, read as `answer`, is one of so few words, all known, that nothing else can be meant.
pub(super) fn is_plain(text: &str, language: Language, answer: &Answer) -> bool {
    let found = answer.rating.is_some() || answer.request.is_some();
    found && knows_all(text, language) && Grammar::of(language).words(text).len() <= PLAIN
}

/// Whether the grammar knows every word of `text`.
pub(super) fn knows_all(text: &str, language: Language) -> bool {
    !Grammar::of(language).words(text).iter().any(Word::is_unknown)
}

/// Whether the grammar knows a number or a request in `text`, or all of its words.
pub(super) fn is_understood(text: &str, language: Language) -> bool {
    let words = Grammar::of(language).words(text);
    let counts = |word: &Word| word.number.is_some() || is_larger(word) || word.request.is_some();
    words.iter().any(counts) || words.iter().all(|word| !word.is_stray())
}
