//! Traditional characters as simplified ones: recognisers write either, and tables and models know one.

use std::collections::HashMap;
use std::sync::LazyLock;

// Pairs of a traditional character and its simplified form.
static PAIRS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pair = |pair: &str| {
        let mut characters = pair.chars();
        Some((characters.next()?, characters.next()?))
    };
    let lines = include_str!("characters.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).filter_map(pair).collect()
});

/// The simplified form of a traditional character of common talk; any other character as it is.
pub(crate) fn simplified(character: char) -> char {
    PAIRS.get(&character).copied().unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_a_pair_and_no_form_is_changed_twice() {
        let lines = include_str!("characters.txt").lines().filter(|line| !line.starts_with('#'));
        assert!(lines.flat_map(str::split_whitespace).all(|pair| pair.chars().count() == 2));
        assert!(PAIRS.values().all(|form| simplified(*form) == *form));
        assert_eq!("應該給滿分，別再打來".chars().map(simplified).collect::<String>(), "应该给满分，别再打来");
    }
}
