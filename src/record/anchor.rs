//! The anchor: the newest audit row that this machine has seen, kept beside the database.
//!
//! A database file that was replaced by an older copy ends before the anchor. The anchor is written after each commit
//! and not flushed: a crash can leave it behind the database, never ahead of it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::audit::Head;
use crate::error::{Error, ErrorKind, Result};

/// `SEQUENCE HASH\n`, padded to one length, so that one write replaces it.
const LENGTH: usize = 20 + 1 + 64 + 1;

#[derive(Debug)]
pub(super) struct Anchor {
    path: PathBuf,
    file: File,
}

impl Anchor {
    pub fn create(path: &Path, head: Head) -> Result<Self> {
        let mut options = File::options();
        options.write(true).read(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(path).map_err(|e| Error::io(path, &e))?;
        let anchor = Self { path: path.to_owned(), file };
        anchor.write(head)?;
        anchor.file.sync_all().map_err(|e| Error::io(path, &e))?;
        Ok(anchor)
    }

    /// # Errors
    /// [`ErrorKind::NotFound`] without one: somebody took it away.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::options().read(true).write(true).open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::new(
                ErrorKind::Corrupt,
                path.display().to_string(),
                "the anchor was removed, so a rolled-back database could not be told; restore a backup",
            ),
            _ => Error::io(path, &e),
        })?;
        Ok(Self { path: path.to_owned(), file })
    }

    pub fn read(&self) -> Result<Head> {
        let mut bytes = Vec::new();
        use std::io::{Read, Seek};
        let mut file = &self.file;
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(|e| Error::io(&self.path, &e))?;
        let text = String::from_utf8_lossy(&bytes);
        text.trim().parse().map_err(|error: Error| error.about(self.path.display().to_string()))
    }

    pub fn write(&self, head: Head) -> Result<()> {
        use std::io::{Seek, Write};
        let line = format!("{:<width$}\n", head.to_string(), width = LENGTH - 1);
        let mut file = &self.file;
        file.rewind().and_then(|()| file.write_all(line.as_bytes())).map_err(|e| Error::io(&self.path, &e))
    }
}
