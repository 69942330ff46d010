//! What is refused, denied, taken back or only looks like a rating: none of it may be heard as one.

use super::answer::*;
use super::word::Request;
use crate::units::{Language, Rating, Scale};

fn rating(text: &str, language: Language) -> Option<u8> {
    on(Scale::default(), text, language)
}

fn on(scale: Scale, text: &str, language: Language) -> Option<u8> {
    read(text, language, scale).rating.map(Rating::value)
}

#[test]
fn a_rating_that_is_refused_is_not_given() {
    for text in [
        "不能给五分",
        "不会给五分",
        "不想给五分",
        "不想打五分",
        "不要给五分",
        "别给五分",
        "给不了五分",
        "不值得五分",
        "不打五分",
        "不能给满分",
        "不想给满分",
        "五分不给",
        "五分我不给",
        "我不会给他们五分",
        "没给五分",
    ] {
        assert_eq!(rating(text, Language::Zh), None, "{text}");
    }
    for text in [
        "don't give him five",
        "doesn't get five",
        "it's no five",
        "that was no five",
        "I don't want five",
        "didn't get full marks",
        "I can't give you full marks",
        "I don't think it's a five",
        "he doesn't deserve a five",
        "five? No way",
    ] {
        assert_eq!(rating(text, Language::En), None, "{text}");
    }
    // What refuses something else, and what takes back the number before it, leave the rating that follows.
    for (text, wanted) in [
        ("没有，我给五分", 5),
        ("没什么好说的，五分", 5),
        ("没得说五分", 5),
        ("不得不给五分", 5),
        ("不错，给五分", 5),
        ("五分给不了，四分", 4),
        ("五分给不了四分", 4),
        ("不想给五分，给四分", 4),
        ("我想给五分", 5),
        ("想给五分", 5),
    ] {
        assert_eq!(rating(text, Language::Zh), Some(wanted), "{text}");
    }
    for (text, wanted) in [
        ("I don't know, maybe five", 5),
        ("no, I'd give him five", 5),
        ("it didn't work, one", 1),
        ("couldn't be better, five", 5),
        ("I can't give you a five, I'd say four", 4),
        ("I'd rate this five", 5),
        ("I'd give this 5 out of 5", 5),
        ("I give that five", 5),
        ("only two stars", 2),
        ("only three", 3),
        ("I wouldn't give it more than a two", 2),
        ("I'd never give less than four", 4),
        ("they didn't, so three", 3),
    ] {
        assert_eq!(rating(text, Language::En), Some(wanted), "{text}");
    }
}

/// The line ends, or the endpoint comes, before the rating that replaces it.
#[test]
fn a_rating_that_is_taken_back_at_the_end_is_none() {
    for text in ["四分，不对", "五分，说错了", "五分，按错了", "五分，等一下", "四分，我改一下"]
    {
        assert_eq!(rating(text, Language::Zh), None, "{text}");
    }
    for text in ["five, no wait", "five, scratch that", "five, oops", "four, let me change that"] {
        assert_eq!(rating(text, Language::En), None, "{text}");
    }
    for (text, language, wanted) in [
        ("五分，没什么不对的", Language::Zh, 5),
        ("五分，算了", Language::Zh, 5),
        ("三分不对不对五分我说错了", Language::Zh, 5),
        ("五分，不对劲的地方没有", Language::Zh, 5),
        ("four, sorry", Language::En, 4),
        ("four overall", Language::En, 4),
        ("five, no problem", Language::En, 5),
    ] {
        assert_eq!(rating(text, language), Some(wanted), "{text}");
    }
}

#[test]
fn what_denies_a_rating_that_was_read_back_is_told_from_what_repeats_it() {
    let ends = |text, language| ends_in_rating(text, language, Scale::default());
    for (text, language, wanted) in [
        ("no, five", Language::En, true),
        ("I said five", Language::En, true),
        ("five? No", Language::En, false),
        ("I didn't say five", Language::En, false),
        ("no", Language::En, false),
        ("我说的是五分", Language::Zh, true),
        ("不对，五分", Language::Zh, true),
        ("五分？不对", Language::Zh, false),
        ("我没说五分", Language::Zh, false),
        ("不是说五分", Language::Zh, false),
    ] {
        assert_eq!(ends(text, language), wanted, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_number_is_none() {
    let ten: Scale = "0..10:best=10".parse().unwrap();
    for (text, language, wanted) in [
        ("Oh", Language::En, None),
        ("Oh no it was bad", Language::En, None),
        ("Oh, seven", Language::En, Some(4)),
        ("十分不好", Language::Zh, None),
        ("十分不满", Language::Zh, Some(1)),
        ("十分的不满意", Language::Zh, Some(1)),
        ("十分不行", Language::Zh, None),
        ("十分一般", Language::Zh, Some(3)),
        ("十分忙", Language::Zh, None),
        ("十分好", Language::Zh, None),
        ("十分吧", Language::Zh, Some(5)),
        ("十分，谢谢", Language::Zh, Some(5)),
        ("我给十分", Language::Zh, Some(5)),
        ("8.0", Language::En, Some(4)),
        ("五分", Language::En, Some(3)),
    ] {
        assert_eq!(on(ten, text, language), wanted, "{text}");
    }
    for (text, language, wanted) in [
        ("一万分满意", Language::Zh, Some(5)),
        ("说一不二", Language::Zh, None),
        ("一级棒", Language::Zh, None),
        ("数一数二", Language::Zh, None),
        ("独一无二", Language::Zh, None),
        ("11", Language::Zh, None),
        ("22", Language::En, None),
        ("55 out of 5", Language::En, None),
        ("5.0", Language::En, Some(5)),
        ("5.0 stars", Language::En, Some(5)),
        ("5.05", Language::En, None),
        ("5:00", Language::En, None),
        ("4.0分", Language::Zh, Some(4)),
        ("五点零", Language::Zh, Some(5)),
        ("三点零五分", Language::Zh, None),
        ("五点", Language::Zh, None),
        ("给五分", Language::En, None),
        ("满意", Language::En, Some(4)),
    ] {
        assert_eq!(rating(text, language), wanted, "{text}");
    }
}

#[test]
fn satisfaction_that_is_denied_is_none() {
    for text in ["我不觉得满意", "没觉得满意", "一点满意都没有", "有什么满意的", "不觉得很满意", "我不能说很满意"]
    {
        assert!(rating(text, Language::Zh).is_none_or(|rating| rating <= 2), "{text}");
    }
    for text in [
        "I don't think I'm satisfied",
        "nobody is satisfied",
        "I'm less satisfied",
        "not really so satisfied",
        "I don't think I'm very satisfied",
    ] {
        assert!(rating(text, Language::En).is_none_or(|rating| rating <= 2), "{text}");
    }
}

#[test]
fn a_state_that_is_denied_asks_for_nothing() {
    for (text, language, wanted) in [
        ("I'm not busy", Language::En, None),
        ("I'm not that busy", Language::En, None),
        ("not driving", Language::En, None),
        ("not later", Language::En, None),
        ("not now", Language::En, Some(Request::Later)),
        ("I'm busy", Language::En, Some(Request::Later)),
        ("我不忙", Language::Zh, None),
        ("不忙", Language::Zh, None),
        ("不太忙", Language::Zh, None),
        ("我没在开车", Language::Zh, None),
        ("没空", Language::Zh, Some(Request::Later)),
        ("不，在开车", Language::Zh, Some(Request::Later)),
        ("我投诉过", Language::Zh, None),
        ("转人工不用了", Language::Zh, None),
        ("投诉就不必了", Language::Zh, None),
        ("转人工，谢谢", Language::Zh, Some(Request::Human)),
        ("什么都好", Language::Zh, None),
        ("啥都好", Language::Zh, None),
        ("什么都没听见", Language::Zh, Some(Request::Repeat)),
    ] {
        assert_eq!(read(text, language, Scale::default()).request, wanted, "{text}");
    }
}
