//! What a transcript says beside the rating: the number, what leads up to it and a slip put right are no opinion.

use super::words::normalised;
use crate::hear::Transcript;
use crate::units::Language;

const NUMBERS_EN: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
/// Before a number these lead up to it, or take another back ("no, sorry, I meant four").
const BEFORE_EN: [&str; 32] = [
    "i", "i'd", "i'll", "i'm", "would", "will", "say", "saying", "give", "giving", "it", "you", "a", "an", "the", "my",
    "rating", "is", "it's", "that's", "meant", "mean", "no", "sorry", "make", "um", "uh", "oh", "wait", "actually",
    "about", "maybe",
];
/// After a number these belong to it.
const AFTER_EN: [&str; 14] = [
    "out", "of", "point", "points", "star", "stars", "please", "i", "guess", "think", "suppose", "maybe", "no", "sorry",
];

const NUMERALS_ZH: &str = "零一二三四五六七八九十两壹贰叁肆伍幺0123456789";
const UNITS_ZH: &str = "分星颗级";
/// Before a rating these lead up to it, or take another back.
const BEFORE_ZH: [&str; 24] = [
    "我给你",
    "我给",
    "我打",
    "我选",
    "我评",
    "打个",
    "给个",
    "打",
    "给",
    "评",
    "选",
    "按",
    "就",
    "是",
    "那",
    "嗯",
    "哦",
    "啊",
    "不对",
    "不是",
    "说错了",
    "按错了",
    "错了",
    "应该是",
];

/// `transcript` without its rating: "Three. No, sorry, I meant four. It went well." leaves "it went well", "我给五分，师傅
/// 很好" leaves "师傅很好", and a bare rating leaves nothing. Numbers that are no rating stay ("等了三天", "they came
/// twice"), and so do satisfaction phrases. Normalised: one case, one width, simplified characters, no punctuation.
pub fn words_beside_rating(transcript: &Transcript) -> String {
    let text = normalised(&transcript.text);
    match transcript.language {
        Language::Zh => {
            let clauses: Vec<String> =
                text.split_whitespace().map(in_mandarin).filter(|rest| !rest.is_empty()).collect();
            clauses.join(" ")
        }
        Language::En => in_english(&text),
    }
}

fn in_english(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| NUMBERS_EN.contains(&word) || word.chars().all(|c| c.is_ascii_digit());
    // A number that counts something else is followed by what it counts: it stays, with all around it.
    let rates = |at: usize| {
        is_number(words[at])
            && words.get(at + 1).is_none_or(|next| {
                is_number(next)
                    || AFTER_EN.contains(next)
                    || BEFORE_EN.contains(next)
                    || !next.ends_with('s')
                    || *next == "this"
            })
    };
    // "four, I guess", but not "five! I am very satisfied".
    let hedges = |at: usize| words.get(at).is_some_and(|word| ["guess", "think", "suppose"].contains(word));
    // "Four, no, sorry, I meant three", but not "five, no problem".
    let takes_back = |at: usize| words.get(at).is_none_or(|next| is_number(next) || BEFORE_EN.contains(next));
    let belongs = |at: usize| match words[at] {
        "i" => hedges(at + 1),
        "no" => takes_back(at + 1),
        word => AFTER_EN.contains(&word) || is_number(word),
    };
    let mut kept = vec![true; words.len()];
    for at in (0..words.len()).filter(|&at| rates(at)) {
        kept[at] = false;
        for before in (0..at).rev().take_while(|&before| BEFORE_EN.contains(&words[before])) {
            kept[before] = false;
        }
        for after in (at + 1..words.len()).take_while(|&after| belongs(after)) {
            kept[after] = false;
        }
    }
    let rest: Vec<&str> = words.iter().zip(kept).filter_map(|(word, kept)| kept.then_some(*word)).collect();
    rest.join(" ")
}

/// One clause without its ratings: numerals with a unit, or numerals alone up to the clause's end.
fn in_mandarin(clause: &str) -> String {
    let mut rest = String::new();
    let mut characters = clause.chars().peekable();
    while let Some(character) = characters.next() {
        if !NUMERALS_ZH.contains(character) {
            rest.push(character);
            continue;
        }
        let mut number = String::from(character);
        while let Some(numeral) = characters.next_if(|&next| NUMERALS_ZH.contains(next)) {
            number.push(numeral);
        }
        let unit = characters.next_if(|&next| UNITS_ZH.contains(next));
        let ends = characters.peek().is_none_or(|&next| "吧呢啊了".contains(next));
        // "十分满意" is "very satisfied"; "一分钟" is a minute.
        let adverb = number == "十" && unit == Some('分') && !ends;
        let minute = unit == Some('分') && characters.peek() == Some(&'钟');
        if (unit.is_some() && !adverb && !minute) || (unit.is_none() && ends) {
            while let Some(shorter) = BEFORE_ZH.iter().find_map(|lead| rest.strip_suffix(lead)).map(str::len) {
                rest.truncate(shorter);
            }
        } else {
            rest.push_str(&number);
            rest.extend(unit);
        }
    }
    let end = rest.trim_end_matches(['吧', '呢', '啊', '了']);
    // Only particles of a rating are left; "等了" keeps its 了.
    if end.is_empty() { String::new() } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rating_goes_and_what_is_said_beside_it_stays() {
        let table = [
            (Language::En, "Three. No, sorry, I meant four. It went well.", "it went well"),
            (Language::En, "Five! I am very satisfied.", "i am very satisfied"),
            (Language::En, "One, this is terrible.", "this is terrible"),
            (Language::En, "Five, no problem at all.", "no problem at all"),
            (Language::En, "Five, no, four", ""),
            (Language::En, "I'd say four out of five, I guess.", ""),
            (Language::En, "It took three days and nobody came", "it took three days and nobody came"),
            (Language::En, "five", ""),
            (Language::En, "", ""),
            (Language::Zh, "我给五分，师傅很好", "师傅很好"),
            (Language::Zh, "我給四分滿意謝謝", "满意谢谢"),
            (Language::Zh, "三分，不对，四分", "不对"),
            (Language::Zh, "三分不对四分", ""),
            (Language::Zh, "等了三天都没人来，我打一分吧", "等了三天都没人来"),
            (Language::Zh, "十分满意", "十分满意"),
            (Language::Zh, "等了十分钟", "等了十分钟"),
            (Language::Zh, "五", ""),
            (Language::Zh, "嗯，五分吧", "嗯"),
            (Language::Zh, "打了五个电话", "打了五个电话"),
        ];
        for (language, text, expected) in table {
            assert_eq!(words_beside_rating(&Transcript { text: text.to_owned(), language }), expected, "{text}");
        }
    }
}
