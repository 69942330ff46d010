//! How callers answer, line by line: what each answer means, and which are known to be misread.
//!
//! `tests/data/answers/*.tsv`: the answer as a recogniser writes it, and what it means: a rating, one guessed from an opinion (`3?`), `none`, a request (`human`, `repeat`,
//! `later`, `no_calls`, `wrong_number`), or both (`5+no_calls`); `missed` in a third column where it is misread today.

use codetta::hear::{Request, read};
use codetta::{Language, Scale};

fn meaning(text: &str, language: Language) -> String {
    let answer = read(text, language, Scale::default());
    let rating = answer.rating.map(|rating| format!("{}{}", rating.value(), if answer.implied { "?" } else { "" }));
    let request = answer.request.map(|request| match request {
        Request::Human => "human",
        Request::Repeat => "repeat",
        Request::Later => "later",
        Request::NoCalls => "no_calls",
        Request::WrongNumber => "wrong_number",
    });
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
