//! Why a decision fell as it did, in both languages, ordered by weight.

use super::decision::Reason;
use super::evidence::{Evidence, RatingEvidence, RatingSource, ReadBack};
use super::pool::{Pooled, Source};
use crate::sentiment::SentimentLabel;
use crate::units::Rating;

/// The rules that can decide a turn by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    HumanKey,
    HumanAsked,
    HumanWords,
    Anger,
    Unhappy,
    Contradiction,
    AngerAgainstRating,
    KeyAgainstSpeech,
    RatingUnsure,
    RatingUnclear,
    NoRating,
    KeysInvalid,
    NothingHeard,
    RepeatAsked,
    LaterAsked,
    NoCallsAsked,
    WrongNumber,
    ReadBackRepeated,
    ReadBackCorrected,
    ReadBackAffirmed,
    ReadBackDenied,
    ReadBackUnanswered,
    Inferred,
    LimitTransfer,
    NoResponse,
}

impl Rule {
    /// Identifier, Mandarin, English.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::HumanKey => ("human.key", "客户按了 0，要求人工", "The caller pressed 0 for a human"),
            Self::HumanAsked => ("human.asked", "客户要求人工服务", "The caller asked for a human"),
            Self::HumanWords => {
                ("human.words", "客户的话触发了转人工规则", "The caller's words ask for a human by rule")
            }
            Self::Anger => ("voice.anger", "语气非常愤怒", "The voice is strongly angry"),
            Self::Unhappy => ("feeling.unhappy", "言语和语气明显不满", "Words and voice are clearly unhappy"),
            Self::Contradiction => (
                "contradiction",
                "评分与言语或语气矛盾，需复述确认",
                "The rating contradicts words or voice: read back",
            ),
            Self::AngerAgainstRating => {
                ("contradiction.anger", "评分高但语气愤怒，需复述确认", "A high rating in an angry voice: read back")
            }
            Self::KeyAgainstSpeech => {
                ("contradiction.key", "按键与口头评分不一致，需复述确认", "Key and spoken rating differ: read back")
            }
            Self::RatingUnsure => {
                ("rating.unsure", "评分听得不够清楚，需复述确认", "The rating was not heard surely enough: read back")
            }
            Self::RatingUnclear => ("rating.unclear", "没有听清评分", "The rating was not understood"),
            Self::NoRating => ("rating.none", "客户说了话，但没有给出评分", "The caller spoke, but gave no rating"),
            Self::KeysInvalid => ("keys.invalid", "按键不在评分范围内", "The keys are no rating on the scale"),
            Self::NothingHeard => ("silence", "没有听到回答", "No answer was heard"),
            Self::RepeatAsked => ("repeat.asked", "客户请求重复问题", "The caller asked for the question again"),
            Self::LaterAsked => ("later.asked", "客户要求稍后再联系", "The caller asked to be called later"),
            Self::NoCallsAsked => ("no_calls.asked", "客户要求不再来电", "The caller asked never to be called again"),
            Self::WrongNumber => ("wrong_number", "客户说电话打错了", "The call was meant for somebody else"),
            Self::ReadBackRepeated => {
                ("read_back.repeated", "复述后客户重申了评分", "Read back, the caller repeated it")
            }
            Self::ReadBackCorrected => {
                ("read_back.corrected", "复述后客户更正了评分", "Read back, the caller corrected it")
            }
            Self::ReadBackAffirmed => {
                ("read_back.affirmed", "复述后客户确认了评分", "Read back, the caller confirmed it")
            }
            Self::ReadBackDenied => {
                ("read_back.denied", "复述后客户否认了评分", "Read back, the caller said it is wrong")
            }
            Self::ReadBackUnanswered => {
                ("read_back.unanswered", "复述后客户没有反对", "Read back, the caller did not object")
            }
            Self::Inferred => (
                "inferred",
                "多次询问仍无评分，按言语和语气判断",
                "No rating after all asking: judged by words and voice",
            ),
            Self::LimitTransfer => {
                ("limit.transfer", "多次询问无结果，转人工", "No usable answer after all asking: a human")
            }
            Self::NoResponse => {
                ("no_response", "多次询问无结果，记为未回应", "No usable answer after all asking: stored so")
            }
        }
    }
}

/// Four decimals: what is printed, stored and replayed. Finer digits would only differ by machine.
pub(super) fn rounded(value: f64) -> f32 {
    ((value * 1e4).round() / 1e4) as f32
}

/// The decisive rule takes its strength of the weight (all of it without sources); the sources share the rest in
/// proportion to their pull on the pooled distribution.
pub(super) fn in_order(
    evidence: &Evidence,
    pooled: &Pooled,
    rule: Option<(Rule, f64)>,
    rating: Option<Rating>,
) -> Vec<Reason> {
    let shares = pooled.shares();
    let no_pull = shares.iter().all(|&(_, share)| share == 0.0);
    let of_rule = rule.map_or(0.0, |(_, strength)| if no_pull { 1.0 } else { strength.clamp(0.0, 1.0) });
    let mut weighted: Vec<(f64, [String; 3])> = Vec::with_capacity(shares.len() + 2);
    if let Some((rule, _)) = rule {
        let (code, zh, en) = rule.words();
        weighted.push((of_rule, [code.to_owned(), zh.to_owned(), en.to_owned()]));
    }
    weighted.extend(shares.into_iter().filter_map(|(source, share)| {
        let words = match source {
            Source::Rating => of_rating(evidence, rating)?,
            Source::Text => of_text(evidence)?,
            Source::Voice => of_voice(evidence)?,
        };
        Some(((1.0 - of_rule) * share, words))
    }));
    if !evidence.consent.emotion {
        let (zh, en) = ("客户未同意情绪分析，仅依据评分", "No consent to emotion analysis: the rating alone counts");
        weighted.push((0.0, ["consent.rating_only".to_owned(), zh.to_owned(), en.to_owned()]));
    }
    // Stable: of equal weights, the rule comes first.
    weighted.sort_by(|a, b| b.0.total_cmp(&a.0));
    weighted.into_iter().map(|(weight, [code, zh, en])| Reason { code, weight: rounded(weight), zh, en }).collect()
}

fn percent(p: f32) -> u32 {
    // In range by the clamp.
    (super::pool::unit(p) * 100.0).round() as u32
}

fn of_rating(evidence: &Evidence, decided: Option<Rating>) -> Option<[String; 3]> {
    let heard = evidence.rating.as_ref();
    let Some((rating, (level, p))) = heard.and_then(|rating| Some((rating, rating.posterior.best()?))) else {
        return of_other_than_rating(heard, evidence.read_back, decided);
    };
    let code = if rating.source == RatingSource::Keypad { "rating.keyed" } else { "rating.stated" };
    let (how_zh, how_en) = match (rating.source, rating.raw_key) {
        (RatingSource::Keypad, Some(key)) => (format!("按键 {key}"), format!("key {key}")),
        (RatingSource::Keypad, None) => ("按键".to_owned(), "key".to_owned()),
        (RatingSource::Speech, _) => (format!("语音，{}%", percent(p)), format!("speech, {} %", percent(p))),
    };
    let guess = if decided == Some(level) { ("评分", "Rated") } else { ("疑似评分", "Perhaps rated") };
    Some([
        code.to_owned(),
        format!("{} {level} 分（{how_zh}）", guess.0),
        format!("{} {level} of 5 ({how_en})", guess.1),
    ])
}

/// A rating that was only confirmed in this turn, or an answer that is none.
fn of_other_than_rating(
    heard: Option<&RatingEvidence>,
    read_back: Option<ReadBack>,
    decided: Option<Rating>,
) -> Option<[String; 3]> {
    if let Some(read_back) = read_back.filter(|read_back| decided == Some(read_back.rating)) {
        let rating = read_back.rating;
        let zh = format!("评分 {rating} 分（复述确认）");
        return Some(["rating.read_back".to_owned(), zh, format!("Rated {rating} of 5 (read back)")]);
    }
    let rating = heard?;
    let [zh, en] = match (rating.source, rating.raw_key) {
        (RatingSource::Keypad, Some(key)) => [format!("按键 {key} 不是评分"), format!("Key {key} is no rating")],
        (RatingSource::Keypad, None) => ["按键不是评分".to_owned(), "The keys are no rating".to_owned()],
        (RatingSource::Speech, _) => {
            let sure = percent(rating.posterior.none);
            [format!("所说内容不是评分（{sure}%）"), format!("What was said is not a rating ({sure} %)")]
        }
    };
    Some(["rating.off_scale".to_owned(), zh, en])
}

fn of_text(evidence: &Evidence) -> Option<[String; 3]> {
    // Where nothing was said, or nothing can be made of it, there is nothing to tell.
    let text = evidence.text.as_ref().filter(|text| text.confidence > 0.0)?;
    let (code, zh, en) = match text.label {
        SentimentLabel::Negative => ("text.negative", "言语不满", "The words are negative"),
        SentimentLabel::Neutral => ("text.neutral", "言语中性", "The words are neutral"),
        SentimentLabel::Positive => ("text.positive", "言语满意", "The words are positive"),
    };
    let score = rounded(f64::from(text.score));
    Some([code.to_owned(), format!("{zh}（{score:+.2}）"), format!("{en} ({score:+.2})")])
}

fn of_voice(evidence: &Evidence) -> Option<[String; 3]> {
    let voice = evidence.voice.as_ref().filter(|voice| voice.confidence > 0.0)?;
    let classes = [
        (voice.angry, "voice.angry", "语气愤怒", "The voice is angry"),
        (voice.sad, "voice.sad", "语气低落", "The voice is sad"),
        (voice.neutral, "voice.neutral", "语气平静", "The voice is neutral"),
        (voice.happy, "voice.happy", "语气愉快", "The voice is happy"),
    ];
    let (p, code, zh, en) = classes.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let p = percent(p);
    Some([code.to_owned(), format!("{zh}（{p}%）"), format!("{en} ({p} %)")])
}
