//! Reading answers: what is a rating, what is a request, and what only looks like one.

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
fn plain_answers_in_mandarin() {
    for (text, wanted) in [
        ("五", 5),
        ("5分", 5),
        ("五 分。", 5),
        ("我给五分", 5),
        ("打兩分", 2),
        ("满分", 5),
        ("滿分", 5),
        ("四颗星", 4),
        ("一分吧", 1),
        ("嗯，四分吧", 4),
        ("我选三", 3),
        ("五分，谢谢", 5),
        ("最多两分", 2),
        ("那就五分", 5),
        ("非常满意", 5),
        ("满意", 4),
        ("比较满意", 4),
        ("一般般", 3),
        ("不太滿意", 2),
        ("非常不满意", 1),
        ("444444", 4),
    ] {
        assert_eq!(rating(text, Language::Zh).unwrap_or(0), wanted, "{text}");
    }
}

#[test]
fn plain_answers_in_english() {
    for (text, wanted) in [
        (" Five.", 5),
        ("I'd say three", 3),
        ("Two out of five.", 2),
        ("Number one", 1),
        ("Uh, four, I guess.", 4),
        ("Four stars", 4),
        ("A solid five", 5),
        ("Full marks.", 5),
        ("very satisfied", 5),
        ("Not satisfied at all", 1),
        ("Neither satisfied nor dissatisfied.", 3),
        ("4 4 4", 4),
        ("four four four", 4),
        ("Not very satisfied", 2),
        ("It was fair", 3),
        ("So so.", 3),
    ] {
        assert_eq!(rating(text, Language::En), Some(wanted), "{text}");
    }
}

#[test]
fn the_last_of_corrected_values_counts() {
    for (text, wanted) in [
        ("三分，不对，四分", 4),
        ("四分不是五分", 5),
        ("五分，哦不，三分", 3),
        ("一分，说错了，两分", 2),
        ("我给五分，等等，还是四分", 4),
        ("四分，我改一下，两分", 2),
        ("不是三分，是五分", 5),
        ("三分，不，一分", 1),
        ("六分，哦不，五分", 5),
        // Misheard words of correction.
        ("三分部隊四分", 4),
    ] {
        assert_eq!(rating(text, Language::Zh), Some(wanted), "{text}");
    }
    for (text, wanted) in [
        ("Three, no, four.", 4),
        ("Four, sorry, I meant five.", 5),
        ("Five, wait, three.", 3),
        ("Not three, five.", 5),
        ("One, no, make that two.", 2),
        ("Two, actually, three.", 3),
        ("I'd say five, hmm, no, four.", 4),
        ("Four, let me change that to two.", 2),
    ] {
        assert_eq!(rating(text, Language::En), Some(wanted), "{text}");
    }
}

#[test]
fn halves_ranges_and_numbers_off_the_scale_are_no_answer() {
    for text in [
        "六分",
        "十分",
        "十",
        "10分",
        "一百分",
        "三点五分",
        "三分半",
        "三四分",
        "两三分吧",
        "三到四分",
        "三分或者四分",
        "零分",
        "打了五个电话",
        "第三",
        "一点都不好",
        "等一下",
        "百分之五",
        "五十",
        "星期五",
    ] {
        assert_eq!(rating(text, Language::Zh), None, "{text}");
    }
    for text in [
        "Six.",
        "Ten out of ten.",
        "four out of ten",
        "Three and a half",
        "Three or four.",
        "3.5",
        "three to four",
        "A hundred percent.",
        "one moment please",
        "they came two times",
        "twenty five",
        "zero",
        "They replaced it with a new one and it works",
        "The price was fair and there were no hidden fees",
        "The technician fixed everything so so I am happy",
    ] {
        assert_eq!(rating(text, Language::En), None, "{text}");
    }
}

/// A rating that was not given is the worst that could be heard: "hardly satisfied" is no four, "minus five" no five.
#[test]
fn what_is_denied_or_missed_is_not_given() {
    for text in [
        "差一点就满意了",
        "要是早点来我就满意了",
        "不能说不满意",
        "没有什么不满意的地方",
        "不是满意",
        "满意才怪",
        "接近五分",
        "不止五分",
        "负五分",
        "五分以下",
        "三分不到",
        "没有五分",
        "三月五号",
        "負五分",
        "將近五分",
        "幾分最高",
        "一分钱一分货",
    ] {
        assert_eq!(rating(text, Language::Zh), None, "{text}");
    }
    for text in [
        "I'd be satisfied if they had come on time",
        "far from satisfied",
        "less than satisfied",
        "I can't say I'm satisfied",
        "I'm not dissatisfied",
        "almost satisfied",
        "almost five",
        "close to a four",
        "negative five",
        "7/10",
    ] {
        assert_eq!(rating(text, Language::En), None, "{text}");
    }
}

#[test]
fn denied_satisfaction_is_dissatisfaction() {
    for (text, wanted) in [
        ("不能说满意", 2),
        ("说不上满意", 2),
        ("从来没满意过", 2),
        ("没有，非常满意", 5),
        ("没有问题，满意", 4),
        ("不是，我很满意", 5),
        ("百分之百满意", 5),
        ("非常满意，万分感谢", 5),
        ("從來沒滿意過", 2),
        ("並不滿意", 2),
        ("三分，應該是四分", 4),
        ("師傅們服務很好，五顆星", 5),
        ("没，五分", 5),
        ("给最高分", 5),
    ] {
        assert_eq!(rating(text, Language::Zh), Some(wanted), "{text}");
    }
    for (text, wanted) in [
        ("I was never satisfied", 2),
        ("Hardly satisfied.", 2),
        ("Not fully satisfied", 2),
        ("No, satisfied.", 4),
        ("Not really, five.", 5),
        ("More than satisfied", 5),
        ("One, because it still doesn't work", 1),
        ("one because it still doesn't work", 1),
        ("It's a five from me", 5),
        ("4/5", 4),
    ] {
        assert_eq!(rating(text, Language::En), Some(wanted), "{text}");
    }
}

/// What is taken off the best rating leaves one, which is read back.
#[test]
fn what_remains_of_the_best_rating_is_guessed() {
    for (text, language, wanted) in [
        ("扣一分", Language::Zh, 4),
        ("满分减一分", Language::Zh, 4),
        ("五分里头扣两分", Language::Zh, 3),
        ("minus one for the mess", Language::En, 4),
        ("full marks minus two", Language::En, 3),
    ] {
        let answer = read(text, language, Scale::default());
        assert_eq!(answer.rating.map(Rating::value), Some(wanted), "{text}");
        assert!(answer.implied, "{text}");
    }
    for text in ["扣一分半", "扣了我两百块", "四分扣两分"] {
        assert_eq!(rating(text, Language::Zh), None, "{text}");
    }
    let ten: Scale = "0..10:best=10".parse().unwrap();
    // Two of a digit in one are a number; apart, somebody repeats himself.
    let twenty: Scale = "1..20:best=20".parse().unwrap();
    for (text, scale, wanted) in [
        ("11 out of 10", ten, None),
        ("11", ten, None),
        ("55", ten, None),
        ("5 5", ten, Some(3)),
        ("11", twenty, Some(3)),
        ("1", twenty, Some(1)),
    ] {
        assert_eq!(on(scale, text, Language::En), wanted, "{text} on {scale}");
    }
    assert_eq!(on(ten, "11分", Language::Zh), None);
    assert_eq!(read("minus one", Language::En, ten).rating, None);
}

/// Whisper seldom writes a comma: what follows a number is no proof that it is counted.
#[test]
fn a_remark_after_a_rating_does_not_make_a_count_of_it() {
    for (text, wanted) in [
        ("five but it took two weeks", Some(5)),
        ("five but he was rude", Some(5)),
        ("five great job", Some(5)),
        ("three a bit pricey", Some(3)),
        ("one terrible", Some(1)),
        ("five excellent service", Some(5)),
        ("oh definitely five", Some(5)),
        ("two excellent technicians came", None),
        ("two guys came", None),
        ("I've one complaint", None),
        ("one good thing", None),
        ("I lost one", None),
        ("this is the 4th time", None),
        ("terrible service one", Some(1)),
    ] {
        assert_eq!(rating(text, Language::En), wanted, "{text}");
    }
}

/// The scale, another call's rating and one that might have been are named beside the one that is given.
#[test]
fn numbers_that_are_only_named_are_not_given() {
    for (text, wanted) in [
        ("一到五分我给四分", Some(4)),
        ("满分五分的话我给四分", Some(4)),
        ("五分满分", Some(5)),
        ("五分制的话四分吧", Some(4)),
        ("满分是五分吗", None),
        ("最高是五分吗", None),
        ("五分是最好吗", None),
        ("上次给了五分这次给三分", Some(3)),
        ("本来想给五分但是师傅迟到了给四分", Some(4)),
        ("本来想给五分的", None),
        ("五分扣掉一分四分吧", Some(4)),
        ("差一分满分", None),
        ("一分都不想给", None),
        ("下次好了再给五分", None),
        ("修好了我就给五分", None),
        ("我对师傅很满意对公司不满意", None),
        ("不满意，一点都不满意", Some(1)),
    ] {
        assert_eq!(rating(text, Language::Zh), wanted, "{text}");
    }
    for (text, wanted) in [
        ("on a scale of one to five four", Some(4)),
        ("from one to five I'd say four", Some(4)),
        ("last time I gave a five this time a three", Some(3)),
        ("four, not five", Some(4)),
        ("a four instead of a five", Some(4)),
        ("I was going to say five but four", Some(4)),
        ("would have been a five", None),
        ("if it works I'll give you a five", None),
        ("is five the best", None),
        ("five is the best right", None),
    ] {
        assert_eq!(rating(text, Language::En), wanted, "{text}");
    }
}

#[test]
fn numbers_are_those_of_the_scale() {
    let reversed: Scale = "1..5:best=1".parse().unwrap();
    let of_ten: Scale = "0..10:best=10".parse().unwrap();
    for (scale, text, language, wanted) in [
        (reversed, "一分", Language::Zh, Some(5)),
        (reversed, "Number five", Language::En, Some(1)),
        (reversed, "非常满意", Language::Zh, Some(5)),
        (of_ten, "十分", Language::Zh, Some(5)),
        (of_ten, "我给10分", Language::Zh, Some(5)),
        (of_ten, "十", Language::Zh, Some(5)),
        (of_ten, "七分", Language::Zh, Some(4)),
        (of_ten, "零分", Language::Zh, Some(1)),
        (of_ten, "五分", Language::Zh, Some(3)),
        (of_ten, "三分，不对，八分", Language::Zh, Some(4)),
        (of_ten, "十五分", Language::Zh, None),
        (of_ten, "一百分", Language::Zh, None),
        (of_ten, "七八分", Language::Zh, None),
        (of_ten, "十分满意", Language::Zh, Some(5)),
        (of_ten, "十分差劲", Language::Zh, None),
        (of_ten, "Ten out of ten!", Language::En, Some(5)),
        (of_ten, "I'd say 10", Language::En, Some(5)),
        (of_ten, "eight", Language::En, Some(4)),
        (of_ten, "four out of five", Language::En, None),
        (of_ten, "twenty", Language::En, None),
        (of_ten, "nine or ten", Language::En, None),
        (of_ten, "ten ten", Language::En, Some(5)),
        (of_ten, "on a scale of zero to ten I'd say nine", Language::En, Some(5)),
        (of_ten, "ten but he was late", Language::En, Some(5)),
        (of_ten, "ten technicians", Language::En, None),
        (of_ten, "满分十分我给八分", Language::Zh, Some(4)),
        (of_ten, "十分制的话八分", Language::Zh, Some(4)),
        (of_ten, "very dissatisfied", Language::En, Some(1)),
        ("0..99:best=99".parse().unwrap(), "二十五", Language::Zh, Some(2)),
        ("0..99:best=99".parse().unwrap(), "ninety nine", Language::En, Some(5)),
    ] {
        assert_eq!(on(scale, text, language), wanted, "{text} on {scale}");
    }
}

#[test]
fn requests_are_found() {
    for (text, wanted) in [
        ("转人工", Request::Human),
        ("我要投诉", Request::Human),
        ("我想跟真人说话", Request::Human),
        ("再說一遍", Request::Repeat),
        ("什么", Request::Repeat),
        ("我在开车", Request::Later),
        ("改天再打吧", Request::Later),
    ] {
        assert_eq!(read(text, Language::Zh, Scale::default()).request, Some(wanted), "{text}");
    }
    for (text, wanted) in [
        ("I want to speak to a person.", Request::Human),
        ("Operator, please.", Request::Human),
        ("Pardon?", Request::Repeat),
        ("I didn't catch that.", Request::Repeat),
        ("Call me back later.", Request::Later),
    ] {
        assert_eq!(read(text, Language::En, Scale::default()).request, Some(wanted), "{text}");
    }
    assert_eq!(read("没什么不满意", Language::Zh, Scale::default()).request, None);
    for (text, wanted) in [
        ("请帮我接一下人工客服", Request::Human),
        ("我要投诉，等了三天没人来", Request::Human),
        ("我现在没空", Request::Later),
        ("晚点再打吧", Request::Later),
    ] {
        assert_eq!(read(text, Language::Zh, Scale::default()).request, Some(wanted), "{text}");
    }
    for (text, wanted) in [
        ("Can I get a real human, please?", Request::Human),
        ("I want to speak to a manager, this is the third time", Request::Human),
        ("Sorry, I'm driving right now", Request::Later),
        ("not a good time, sorry", Request::Later),
    ] {
        assert_eq!(read(text, Language::En, Scale::default()).request, Some(wanted), "{text}");
    }
}

#[cfg(feature = "whisper")]
#[test]
fn a_number_amid_other_words_may_go_on_to_count() {
    for text in ["They said within three", "They change one"] {
        assert!(awaits_noun(text, Language::En), "{text}");
    }
    for text in ["Five", "I'd say five", "They said within three days", "they came late"] {
        assert!(!awaits_noun(text, Language::En), "{text}");
    }
}

/// A caller who does not want a human or a call must not be given one.
#[test]
fn what_is_refused_is_no_request() {
    for text in [
        "不用转人工",
        "不需要人工",
        "别给我转人工",
        "不想投诉",
        "没有要投诉",
        "不找经理",
        "不用再说一遍",
        "五分，不用转人工",
    ] {
        assert_eq!(read(text, Language::Zh, Scale::default()).request, None, "{text}");
    }
    for text in [
        "Don't transfer me",
        "No need to transfer me",
        "I don't want to talk to an agent",
        "I do not need an agent",
        "I don't want to complain",
        "There's no need to call me back later",
        "You don't need to repeat that",
        "Five. I don't need to speak to a manager",
    ] {
        assert_eq!(read(text, Language::En, Scale::default()).request, None, "{text}");
    }
    for (text, language, wanted) in [
        ("不用了，转人工", Language::Zh, Request::Human),
        ("我不想跟机器人说话", Language::Zh, Request::Human),
        ("不是，我要投诉", Language::Zh, Request::Human),
        ("我特别想投诉", Language::Zh, Request::Human),
        ("是不是要找你们经理才行", Language::Zh, Request::Human),
        ("再不转人工我就走了", Language::Zh, Request::Human),
        ("听不懂", Language::Zh, Request::Repeat),
        ("五分钟后打给我", Language::Zh, Request::Later),
        ("I don't know, transfer me", Language::En, Request::Human),
        ("I don't want to talk to a robot", Language::En, Request::Human),
        ("Why don't you transfer me", Language::En, Request::Human),
        ("Never mind, transfer me", Language::En, Request::Human),
        ("I don't understand", Language::En, Request::Repeat),
        ("I don't have time", Language::En, Request::Later),
        ("I'm in a meeting, call me at four", Language::En, Request::Later),
    ] {
        assert_eq!(read(text, language, Scale::default()).request, Some(wanted), "{text}");
    }
}

#[test]
fn who_wants_no_calls_says_so() {
    for text in [
        "别再打给我",
        "不要再打过来了",
        "以后不要再打来",
        "别打了",
        "麻烦你们以后别再打了",
        "不要給我打電話了",
        "別再打來了",
        "在开会呢，别再打了",
    ] {
        assert_eq!(read(text, Language::Zh, Scale::default()).request, Some(Request::NoCalls), "{text}");
    }
    for text in [
        "Don't call me again",
        "Stop calling me!",
        "Please take me off your list",
        "I'm busy, never call me again",
        "Leave me alone.",
        "Don't call me back",
    ] {
        assert_eq!(read(text, Language::En, Scale::default()).request, Some(Request::NoCalls), "{text}");
    }
    let both = read("五分，以后别打了", Language::Zh, Scale::default());
    assert_eq!((both.rating.map(Rating::value), both.request), (Some(5), Some(Request::NoCalls)));
    let human = read("别再打了，给我转人工", Language::Zh, Scale::default());
    assert_eq!(human.request, Some(Request::Human));
    for (text, language) in [
        ("打错了", Language::Zh),
        ("不用再打了", Language::Zh),
        ("师傅打了三次电话", Language::Zh),
        ("You don't call me back, ever", Language::En),
        ("They wouldn't stop calling to check on me", Language::En),
        ("Don't call me before nine", Language::En),
    ] {
        assert_ne!(read(text, language, Scale::default()).request, Some(Request::NoCalls), "{text}");
    }
}

/// What tells of people, times and words asks for none of them.
#[test]
fn talk_of_people_and_times_is_no_request() {
    for text in [
        "客服人员很热情",
        "你们工作人员态度很好",
        "人工费太贵了",
        "没什么可投诉的",
        "师傅换个人来修的",
        "待会就修好了",
        "他说什么都修好了",
        "空调坏了没空调用",
        "在忙的时候来的",
        "这个音箱声音小",
        "怎么反映问题他们都不解决",
        "过两天再查一下",
        "师傅说周末再来修",
    ] {
        assert_eq!(read(text, Language::Zh, Scale::default()).request, None, "{text}");
    }
    for text in [
        "Great customer service",
        "The agent was very helpful",
        "No complaint at all",
        "Somebody came at last",
        "Five, the customer service was excellent",
        "He was busy but kind",
        "He came later than agreed",
        "I was at work when he came",
        "He explained it once more",
        "Excuse me, I'd say four",
        "A person came and fixed it",
    ] {
        assert_eq!(read(text, Language::En, Scale::default()).request, None, "{text}");
    }
    assert_eq!(read("五分", Language::Zh, Scale::default()).request, None);
}
