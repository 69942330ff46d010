//! Cuts a text into the pieces that the grammar's forms are made of: characters in Mandarin; words, digits and marks in
//! English.

use std::borrow::Cow;
use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::simplified::simplified;

/// The number of every piece that no form contains.
const UNKNOWN: u32 = 0;

/// One piece of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    pub number: u32,
    pub first: char,
    /// Nothing but punctuation.
    pub is_mark: bool,
    /// May be what a number counts: an English plural, any character of Mandarin.
    pub is_countable: bool,
    /// A digit right after another.
    pub is_joined: bool,
}

/// The pieces of one language by number.
pub struct Pieces {
    /// Words are written apart.
    spaced: bool,
    numbers: HashMap<String, u32>,
    /// By number.
    names: Vec<String>,
}

impl Pieces {
    pub fn new(spaced: bool) -> Self {
        Self { spaced, numbers: HashMap::new(), names: vec![String::new()] }
    }

    /// One more than the highest number.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The piece of this number; none for what no form contains.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }

    pub fn of(&self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(text.len() / 2);
        self.cut(text, |piece, is_joined| {
            pieces.push(Piece {
                is_joined,
                number: self.numbers.get(piece).copied().unwrap_or(UNKNOWN),
                first: piece.chars().next().unwrap_or_default(),
                is_mark: !piece.chars().any(char::is_alphanumeric),
                is_countable: !self.spaced || is_plural(piece),
            });
        });
        pieces
    }

    /// The same; pieces that are new are given a number.
    pub fn learn(&mut self, text: &str) -> Vec<Piece> {
        let mut texts = Vec::new();
        self.cut(text, |piece, _| texts.push(piece.to_owned()));
        for piece in texts {
            let next = self.names.len() as u32;
            if *self.numbers.entry(piece.clone()).or_insert(next) == next {
                self.names.push(piece);
            }
        }
        self.of(text)
    }

    /// `take` is called with each piece and whether it is a digit right after another.
    fn cut(&self, text: &str, mut take: impl FnMut(&str, bool)) {
        // A word that may go on; "1" and "10" are held as well: "10" is one number in English, where tables name it. In
        // Mandarin digits are read one by one.
        let mut open = String::new();
        let mut joined = false;
        let mut flush = |open: &mut String, joined: bool| {
            if !open.is_empty() {
                take(open, joined);
                open.clear();
            }
        };
        let mut before = ' ';
        let text = composed(text);
        let mut characters = text.chars().flat_map(char::to_lowercase).peekable();
        while let Some(character) = characters.next() {
            let after_digit = before.is_ascii_digit();
            let within = after_digit && characters.peek().is_some_and(char::is_ascii_digit);
            before = character;
            if within && ['.', ':'].contains(&character) {
                // 4.5, 3:30: as they are said.
                flush(&mut open, joined);
                joined = false;
                open.push_str(if self.spaced { "point" } else { "点" });
                flush(&mut open, joined);
                continue;
            }
            let character = match character {
                '’' => '\'',
                _ if character.is_ascii() => character,
                _ => simplified(character),
            };
            let is_number = open == "1" || open == "10";
            if self.spaced && (character.is_alphabetic() || character == '\'') {
                if is_number {
                    flush(&mut open, joined);
                    joined = false;
                }
                open.push(character);
            } else if self.spaced && character == '0' && is_number {
                open.push(character);
            } else if !(character.is_whitespace() && is_number) {
                flush(&mut open, joined);
                joined = false;
                if !character.is_whitespace() {
                    open.push(character);
                    joined = after_digit && character.is_ascii_digit();
                    if !(self.spaced && character == '1') {
                        flush(&mut open, joined);
                        joined = false;
                    }
                }
            }
        }
        flush(&mut open, joined);
    }
}

/// By its ending; "guess", "bus", "this" and "he's" are none.
fn is_plural(word: &str) -> bool {
    word.len() > 3 && word.ends_with('s') && !["ss", "us", "is", "'s"].iter().any(|ending| word.ends_with(ending))
}

/// The compatibility composition; almost every text is composed already.
fn composed(text: &str) -> Cow<'_, str> {
    let is_composed = |c: char| c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c);
    if text.chars().all(is_composed) { Cow::Borrowed(text) } else { text.nfkc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(spaced: bool, text: &str) -> Vec<String> {
        let pieces = Pieces::new(spaced);
        let mut texts = Vec::new();
        pieces.cut(text, |piece, _| texts.push(piece.to_owned()));
        texts
    }

    #[test]
    fn digits_right_after_one_another_are_joined() {
        for (spaced, text, joined) in [
            (true, "55", vec![false, true]),
            (true, "5 5", vec![false, false]),
            (true, "11", vec![false, true]),
            (true, "1 1", vec![false, false]),
            (true, "10", vec![false]),
            (true, "1a 2", vec![false, false, false]),
            (true, "5.5", vec![false, false, false]),
            (false, "５5分", vec![false, true, false]),
            (false, "五五", vec![false, false]),
        ] {
            let found: Vec<bool> = Pieces::new(spaced).of(text).iter().map(|piece| piece.is_joined).collect();
            assert_eq!(found, joined, "{text}");
        }
    }

    #[test]
    fn english_is_cut_into_words_digits_and_marks() {
        assert_eq!(cut(true, " I’d say 5, or10 100."), ["i'd", "say", "5", ",", "or", "10", "100", "."]);
        assert_eq!(cut(true, "1 0 1x 11"), ["10", "1", "x", "1", "1"]);
        assert_eq!(cut(true, ""), [""; 0]);
    }

    #[test]
    fn mandarin_is_cut_into_characters() {
        assert_eq!(cut(false, "滿 意１0！"), ["满", "意", "1", "0", "!"]);
    }

    #[test]
    fn pieces_are_told_apart_by_number() {
        let mut pieces = Pieces::new(false);
        let learnt = pieces.learn("五分五");
        assert_eq!((learnt[0], pieces.count()), (learnt[2], 3));
        assert_eq!(pieces.name(learnt[1].number), "分");
        assert_eq!(
            pieces.of("猫")[0],
            Piece { number: UNKNOWN, first: '猫', is_mark: false, is_countable: true, is_joined: false }
        );
        assert!(pieces.of("。")[0].is_mark);
        let english = Pieces::new(true);
        let countable = |word: &str| english.of(word)[0].is_countable;
        assert!(
            countable("visits")
                && countable("technicians")
                && !countable("visit")
                && !countable("was")
                && !countable("boss")
        );
    }
}
