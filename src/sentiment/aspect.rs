//! An aspect of the service and what is said of it in the same breath: 态度一点都不好, 收费太高了. A lexicon would need every degree.

use std::ops::Range;

use super::keywords::Keyword;
use super::lexicon::{Category, Polarity};

const ASPECTS: [(&str, Category); 15] = [
    ("态度", Category::Attitude),
    ("服务", Category::Attitude),
    ("技术", Category::Competence),
    ("手艺", Category::Competence),
    ("水平", Category::Competence),
    ("价格", Category::Price),
    ("价钱", Category::Price),
    ("收费", Category::Price),
    ("费用", Category::Price),
    ("要价", Category::Price),
    ("速度", Category::Timeliness),
    ("效率", Category::Timeliness),
    ("动作", Category::Timeliness),
    ("质量", Category::Product),
    ("效果", Category::Product),
];
/// What is said of it, and whether that is good. A price is the other way round where it is high or low.
const VERDICTS: [(&str, bool); 17] = [
    ("不错", true),
    ("没的说", true),
    ("没得说", true),
    ("过硬", true),
    ("好", true),
    ("棒", true),
    ("行", true),
    ("可以", true),
    ("快", true),
    ("高", true),
    ("低", false),
    ("差", false),
    ("烂", false),
    ("糟", false),
    ("慢", false),
    ("贵", false),
    ("便宜", true),
];
/// Degrees and the like, which may stand between; and what turns the verdict.
const BETWEEN: [&str; 34] = [
    "很",
    "非常",
    "真的",
    "真",
    "太",
    "也",
    "都",
    "特别",
    "挺",
    "蛮",
    "相当",
    "比较",
    "还算",
    "还",
    "有点",
    "有些",
    "实在",
    "是",
    "的",
    "一点儿",
    "一点",
    "一直",
    "就是",
    "这么",
    "那么",
    "简直",
    "确实",
    "十分",
    "超级",
    "超",
    "更",
    "最",
    "方面",
    "上",
];
const TURNED: [&str; 8] = ["不太", "不够", "不怎么", "不算", "并不", "没有", "不", "没"];

/// Every aspect of `normal` of which something is said, with its span; in order.
pub(super) fn aspects(normal: &str) -> Vec<(Range<usize>, Keyword)> {
    let mut found: Vec<(Range<usize>, Keyword)> = Vec::new();
    for (start, _) in normal.char_indices() {
        if found.last().is_some_and(|(span, _)| start < span.end) {
            continue;
        }
        let Some(&(aspect, category)) = ASPECTS.iter().find(|(aspect, _)| normal[start..].starts_with(aspect)) else {
            continue;
        };
        if let Some((end, verdict, good, negated)) = verdict(normal, start + aspect.len()) {
            let good = good != (category == Category::Price && ["高", "低"].contains(&verdict));
            let polarity = if good != negated { Polarity::Positive } else { Polarity::Negative };
            let word = format!("{aspect}{verdict}");
            found.push((start..end, Keyword { word, category, polarity, negated }));
        }
    }
    found
}

/// What is said from `at` on: where it ends, the verdict, whether that is good, and whether it is turned.
fn verdict(normal: &str, mut at: usize) -> Option<(usize, &'static str, bool, bool)> {
    let mut negated = false;
    loop {
        let rest = &normal[at..];
        // 不错 is no turned 错; 好像 is no verdict.
        if let Some(&(verdict, good)) = VERDICTS.iter().find(|(verdict, _)| rest.starts_with(verdict)) {
            let end = at + verdict.len();
            let goes_on =
                ["像", "多", "在", "转", "业", "为", "动", "算"].iter().any(|next| normal[end..].starts_with(next));
            return (!goes_on).then_some((end, verdict, good, negated));
        }
        if let Some(turning) = TURNED.iter().find(|word| rest.starts_with(**word)) {
            negated = !negated;
            at += turning.len();
        } else {
            at += BETWEEN.iter().find(|word| rest.starts_with(**word))?.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_an_aspect_is_found_in_any_degree() {
        for (text, word, good) in [
            ("态度一点都不好", "态度好", false),
            ("师傅态度挺好的", "态度好", true),
            ("技术不行", "技术行", false),
            ("收费太高了", "收费高", false),
            ("收费不高", "收费高", true),
            ("价格有点贵", "价格贵", false),
            ("价格一点都不贵", "价格贵", true),
            ("效率真的很高", "效率高", true),
            ("服务不错", "服务不错", true),
            ("质量太差", "质量差", false),
            ("速度也不慢", "速度慢", true),
        ] {
            let found = aspects(text);
            let polarity = if good { Polarity::Positive } else { Polarity::Negative };
            let got: Vec<_> = found.iter().map(|(_, keyword)| (keyword.word.as_str(), keyword.polarity)).collect();
            assert_eq!(got, [(word, polarity)], "{text}");
        }
        for text in ["态度", "服务好像变了", "技术人员来了", "价格不知道", "速度与激情", ""] {
            assert!(aspects(text).is_empty(), "{text}");
        }
    }
}
