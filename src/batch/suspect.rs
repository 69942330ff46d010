//! Recordings that were being done when the process died: one of them may have killed it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::listing::{Item, Side};
use super::row::key;
use crate::error::{Error, Result};

/// Marks of what each worker is at. They outlive the process, and are gone once a run has ended.
pub struct Marks {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    file: String,
    channel: Option<Side>,
}

impl Marks {
    /// # Errors
    /// Those of the file system.
    pub fn open(out: &Path) -> Result<Self> {
        let folder = out.join(".begun");
        fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
        Ok(Self { folder })
    }

    /// Keys of what an earlier process was at when it died. A mark that was half written is none: its recording had not
    /// been begun.
    pub fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let marks = entries.filter_map(|entry| serde_json::from_slice::<Mark>(&fs::read(entry.path()).ok()?).ok());
        marks.map(|mark| key(&mark.file, mark.channel)).collect()
    }

    /// Notes that worker `number` begins `item`. A mark that cannot be written is done without: it guards against a
    /// crash, and the results' own files will tell of a full disk.
    pub fn begin(&self, number: usize, item: &Item) {
        let mark = Mark { file: item.file.clone(), channel: item.channel };
        if let Ok(text) = serde_json::to_vec(&mark) {
            let _ = fs::write(self.folder.join(number.to_string()), text);
        }
    }

    /// The run has ended.
    pub fn clear(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::label::Truth;

    #[test]
    fn what_was_begun_is_known_after_a_crash_and_forgotten_after_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let item =
            |file: &str| Item { file: file.into(), language: None, channel: Some(Side(1)), truth: Truth::default() };
        let marks = Marks::open(folder.path()).unwrap();
        marks.begin(0, &item("a.wav"));
        marks.begin(1, &item("b.wav"));
        marks.begin(0, &item("c.wav"));
        fs::write(folder.path().join(".begun/2"), "{\"file\":\"d").unwrap();
        let mut left = Marks::open(folder.path()).unwrap().left();
        left.sort();
        assert_eq!(left, ["b.wav\0right", "c.wav\0right"]);
        marks.clear();
        assert!(Marks::open(folder.path()).unwrap().left().is_empty());
    }
}
