//! How callers answer, line by line: what each answer means to the grammar, and which are known to be misread; and how many are
//! misread once the network has read them too.
//!
//! `tests/data/answers/*.tsv`: the answer as a recogniser writes it, and what it means: a rating, one guessed from an opinion (`3?`), `none`, a request (`human`, `repeat`,
//! `later`, `no_calls`, `wrong_number`), or both (`5+no_calls`); `missed` in a third column where it is misread today.

use codetta::hear::{Heard, Request, read};
use codetta::{Language, Scale};

fn meaning(text: &str, language: Language) -> String {
    let answer = read(text, language, Scale::default());
    let rating = answer.rating.map(|rating| format!("{}{}", rating.value(), if answer.implied { "?" } else { "" }));
    let request = answer.request.map(Request::name);
    match (rating, request) {
        (Some(rating), Some(request)) => format!("{rating}+{request}"),
        (Some(rating), None) => rating,
        (None, request) => request.unwrap_or("none").to_owned(),
    }
}

/// Lines, and those that are read otherwise than they say.
fn check(list: &str, language: Language) {
    let (mut lines, mut missed, mut wrong) = (0, 0, Vec::new());
    for line in list.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [text, meant, ref mark @ ..] = fields[..] else { panic!("{line:?}") };
        let expected_miss = match mark {
            [] => false,
            ["missed"] => true,
            _ => panic!("{line:?}"),
        };
        let read = meaning(text, language);
        lines += 1;
        missed += usize::from(read != meant);
        if (read != meant) != expected_miss {
            let hint = if expected_miss { " (right now: take its mark away)" } else { "" };
            wrong.push(format!("{text}: meant {meant}, read {read}{hint}"));
        }
    }
    println!("{language}: {missed} of {lines} misread");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn answers_in_mandarin_are_read_as_they_are_meant() {
    check(include_str!("data/answers/zh.tsv"), Language::Zh);
}

#[test]
fn answers_in_english_are_read_as_they_are_meant() {
    check(include_str!("data/answers/en.tsv"), Language::En);
}

/// Read once before the grammar was mended with them too: BENCHMARKS.md has what was misread then.
#[test]
fn answers_that_were_read_once_are_read_as_before() {
    check(include_str!("data/answers/once-zh.tsv"), Language::Zh);
    check(include_str!("data/answers/once-en.tsv"), Language::En);
}

/// What becomes of a text on which the judge has no more to go by: a rating that is believed or read back, and a request.
fn understood(text: &str, language: Language) -> (Option<u8>, bool, Option<&'static str>) {
    let heard = Heard::of_text(text, language, Scale::default());
    let rating = heard.rating.best().filter(|(_, p)| *p >= 0.5);
    let asked = Some(heard.intents.best()).filter(|(_, p)| *p >= 0.5).map(|(request, _)| request.name());
    (rating.map(|(rating, _)| rating.value()), rating.is_some_and(|(_, p)| p >= 0.8), asked)
}

/// Answers by others, who had not seen the grammar, none of which is trained on: no more of them may be misread than these, nor
/// another rating be believed than was given. (Each a little above what it is: floats differ between machines.)
fn check_understood(list: &str, language: Language, most_misread: usize, most_wrongly_believed: usize) {
    let (mut misread, mut wrongly_believed) = (Vec::new(), Vec::new());
    for line in list.lines() {
        let (text, meant) = line.split_once('\t').unwrap_or_else(|| panic!("{line:?}"));
        let rating = meant.split('+').find_map(|part| part.parse::<u8>().ok());
        let request = meant.split('+').find(|part| part.parse::<u8>().is_err() && *part != "none");
        let (found, believed, asked) = understood(text, language);
        if found != rating || asked != request {
            misread.push(text);
        }
        if believed && found != rating {
            wrongly_believed.push(text);
        }
    }
    let lines = list.lines().count();
    println!("{language}: {} of {lines} misread, {} wrongly believed", misread.len(), wrongly_believed.len());
    assert!(misread.len() <= most_misread, "{} misread:\n{}", misread.len(), misread.join("\n"));
    let wrong = wrongly_believed.len();
    assert!(wrong <= most_wrongly_believed, "{wrong} wrongly believed:\n{}", wrongly_believed.join("\n"));
}

#[test]
fn answers_by_others_are_understood() {
    check_understood(include_str!("data/answers/apart-zh.tsv"), Language::Zh, 26, 7);
    check_understood(include_str!("data/answers/apart-en.tsv"), Language::En, 25, 4);
    check_understood(include_str!("data/answers/last-zh.tsv"), Language::Zh, 35, 8);
    check_understood(include_str!("data/answers/last-en.tsv"), Language::En, 31, 4);
    check_understood(include_str!("data/answers/fresh-zh.tsv"), Language::Zh, 28, 8);
    check_understood(include_str!("data/answers/fresh-en.tsv"), Language::En, 16, 3);
}

#[test]
fn any_text_is_read_in_bounded_time() {
    let long = "再说一遍".repeat(100_000);
    for text in ["", " ", "。。。", "😀😀", "\u{0}\u{7}", "ñandú", &long, &"a".repeat(1_000_000)] {
        let heard = Heard::of_text(text, Language::Zh, Scale::default());
        assert_eq!(heard.rating.best(), None, "{}", &text[..text.len().min(20)]);
    }
}
