//! What a resumed run tries again: recordings that were refused for a cause that may have passed.

use std::collections::HashSet;
use std::path::Path;

use super::journal;
use super::listing::Item;
use super::row::{Refusal, key};
use super::run::MOST_LOST;
use crate::error::Result;
use crate::files::write_whole;

/// How the reason begins for what the watch gave up on.
pub const OVERDUE: &str = "took longer than";

/// Takes out of the quarantine what is listed now and was refused for a cause that may have passed; returns the keys.
/// The rest of the file stays as it was. A kill after this leaves them undone, not lost: they are listed.
///
/// Of those that the watch gave up on no more are taken than a run survives if they hang again.
///
/// # Errors
/// Those of reading and writing the file.
pub fn release(path: &Path, items: &[Item]) -> Result<HashSet<String>> {
    if !path.is_file() {
        return Ok(HashSet::new());
    }
    let listed: HashSet<String> = items.iter().map(|item| key(&item.file, item.channel)).collect();
    let mut released = HashSet::new();
    let mut kept = Vec::new();
    let mut overdue = 0;
    journal::read(path, |refusal: Refusal| {
        let hung = refusal.reason.starts_with(OVERDUE);
        if refusal.may_have_passed() && listed.contains(&refusal.key()) && !(hung && overdue == MOST_LOST) {
            overdue += usize::from(hung);
            released.insert(refusal.key());
        } else {
            kept.push(refusal);
        }
        Ok(())
    })?;
    if !released.is_empty() {
        let mut lines = Vec::new();
        for refusal in &kept {
            lines.extend(journal::line(refusal)?);
        }
        write_whole(path, &lines)?;
    }
    Ok(released)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::label::Truth;
    use crate::error::{Error, ErrorKind};

    fn refusal(file: &str, kind: ErrorKind, reason: &str) -> Refusal {
        Refusal::new(file, None, &Error::new(kind, "", reason))
    }

    fn write(path: &Path, refusals: &[Refusal]) {
        let lines: Vec<u8> = refusals.iter().flat_map(|refusal| journal::line(refusal).unwrap()).collect();
        std::fs::write(path, lines).unwrap();
    }

    fn files(path: &Path) -> Vec<String> {
        let mut files = Vec::new();
        journal::read(path, |refusal: Refusal| {
            files.push(refusal.file);
            Ok(())
        })
        .unwrap();
        files
    }

    fn item(file: &str) -> Item {
        Item { file: file.into(), language: None, channel: None, truth: Truth::default() }
    }

    #[test]
    fn what_may_have_passed_is_released_and_what_stays_damaged_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quarantine.jsonl");
        assert!(release(&path, &[]).unwrap().is_empty(), "a first run has none");
        let causes = [
            ("long", ErrorKind::Limit),
            ("away", ErrorKind::NotFound),
            ("closed", ErrorKind::Permission),
            ("full", ErrorKind::Write),
            ("damaged", ErrorKind::Corrupt),
            ("deadly", ErrorKind::Internal),
            ("other", ErrorKind::Unsupported),
            ("two-sided", ErrorKind::Usage),
        ];
        let mut refusals = causes.map(|(file, kind)| refusal(file, kind, "because")).to_vec();
        // No longer in the folder: nothing could be done about it.
        refusals.push(refusal("gone", ErrorKind::NotFound, "because"));
        write(&path, &refusals);
        let released = release(&path, &causes.map(|(file, _)| item(file))).unwrap();
        assert_eq!(released, ["long", "away", "closed", "full"].map(String::from).into());
        assert_eq!(files(&path), ["damaged", "deadly", "other", "two-sided", "gone"]);
    }

    /// Else they would hang again, the run would give up, and no resumed run would ever come to its end.
    #[test]
    fn of_what_hung_no_more_is_released_than_a_run_survives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quarantine.jsonl");
        let names: Vec<String> = (0..MOST_LOST + 5).map(|number| format!("{number}.wav")).collect();
        let hung = |name: &String| refusal(name, ErrorKind::Limit, &format!("{OVERDUE} 120 s; shorten it"));
        write(&path, &names.iter().map(hung).collect::<Vec<_>>());
        let items: Vec<Item> = names.iter().map(|name| item(name)).collect();
        assert_eq!(release(&path, &items).unwrap().len(), MOST_LOST);
        assert_eq!(files(&path), names[MOST_LOST..]);
    }
}
