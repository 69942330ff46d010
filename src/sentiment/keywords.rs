//! The words in a text that say what the caller is pleased or displeased about.

use std::ops::Range;

use jieba_rs::Jieba;
use serde::Serialize;

use super::aspect::aspects;
use super::lexicon::{self, Category, Lexicon, Polarity};
use crate::error::Result;
use crate::text::normalise;

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
/// Words between a negator and what it turns: 没有 人 乱收费, not a single delay.
const REACH: usize = 3;
/// Words of the longest phrase in the lexicon.
const LONGEST_PHRASE: usize = 5;

/// A lexicon word found in a text, or an aspect with what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Keyword {
    /// As the lexicon has it; of an aspect, it and the verdict without what stands between: 态度好 for 态度一点都不好.
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

    /// In order of appearance; of overlapping phrases the longest. Reads the head and tail of a very long text.
    pub fn keywords(&self, text: &str) -> Vec<Keyword> {
        let normal = normalise(text);
        let words = self.words(&normal);
        let mut aspects = aspects(&normal).into_iter().peekable();
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if let Some((span, keyword)) = aspects.next_if(|(span, _)| span.start < words[at].end) {
                // Its words say no more than it does.
                at += words[at..].iter().take_while(|word| word.start < span.end).count();
                found.push(keyword);
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
            let negated = is_negated(&normal, &words[..at]);
            let polarity = if negated { polarity.flipped() } else { polarity };
            found.push(Keyword { word: phrase.to_owned(), category, polarity, negated });
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
    let clause = before.iter().rev().map(|span| &normal[span.clone()]);
    clause
        .take(REACH)
        .take_while(|word| !is_break(word))
        .any(|word| NEGATORS.contains(&word.replace('’', "'").as_str()))
}

fn is_break(word: &str) -> bool {
    word.chars().all(|c| !c.is_alphanumeric()) || matches!(word, "但" | "但是" | "可是" | "就是" | "but" | "和" | "and")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static FINDER: LazyLock<KeywordFinder> = LazyLock::new(|| KeywordFinder::new().unwrap());

    fn found(text: &str) -> Vec<(String, Category, Polarity)> {
        FINDER.keywords(text).into_iter().map(|k| (k.word, k.category, k.polarity)).collect()
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
