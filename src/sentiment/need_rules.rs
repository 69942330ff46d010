//! Needs by clause rules: words that open one, what must follow, and what makes it something else.

use std::ops::Range;

use serde::Serialize;

use super::clauses::{CLAUSE_ENDS, SENTENCE_ENDS};

/// How it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NeedKind {
    /// What would have been better: 要是早点来就好了, I wish, if only.
    Wish,
    /// What someone is asked to do: 能不能, 麻烦, could you.
    Request,
    /// What the service should change: 建议, 应该, you should.
    Suggestion,
    /// What is owed: 我要退款, I want my money back.
    Demand,
}

struct Rule {
    kind: NeedKind,
    openers: &'static [&'static str],
    /// One of them must follow in the sentence, and the need reaches to it; empty: the need ends with its clause.
    closers: &'static [&'static str],
    /// What, standing right before the opener, makes it something else (不应该 is a reproach, 不需要 no need).
    unless_after: &'static [&'static str],
}

// In order of precedence where several begin at one place.
const RULES: [Rule; 8] = [
    Rule {
        kind: NeedKind::Wish,
        openers: &["要是", "如果", "假如", "若是", "早点", "能早"],
        closers: &["就好了", "就好", "更好", "就更好了", "就满意了", "就完美了", "该多好"],
        unless_after: &[],
    },
    Rule {
        kind: NeedKind::Wish,
        openers: &[
            "i wish",
            "if only",
            "i hope",
            "hopefully",
            "would be nice if",
            "would be great if",
            "would have been better",
            "i'd rather",
            "i would rather",
        ],
        closers: &[],
        unless_after: &[],
    },
    Rule {
        kind: NeedKind::Wish,
        openers: &["希望", "但愿", "盼着", "巴不得"],
        closers: &[],
        unless_after: &["没", "不", "没有", "有", "的"],
    },
    Rule {
        kind: NeedKind::Demand,
        openers: &[
            "我要退",
            "要求",
            "必须给我",
            "退钱",
            "给我退",
            "赔偿",
            "赔我",
            "i want my money",
            "i want a refund",
            "i demand",
            "i need a refund",
            "refund me",
            "give me my money",
            "i want to speak",
            "i want to talk",
            "give me a refund",
            "i want compensation",
            "i want a replacement",
            "i want an apology",
            "i expect",
            "i want it fixed",
            "i want it replaced",
            "退我",
            "给个说法",
            "要个说法",
            "要一个说法",
            "给我个说法",
            "讨个说法",
            "你们得赔",
            "必须赔",
            "赔钱",
            "给我换",
            "我要换",
            "给我道歉",
            "向我道歉",
            "必须道歉",
            "给我修好",
            "转人工",
            "我要投诉",
            "找你们领导",
            "找你们经理",
        ],
        closers: &[],
        unless_after: &[
            "不",
            "没",
            "没有",
            "符合",
            "按",
            "已经",
            "不用",
            "不要",
            "不想",
            "不必",
            "无需",
            "别给我",
            "请别",
            "你别",
            "就别",
        ],
    },
    Rule {
        kind: NeedKind::Request,
        openers: &[
            "能不能",
            "可不可以",
            "是否可以",
            "能否",
            "麻烦你",
            "麻烦您",
            "麻烦帮",
            "麻烦给",
            "请你",
            "请您",
            "请帮",
            "请给",
            "请尽快",
            "请派",
            "请让",
            "请安排",
            "麻烦派",
            "麻烦让",
            "麻烦叫",
            "麻烦尽快",
            "麻烦再",
            "再派",
            "开张发票",
            "开个发票",
            "给我开",
            "帮我",
            "想要",
            "需要",
            "赶紧",
            "尽快",
        ],
        closers: &[],
        unless_after: &["不", "没", "没有", "不太", "添", "他", "师傅", "主动", "谢谢你", "不用", "不必", "无需"],
    },
    Rule {
        kind: NeedKind::Request,
        openers: &[
            "could you",
            "can you",
            "can somebody",
            "can someone",
            "can't you",
            "would you",
            "please",
            "i need",
            "somebody needs to",
            "someone needs to",
            "somebody has to",
            "someone has to",
            "send someone",
            "send somebody",
            "i would like",
            "i'd like",
        ],
        closers: &[],
        unless_after: &["as you", "don't think"],
    },
    Rule {
        kind: NeedKind::Suggestion,
        openers: &[
            "建议",
            "最好",
            "应该",
            "应当",
            "有待",
            "需改进",
            "得改进",
            "下次能",
            "下次最好",
            "下次早",
            "下次提前",
            "下次快",
            "下次准时",
            "下次注意",
            "下次记得",
            "下次请",
            "下次别",
            "下回早",
            "下回提前",
            "下回注意",
        ],
        closers: &[],
        unless_after: &["不", "没", "没有", "的", "是", "我", "态度", "服务", "技术"],
    },
    Rule {
        kind: NeedKind::Suggestion,
        openers: &[
            "you should",
            "they should",
            "he should",
            "she should",
            "should have",
            "could have",
            "you need to",
            "they need to",
            "next time call",
            "next time please",
            "next time be",
            "next time come",
            "it would help if",
            "would be good if",
            "you ought to",
            "i suggest",
            "i recommend that",
            "you could at least",
        ],
        closers: &[],
        unless_after: &["nothing", "not"],
    },
];

/// The needs of a uniform text, at most one a clause, each with its span.
pub(super) fn by_rule(normal: &str) -> Vec<(NeedKind, Range<usize>)> {
    let mut found = Vec::new();
    for sentence in normal.split(SENTENCE_ENDS) {
        let mut at = sentence.as_ptr() as usize - normal.as_ptr() as usize;
        let mut rest = sentence;
        while let Some((kind, from, to)) = next(rest) {
            found.push((kind, at + from..at + to));
            rest = &rest[to..];
            at += to;
        }
    }
    found
}

/// The first need of a sentence: its kind and span.
fn next(sentence: &str) -> Option<(NeedKind, usize, usize)> {
    let mut first: Option<(NeedKind, usize, usize)> = None;
    for rule in &RULES {
        for opener in rule.openers {
            for (from, _) in sentence.match_indices(opener) {
                let Some(to) = reach(rule, sentence, from, from + opener.len()) else { continue };
                // The clearest rule of those that begin first: the earliest in the table.
                if first.is_none_or(|(_, earliest, _)| from < earliest) {
                    first = Some((rule.kind, from, to));
                }
                break;
            }
        }
    }
    first
}

/// Where the need that `opener` begins ends; none if the rule does not apply there.
fn reach(rule: &Rule, sentence: &str, from: usize, after: usize) -> Option<usize> {
    let before = sentence[..from].trim_end();
    if rule.unless_after.iter().any(|word| before.ends_with(word)) || splits_a_word(sentence, from, after) {
        return None;
    }
    if rule.closers.is_empty() {
        return Some(sentence[after..].find(CLAUSE_ENDS).map_or(sentence.len(), |end| after + end));
    }
    rule.closers.iter().filter_map(|closer| sentence[after..].find(closer).map(|at| after + at + closer.len())).max()
}

/// Whether a Latin opener is part of a longer word there.
fn splits_a_word(sentence: &str, from: usize, after: usize) -> bool {
    let latin = |c: char| c.is_ascii_alphanumeric();
    let inside = sentence[from..after].ends_with(latin);
    inside && (sentence[..from].ends_with(latin) || sentence[after..].starts_with(latin))
}
