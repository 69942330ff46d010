//! Spreads a language model's probability over what may have been said, deepest where it is most probable.
//!
//! Whisper writes text token by token. The greedy path gives the transcript; at every step the alternatives that
//! were not taken keep their probability, and the heaviest of them are followed further. What comes out is a
//! partition: every text begun here, with the probability that what was said begins with it.

/// A token's number in the model's vocabulary.
pub type Token = i32;

use crate::error::Result;

/// Tokens of one hypothesis at most: caps loops ("4 4 4 4 …") and time.
const MAX_TOKENS: usize = 48;
/// Alternatives kept at each step.
const WIDTH: usize = 256;
/// An alternative lighter than this is not followed.
const FOLLOW_FROM: f32 = 0.02;

/// A model that says what may follow a prefix.
pub trait NextToken {
    /// Log-probabilities over the whole vocabulary after `prefix`.
    fn next(&mut self, prefix: &[Token]) -> Result<Vec<f32>>;
    /// The bytes that a token writes; none for special tokens, all of which end the text.
    fn text(&self, token: Token) -> &[u8];
    /// The token that ends a text.
    fn end_of_text(&self) -> Token;
}

/// A text, whole or begun, and the probability of it and all that it may go on to.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis {
    pub tokens: Vec<Token>,
    pub mass: f32,
    /// The model has ended it; otherwise it was not followed further.
    pub ended: bool,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The greedy path, without what ended it.
    pub best: Vec<Token>,
    /// Disjoint hypotheses. Their masses sum to at most 1; the rest is spread over what fell below the width.
    pub hypotheses: Vec<Hypothesis>,
}

/// Follows the greedy path to its end, then up to `extra` of the heaviest alternatives, one token each.
///
/// # Errors
/// Those of the model.
pub fn search(model: &mut impl NextToken, extra: usize) -> Result<Found> {
    let mut hypotheses = Vec::new();
    let mut best = Vec::new();
    let mut mass = 1.0f32;
    loop {
        let children = expand(model, &best, mass)?;
        let Some((first, rest)) = children.split_first() else { break };
        hypotheses.extend_from_slice(rest);
        mass = first.mass;
        let stop = first.ended || first.tokens.len() >= MAX_TOKENS || loops(&first.tokens);
        if !first.ended {
            best.clone_from(&first.tokens);
        }
        if stop {
            hypotheses.push(first.clone());
            break;
        }
    }
    for _ in 0..extra {
        let heaviest = hypotheses
            .iter()
            .enumerate()
            .filter(|(_, hypothesis)| !hypothesis.ended && !loops(&hypothesis.tokens) && hypothesis.mass >= FOLLOW_FROM)
            .max_by(|a, b| a.1.mass.total_cmp(&b.1.mass));
        let Some((index, _)) = heaviest else { break };
        let hypothesis = hypotheses.swap_remove(index);
        hypotheses.extend(expand(model, &hypothesis.tokens, hypothesis.mass)?);
    }
    Ok(Found { best, hypotheses })
}

/// What may follow `prefix`, heaviest first.
fn expand(model: &mut impl NextToken, prefix: &[Token], mass: f32) -> Result<Vec<Hypothesis>> {
    let log_probabilities = model.next(prefix)?;
    Ok(children(model, prefix, mass, &log_probabilities))
}

fn children(model: &impl NextToken, prefix: &[Token], mass: f32, log_probabilities: &[f32]) -> Vec<Hypothesis> {
    let mut order: Vec<usize> = (0..log_probabilities.len()).collect();
    let width = WIDTH.min(order.len());
    if width == 0 {
        return Vec::new();
    }
    let heavier = |a: &usize, b: &usize| log_probabilities[*b].total_cmp(&log_probabilities[*a]).then(a.cmp(b));
    if width < order.len() {
        order.select_nth_unstable_by(width - 1, heavier);
        order.truncate(width);
    }
    order.sort_unstable_by(heavier);
    let children = order.into_iter().map(|index| {
        let token = index as Token;
        let mass = mass * log_probabilities[index].exp();
        // Timestamps and other special tokens end a text as the end token does.
        let ended = token >= model.end_of_text();
        let mut tokens = prefix.to_vec();
        if !ended {
            tokens.push(token);
        }
        Hypothesis { tokens, mass, ended }
    });
    children.collect()
}

/// Whether the text has begun to go round.
fn loops(tokens: &[Token]) -> bool {
    round(tokens).is_some()
}

/// The text's end that goes round, as its period and how often it is there: a short one three times over, or a longer
/// one twice.
fn round(tokens: &[Token]) -> Option<(usize, usize)> {
    let repeats = |period: usize, times: usize| {
        tokens.len() >= times * period && {
            let tail = &tokens[tokens.len() - times * period..];
            tail.iter().skip(period).zip(tail).all(|(a, b)| a == b)
        }
    };
    let short = (1..=2).map(|period| (period, 3));
    let long = (3..=MAX_TOKENS / 2).map(|period| (period, 2));
    short.chain(long).find(|(period, times)| repeats(*period, *times))
}

/// The text with the end that goes round written once. No word is lost: what is cut was there before.
pub fn once(tokens: &[Token]) -> &[Token] {
    match round(tokens) {
        Some((period, times)) => once(&tokens[..tokens.len() - (times - 1) * period]),
        None => tokens,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_goes_round_is_written_once() {
        assert_eq!(once(&[7, 1, 2, 3, 1, 2, 3]), [7, 1, 2, 3]);
        assert_eq!(once(&[4, 4, 4]), [4]);
        assert_eq!(once(&[4, 4]), [4, 4]);
        assert_eq!(once(&[1, 2, 1, 2, 1, 2]), [1, 2]);
        assert_eq!(once(&[]), [0; 0]);
    }

    /// A model over the tokens a, b and end, whose probabilities depend on the last token only.
    struct Chain;

    impl NextToken for Chain {
        fn next(&mut self, prefix: &[Token]) -> Result<Vec<f32>> {
            let row: [f32; 3] = match prefix.last() {
                None => [0.6, 0.3, 0.1],
                Some(0) => [0.1, 0.1, 0.8],
                _ => [0.0, 0.9, 0.1],
            };
            Ok(row.iter().map(|p| p.ln()).collect())
        }

        fn text(&self, token: Token) -> &[u8] {
            [&b"a"[..], b"b", b""][token as usize]
        }

        fn end_of_text(&self) -> Token {
            2
        }
    }

    #[test]
    fn hypotheses_partition_the_probability() {
        for extra in [0, 1, 5, 50] {
            let found = search(&mut Chain, extra).unwrap();
            let total: f32 = found.hypotheses.iter().map(|hypothesis| hypothesis.mass).sum();
            assert!((total - 1.0).abs() < 1e-5, "{total}");
            assert_eq!(found.best, [0]);
            let greedy = found.hypotheses.iter().find(|h| h.tokens == [0] && h.ended).unwrap();
            assert!((greedy.mass - 0.48).abs() < 1e-6);
        }
    }

    #[test]
    fn loops_end_and_count_with_what_they_began() {
        let found = search(&mut Chain, 200).unwrap();
        let longest = found.hypotheses.iter().map(|hypothesis| hypothesis.tokens.len()).max().unwrap();
        assert!(longest <= 5, "b is followed three times at most, got {longest}");
        assert!(loops(&[7, 1, 2, 1, 2, 1, 2]) && loops(&[1, 2, 3, 1, 2, 3]) && !loops(&[1, 1, 1, 2, 1, 1]));
    }
}
