//! Text made uniform before a model sees it: one width, one case, one script, bounded length.

use unicode_normalization::UnicodeNormalization;

use crate::simplified::simplified;

/// Characters kept of a longer text; half are its head and half its tail, where the verdict tends to be.
const LONGEST: usize = 600;

/// NFKC, lower case, simplified characters, no control or format characters, single spaces, at most
/// [`LONGEST`] characters and a space. Time and memory are bounded whatever the length of `text`.
pub(crate) fn normalise(text: &str) -> String {
    // Normalising can lengthen or shorten; eight times the wanted length is ample material for it.
    let folded: String = clip(text, 8 * LONGEST).nfkc().flat_map(char::to_lowercase).filter_map(uniform).collect();
    let spaced = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    clip(&spaced, LONGEST)
}

/// Whether [`normalise`] leaves out a part of `text`.
pub(crate) fn is_clipped(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

/// A Han character, which is a word of its own to the models.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn uniform(c: char) -> Option<char> {
    match c {
        // Zero-width characters, direction marks, variation selectors.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        c if c.is_control() => Some(' '),
        c => Some(simplified(c)),
    }
}

fn clip(text: &str, longest: usize) -> String {
    if text.chars().nth(longest).is_none() {
        return text.to_owned();
    }
    let half = longest / 2;
    let head = text.char_indices().nth(half).map_or(text.len(), |(at, _)| at);
    let tail = text.char_indices().rev().nth(half - 1).map_or(0, |(at, _)| at);
    format!("{} {}", &text[..head], &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_script_and_controls_do_not_matter() {
        assert_eq!(normalise("  ＴＨＡＮＫ\u{200b} You\u{0}!\r\n "), "thank you !");
        assert_eq!(normalise("師傅態度惡劣"), "师傅态度恶劣");
    }

    #[test]
    fn a_long_text_keeps_its_head_and_tail() {
        let text = format!("开头{}结尾", "啊".repeat(100_000));
        let short = normalise(&text);
        assert!(short.starts_with("开头") && short.ends_with("结尾"));
        assert_eq!(short.chars().count(), LONGEST + 1);
        assert!(is_clipped(&text) && !is_clipped("短"));
    }
}
