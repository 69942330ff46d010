//! When an answer deserves little trust, and why.

use serde::Serialize;

use super::features::tokens;
use crate::text::{is_clipped, is_han};

/// Why to trust an answer less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No word in it: empty, punctuation, digits, or symbols that say nothing about a service.
    NoWords,
    /// Most of it is in a script of neither Mandarin nor English.
    Foreign,
    /// Only its head and tail were read.
    TooLong,
}

impl Doubt {
    /// One plain clause for a reader.
    pub fn reason(self) -> &'static str {
        match self {
            Doubt::NoWords => "there are no words in it",
            Doubt::Foreign => "it is in neither Mandarin nor English",
            Doubt::TooLong => "it is long; only its beginning and end were read",
        }
    }
}

/// Symbols with which callers praise or complain. Others say nothing by themselves.
const TELLING: &str =
    "👍👎👌👏🙏💪💯⭐🌟❤💕💔🌹🎉😀😃😄😁😆😊🙂😍🥰😘🤗😂🤣😋😎😐😑😒🙄😞😟😔😕🙁☹😢😭😩😫😖😤😠😡🤬😱😨🤮🤢💩";

pub(super) fn about(text: &str, normal: &str) -> Option<Doubt> {
    let is_symbol = |token: &str| token.starts_with(|c: char| TELLING.contains(c));
    if tokens(normal).iter().all(|t| t == "0" || t == "!" || t == "?") {
        return Some(Doubt::NoWords);
    }
    let letters = normal.chars().filter(|c| c.is_alphabetic()).count();
    let known = normal.chars().filter(|c| c.is_alphabetic() && (is_han(*c) || *c < '\u{250}')).count();
    if letters == 0 && !tokens(normal).iter().any(|t| is_symbol(t)) {
        return Some(Doubt::NoWords);
    }
    if letters > 2 * known {
        return Some(Doubt::Foreign);
    }
    is_clipped(text).then_some(Doubt::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise;

    #[test]
    fn reasons() {
        let why = |text: &str| about(text, &normalise(text));
        assert_eq!(why(""), Some(Doubt::NoWords));
        assert_eq!(why(" ?! 12，\u{7}"), Some(Doubt::NoWords));
        assert_eq!(why("Сервис очень плохой"), Some(Doubt::Foreign));
        assert_eq!(why(&"很好".repeat(5_000)), Some(Doubt::TooLong));
        assert_eq!(why("👍"), None);
        assert_eq!(why("很 good"), None);
    }
}
