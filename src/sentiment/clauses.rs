//! The sentences and clauses of a normalised text.

use std::ops::Range;

pub(super) const SENTENCE_ENDS: [char; 6] = ['.', '。', '!', '?', ';', '\n'];
pub(super) const CLAUSE_ENDS: [char; 3] = [',', '、', ':'];

/// Each sentence that says something, without the mark that ends it.
pub(super) fn sentences(normal: &str) -> Vec<Range<usize>> {
    parts(normal, &SENTENCE_ENDS)
}

/// Each clause that says something, likewise.
pub(super) fn clauses(normal: &str) -> Vec<Range<usize>> {
    let ends: Vec<char> = SENTENCE_ENDS.into_iter().chain(CLAUSE_ENDS).collect();
    parts(normal, &ends)
}

/// What stands between such marks, without them.
fn parts(text: &str, ends: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, mark) in text.match_indices(ends).chain([(text.len(), "")]) {
        if text[from..at].contains(char::is_alphanumeric) {
            found.push(from..at);
        }
        from = at + mark.len();
    }
    found
}
