//! The caller's own words: the policy's phrases, and which words say more than the rating itself.

use super::beside::words_beside_rating;
use super::policy::{Policy, WordRule};
use crate::hear::{Transcript, ends_in_refusal, waives};
use crate::sentiment::{SentimentLabel, TextSentiment};
use crate::text::normalise;
use crate::units::{Language, Rating};

/// Right before a phrase these turn it down too, beside the grammar's words of refusal ("不用转人工", "don't want an agent").
const NOT_ZH: [&str; 6] = ["不", "不是", "没", "没有", "不会", "无"];
const NOT_EN: [&str; 4] = ["no", "not", "without", "never"];
const ARTICLES_EN: [&str; 4] = ["a", "an", "the", "any"];

/// Characters of a bare Mandarin rating: numerals, units, and the small words around them.
const PLAIN_ZH: &str =
    "零一二三四五六七八九十两壹贰叁肆伍幺0123456789分星颗级打给我你您吧啊呢嗯哦呃的就了个是选评满好按";
/// Words of a bare English rating.
const PLAIN_EN: [&str; 38] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "i", "i'd", "i'll", "would",
    "will", "say", "give", "you", "it", "a", "an", "out", "of", "point", "points", "star", "stars", "um", "uh", "well",
    "that's", "it's", "is", "the", "my", "rating", "please",
];

/// What makes a complaint mild, or the reason for a point that is kept back ("四分，有点贵", "four, could have been faster").
const MILD_ZH: [&str; 27] = [
    "有点",
    "一点",
    "一些",
    "有些",
    "稍微",
    "稍稍",
    "略微",
    "略有",
    "偏",
    "就是",
    "只是",
    "因为",
    "小问题",
    "小瑕疵",
    "小毛病",
    "有待",
    "美中不足",
    "再接再厉",
    "更快",
    "更好",
    "进步空间",
    "扣一",
    "少一分",
    "差一分",
    "减一",
    "下次",
    "希望",
];
const MILD_EN: [&str; 33] = [
    "a bit",
    "a little",
    "slightly",
    "somewhat",
    "could have been",
    "could've been",
    "could be",
    "might have been",
    "would have been",
    "minor",
    "small",
    "not perfect",
    "not quite",
    "room for",
    "because",
    "only because",
    "just the",
    "only the",
    "apart from",
    "except",
    "off",
    "minus",
    "if it was",
    "if it were",
    "if he",
    "if they",
    "next time",
    "nobody gets",
    "no one gets",
    "not a five",
    "not five",
    "too much",
    "too high",
];
/// So much a mild complaint counts beside the rating that it explains. By judgement.
const MILD_SHARE: f32 = 0.4;

impl Policy {
    /// Names of the word rules that `transcript` meets, in the policy's order.
    pub fn words_said(&self, transcript: &Transcript) -> Vec<String> {
        let text = normalised(&transcript.text);
        let meets = |rule: &&WordRule| match transcript.language {
            Language::Zh => rule.zh.iter().any(|phrase| said_zh(&text, &normalised(phrase))),
            Language::En => rule.en.iter().any(|phrase| said_en(&text, &normalised(phrase))),
        };
        self.rules().words.iter().filter(meets).map(|rule| rule.name.clone()).collect()
    }
}

/// The sentiment of `transcript` as evidence beside its rating: the words of the rating itself are no second vote
/// for it, so the confidence is scaled by the share of the text that says more. "五分" keeps none of it; "五分，师傅
/// 态度很好" keeps all. The five satisfaction phrases ("非常满意" …) count as plain only when they state `rating`:
/// beside another one they contradict it, which the judge must see. A mild complaint beside the last rating but one explains
/// the point that is kept back, and counts less.
///
/// The sentiment itself is best taken of [`words_beside_rating`].
#[must_use]
pub fn beyond_plain_rating(text: TextSentiment, transcript: &Transcript, rating: Option<Rating>) -> TextSentiment {
    let mut rest = words_beside_rating(transcript);
    if let Some(rating) = rating {
        // Longest first, so that 满意 does not eat into 非常满意 or 不满意.
        for phrase in satisfaction_phrases(transcript.language, rating) {
            if !says_other_level(&rest, transcript.language, phrase, rating) {
                rest = rest.replace(phrase, " ");
            }
        }
    }
    let more = match transcript.language {
        Language::Zh => rest.chars().filter(|&c| !c.is_whitespace() && !PLAIN_ZH.contains(c)).count(),
        Language::En => {
            let plain = |word: &str| PLAIN_EN.contains(&word) || word.chars().all(|c| c.is_ascii_digit());
            rest.split_whitespace().filter(|word| !plain(word)).count()
        }
    };
    // Two characters or words of opinion are already one ("很慢", "too late"): from there on full confidence.
    let mut share = (more as f32 / 2.0).min(1.0);
    if rating.is_some_and(|rating| rating.value() == 4)
        && is_mild(&rest, transcript.language)
        && text.label == SentimentLabel::Negative
    {
        share *= MILD_SHARE;
    }
    TextSentiment { confidence: text.confidence * share, ..text }
}

fn is_mild(text: &str, language: Language) -> bool {
    match language {
        Language::Zh => MILD_ZH.iter().any(|word| text.contains(word)),
        Language::En => MILD_EN.iter().any(|phrase| said_en(text, phrase)),
    }
}

/// Whether `phrase` stands in `text` only as part of a phrase for another level (满意 within 不满意).
fn says_other_level(text: &str, language: Language, phrase: &str, rating: Rating) -> bool {
    (1..=5u8).filter(|&level| level != rating.value()).filter_map(|level| Rating::new(level).ok()).any(|other| {
        satisfaction_phrases(language, other).iter().any(|longer| longer.contains(phrase) && text.contains(longer))
    })
}

fn satisfaction_phrases(language: Language, rating: Rating) -> &'static [&'static str] {
    match (language, rating.value()) {
        (Language::Zh, 1) => &["非常不满意", "很不满意"],
        (Language::Zh, 2) => &["不满意"],
        (Language::Zh, 3) => &["一般"],
        (Language::Zh, 4) => &["满意"],
        (Language::Zh, _) => &["非常满意", "很满意", "满分"],
        (Language::En, 1) => &["very dissatisfied", "very unsatisfied"],
        (Language::En, 2) => &["dissatisfied", "unsatisfied"],
        (Language::En, 3) => &["neutral", "average"],
        (Language::En, 4) => &["satisfied"],
        (Language::En, _) => &["very satisfied", "extremely satisfied"],
    }
}

/// One width, one case, simplified characters, bounded length; punctuation as single spaces.
pub(crate) fn normalised(text: &str) -> String {
    let kept = |c: char| match c {
        '’' => '\'',
        c if c.is_alphanumeric() || c == '\'' => c,
        _ => ' ',
    };
    normalise(text).chars().map(kept).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Mandarin has no spaces: a phrase is a run of characters, wherever it stands.
fn said_zh(text: &str, phrase: &str) -> bool {
    let text: String = text.split_whitespace().collect();
    let phrase: String = phrase.split_whitespace().collect();
    let refused =
        |before: &str| NOT_ZH.iter().any(|not| before.ends_with(not)) || ends_in_refusal(before, Language::Zh);
    let waived = |after: &str| waives(after, Language::Zh);
    text.match_indices(&phrase).any(|(start, _)| !refused(&text[..start]) && !waived(&text[start + phrase.len()..]))
}

/// English phrases are whole words.
fn said_en(text: &str, phrase: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let wanted: Vec<&str> = phrase.split_whitespace().collect();
    if wanted.is_empty() {
        return false;
    }
    let refused = |before: &[&str]| {
        let last = before.iter().rev().find(|word| !ARTICLES_EN.contains(word));
        last.is_some_and(|word| NOT_EN.contains(word)) || ends_in_refusal(&before.join(" "), Language::En)
    };
    words
        .windows(wanted.len())
        .enumerate()
        .any(|(start, window)| window == wanted.as_slice() && !refused(&words[..start]))
}
