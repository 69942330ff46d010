//! What a text praises, blames and asks for, as a network reads it, and in which clause.

use std::ops::Range;

use super::clauses::{clauses, sentences};
use super::lexicon::{Category, Polarity};
use super::need_rules::NeedKind;
use crate::neural::Matrix;
use crate::text::meaning;

/// What may be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    Of(Category, Polarity),
    Need(NeedKind),
}

/// In the order of the network's outputs.
const ALL: [Said; 16] = {
    use {Category::*, NeedKind::*, Polarity::*, Said::*};
    [
        Of(Attitude, Positive),
        Of(Attitude, Negative),
        Of(Timeliness, Positive),
        Of(Timeliness, Negative),
        Of(Competence, Positive),
        Of(Competence, Negative),
        Of(Price, Positive),
        Of(Price, Negative),
        Of(Honesty, Positive),
        Of(Honesty, Negative),
        Of(Product, Positive),
        Of(Product, Negative),
        Need(Wish),
        Need(Request),
        Need(Suggestion),
        Need(Demand),
    ]
};

/// Something that may be said, how probably it is, and the clause that says it most.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub said: Said,
    pub probability: f32,
    pub clause: Range<usize>,
}

/// Characters read at once: what the network has room for.
const AT_ONCE: usize = 60;

/// Every point of a normalised text, with the likeliest of its stretches where it is long. Nothing where there are no words.
pub(super) fn points(normal: &str) -> Vec<Point> {
    let mut likeliest: Vec<Point> = Vec::new();
    for stretch in stretches(normal) {
        let Some((by_piece, places)) = meaning::log_odds_by_piece(&normal[stretch.clone()]) else { continue };
        let whole = by_piece.mean_row();
        let clauses = clauses(&normal[stretch.clone()]);
        for (output, said) in meaning::POINTS.zip(ALL) {
            let probability = 1.0 / (1.0 + (-whole[output]).exp());
            let known = likeliest.iter_mut().find(|point| point.said == said);
            if known.as_ref().is_some_and(|known| known.probability >= probability) {
                continue;
            }
            let clause = loudest(&clauses, &by_piece, &places, output);
            let point = Point { said, probability, clause: clause.start + stretch.start..clause.end + stretch.start };
            match known {
                Some(known) => *known = point,
                None => likeliest.push(point),
            }
        }
    }
    likeliest
}

/// Whole sentences of together [`AT_ONCE`] characters at most, and longer ones alone.
fn stretches(normal: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for sentence in sentences(normal) {
        match found.last_mut() {
            Some(last) if normal[last.start..sentence.end].chars().count() <= AT_ONCE => last.end = sentence.end,
            _ => found.push(sentence),
        }
    }
    found
}

/// The clause whose pieces speak most for an output, on the mean.
fn loudest(clauses: &[Range<usize>], by_piece: &Matrix, places: &[Range<usize>], output: usize) -> Range<usize> {
    let mean = |clause: &Range<usize>| {
        let inside = by_piece.rows().zip(places).filter(|(_, at)| at.start < clause.end && at.end > clause.start);
        let (sum, count) = inside.fold((0.0, 0), |(sum, count), (piece, _)| (sum + piece[output], count + 1));
        if count == 0 { f32::NEG_INFINITY } else { sum / count as f32 }
    };
    clauses.iter().max_by(|a, b| mean(a).total_cmp(&mean(b))).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_read_in_stretches_of_whole_sentences() {
        let long = "师傅很好。".repeat(30) + &"a".repeat(200) + "!";
        let found = stretches(&long);
        let length = |part: &Range<usize>| long[part.clone()].chars().count();
        assert!(found.iter().all(|part| length(part) <= AT_ONCE || long[part.clone()].starts_with('a')));
        assert_eq!((found[0].start, length(&found[0])), (0, 59));
        assert_eq!(&long[found.last().unwrap().clone()], "a".repeat(200));
        assert!(stretches("。。 ！").is_empty());
    }

    #[test]
    fn the_clause_is_the_one_that_says_it() {
        let text = "师傅人很好,能不能再派个人来看看,谢谢";
        let found = points(text);
        let asked = found.iter().find(|point| point.said == Said::Need(NeedKind::Request)).unwrap();
        assert!(asked.probability > 0.5);
        assert_eq!(&text[asked.clause.clone()], "能不能再派个人来看看");
    }
}
