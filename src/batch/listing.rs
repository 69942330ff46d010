//! What there is to do: the recordings of a folder or of a manifest, in a fixed order.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::label::Truth;
use super::manifest;
use super::row::{Refusal, key};
use crate::capture::Channel;
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Language, Scale};

/// Names that lie beside recordings and are none: left aside, and counted.
const BESIDE: [&str; 24] = [
    "txt", "md", "pdf", "doc", "docx", "xls", "xlsx", "csv", "tsv", "json", "jsonl", "parquet", "xml", "html", "css",
    "js", "toml", "yaml", "yml", "log", "png", "jpg", "svg", "zip",
];

/// Which channel of a recording is the caller's: `left`, `right`, or a number from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Side(pub usize);

impl FromStr for Side {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let index = match text.trim().to_lowercase().as_str() {
            "left" => Some(0),
            "right" => Some(1),
            number => number.strip_suffix(".0").unwrap_or(number).parse().ok().filter(|index| *index < 26),
        };
        index.map(Self).ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                "channel",
                format!("expected left, right or a number from 0 to 25, got {text:?}"),
            )
        })
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("left"),
            1 => f.write_str("right"),
            index => index.fmt(f),
        }
    }
}

impl TryFrom<String> for Side {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Side> for String {
    fn from(side: Side) -> Self {
        side.to_string()
    }
}

impl From<Side> for Channel {
    fn from(side: Side) -> Self {
        Self::Index(side.0)
    }
}

/// One recording to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Path below the root, with `/` between its parts.
    pub file: String,
    /// Where it differs from the run's.
    pub language: Option<Language>,
    pub channel: Option<Side>,
    pub truth: Truth,
}

/// Everything there is to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The folder that no path may leave.
    pub root: PathBuf,
    pub items: Vec<Item>,
    /// What cannot be done, known before it is begun.
    pub refused: Vec<Refusal>,
    /// What is no recording by its name, or is listed already, counted by sort.
    pub left_aside: BTreeMap<String, usize>,
}

impl Listing {
    /// Lists a folder, recursively, or a manifest (`.csv`, `.tsv`, `.jsonl`, `.ndjson`).
    ///
    /// `root` is the folder that paths are below: none takes the folder itself, or the manifest's. `except` (the
    /// folder that results are written to) is left out. The order is that of the names, or of the manifest.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::Permission`]; [`ErrorKind::Usage`] for a file that is no manifest, a
    /// manifest without a column `path`, or a folder without recordings; [`ErrorKind::Corrupt`] for a damaged manifest.
    pub fn of(path: &Path, root: Option<&Path>, except: &Path, scale: Scale) -> Result<Self> {
        let metadata = fs::metadata(path).map_err(|e| Error::io(path, &e))?;
        let beside = || path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let root = root.unwrap_or_else(|| if metadata.is_dir() { path } else { beside() });
        let root = root.canonicalize().map_err(|e| Error::io(root, &e))?;
        let mut listing = Self { root, ..Self::default() };
        if metadata.is_dir() {
            listing.walk(path, except)?;
        } else {
            manifest::read(path, scale, &mut listing)?;
            listing.without_duplicates();
        }
        if listing.items.is_empty() && listing.refused.is_empty() {
            let problem = "expected recordings (WAV, FLAC, MP3, Ogg), found none";
            return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
        }
        Ok(listing)
    }

    fn walk(&mut self, folder: &Path, except: &Path) -> Result<()> {
        let folder = folder.canonicalize().map_err(|e| Error::io(folder, &e))?;
        let except = except.canonicalize().ok();
        // Links to folders are not followed: what they lead to is below the root and listed there, or outside it.
        let entries = WalkDir::new(&folder).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| Some(entry.path()) != except.as_deref()) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map_or_else(|| folder.clone(), Path::to_path_buf);
                    let problem = error
                        .io_error()
                        .map_or_else(|| Error::new(ErrorKind::Limit, "", error.to_string()), |io| Error::io(&path, io));
                    self.refused.push(Refusal::new(&self.name(&path), None, &problem));
                    continue;
                }
            };
            if !entry.file_type().is_dir() {
                self.found(entry.path(), entry.file_type().is_symlink());
            }
        }
        Ok(())
    }

    fn found(&mut self, path: &Path, is_link: bool) {
        let name = self.name(path);
        let mut refuse = |kind, problem: &str| {
            self.refused.push(Refusal::new(&name, None, &Error::new(kind, "", problem)));
        };
        if is_link {
            return match path.canonicalize() {
                Ok(target) if target.starts_with(&self.root) => self.leave_aside("link"),
                Ok(_) => refuse(ErrorKind::Permission, "the link leaves the folder; name its folder with --root"),
                Err(error) => refuse(ErrorKind::NotFound, &format!("the link leads nowhere: {error}")),
            };
        }
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if path.to_str().is_none() {
            refuse(ErrorKind::Unsupported, "expected a name in UTF-8; rename the file");
        } else if file_name.starts_with('.') {
            self.leave_aside("hidden");
        } else if BESIDE.contains(&extension.as_str()) {
            self.leave_aside(&extension);
        } else {
            self.items.push(Item { file: name, language: None, channel: None, truth: Truth::default() });
        }
    }

    fn leave_aside(&mut self, sort: &str) {
        *self.left_aside.entry(sort.to_owned()).or_default() += 1;
    }

    fn name(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// A recording that is listed twice alike is done once; one with two truths is refused, since neither can be believed.
    fn without_duplicates(&mut self) {
        let mut first: HashMap<String, usize> = HashMap::with_capacity(self.items.len());
        let mut contradicted = vec![false; self.items.len()];
        let mut again = vec![false; self.items.len()];
        for (index, item) in self.items.iter().enumerate() {
            match first.get(&key(&item.file, item.channel)) {
                Some(&earlier) => {
                    again[index] = true;
                    contradicted[earlier] |= self.items[earlier] != *item;
                }
                None => {
                    first.insert(key(&item.file, item.channel), index);
                }
            }
        }
        for _ in again.iter().filter(|again| **again) {
            self.leave_aside("listed twice");
        }
        let mut index = 0;
        let refused = &mut self.refused;
        self.items.retain(|item| {
            let (twice, wrong) = (again[index], contradicted[index]);
            index += 1;
            if wrong && !twice {
                let problem = "listed more than once with different truth or language; keep one row";
                refused.push(Refusal::new(&item.file, item.channel, &Error::new(ErrorKind::Usage, "", problem)));
            }
            !twice && !wrong
        });
    }
}
