//! Reads Mandarin by its sound: an answer that was written in other characters, because the recogniser knew no better.
//!
//! Whisper writes short answers in homophones and near-homophones ("五分" as 胡聲). Characters are turned into
//! syllables, tones apart, and compared with the answers of the grammar by how easily their initials and finals are
//! mistaken for one another on the telephone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pinyin::ToPinyin;

use super::answer::{Answer, read};
use super::grammar::Grammar;
use crate::units::{Language, Scale};

/// Initials that are mistaken for one another.
const INITIALS: [&[&str]; 10] = [
    &["zh", "z", "j"],
    &["ch", "c", "q"],
    &["sh", "s", "x", "f"],
    &["f", "h"],
    &["h", "w", ""],
    &["n", "l", "r"],
    &["b", "p", "m"],
    &["d", "t"],
    &["g", "k"],
    &["", "w", "y"],
];
/// Finals that are mistaken for one another; a lost "g" at the end costs less.
const FINALS: [&[&str]; 7] = [
    &["i", "u", "v", "ue"],
    &["an", "ian", "uan", "ai"],
    &["en", "in", "un", "on"],
    &["a", "ia", "ua", "e"],
    &["o", "uo", "e", "ou", "iu"],
    &["ei", "ui", "ai", "uai", "i"],
    &["ao", "iao", "ou"],
];
/// A syllable too many or too few.
const GAP: f32 = 1.0;
/// Farther answers, per syllable, are no likeness.
const FARTHEST: f32 = 0.4;
/// Answers of different meaning must be so much farther than the nearest, or nothing is read.
const MARGIN: f32 = 0.1;
/// No answer of the grammar is longer.
const LONGEST: usize = 10;

/// What `text` sounds like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    pub answer: Answer,
    /// Mean cost of a syllable: 0 is the same sound but for tones, at most 0.4.
    pub distance: f32,
    /// Of the text.
    pub syllables: usize,
}

/// A syllable by the numbers of its parts in [`PARTS`].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Syllable {
    initial: usize,
    last: usize,
}

/// The initials and finals of all syllables, and what it costs to mistake one for another: thousands of syllables are
/// compared for one answer.
struct Parts {
    initials: BTreeMap<&'static str, usize>,
    lasts: BTreeMap<&'static str, usize>,
    /// By the numbers of both.
    initial_costs: Vec<Vec<f32>>,
    last_costs: Vec<Vec<f32>>,
}

static PARTS: LazyLock<Parts> = LazyLock::new(Parts::all);

impl Parts {
    fn all() -> Self {
        let every = ('\u{3400}'..='\u{9fff}').filter_map(|character| character.to_pinyin()).map(|s| parts(s.plain()));
        let (initials, lasts): (BTreeSet<_>, BTreeSet<_>) = every.unzip();
        let number = |names: &BTreeSet<&'static str>| names.iter().enumerate().map(|(i, name)| (*name, i)).collect();
        let costs = |names: &BTreeSet<&'static str>, cost: fn(&str, &str) -> f32| {
            names.iter().map(|a| names.iter().map(|b| cost(a, b)).collect()).collect()
        };
        Self {
            initial_costs: costs(&initials, initial_cost),
            last_costs: costs(&lasts, last_cost),
            initials: number(&initials),
            lasts: number(&lasts),
        }
    }
}

#[derive(Clone)]
struct Form {
    syllables: Vec<Syllable>,
    answer: Answer,
}

/// Those of the usual scale.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| forms(Scale::default()));

/// What answers sound like, and mean on one scale.
pub struct Sounds(Cow<'static, [Form]>);

impl Sounds {
    /// Takes a millisecond for a scale that is not the usual one.
    pub fn on(scale: Scale) -> Self {
        Self(if scale == Scale::default() { Cow::Borrowed(FORMS.as_slice()) } else { Cow::Owned(forms(scale)) })
    }

    /// The answer that `text` sounds like; none if it is far from all of them, between two, or no Mandarin. One syllable
    /// alone must sound the same.
    pub fn alike(&self, text: &str) -> Option<Likeness> {
        let heard = syllables(text)?;
        let length = heard.len();
        let mut nearest: Option<(f32, Answer)> = None;
        let mut second = f32::INFINITY;
        for form in self.0.iter().filter(|form| form.syllables.len().abs_diff(length) <= 1) {
            let distance = distance(&heard, &form.syllables) / length.max(form.syllables.len()) as f32;
            match nearest {
                Some((least, answer)) if answer == form.answer => nearest = Some((least.min(distance), answer)),
                Some((least, _)) if distance < least => {
                    second = least;
                    nearest = Some((distance, form.answer));
                }
                Some(_) => second = second.min(distance),
                None => nearest = Some((distance, form.answer)),
            }
        }
        let (distance, answer) = nearest?;
        let allowed = if length == 1 { 0.0 } else { FARTHEST };
        (distance <= allowed && second - distance >= MARGIN).then_some(Likeness { answer, distance, syllables: length })
    }
}

/// The syllables of a short text in Han characters; none for any other.
fn syllables(text: &str) -> Option<Vec<Syllable>> {
    let characters = text.chars().filter(|character| character.is_alphanumeric());
    let syllable = |character: char| character.to_pinyin().and_then(|sound| split(sound.plain()));
    let syllables: Option<Vec<Syllable>> = characters.take(LONGEST + 1).map(syllable).collect();
    syllables.filter(|syllables| !syllables.is_empty() && syllables.len() <= LONGEST)
}

/// None for a syllable of a character that is rarer than all we know.
fn split(syllable: &'static str) -> Option<Syllable> {
    let (initial, last) = parts(syllable);
    Some(Syllable { initial: *PARTS.initials.get(initial)?, last: *PARTS.lasts.get(last)? })
}

/// Initial and final.
fn parts(syllable: &'static str) -> (&'static str, &'static str) {
    let two = syllable.starts_with("zh") || syllable.starts_with("ch") || syllable.starts_with("sh");
    let vowel = |byte: u8| b"aoeiuv".contains(&byte);
    let at = match syllable.as_bytes().first() {
        _ if two => 2,
        Some(byte) if byte.is_ascii() && !vowel(*byte) => 1,
        _ => 0,
    };
    syllable.split_at(at)
}

/// Every answer of the grammar that is more than a filler: ratings, numbers off the scale, requests, refusals.
fn forms(scale: Scale) -> Vec<Form> {
    let mut texts: Vec<String> = Vec::new();
    for number in ["一", "二", "两", "三", "四", "五", "六", "七", "八", "九", "十", "零"] {
        texts.push(number.into());
        for unit in ["分", "星", "颗星"] {
            for (before, after) in [("", ""), ("我给", ""), ("打", ""), ("", "吧"), ("我打", ""), ("选", "")] {
                texts.push(format!("{before}{number}{unit}{after}"));
            }
        }
    }
    texts.extend(Grammar::of(Language::Zh).answers());
    texts
        .extend(["不知道", "随便", "好的", "没有", "可以", "谢谢", "再见", "你好", "不用了", "是的"].map(String::from));
    let forms = texts
        .iter()
        .filter_map(|text| Some(Form { syllables: syllables(text)?, answer: read(text, Language::Zh, scale) }));
    forms.collect()
}

/// The cost of turning one into the other, syllable by syllable (Levenshtein with graded substitutions).
fn distance(a: &[Syllable], b: &[Syllable]) -> f32 {
    let mut row: [f32; LONGEST + 1] = std::array::from_fn(|count| count as f32 * GAP);
    for (i, first) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) as f32 * GAP;
        for (j, second) in b.iter().enumerate() {
            let cost = diagonal + substitution(first, second);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + GAP).min(row[j] + GAP);
        }
    }
    row[b.len()]
}

/// 0 for the same sound, 1 for one that nobody would mistake.
fn substitution(a: &Syllable, b: &Syllable) -> f32 {
    0.5 * (PARTS.initial_costs[a.initial][b.initial] + PARTS.last_costs[a.last][b.last])
}

fn are_near(groups: &[&[&str]], a: &str, b: &str) -> bool {
    groups.iter().any(|group| group.contains(&a) && group.contains(&b))
}

fn initial_cost(a: &str, b: &str) -> f32 {
    match a == b {
        true => 0.0,
        _ if are_near(&INITIALS, a, b) => 0.5,
        _ => 1.0,
    }
}

fn last_cost(a: &str, b: &str) -> f32 {
    let (stem_a, stem_b) = (a.trim_end_matches('g'), b.trim_end_matches('g'));
    match a == b {
        true => 0.0,
        _ if stem_a == stem_b => 0.25,
        _ if are_near(&FINALS, stem_a, stem_b) => 0.5,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::Request;

    fn rating(text: &str) -> Option<u8> {
        Sounds::on(Scale::default())
            .alike(text)
            .and_then(|likeness| likeness.answer.rating)
            .map(|rating| rating.value())
    }

    #[test]
    fn homophones_and_near_ones_are_read() {
        for (text, wanted) in
            [("吴芬", 5), ("胡聲", 5), ("死分", 4), ("飞常满意", 5), ("不满一", 2), ("无", 5), ("散芬", 3)]
        {
            assert_eq!(rating(text), Some(wanted), "{text}");
        }
        let alike = |text| Sounds::on(Scale::default()).alike(text);
        assert_eq!(alike("转任工").and_then(|likeness| likeness.answer.request), Some(Request::Human));
        assert_eq!(alike("吴芬").map(|likeness| likeness.distance), Some(0.0));
        let reversed = Sounds::on("1..5:best=1".parse().unwrap());
        assert_eq!(
            reversed.alike("吴芬").and_then(|likeness| likeness.answer.rating).map(|rating| rating.value()),
            Some(1)
        );
    }

    #[test]
    fn other_words_are_no_likeness() {
        for text in ["山", "是", "天气真好啊", "five", "师傅", "", "。", "路分", "食分", "谢谢你们啊"]
        {
            assert_eq!(rating(text), None, "{text}");
        }
    }
}
