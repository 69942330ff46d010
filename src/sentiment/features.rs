//! What the n-gram model sees of a text: hashed runs of characters and words.

use crc32fast::Hasher;

use crate::text::is_han;

/// The sorted, distinct hashes (CRC-32) of what a normalised text has: 1- to 4-grams of its [`tokens`], and the 3- and
/// 4-grams of letters inside each bounded word.
pub(super) fn features(normal: &str) -> Vec<u32> {
    let tokens = tokens(normal);
    let mut found = Vec::with_capacity(tokens.len() * 6);
    for start in 0..tokens.len() {
        let mut hash = Hasher::new();
        hash.update(b"t");
        for (size, token) in tokens[start..].iter().take(4).enumerate() {
            if size > 0 {
                hash.update(&[0x1f]);
            }
            hash.update(token.as_bytes());
            found.push(hash.clone().finalize());
        }
    }
    for word in tokens.iter().filter(|t| t.starts_with(|c: char| c.is_alphabetic() && !is_han(c))) {
        let bounded: Vec<char> =
            std::iter::once('<').chain(word.chars().take(30)).chain(std::iter::once('>')).collect();
        for size in 3..=4 {
            for window in bounded.windows(size) {
                let mut hash = Hasher::new();
                hash.update(b"c");
                let mut buffer = [0; 4];
                window.iter().for_each(|c| hash.update(c.encode_utf8(&mut buffer).as_bytes()));
                found.push(hash.clone().finalize());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A Han character, a word of letters (an apostrophe does not part it), `0` for a run of digits, `!`, `?`,
/// or any other non-ASCII symbol outside CJK punctuation.
pub(super) fn tokens(normal: &str) -> Vec<String> {
    #[derive(PartialEq)]
    enum Kind {
        Number,
        Word,
        Single,
        Gap,
    }
    let mut out: Vec<String> = Vec::new();
    let mut last = Kind::Gap;
    for c in normal.chars() {
        let kind = match c {
            '\'' | '’' => continue,
            c if is_han(c) => Kind::Single,
            c if c.is_numeric() => Kind::Number,
            c if c.is_alphabetic() => Kind::Word,
            '!' | '?' => Kind::Single,
            '\u{3000}'..='\u{303f}' => Kind::Gap,
            '\u{2190}'.. => Kind::Single,
            _ => Kind::Gap,
        };
        match (&kind, &last) {
            (Kind::Gap, _) | (Kind::Number, Kind::Number) => {}
            (Kind::Word, Kind::Word) => {
                if let Some(word) = out.last_mut() {
                    word.push(c);
                }
            }
            (Kind::Number, _) => out.push("0".into()),
            _ => out.push(c.into()),
        }
        last = kind;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_characters_words_numbers_and_marks() {
        assert_eq!(tokens("don't 等了15天!👍, ok。"), ["dont", "等", "了", "0", "天", "!", "👍", "ok"]);
        assert!(tokens(", 。、… --").is_empty());
    }

    #[test]
    fn features_are_distinct_and_sorted() {
        let found = features("很好很好 good good");
        assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(features("").is_empty());
    }
}
