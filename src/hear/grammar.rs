//! The words that answers are made of, per language: tables in `grammar/*.toml`, and the lexer that finds them.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use pinyin::ToPinyin;
use serde::Deserialize;

use super::pieces::{Piece, Pieces};
use super::word::{Request, Word};
use crate::units::Language;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    spaced: bool,
    numbers: BTreeMap<String, Vec<String>>,
    magnitude: Vec<String>,
    fraction: Vec<String>,
    unit: Vec<String>,
    #[serde(default)]
    out_of: BTreeMap<String, Vec<String>>,
    range: Vec<String>,
    correction: Vec<String>,
    negation: Vec<String>,
    giving: Vec<String>,
    bound: Vec<String>,
    not: Vec<String>,
    withdrawal: Vec<String>,
    #[serde(default)]
    particle: Vec<String>,
    #[serde(default)]
    retraction: Vec<String>,
    deduction: Vec<String>,
    deducted: Vec<String>,
    rejection: Vec<String>,
    decimal: Vec<String>,
    pronoun: Vec<String>,
    #[serde(default)]
    remark: Vec<String>,
    #[serde(default)]
    opinion: Vec<String>,
    ordinal: Vec<String>,
    filler: Vec<String>,
    asking: Vec<String>,
    refusal: Vec<String>,
    contact: Vec<String>,
    party: Vec<String>,
    calling: Vec<String>,
    time: Vec<String>,
    noise: Vec<String>,
    phrase: Vec<Phrase>,
    request: Vec<Asking>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    means: u8,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    implied: bool,
    /// Not in the closed set that is known by its sound: for `scripts/train/hearing/closed_set.py`.
    #[serde(default, rename = "unspelt")]
    _unspelt: bool,
    forms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asking {
    means: Request,
    #[serde(default)]
    alone: bool,
    /// As of a phrase.
    #[serde(default, rename = "unspelt")]
    _unspelt: bool,
    forms: Vec<String>,
}

/// The forms of one language. Thousands of texts are read for one answer: their pieces are compared by number.
pub struct Grammar {
    pieces: Pieces,
    forms: HashMap<Vec<u32>, Word>,
    /// By the number of a piece: pieces in the longest form that begins with it.
    longest: Vec<usize>,
    /// Mandarin words of correction by their syllables: they stand between numbers, where no homophone makes sense.
    sounds: HashMap<Vec<&'static str>, Word>,
    /// Syllables in the longest of them that begins with this one.
    longest_sound: HashMap<&'static str, usize>,
}

static MANDARIN: LazyLock<Grammar> = LazyLock::new(|| Grammar::parse(include_str!("grammar/zh.toml")));
static ENGLISH: LazyLock<Grammar> = LazyLock::new(|| Grammar::parse(include_str!("grammar/en.toml")));

impl Grammar {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &MANDARIN,
            Language::En => &ENGLISH,
        }
    }

    /// The numbers among `texts`: those that are nothing but a number.
    #[cfg(feature = "whisper")]
    pub(super) fn lone_numbers<'a>(&self, texts: impl Iterator<Item = &'a str>) -> std::collections::HashSet<u8> {
        let number = |text| match self.words(text)[..] {
            [word] => word.number.or(word.large),
            _ => None,
        };
        texts.filter_map(number).collect()
    }

    fn parse(text: &str) -> Self {
        // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
        let table: Table = toml::from_str(text).expect("the grammar's table is valid");
        let mut grammar = Self {
            pieces: Pieces::new(table.spaced),
            forms: HashMap::new(),
            longest: Vec::new(),
            sounds: HashMap::new(),
            longest_sound: HashMap::new(),
        };
        for (digit, forms) in &table.numbers {
            let number: u8 = digit.parse().expect("numbers are keyed by digits");
            grammar.add(forms, |word| {
                let kind = if number < 10 { &mut word.number } else { &mut word.large };
                *kind = Some(number);
            });
        }
        for (last, forms) in &table.out_of {
            let last: u8 = last.parse().expect("scales are keyed by their last number");
            grammar.add(forms, |word| word.out_of = Some(last));
        }
        grammar.add(&table.magnitude, |word| word.magnitude = true);
        grammar.add(&table.fraction, |word| word.fraction = true);
        grammar.add(&table.unit, |word| word.unit = true);
        grammar.add(&table.range, |word| word.range = true);
        grammar.add(&table.correction, |word| word.correction = true);
        grammar.add(&table.negation, |word| word.negation = true);
        grammar.add(&table.giving, |word| word.giving = true);
        grammar.add(&table.bound, |word| word.bound = true);
        grammar.add(&table.not, |word| word.not = true);
        grammar.add(&table.withdrawal, |word| word.withdrawal = true);
        grammar.add(&table.particle, |word| word.particle = true);
        grammar.add(&table.retraction, |word| word.retraction = true);
        grammar.add(&table.deduction, |word| word.deduction = true);
        grammar.add(&table.deducted, |word| word.deducted = true);
        grammar.add(&table.rejection, |word| word.rejection = true);
        grammar.add(&table.pronoun, |word| word.pronoun = true);
        grammar.add(&table.decimal, |word| word.decimal = true);
        grammar.add(&table.remark, |word| word.remark = true);
        grammar.add(&table.opinion, |word| word.opinion = true);
        grammar.add(&table.ordinal, |word| word.ordinal = true);
        grammar.add(&table.filler, |word| word.filler = true);
        grammar.add(&table.asking, |word| word.asking = true);
        grammar.add(&table.refusal, |word| word.refusal = true);
        grammar.add(&table.contact, |word| word.contact = true);
        grammar.add(&table.party, |word| word.party = true);
        grammar.add(&table.calling, |word| word.calling = true);
        grammar.add(&table.time, |word| word.time = true);
        grammar.add(&table.noise, |word| word.noise = true);
        for form in table.correction.iter().filter(|_| !table.spaced) {
            if let Some(sound) = syllables(&grammar.pieces.of(form)).filter(|sound| sound.len() > 1) {
                let longest = grammar.longest_sound.entry(sound[0]).or_default();
                *longest = sound.len().max(*longest);
                grammar.sounds.insert(sound, Word { correction: true, ..Word::default() });
            }
        }
        for phrase in &table.phrase {
            grammar.add(&phrase.forms, |word| {
                word.phrase = Some(phrase.means);
                word.phrase_alone = phrase.alone;
                word.phrase_implied = phrase.implied;
            });
        }
        for asking in &table.request {
            grammar.add(&asking.forms, |word| {
                word.request = Some(asking.means);
                word.request_alone = asking.alone;
            });
        }
        grammar
    }

    /// Every phrase and request of the tables, in no order.
    pub fn answers(&self) -> impl Iterator<Item = String> {
        let wanted = |word: &Word| word.phrase.is_some() || word.request.is_some();
        let text = |pieces: &Vec<u32>| pieces.iter().map(|piece| self.pieces.name(*piece)).collect();
        self.forms.iter().filter(move |(_, word)| wanted(word)).map(move |(pieces, _)| text(pieces))
    }

    fn add(&mut self, forms: &[String], mark: impl Fn(&mut Word)) {
        for form in forms {
            let pieces: Vec<u32> = self.pieces.learn(form).iter().map(|piece| piece.number).collect();
            self.longest.resize(self.pieces.count(), 0);
            if let Some(first) = pieces.first() {
                let longest = &mut self.longest[*first as usize];
                *longest = pieces.len().max(*longest);
            }
            mark(self.forms.entry(pieces).or_default());
        }
    }

    /// The words of `text`, longest form first. Marks become one comma; spaces vanish in Mandarin.
    pub fn words(&self, text: &str) -> Vec<Word> {
        let pieces = self.pieces.of(text);
        let numbers: Vec<u32> = pieces.iter().map(|piece| piece.number).collect();
        let mut words: Vec<Word> = Vec::new();
        let mut at = 0;
        while at < pieces.len() {
            let longest = self.longest.get(numbers[at] as usize).copied().unwrap_or(0);
            let found = (1..=longest.min(pieces.len() - at))
                .rev()
                .find_map(|length| self.forms.get(&numbers[at..at + length]).map(|word| (*word, length)));
            let found = found.or_else(|| self.by_sound(&pieces[at..]));
            let Piece { is_mark, is_countable, is_joined, .. } = pieces[at];
            let (word, length) = found.unwrap_or((Word { comma: is_mark, ..Word::default() }, 1));
            let word = Word { countable: is_countable && !is_mark, joined: is_joined, ..word };
            at += length;
            if !(word.comma && words.last().is_some_and(|last| last.comma)) {
                words.push(word);
            }
        }
        words
    }

    /// A word of correction that was written in other characters, and its length.
    fn by_sound(&self, pieces: &[Piece]) -> Option<(Word, usize)> {
        let first = *syllables(pieces.get(..1)?)?.first()?;
        let longest = self.longest_sound.get(first).copied().unwrap_or(0).min(pieces.len());
        (2..=longest).rev().find_map(|length| {
            let sound = syllables(&pieces[..length])?;
            self.sounds.get(&sound).map(|word| (*word, length))
        })
    }
}

/// The syllables of Han characters, tones apart; none if a piece is no such character.
fn syllables(pieces: &[Piece]) -> Option<Vec<&'static str>> {
    pieces.iter().map(|piece| piece.first.to_pinyin().map(|sound| sound.plain())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_load_and_the_longest_form_wins() {
        let zh = Grammar::of(Language::Zh).words("非常不滿意。。");
        assert_eq!(zh[0].phrase, Some(1));
        assert!(zh[1].comma && zh.len() == 2);
        let en = Grammar::of(Language::En).words(" Four out of 10, I’d say");
        assert_eq!((en[0].number, en[1].out_of, en[2].comma), (Some(4), Some(10), true));
        assert!(en[3].filler && en[4].filler);
    }

    #[test]
    fn digits_are_read_one_by_one_and_strangers_are_stray() {
        let words = Grammar::of(Language::Zh).words("５5 猫");
        assert_eq!((words[0].number, words[1].number), (Some(5), Some(5)));
        assert!(words[2].is_stray());
    }
}
