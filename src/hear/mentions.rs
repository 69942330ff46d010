//! The numbers and words of satisfaction in an answer, and what they mean on the scale that was asked.

use super::word::{Request, Word};
use crate::units::{Rating, Scale};

/// A number or phrase that was said.
#[derive(Clone, Copy)]
pub struct Mention {
    /// None is off the scale, a half, or a range.
    pub value: Option<Rating>,
    /// An explicit number outweighs words of satisfaction.
    pub explicit: bool,
    /// An opinion that is on no scale, or a bound ("not more than two"): the rating is guessed.
    pub implied: bool,
    /// It was named and taken away again, as in "less one": the next number counts.
    pub taken_back: bool,
    /// It is what remains of the best rating: "take two off". It stands for the best where that was named, and any other
    /// number for it.
    pub remains: bool,
    /// Another one was given before it.
    pub corrects: bool,
    pub first: usize,
    pub last: usize,
}

/// More than one digit's worth.
pub fn is_larger(word: &Word) -> bool {
    word.magnitude || word.large.is_some()
}

/// The words with what only looks like a number there taken for none: "oh", a zero only before its unit, and 十分, "very",
/// which is a number only where it ends what is said or is given.
fn without_homographs(words: &[Word]) -> Vec<Word> {
    let is = |at: Option<usize>, test: fn(&Word) -> bool| at.and_then(|at| words.get(at)).is_some_and(test);
    let plain = |(at, word): (usize, &Word)| {
        let mut plain = *word;
        let next = Some(at + 1);
        if word.filler && word.number.is_some() && !is(next, |next| next.unit || next.out_of.is_some() || next.decimal)
        {
            plain.number = None;
        }
        let ends = at + 1 == words.len()
            || is(next, |next| next.comma || next.particle || next.unit || next.out_of.is_some())
            || is(next, |next| next.number.is_some() || next.range || next.correction && !next.not || next.rejection);
        let is_given = is(at.checked_sub(1), |before| before.giving && before.filler);
        if word.noise && word.large.is_some() && !ends && !is_given {
            plain.large = None;
        }
        plain
    };
    words.iter().enumerate().map(plain).collect()
}

/// What denies the number or phrase at `first`: the word before it, or one from which only words of giving lead to it ("don't
/// give him five"). A word that takes back what stands before it (五分给不了四分) denies nothing after it, nor does a bound that
/// is denied.
fn denial(words: &[Word], first: usize) -> Option<Word> {
    let at = denying(words, first)?;
    let word = words[at];
    let before = at.checked_sub(1).map(|before| words[before]).unwrap_or_default();
    let follows = before.unit || before.number.is_some() || before.phrase.is_some();
    let takes_back = word.rejection && !word.retraction && follows;
    (!takes_back && !is_bound(words, first)).then_some(word)
}

/// Where the word stands that denies what is named at `first`, or would.
fn denying(words: &[Word], first: usize) -> Option<usize> {
    words[..first].iter().rposition(|word| word.negation || !word.giving).filter(|&at| words[at].negation)
}

/// Whether the number at `first` is what the caller will not go beyond: "not more than two".
fn is_bound(words: &[Word], first: usize) -> bool {
    denying(words, first).is_some_and(|at| words[at].bound && denying(words, at).is_some())
}

/// Whether `word` is a number or a part of one. 十分, "very", is ten only where the scale has a ten.
fn is_numeral(word: &Word, scale: Scale) -> bool {
    let on_scale = word.large.is_some_and(|large| scale.canonical(large).is_some());
    word.number.is_some() || (is_larger(word) && (!word.noise || on_scale))
}

/// Words that mean nothing to the grammar beside which a phrase may still be the whole answer: "it *was* fair".
const STRAYS_BESIDE: usize = 1;

/// So many words after a number its noun may stand: "two very different people".
const PLURAL_WITHIN: usize = 3;

/// Every number and phrase among `words`, in order.
pub fn mentions(words: &[Word], scale: Scale) -> Vec<Mention> {
    let words = &without_homographs(words)[..];
    let mut mentions: Vec<Mention> = Vec::new();
    let alone = words.iter().filter(|word| word.is_stray()).count() <= STRAYS_BESIDE;
    let first_unknown = words.iter().position(Word::is_unknown);
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        if is_numeral(&word, scale) {
            let strange = first_unknown.is_some_and(|unknown| unknown < at);
            let (mention, next) = number(words, at, mentions.last(), strange, scale);
            mentions.extend(mention);
            at = next;
            continue;
        }
        if let Some(value) = word.phrase.filter(|_| alone || !word.phrase_alone) {
            // "Hardly satisfied": neither that nor its opposite.
            let negated = denial(words, at).is_some();
            let value = Rating::new(value).ok().filter(|_| !negated);
            let implied = word.phrase_implied;
            mentions.push(Mention {
                value,
                explicit: false,
                implied,
                taken_back: negated,
                remains: false,
                corrects: false,
                first: at,
                last: at,
            });
        }
        at += 1;
    }
    mentions
}

/// The number that begins at `first`, and where to read on. `strange` tells whether something that is not known stands before it.
fn number(
    words: &[Word],
    first: usize,
    given: Option<&Mention>,
    strange: bool,
    scale: Scale,
) -> (Option<Mention>, usize) {
    let is = |at: usize, test: fn(&Word) -> bool| words.get(at).is_some_and(test);
    let digit = |at: usize| words.get(at).is_some_and(|word| is_numeral(word, scale));
    let mut end = first;
    while digit(end) {
        end += 1;
    }
    let raw = value(&words[first..end]);
    // "4.0", but not "4:00".
    if is(end, |word| word.decimal) && is(end + 1, |word| word.number == Some(0)) && !digit(end + 2) {
        end += 2;
    }
    let mut value = raw.and_then(|raw| scale.canonical(raw));
    let bare_end = end;
    // "Four points", but not "four point five".
    let is_unit = |at: usize, word: &Word| word.unit && !(word.decimal && digit(at + 1)) || word.out_of.is_some();
    while let Some(word) = words.get(end).filter(|word| is_unit(end, word)) {
        // "Four out of ten" is no four of five.
        value = value.filter(|_| word.out_of.is_none_or(|last| last == scale.max()));
        end += 1;
    }
    let mut taken_back = false;
    if end == bare_end && is(end, |word| word.decimal) && !digit(end + 1) {
        // 三点来的: a time of day.
        return (None, end + 1);
    }
    if is(end, |word| word.fraction || is_larger(word)) {
        (value, taken_back) = (None, true);
        end += 1;
        while digit(end) || is(end, |word| word.fraction || word.unit) {
            end += 1;
        }
    }
    while is(end, |word| word.range) && digit(end + 1) {
        (value, taken_back) = (None, true);
        end += 1;
        while digit(end) || is(end, |word| word.unit) {
            end += 1;
        }
    }
    let before = first.checked_sub(1).map(|at| words[at]).unwrap_or_default();
    let denied = denial(words, first);
    // "I'd rate this five", but not "this five".
    let ordinal = before.ordinal && !(before.giving && first.checked_sub(2).is_some_and(|at| words[at].giving));
    // "第三", "no. 3 street": not on our scale at all; "五个电话", "two hours": counts of something else.
    // 十分 holds its unit.
    let counts_something = end == bare_end && !words[end - 1].noise && counts(words, first, end, strange);
    let stands_for_noun = end == first + 1 && words[first].pronoun && before.is_unknown() && first > 0;
    let deducted = before.deduction || is(end, |word| word.deducted);
    // "I lost one" tells something; "minus one" does not.
    let told = given.is_none() && words[first].pronoun && end == bare_end && first > 1;
    let off = !taken_back && !ordinal && !counts_something && !told;
    let off = off && (before.deduction || deducted && end > bare_end);
    if let Some(rating) = remaining(given, raw, scale).filter(|_| off) {
        let (value, explicit, last) = (Some(rating), true, end - 1);
        let mention =
            Mention { value, explicit, implied: true, taken_back: false, remains: true, corrects: false, first, last };
        return (Some(mention), end);
    }
    let rejected = is(end, |word| word.rejection);
    let named = match given {
        None => stands_for_noun || denied.is_some() || before.deduction,
        // "Four, one point off for the mess" says why; "four, would have been five", "five is too much" name another.
        Some(given) => match deducted {
            true => is_the_rest(given, raw, scale),
            false => rejected || denied.is_some_and(|word| !word.correction && !word.retraction),
        },
    };
    if ordinal || counts_something || named {
        return (None, end);
    }
    // "满分减一分"; what corrects too takes back what stood before: "四分不是五分".
    taken_back |= deducted || rejected || denied.is_some_and(|word| !word.correction);
    // Beside another number it may have been meant as one all the same: "five for him and one for you".
    value = value.filter(|_| !taken_back && !stands_for_noun);
    let last = end - 1;
    let implied = is_bound(words, first);
    let mention = Mention { value, explicit: true, implied, taken_back, remains: false, corrects: false, first, last };
    (Some(mention), end)
}

/// What remains of the best rating, given before or not, when so many points are taken off. Only the usual scale is counted so.
fn remaining(given: Option<&Mention>, raw: Option<u8>, scale: Scale) -> Option<Rating> {
    let of_best = given.is_none_or(|given| given.value.is_some_and(|value| value.value() == 5));
    let left = 5_u8.checked_sub(raw.filter(|raw| *raw > 0)?)?;
    Rating::new(left).ok().filter(|_| of_best && scale == Scale::default())
}

/// Whether `raw` points are what lacks of the best rating where `given` is given. Only the usual scale is counted so.
fn is_the_rest(given: &Mention, raw: Option<u8>, scale: Scale) -> bool {
    let rest = given.value.map(|value| 5 - value.value());
    scale == Scale::default() && rest.is_some_and(|rest| rest > 0 && Some(rest) == raw)
}

/// Whether the bare number at `first..end` counts what follows: "two technicians came". Beside words that are not known
/// anything that follows is counted; where all that was said before is known ("I'd say", nothing), a remark may follow
/// ("five he was great"), and more than one of something is told by its plural.
fn counts(words: &[Word], first: usize, end: usize, strange: bool) -> bool {
    // "Two agents", but "four I'm busy".
    let named = |word: &Word| word.noise || word.request_alone && word.request == Some(Request::Human);
    if strange {
        return words.get(end).is_some_and(|word| named(word) || word.is_stray() && !word.remark);
    }
    let after = words[end..].iter().take_while(|word| !word.remark);
    let mut nouns = after.skip_while(|word| word.opinion);
    if words[first].number == Some(1) {
        return nouns.next().is_some_and(|word| named(word) || word.is_stray());
    }
    nouns
        .take(PLURAL_WITHIN)
        .take_while(|word| named(word) || word.is_stray())
        .any(|word| named(word) || word.countable)
}

/// The number that these digits and larger words make, up to 99; none for hundreds and for what is no number.
fn value(words: &[Word]) -> Option<u8> {
    // "5555", "5 5" and "四四四" are a caller (or a recogniser) repeating himself; "55" is fifty-five.
    if let [Word { number: Some(tens @ 1..), .. }, Word { number: Some(ones), joined: true, .. }] = *words
        && tens == ones
    {
        return Some(11 * tens);
    }
    if words.iter().all(|word| word.number.is_some() && word.number == words[0].number) {
        return words[0].number;
    }
    if words.iter().all(|word| word.large.is_some() && word.large == words[0].large) {
        return words[0].large;
    }
    if words.iter().any(|word| word.magnitude) {
        return None;
    }
    match *words {
        [ten] => ten.large,
        // "一零" and, on a scale that short, a range: "三四" is on none.
        [Word { number: Some(tens), .. }, Word { number: Some(ones), .. }] => Some(10 * tens + ones),
        [Word { number: Some(tens @ 1..), .. }, Word { large: Some(10), .. }] => Some(10 * tens),
        [Word { number: Some(tens @ 1..), .. }, Word { large: Some(10), .. }, Word { number: Some(ones), .. }] => {
            Some(10 * tens + ones)
        }
        [Word { large: Some(tens), .. }, Word { number: Some(ones @ 1..), .. }] if tens % 10 == 0 => Some(tens + ones),
        _ => None,
    }
}
