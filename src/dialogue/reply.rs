//! Yes, no, and "that was a mistake": short replies to a read-back or after a decision.

use crate::hear::Transcript;
use crate::judge::normalised;
use crate::units::Language;

/// What a short reply says about the rating that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Yes,
    No,
    /// Neither.
    Other,
}

/// Looked for first: they hold characters of the refusals ("没错" holds "错").
const YES_ZH: [&str; 8] = ["没错", "对的", "是的", "正确", "确认", "对对", "好的", "可以"];
const NO_ZH: [&str; 16] = [
    "不对",
    "不是",
    "按错",
    "说错",
    "弄错",
    "搞错",
    "点错",
    "选错",
    "错了",
    "有误",
    "更正",
    "改成",
    "改为",
    "不正确",
    "听错",
    "我要改",
];
/// Only as the whole reply: as part of a sentence they mean nothing.
const YES_ALONE_ZH: [&str; 7] = ["对", "是", "嗯", "好", "行", "是啊", "对啊"];
const NO_ALONE_ZH: [&str; 3] = ["不", "没有", "错"];
const NO_EN: [&str; 15] = [
    "no",
    "nope",
    "wrong",
    "incorrect",
    "not right",
    "not correct",
    "mistake",
    "mistaken",
    "i meant",
    "i mean",
    "misheard",
    "wrong key",
    "wrong button",
    "mispressed",
    "correction",
];
const YES_EN: [&str; 11] =
    ["yes", "yeah", "yep", "yup", "right", "correct", "exactly", "sure", "okay", "ok", "confirmed"];

/// Reads a short reply; a refusal wins over an assent in the same reply ("yes, no, I meant four").
pub fn reply(transcript: &Transcript) -> Reply {
    let text = normalised(&transcript.text);
    match transcript.language {
        Language::Zh => in_mandarin(&text.split_whitespace().collect::<String>()),
        Language::En => in_english(&text),
    }
}

fn in_mandarin(text: &str) -> Reply {
    let assents = YES_ZH.iter().any(|yes| text.contains(yes));
    let rest = YES_ZH.iter().fold(text.to_owned(), |rest, yes| {
        // "不正确" and "不可以" are no assent; 没错 and the like are taken out before refusals are looked for.
        if text.contains(&format!("不{yes}")) { rest } else { rest.replace(yes, " ") }
    });
    if NO_ZH.iter().any(|no| rest.contains(no)) || NO_ALONE_ZH.contains(&text) || text.starts_with("不可以") {
        Reply::No
    } else if assents || YES_ALONE_ZH.contains(&text) {
        Reply::Yes
    } else {
        Reply::Other
    }
}

fn in_english(text: &str) -> Reply {
    let padded = format!(" {text} ");
    let says = |phrase: &&str| padded.contains(&format!(" {phrase} "));
    if NO_EN.iter().any(&says) && !padded.contains(" no mistake ") && !padded.contains(" not wrong ") {
        Reply::No
    } else if YES_EN.iter().any(says) {
        Reply::Yes
    } else {
        Reply::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_replies_are_read_in_both_languages() {
        let table = [
            (Language::Zh, Reply::Yes, vec!["对", "对的。", "是的", "没错", "沒錯", "對", "嗯，没错，是的", "正确"]),
            (
                Language::Zh,
                Reply::No,
                vec!["不对", "不對", "不是，是四分", "按错了", "不好意思，我按错了", "不正确", "错了"],
            ),
            (Language::Zh, Reply::Other, vec!["四分", "谢谢", "不满意", "", "师傅很好"]),
            (Language::En, Reply::Yes, vec!["Yes.", "yeah, that's right", "Correct!", "ok"]),
            (
                Language::En,
                Reply::No,
                vec!["No, I meant four", "That's wrong.", "not right", "I pressed the wrong key"],
            ),
            (Language::En, Reply::Other, vec!["four", "thank you", "", "nothing", "notable"]),
        ];
        for (language, expected, texts) in table {
            for text in texts {
                assert_eq!(reply(&Transcript { text: text.to_owned(), language }), expected, "{text}");
            }
        }
    }
}
