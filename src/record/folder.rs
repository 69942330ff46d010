//! The ledger's folder: its files, its lock, and finishing a rekey or restore that a crash interrupted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Files that are exchanged together.
pub(super) const FILES: [&str; 4] = ["ledger.db", "keys.db", "ring.json", "head"];

/// A folder that holds a ledger, locked: shared for use, alone for exchanging its files.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// How a folder is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// Others may use it too.
    Shared,
    /// Nobody else uses it meanwhile.
    Alone,
}

impl Folder {
    /// Makes a folder that only its owner can enter.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when a ledger is there already; the file system's.
    pub fn create(path: &Path) -> Result<Self> {
        if path.join("ring.json").exists() || path.join("ledger.db").exists() {
            let problem = "a ledger is here already; choose another folder";
            return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
        }
        fs::create_dir_all(path).map_err(|e| Error::io(path, &e))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|e| Error::io(path, &e))?;
        }
        Self::lock(path, Lock::Alone)
    }

    /// Opens and locks a folder, and finishes what a crash left half exchanged.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a ledger in it, [`ErrorKind::Permission`] when others can enter it,
    /// [`ErrorKind::Limit`] when another program holds it alone.
    pub fn open(path: &Path, lock: Lock) -> Result<Self> {
        let subject = || path.display().to_string();
        let ready = path.join("exchange.ready");
        if !path.join("ring.json").is_file() && !ready.is_dir() {
            let problem = "no ledger is here; `codetta ledger init` makes one";
            return Err(Error::new(ErrorKind::NotFound, subject(), problem));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path).map_err(|e| Error::io(path, &e))?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                let problem =
                    format!("others can enter this ledger: expected mode 0700, got {mode:04o}; run chmod 700");
                return Err(Error::new(ErrorKind::Permission, subject(), problem));
            }
        }
        if ready.is_dir() {
            let alone = Self::lock(path, Lock::Alone)?;
            alone.finish_exchange()?;
        }
        let folder = Self::lock(path, lock)?;
        // A crash before the files were ready: nothing of it counts.
        if lock == Lock::Alone {
            let _ = fs::remove_dir_all(path.join("exchange"));
        }
        Ok(folder)
    }

    fn lock(path: &Path, lock: Lock) -> Result<Self> {
        let name = path.join("lock");
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(&name).map_err(|e| Error::io(&name, &e))?;
        flock(&file, lock).map_err(|e| {
            let problem = format!("another program is using this ledger ({e}); close it or try again");
            Error::new(ErrorKind::Limit, path.display().to_string(), problem)
        })?;
        Ok(Self { path: path.to_owned(), _lock: file })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A fresh folder in which the next set of files is prepared.
    pub fn prepare_exchange(&self) -> Result<PathBuf> {
        let next = self.path.join("exchange");
        let _ = fs::remove_dir_all(&next);
        fs::create_dir(&next).map_err(|e| Error::io(&next, &e))?;
        Ok(next)
    }

    /// Puts the prepared files in place: all of them, also if the program dies half-way, because the rename of the
    /// folder is the one moment that decides, and [`Folder::open`] finishes the rest.
    pub fn exchange(&self) -> Result<()> {
        let next = self.path.join("exchange");
        for entry in fs::read_dir(&next).map_err(|e| Error::io(&next, &e))? {
            let file = entry.map_err(|e| Error::io(&next, &e))?.path();
            sync(&file)?;
        }
        sync(&next)?;
        let ready = self.path.join("exchange.ready");
        fs::rename(&next, &ready).map_err(|e| Error::io(&ready, &e))?;
        sync(&self.path)?;
        self.finish_exchange()
    }

    fn finish_exchange(&self) -> Result<()> {
        let ready = self.path.join("exchange.ready");
        for name in FILES {
            let (from, to) = (ready.join(name), self.path.join(name));
            if from.exists() {
                // The old file's log must not be applied to the new file.
                for suffix in ["-wal", "-shm", "-journal"] {
                    let _ = fs::remove_file(self.path.join(format!("{name}{suffix}")));
                }
                fs::rename(&from, &to).map_err(|e| Error::io(&to, &e))?;
            }
        }
        sync(&self.path)?;
        fs::remove_dir_all(&ready).map_err(|e| Error::io(&ready, &e))
    }
}

/// Flushes a file or folder to the disk.
pub(super) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|e| Error::io(path, &e))
}

#[cfg(unix)]
fn flock(file: &File, lock: Lock) -> std::io::Result<()> {
    use rustix::fs::FlockOperation::{NonBlockingLockExclusive, NonBlockingLockShared};
    let operation = if lock == Lock::Alone { NonBlockingLockExclusive } else { NonBlockingLockShared };
    rustix::fs::flock(file, operation).map_err(Into::into)
}

#[cfg(not(unix))]
fn flock(_: &File, _: Lock) -> std::io::Result<()> {
    Ok(())
}
