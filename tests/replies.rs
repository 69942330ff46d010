//! What callers say to a rating that was read back, line by line, by people who had seen neither the table nor what the network was
//! taught: `tests/data/replies/*.tsv`, the reply and `yes`, `no` or `other`.

use codetta::Language;
use codetta::dialogue::{Reply, reply, reply_to_read_back};
use codetta::hear::Transcript;

/// No more may be misread than `most`, nor be taken for the opposite than `turned` (each a little above what it is: floats differ
/// between machines).
fn check(list: &str, language: Language, most: usize, turned: usize) {
    let (mut by_table, mut misread, mut opposite) = (0, Vec::new(), Vec::new());
    for line in list.lines() {
        let (text, meant) = line.split_once('\t').unwrap_or_else(|| panic!("{line:?}"));
        let meant = match meant {
            "yes" => Reply::Yes,
            "no" => Reply::No,
            "other" => Reply::Other,
            _ => panic!("{line:?}"),
        };
        let transcript = Transcript { text: text.to_owned(), language };
        let read = reply_to_read_back(&transcript);
        by_table += usize::from(reply(&transcript) != meant);
        if read != meant {
            misread.push(format!("{text}: meant {meant:?}, read {read:?}"));
            if read != Reply::Other && meant != Reply::Other {
                opposite.push(text);
            }
        }
    }
    let lines = list.lines().count();
    println!(
        "{language}: {} of {lines} misread ({by_table} by the table alone), {} for the opposite",
        misread.len(),
        opposite.len()
    );
    assert!(misread.len() <= most, "{}", misread.join("\n"));
    assert!(opposite.len() <= turned, "{}", opposite.join("\n"));
}

#[test]
fn replies_in_peoples_own_words_are_understood() {
    check(include_str!("data/replies/dev-zh.tsv"), Language::Zh, 22, 2);
    check(include_str!("data/replies/dev-en.tsv"), Language::En, 14, 3);
    check(include_str!("data/replies/test-zh.tsv"), Language::Zh, 11, 3);
    check(include_str!("data/replies/test-en.tsv"), Language::En, 11, 2);
}
