//! What a caller asks for: by a form of the grammar, or composed of what leads to it and what is wanted.

use super::word::{Request, Word};

/// So many words further on stands what a word of contact leads to: "speak to somebody like your manager".
const REACH: usize = 5;

/// Longer texts tell something: what leads to a call or to a person in them is seldom asked for.
const ASKED_WITHIN: usize = 24;

/// The request that a form of the grammar states.
pub(super) fn stated(words: &[Word]) -> Option<Request> {
    let beside = |word: &Word| word.filler || word.asking || word.calling || word.time || word.comma;
    let alone = words.iter().all(|word| word.request.is_some() || beside(word));
    let asked = |at: usize| {
        let request = words[at].request.filter(|_| !words[at].request_alone || alone)?;
        let denied = request == Request::Later && is_denied(&words[..at]);
        (!denied && !is_refused(&words[..at]) && !is_waived(&words[at + 1..])).then_some(request)
    };
    // "Sorry" and "what" are said on the way to another request; who wants no calls wants none later either.
    let rank = |request: &Request| match request {
        Request::Human => 0,
        Request::NoCalls => 1,
        Request::WrongNumber => 2,
        Request::Later => 3,
        Request::Repeat => 4,
    };
    (0..words.len()).filter_map(asked).min_by_key(rank)
}

/// The request that words of contact and of who or when make together, where nothing else leads to them in their clause: "let
/// me have a word with the manager", 晚上再打, but not "he said he'd call tomorrow".
pub(super) fn composed(words: &[Word]) -> Option<Request> {
    if words.len() > ASKED_WITHIN {
        return None;
    }
    words.split(|word| word.comma).find_map(in_clause)
}

fn in_clause(clause: &[Word]) -> Option<Request> {
    let leads = |word: &Word| word.asking || word.filler || word.contact || word.calling || word.time;
    let led = clause.iter().take_while(|word| leads(word)).count();
    (0..led).filter(|&at| !is_refused(&clause[..at])).find_map(|at| {
        let next = &clause[at + 1..clause.len().min(at + 1 + REACH)];
        let word = &clause[at];
        let party = |word: &Word| word.party || word.request_alone && word.request == Some(Request::Human);
        let calling = |word: &Word| word.calling || word.request == Some(Request::Later);
        let later = calling(word) && next.iter().any(|word| word.time) || word.time && next.iter().any(calling);
        if word.contact && next.iter().any(party) { Some(Request::Human) } else { later.then_some(Request::Later) }
    })
}

/// Whether the state that follows is denied: "I'm not that busy".
fn is_denied(before: &[Word]) -> bool {
    before.iter().rev().find(|word| word.not || !word.giving).is_some_and(|word| word.not)
}

/// Whether what was named is waived by all that is said of it: 转人工就不用了.
pub(super) fn is_waived(after: &[Word]) -> bool {
    let mut said = after.iter().filter(|word| !(word.comma || word.filler)).peekable();
    said.peek().is_some() && said.all(|word| word.refusal)
}

/// Whether what these words lead to is refused: "I don't want to be called back" asks for no call.
fn is_refused(before: &[Word]) -> bool {
    before.iter().rev().find(|word| word.refusal || !word.asking).is_some_and(|word| word.refusal)
}
