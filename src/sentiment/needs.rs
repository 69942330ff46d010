//! What the caller asks for: wishes, requests, suggestions and demands, by clause rules and a network beside them.

use serde::Serialize;

use super::need_rules::{NeedKind, by_rule};
use super::points::{Point, Said, points};
use crate::text::normalise;

/// One need and the clause that states it, in normalised form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    pub kind: NeedKind,
    pub clause: String,
}

/// A need that the network reads is stated from here on, and one that a rule finds is none below this.
const STATED_FROM: f32 = 0.5;
const REFUTED: f32 = 0.1;

/// The needs stated in `text`, Mandarin or English, in order of appearance: by the rules, and where none of them knows its words by
/// the network that reads what a text means. Reads the head and tail of a very long text; takes some milliseconds a sentence.
pub fn needs(text: &str) -> Vec<Need> {
    let normal = uniform(text);
    beside(&normal, &points(&normal))
}

/// As the rules and the network expect it.
pub(super) fn uniform(text: &str) -> String {
    normalise(text).replace('’', "'")
}

/// The needs that the rules find in a uniform text, with what the network reads in it.
pub(super) fn beside(normal: &str, points: &[Point]) -> Vec<Need> {
    let read = |kind| points.iter().find(|point| point.said == Said::Need(kind));
    let mut found = by_rule(normal);
    found.retain(|(kind, _)| read(*kind).is_none_or(|point| point.probability >= REFUTED));
    for point in points.iter().filter(|point| point.probability >= STATED_FROM) {
        match point.said {
            Said::Need(kind) if found.iter().all(|(stated, _)| *stated != kind) => {
                found.push((kind, point.clause.clone()));
            }
            _ => {}
        }
    }
    found.sort_by_key(|(_, span)| span.start);
    found.into_iter().map(|(kind, span)| Need { kind, clause: normal[span].trim().to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use NeedKind::*;

    /// By the rules alone.
    fn ruled(text: &str) -> Vec<Need> {
        beside(&uniform(text), &[])
    }

    fn kinds(text: &str) -> Vec<NeedKind> {
        ruled(text).into_iter().map(|need| need.kind).collect()
    }

    #[test]
    fn needs_in_other_words_than_the_rules_are_found_and_what_is_refuted_is_left_out() {
        let found = needs("nice lad. might be an idea to text people before you turn up, cheers");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, Suggestion);
        assert_eq!(found[0].clause, "might be an idea to text people before you turn up");
        let point = Point { said: Said::Need(Request), probability: 0.05, clause: 0..0 };
        assert_eq!(beside("can you believe it", &[point]), []);
    }

    #[test]
    fn each_form_is_found_with_its_clause() {
        let found = ruled("师傅人挺好，要是能早点来，就好了。建议提前打个电话，谢谢！");
        assert_eq!(found[0], Need { kind: Wish, clause: "要是能早点来,就好了".into() });
        assert_eq!(found[1], Need { kind: Suggestion, clause: "建议提前打个电话".into() });
        assert_eq!(found.len(), 2);
        assert_eq!(kinds("能不能快点派人过来"), [Request]);
        assert_eq!(kinds("我要退款"), [Demand]);
        assert_eq!(kinds("你们得赔我损失，给个说法"), [Demand, Demand]);
        assert_eq!(kinds("麻烦派人再来看一下，下次早点来"), [Request, Suggestion]);
        assert_eq!(
            kinds("I expect an apology. Somebody needs to come back. Next time call first."),
            [Demand, Request, Suggestion]
        );
        assert_eq!(kinds("希望下次准时"), [Wish]);
        assert_eq!(kinds("Nice man. I wish he had come earlier, could you tell him?"), [Wish, Request]);
        assert_eq!(kinds("You should call before you come."), [Suggestion]);
    }

    #[test]
    fn what_only_looks_like_a_need_is_left_alone() {
        for text in [
            "不需要了",
            "我不希望",
            "不用转人工",
            "无需退钱",
            "他没有要求我加钱",
            "pleased with it",
            "如果我没记错是周三",
            "挺好的",
            "还没给我开发票",
            "下次还找你们",
            "不需要你们道歉",
            "better than i expected",
            "",
        ] {
            for found in [ruled(text), needs(text)] {
                assert!(found.is_empty(), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn odd_input_is_bounded() {
        needs(&"要是".repeat(10_000));
        needs(&"please ".repeat(10_000));
        needs("\u{0}\u{200b}'’");
    }
}
