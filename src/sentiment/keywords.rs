//! The words in a text that say what the caller is pleased or displeased about.

use std::ops::Range;

use jieba_rs::Jieba;
use serde::Serialize;

use super::aspect::aspects;
use super::lexicon::{self, Category, Lexicon, Polarity};
use super::needs::{self, Need, uniform};
use super::points::{Point, Said, points};
use crate::error::Result;
use crate::text::is_han;
use crate::units::Language;

/// Words that turn the polarity of what follows them in the same clause.
const NEGATORS: [&str; 32] = [
    "不",
    "没",
    "没有",
    "不是",
    "并不",
    "并没有",
    "从不",
    "从没",
    "从来不",
    "从来没有",
    "毫不",
    "毫无",
    "无",
    "别",
    "不会",
    "不太",
    "不算",
    "未",
    "不够",
    "不怎么",
    "not",
    "no",
    "never",
    "without",
    "don't",
    "didn't",
    "doesn't",
    "wasn't",
    "isn't",
    "weren't",
    "hardly",
    "nothing",
];
/// Words right after a negator that use it up: "no problem very professional", "not only polite".
const EXCUSED: [&str; 16] = [
    "problem",
    "problems",
    "issue",
    "issues",
    "complaint",
    "complaints",
    "doubt",
    "wonder",
    "trouble",
    "only",
    "just",
    "问题",
    "毛病",
    "仅",
    "光",
    "只",
];
/// What the network reads is said from here on, and a word of the lexicon says nothing below this.
const SAID_FROM: f32 = 0.5;
const REFUTED: f32 = 0.1;
/// Words between a negator and what it turns: 没有 人 乱收费, not a single delay.
const REACH: usize = 3;
/// Words of the longest phrase in the lexicon.
const LONGEST_PHRASE: usize = 5;

/// A lexicon word found in a text, or an aspect with what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Keyword {
    /// As the lexicon has it; of an aspect, it and the verdict without what stands between: 态度好 for 态度一点都不好. Where the network
    /// reads what no word of the lexicon says, the category's name: nobody's own words.
    pub word: String,
    pub category: Category,
    /// As meant here: that of the word, turned if it is negated.
    pub polarity: Polarity,
    pub negated: bool,
}

/// Finds lexicon words in Mandarin and English. Holds jieba's dictionary (tens of megabytes): make one and keep it.
pub struct KeywordFinder {
    jieba: Jieba,
    lexicon: Lexicon,
}

impl KeywordFinder {
    /// The lexicon that is part of the program. Takes a good part of a second.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](crate::ErrorKind::Internal) if the lexicon is malformed.
    pub fn new() -> Result<Self> {
        let lexicon = lexicon::embedded()?;
        let mut jieba = Jieba::new();
        // Common enough that the segmenter keeps them whole.
        for word in lexicon.keys().filter(|word| !word.is_ascii()) {
            jieba.add_word(word, Some(20_000), None);
        }
        Ok(Self { jieba, lexicon })
    }

    /// In order of appearance; of overlapping phrases the longest. What is praised or blamed without a word of the lexicon is read by
    /// the network. Reads the head and tail of a very long text; takes some milliseconds a sentence.
    pub fn keywords(&self, text: &str) -> Vec<Keyword> {
        let normal = uniform(text);
        self.beside(&normal, &points(&normal))
    }

    /// [`Self::keywords`] and [`needs`](super::needs()) of one text, at the price of one.
    pub fn keywords_and_needs(&self, text: &str) -> (Vec<Keyword>, Vec<Need>) {
        let normal = uniform(text);
        let points = points(&normal);
        (self.beside(&normal, &points), needs::beside(&normal, &points))
    }

    /// The words of the lexicon in a uniform text, with what the network reads in it.
    fn beside(&self, normal: &str, points: &[Point]) -> Vec<Keyword> {
        let read = |keyword: &Keyword| {
            let said = Said::Of(keyword.category, keyword.polarity);
            points.iter().find(|point| point.said == said)
        };
        let mut found = self.in_lexicon(normal);
        // What a negation is worth the lexicon knows better.
        let doubted = |keyword: &Keyword| read(keyword).is_some_and(|point| point.probability < REFUTED);
        found.retain(|(_, keyword)| keyword.negated || !doubted(keyword));
        for point in points.iter().filter(|point| point.probability >= SAID_FROM) {
            let Said::Of(category, polarity) = point.said else { continue };
            let says_it = |word: &Keyword| word.category == category && (word.polarity == polarity || word.negated);
            if found.iter().any(|(_, word)| says_it(word)) {
                continue;
            }
            let mandarin = normal[point.clause.clone()].contains(is_han);
            let word = category.name(if mandarin { Language::Zh } else { Language::En }).to_owned();
            found.push((point.clause.start, Keyword { word, category, polarity, negated: false }));
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, keyword)| keyword).collect()
    }

    /// With where each stands.
    fn in_lexicon(&self, normal: &str) -> Vec<(usize, Keyword)> {
        let words = self.words(normal);
        let mut aspects = aspects(normal).into_iter().peekable();
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if let Some((span, keyword)) = aspects.next_if(|(span, _)| span.start < words[at].end) {
                // Its words say no more than it does.
                at += words[at..].iter().take_while(|word| word.start < span.end).count();
                found.push((span.start, keyword));
                continue;
            }
            let longest = (1..=LONGEST_PHRASE.min(words.len() - at)).rev().find_map(|count| {
                let phrase = &normal[words[at].start..words[at + count - 1].end];
                self.lexicon.get(phrase).map(|entry| (count, phrase, *entry))
            });
            let Some((count, phrase, (category, polarity))) = longest else {
                at += 1;
                continue;
            };
            let negated = is_negated(normal, &words[..at]);
            let polarity = if negated { polarity.flipped() } else { polarity };
            let keyword = Keyword { word: phrase.to_owned(), category, polarity, negated };
            found.push((words[at].start, keyword));
            at += count;
        }
        found
    }

    /// The spans of words and punctuation; spaces are left out, and n't stays on its word.
    fn words(&self, normal: &str) -> Vec<Range<usize>> {
        let mut words: Vec<Range<usize>> = Vec::new();
        for piece in self.jieba.cut(normal, false) {
            let start = words_end(normal, piece);
            let span = start..start + piece.len();
            if piece.trim().is_empty() {
                continue;
            }
            let joins = |last: &Range<usize>| {
                last.end == span.start
                    && (is_apostrophe(piece) || is_apostrophe(&normal[last.clone()]) || ends_so(normal, last))
            };
            match words.last_mut() {
                Some(last) if joins(last) => last.end = span.end,
                _ => words.push(span),
            }
        }
        words
    }
}

/// Where `piece`, a slice of `whole`, begins.
fn words_end(whole: &str, piece: &str) -> usize {
    piece.as_ptr() as usize - whole.as_ptr() as usize
}

fn is_apostrophe(piece: &str) -> bool {
    piece == "'" || piece == "’"
}

fn ends_so(normal: &str, span: &Range<usize>) -> bool {
    normal[span.clone()].ends_with(['\'', '’'])
}

fn is_negated(normal: &str, before: &[Range<usize>]) -> bool {
    let word = |at: usize| &normal[before[at].clone()];
    let reach = before.len().saturating_sub(REACH)..before.len();
    reach.rev().take_while(|&at| !is_break(word(at))).any(|at| {
        let next = before.get(at + 1).map_or("", |_| word(at + 1));
        NEGATORS.contains(&word(at).replace('’', "'").as_str()) && !EXCUSED.contains(&next)
    })
}

fn is_break(word: &str) -> bool {
    word.chars().all(|c| !c.is_alphanumeric()) || matches!(word, "但" | "但是" | "可是" | "就是" | "but" | "和" | "and")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static FINDER: LazyLock<KeywordFinder> = LazyLock::new(|| KeywordFinder::new().unwrap());

    /// By the lexicon alone.
    fn found(text: &str) -> Vec<(String, Category, Polarity)> {
        let found = FINDER.in_lexicon(&uniform(text)).into_iter();
        found.map(|(_, k)| (k.word, k.category, k.polarity)).collect()
    }

    fn point(category: Category, polarity: Polarity, probability: f32) -> Point {
        Point { said: Said::Of(category, polarity), probability, clause: 0..0 }
    }

    #[test]
    fn what_no_word_says_is_called_by_its_category_and_what_the_network_does_not_see_is_left_out() {
        use {Category::*, Polarity::*};
        let named = |text: &str, points: &[Point]| -> Vec<(String, Category, Polarity)> {
            FINDER.beside(&uniform(text), points).into_iter().map(|k| (k.word, k.category, k.polarity)).collect()
        };
        let late = [point(Timeliness, Negative, 0.9)];
        assert_eq!(named("i saw three moons rise", &late), [("timeliness".into(), Timeliness, Negative)]);
        // A word that says it is enough, and one that seems to and is refuted says nothing.
        assert_eq!(named("he was late", &late), [("late".into(), Timeliness, Negative)]);
        assert_eq!(named("the late shift came", &[point(Timeliness, Negative, 0.05)]), []);
        // A negated word is not turned round again.
        assert_eq!(named("没有乱收费", &[point(Price, Negative, 0.9), point(Price, Positive, 0.05)]).len(), 1);
    }

    #[test]
    fn blame_in_other_words_than_the_lexicons_is_found() {
        let blamed = FINDER.keywords("they charged my card two times for the same visit");
        assert!(blamed.iter().any(|k| k.category == Category::Price && k.polarity == Polarity::Negative), "{blamed:?}");
    }

    #[test]
    fn a_negation_that_is_used_up_turns_nothing() {
        for text in ["no problem very professional", "not only professional but polite", "no doubt very professional"] {
            let found = found(text);
            assert!(found.iter().any(|word| word.0 == "professional"), "{text}");
            assert!(found.iter().all(|word| word.2 == Polarity::Positive), "{text}: {found:?}");
        }
        assert!(found("not very professional").iter().all(|word| word.2 == Polarity::Negative));
    }

    #[test]
    fn words_come_with_category_and_polarity() {
        use {Category::*, Polarity::*};
        assert_eq!(
            found("师傅很专业，就是迟到了，还乱收费"),
            [
                ("专业".into(), Competence, Positive),
                ("迟到".into(), Timeliness, Negative),
                ("乱收费".into(), Price, Negative)
            ]
        );
        assert_eq!(
            found("态度一点都不好，收费太高，还骗钱"),
            [
                ("态度好".into(), Attitude, Negative),
                ("收费高".into(), Price, Negative),
                ("骗钱".into(), Honesty, Negative)
            ]
        );
        assert_eq!(
            found("They were polite but I was on hold forever."),
            [("polite".into(), Attitude, Positive), ("on hold".into(), Timeliness, Negative)]
        );
    }

    #[test]
    fn negation_turns_a_word_in_its_own_clause_only() {
        let polarity = |text: &str| found(text).into_iter().map(|(_, _, p)| p).collect::<Vec<_>>();
        assert_eq!(polarity("没有乱收费"), [Polarity::Positive]);
        assert_eq!(polarity("he wasn't rude"), [Polarity::Positive]);
        assert_eq!(polarity("没有人来，敷衍"), [Polarity::Negative]);
        assert_eq!(polarity("不满意"), [Polarity::Negative]);
    }

    #[test]
    fn traditional_characters_and_odd_input_do_no_harm() {
        assert_eq!(found("態度惡劣").len(), 1);
        for odd in ["", " \u{0} ", "👍", "'''", "’", &"敷衍 ".repeat(5_000)] {
            FINDER.keywords(odd);
        }
    }
}
