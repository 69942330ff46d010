//! Yes, no, and "that was a mistake": short replies to a read-back or after a decision. The words stand in `reply.toml`; to a
//! read-back, for which it was taught, a network reads beside them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::hear::Transcript;
use crate::judge::normalised;
use crate::text::meaning;
use crate::units::Language;

/// What a short reply says about the rating that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Yes,
    No,
    /// Neither.
    Other,
}

/// What a form says, and where it says it.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// Wherever it stands.
    Anywhere(Reply),
    /// As the first word that means something, or where nothing else is said.
    First(Reply),
    /// Only where nothing else is said: "好", but not "师傅好".
    Alone(Reply),
    /// It goes with the others.
    Filler,
    /// Something else.
    Else,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    zh: Table,
    en: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    yes: Vec<String>,
    yes_first: Vec<String>,
    yes_alone: Vec<String>,
    no: Vec<String>,
    no_first: Vec<String>,
    no_alone: Vec<String>,
    filler: Vec<String>,
    neither: Vec<String>,
}

/// The pieces of each form, and what it says.
type Forms = Vec<(Vec<String>, Says)>;

static FORMS: LazyLock<[Forms; 2]> = LazyLock::new(|| {
    // A compile-time constant that a test reads: it cannot fail in a program that passed its tests.
    let Tables { zh, en } = toml::from_str(include_str!("reply.toml")).expect("the table of replies is valid");
    [(zh, Language::Zh), (en, Language::En)].map(|(table, language)| {
        let listed = [
            (table.yes, Says::Anywhere(Reply::Yes)),
            (table.yes_first, Says::First(Reply::Yes)),
            (table.yes_alone, Says::Alone(Reply::Yes)),
            (table.no, Says::Anywhere(Reply::No)),
            (table.no_first, Says::First(Reply::No)),
            (table.no_alone, Says::Alone(Reply::No)),
            (table.filler, Says::Filler),
            (table.neither, Says::Else),
        ];
        let pieces =
            |(forms, says): (Vec<String>, Says)| forms.into_iter().map(move |form| (pieces(&form, language), says));
        listed.into_iter().flat_map(pieces).collect()
    })
});

/// The network's yes or no counts from here on where the words say neither; what they say is none where it is no more probable than this.
const UNSTATED_FROM: f32 = 0.8;
const REFUTED: f32 = 0.1;

/// Reads what is said to a rating that was read back: by the table, and by the network, which knows what people say in their own words
/// ("two is too many", 高了高了). Where they contradict each other it is neither. Takes some milliseconds.
pub fn reply_to_read_back(transcript: &Transcript) -> Reply {
    let stated = reply(transcript);
    match meaning::log_odds(&transcript.text) {
        Some(log_odds) => beside(stated, &meaning::probabilities(&log_odds[meaning::REPLIES])),
        None => stated,
    }
}

/// `read`: probabilities of neither, yes and no.
fn beside(stated: Reply, read: &[f32]) -> Reply {
    match stated {
        Reply::Yes if read[1] <= REFUTED => Reply::Other,
        Reply::No if read[2] <= REFUTED => Reply::Other,
        Reply::Other if read[1] >= UNSTATED_FROM => Reply::Yes,
        Reply::Other if read[2] >= UNSTATED_FROM => Reply::No,
        stated => stated,
    }
}

/// Reads a short reply by its words alone. What takes something back wins ("yes, I mean four"); else the last yes or no counts ("no, that's
/// right"). Numbers say neither: they are heard as ratings.
pub fn reply(transcript: &Transcript) -> Reply {
    let language = transcript.language;
    let said = read(&pieces(&normalised(&transcript.text), language), language);
    let whole = !said.contains(&Says::Else);
    let (mut first, mut reply) = (true, Reply::Other);
    for says in said {
        match says {
            Says::Anywhere(Reply::No) => return Reply::No,
            Says::Anywhere(said) => reply = said,
            Says::First(said) if first || whole => reply = said,
            // "不对，是四分": what is weak takes nothing back.
            Says::Alone(said) if whole && (said == Reply::No || reply == Reply::Other) => reply = said,
            _ => {}
        }
        first &= says == Says::Filler;
    }
    reply
}

/// What is said in `pieces`, form by form, the longest first.
fn read(pieces: &[String], language: Language) -> Vec<Says> {
    let forms = &FORMS[usize::from(language == Language::En)];
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let fitting = forms.iter().filter(|(form, _)| pieces[at..].starts_with(form));
        let longest = fitting.max_by_key(|(form, _)| form.len());
        // A digit is a number, which says neither yes nor no.
        let digit = pieces[at].chars().all(|c| c.is_ascii_digit());
        found.push(longest.map_or(if digit { Says::Filler } else { Says::Else }, |(_, says)| *says));
        at += longest.map_or(1, |(form, _)| form.len());
    }
    found
}

/// Words in English; characters in Mandarin, whose Latin words and numbers stay whole.
fn pieces(text: &str, language: Language) -> Vec<String> {
    if language == Language::En {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let mut pieces: Vec<String> = Vec::new();
    let mut latin = false;
    for character in text.chars() {
        let is_latin = character.is_ascii_alphanumeric();
        match pieces.last_mut().filter(|_| latin && is_latin) {
            Some(word) => word.push(character),
            None if character.is_whitespace() => {}
            None => pieces.push(character.to_string()),
        }
        latin = is_latin;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_replies_are_read_in_both_languages() {
        let table = [
            (
                Language::Zh,
                Reply::Yes,
                vec![
                    "对",
                    "对的。",
                    "是的",
                    "没错",
                    "沒錯",
                    "對",
                    "嗯，没错，是的",
                    "正确",
                    "对呀",
                    "嗯嗯",
                    "没问题",
                    "行吧",
                    "就是这样",
                    "OK",
                    "是五分",
                    "不用改了",
                    "没什么不对",
                    "错不了",
                    "不是，没听错",
                    "好的谢谢",
                ],
            ),
            (
                Language::Zh,
                Reply::No,
                vec![
                    "不对",
                    "不對",
                    "不是，是四分",
                    "不对，是四分",
                    "按错了",
                    "不好意思，我按错了",
                    "不正确",
                    "错了",
                    "不不不",
                    "改成四分",
                    "我说的是四分",
                    "你听错了",
                    "没有啊",
                    "怎么会",
                    "对，不对，按错了",
                ],
            ),
            (
                Language::Zh,
                Reply::Other,
                vec![
                    "四分",
                    "谢谢",
                    "不满意",
                    "",
                    "师傅很好",
                    "师傅不是很专业",
                    "对师傅很满意",
                    "对不对啊",
                    "是不是啊",
                    "修错了地方",
                    "态度好",
                ],
            ),
            (
                Language::En,
                Reply::Yes,
                vec![
                    "Yes.",
                    "yeah, that's right",
                    "Correct!",
                    "ok",
                    "Of course",
                    "Uh huh",
                    "I think so",
                    "No, that's right",
                    "No problem",
                    "nothing wrong",
                    "you heard me right",
                ],
            ),
            (
                Language::En,
                Reply::No,
                vec![
                    "No, I meant four",
                    "That's wrong.",
                    "not right",
                    "I pressed the wrong key",
                    "that isn't right",
                    "it's not",
                    "I didn't say five",
                    "change it to four",
                    "not exactly",
                    "nah",
                    "of course not",
                    "okay but it should be four",
                    "I don't think so",
                ],
            ),
            (
                Language::En,
                Reply::Other,
                vec![
                    "four",
                    "thank you",
                    "",
                    "nothing",
                    "notable",
                    "right now I'm busy",
                    "no thanks",
                    "there was no problem at all",
                    "he was great as I said",
                    "he was not right away there",
                    "fine service",
                ],
            ),
        ];
        for (language, expected, texts) in table {
            for text in texts {
                assert_eq!(reply(&Transcript { text: text.to_owned(), language }), expected, "{text}");
            }
        }
    }
}
