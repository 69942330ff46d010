//! Texts whose decoder went round in a loop: what is written of them, and what they say.

use super::answer::{Answer, gives_rating, read};
use super::grammar::Grammar;
use crate::units::{Language, Scale};

/// One line without the space that Whisper writes first, and without the tail of a loop.
pub(super) fn tidy(text: &str) -> String {
    // Whisper describes what is no speech in brackets ("[Gunshot]", "(音樂)") or by notes: nobody said that.
    if text.trim_start().starts_with(['[', '(', '（', '【', '♪', '*']) {
        return String::new();
    }
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A period of 1 to 24 characters that is there at least three times, to the end, is written once.
    let characters: Vec<char> = line.chars().collect();
    for period in 1..=24.min((characters.len() + 1) / 3) {
        // The space between repeats may be missing from the last.
        let last_start = (characters.len() + 1) - 3 * period;
        let is_loop = |from: usize| {
            let round = &characters[from..from + period];
            let thrice = characters.len() - from >= 3 * period || round.ends_with(&[' ']);
            // 1000 is a number.
            let digits = period == 1 && round[0].is_ascii_digit();
            thrice && !digits && characters[from + period..].iter().zip(&characters[from..]).all(|(a, b)| a == b)
        };
        if let Some(start) = (0..=last_start).find(|from| is_loop(*from)) {
            line = characters[..start + period].iter().collect();
            break;
        }
    }
    line.trim().to_string()
}

/// Reads a text whose decoder may have begun it again: "One moment, please. One" says no number.
pub(super) fn read_once(text: &str, language: Language, scale: Scale) -> Answer {
    let answer = read(text, language, scale);
    let again = answer.rating.and_then(|_| begun_again(text)).filter(|at| {
        // "Five out of five" ends as it began, in the middle of an expression.
        let words = |text: &str| Grammar::of(language).words(text).len();
        words(&text[..*at]) + words(&text[*at..]) == words(text)
    });
    // "Three, no wait, three" corrects itself.
    let once = again.filter(|at| !gives_rating(&text[..*at], language, scale));
    once.map_or(answer, |at| read(&text[..at], language, scale))
}

/// Where a text begins again with its own beginning, as far as it then goes: the byte at which it does.
fn begun_again(text: &str) -> Option<usize> {
    // Where each word begins and ends; a character of Mandarin is one.
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        let (is_letter, end) = (character.is_ascii_alphanumeric() || character == '\'', at + character.len_utf8());
        match words.last_mut() {
            Some((_, last)) if is_letter && in_word => *last = end,
            _ if character.is_alphanumeric() => words.push((at, end)),
            _ => {}
        }
        in_word = is_letter;
    }
    let word = |number: usize| &text[words[number].0..words[number].1];
    let repeats = |length: usize| {
        let from = words.len() - length;
        (0..length).all(|number| word(number).eq_ignore_ascii_case(word(from + number)))
    };
    let length = (1..=words.len() / 2).rev().find(|length| repeats(*length))?;
    Some(words[words.len() - length].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_further_round_of_a_loop_says_is_no_rating() {
        let rating = |text: &str, language| read_once(text, language, Scale::default()).rating.map(|r| r.value());
        for text in ["One moment, please. One", "Two hours late two", " Five calls and nobody came. Five calls and"] {
            assert_eq!(rating(text, Language::En), None, "{text}");
        }
        assert_eq!(rating("两个小时以后来的。两", Language::Zh), None);
        for (text, wanted) in [
            ("Five. Five", 5),
            ("Four, thanks, four", 4),
            ("One, no, two, no, one", 1),
            ("Three, no wait, three", 3),
            ("four", 4),
            ("Five out of five.", 5),
            ("5 of 5", 5),
        ] {
            assert_eq!(rating(text, Language::En), Some(wanted), "{text}");
        }
        for (text, wanted) in [("三分，不对，四分，不对，三分", 3), ("五分。五", 5)] {
            assert_eq!(rating(text, Language::Zh), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_loop_is_written_once() {
        assert_eq!(tidy(" 4 4 4 4 4 4"), "4");
        assert_eq!(tidy(" 5 5 5"), "5");
        assert_eq!(tidy(" One One"), "One One");
        assert_eq!(tidy("xabab"), "xabab");
        assert_eq!(tidy("購買 購買 購買 購買 購"), "購買");
        assert_eq!(tidy("謝謝謝謝"), "謝");
        for whole in
            ["I'd say four.", "I'd say three", "it went well", "banana", "我給四分,滿意,謝謝", "it cost 1000", "5 5"]
        {
            assert_eq!(tidy(whole), whole);
        }
        assert_eq!(tidy(""), "");
        assert_eq!(tidy(" [Gunshot]"), "");
        assert_eq!(tidy("( 無法 無法"), "");
    }
}
