//! A policy in words: what leads to which ending, in the order in which the judge looks.

use serde::Serialize;

use super::decision::{Action, Band, Mood};
use super::policy::{AfterLimit, Policy, WordAction};
use crate::units::Language;

/// One rule in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    pub when: String,
    pub then: String,
}

/// The rules of `policy` in their order, in words of `language`.
pub fn explain(policy: &Policy, language: Language) -> Vec<Explained> {
    Explaining { policy, zh: language == Language::Zh }.rules()
}

struct Explaining<'a> {
    policy: &'a Policy,
    zh: bool,
}

impl Explaining<'_> {
    fn rules(&self) -> Vec<Explained> {
        let (thresholds, limits) = (&self.policy.rules().thresholds, &self.policy.rules().limits);
        let percent = |p: f64| format!("{} %", (p * 1000.0).round() / 10.0);
        let human = self.say("舒缓音乐，然后转人工", "soothing music, then a human");
        let read_back = self.say("复述一次评分，请客户确认", "read the rating back once");
        let ask = self.say("再问一次", "ask again");
        let no_calls = self.say("平静尾曲，记录不再来电", "calm outro, and a note never to call again");
        let mut rules = Vec::new();
        let mut rule = |when: String, then: String| rules.push(Explained { when, then });
        rule(
            self.say(
                &format!("按 0，或要求人工（概率 ≥ {}）", percent(thresholds.human)),
                &format!("key 0, or a human is asked for (probability ≥ {})", percent(thresholds.human)),
            ),
            format!("{human}{}", self.say("；任何情况都不取消", "; nothing cancels it")),
        );
        for words in &self.policy.rules().words {
            let phrases = if self.zh { &words.zh } else { &words.en };
            let then = match words.action {
                WordAction::Transfer => human.clone(),
                WordAction::Later => self.say("平静尾曲，记录稍后再联系", "calm outro, and a task to call later"),
                WordAction::Repeat => ask.clone(),
                WordAction::NoCalls => no_calls.clone(),
            };
            rule(format!("{} {:?}: {}", self.say("说出", "words"), words.name, phrases.join(" · ")), then);
        }
        rule(
            self.say("无评分而要求不再来电（≥ 50%）", "no rating, and never to be called again (≥ 50 %)"),
            no_calls.clone(),
        );
        rule(
            self.say("无评分而客户说打错了（≥ 50%）", "no rating, and the call was meant for somebody else (≥ 50 %)"),
            self.say("平静尾曲，记为打错", "calm outro, stored as a wrong number"),
        );
        if limits.read_backs > 0 {
            let p = percent(thresholds.contradiction);
            rule(
                self.say(
                    &format!("评分高而言语语气不满（≥ {p}）或语气愤怒（言语不明显满意时），评分低而言语语气满意（≥ {p}），或按键与口头不一致"),
                    &format!(
                        "a best rating with unhappy words and voice (≥ {p}), or with an angry voice and no clearly happy \
                         words, a low one with happy ones (≥ {p}), or key and speech that differ"
                    ),
                ),
                read_back.clone(),
            );
        }
        rule(
            self.say(
                &format!(
                    "语气愤怒（≥ {}，可信度 ≥ {}）",
                    percent(thresholds.anger),
                    percent(thresholds.anger_confidence)
                ),
                &format!(
                    "an angry voice (≥ {}, confidence ≥ {})",
                    percent(thresholds.anger),
                    percent(thresholds.anger_confidence)
                ),
            ),
            human.clone(),
        );
        rule(
            self.say(
                &format!("无评分或中间评分，而言语语气不满（≥ {}）", percent(thresholds.unhappy)),
                &format!(
                    "no rating or a middling one, with unhappy words and voice (≥ {})",
                    percent(thresholds.unhappy)
                ),
            ),
            human.clone(),
        );
        for band in [Band::Low, Band::Middle, Band::Best] {
            let ratings: Vec<String> =
                self.policy.band_rule(band).ratings.iter().map(|rating| rating.to_string()).collect();
            let accept = percent(thresholds.accept);
            rule(
                self.say(
                    &format!("评分 {}（按键，或语音概率 ≥ {accept}）", ratings.join("、")),
                    &format!("rated {} (by key, or heard with ≥ {accept})", ratings.join(" or ")),
                ),
                self.ending(band),
            );
        }
        let unsure = format!("{}–{}", percent(thresholds.confirm), percent(thresholds.accept));
        let then = if limits.read_backs > 0 { read_back } else { ask.clone() };
        rule(self.say(&format!("评分听得不确定（{unsure}）"), &format!("a rating heard unsurely ({unsure})")), then);
        rule(
            self.say(
                &format!("请求稍后再联系（≥ {}）", percent(thresholds.later)),
                &format!("to be called later (≥ {})", percent(thresholds.later)),
            ),
            self.say("平静尾曲，记录稍后再联系", "calm outro, and a task to call later"),
        );
        let keypad =
            if limits.keypad { self.say("，再请按键一次", ", then once for a key") } else { String::new() };
        let times = limits.reprompts;
        rule(
            self.say("没有可用的回答", "nothing usable"),
            self.say(&format!("再问至多 {times} 次{keypad}"), &format!("ask again up to {times} times{keypad}")),
        );
        rule(
            self.say(
                &format!("之后仍无评分，而某一档的概率 ≥ {}", percent(thresholds.inferred)),
                &format!("still no rating, but one band has ≥ {}", percent(thresholds.inferred)),
            ),
            self.say("按该档结束", "that band's ending"),
        );
        let end = match limits.after {
            AfterLimit::Transfer => human,
            AfterLimit::NoResponse => self.say("平静尾曲，记为未回应", "calm outro, stored as no response"),
        };
        rule(self.say("之后什么都没有", "still nothing at all"), end);
        rules
    }

    fn ending(&self, band: Band) -> String {
        let rule = self.policy.band_rule(band);
        let mood = match rule.mood {
            Mood::Bright => self.say("明快", "bright"),
            Mood::Calm => self.say("平静", "calm"),
            Mood::Soothing => self.say("舒缓", "soothing"),
        };
        let tone = rule.tone.as_ref().map_or_else(String::new, |tone| format!(" ({tone})"));
        match rule.action {
            Action::Transfer => {
                self.say(&format!("{mood}音乐{tone}，然后转人工"), &format!("{mood} music{tone}, then a human"))
            }
            _ if band == Band::Middle => {
                self.say(&format!("{mood}尾曲{tone}，并记录"), &format!("{mood} outro{tone}, and logged"))
            }
            _ => self.say(&format!("{mood}尾曲{tone}"), &format!("{mood} outro{tone}")),
        }
    }

    fn say(&self, zh: &str, en: &str) -> String {
        (if self.zh { zh } else { en }).to_owned()
    }
}
