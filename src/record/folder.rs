//! The ledger's folder: its files, its lock, and finishing a rekey or restore that a crash interrupted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Files that are exchanged together.
pub(super) const FILES: [&str; 4] = ["ledger.db", "keys.db", "ring.json", "head"];

/// Marks a folder in which a ledger or a copy is being made.
const UNFINISHED: &str = "unfinished";

/// A folder that holds a ledger, locked: shared for use, alone for exchanging its files.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
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
    /// Makes a folder that only its owner can enter, or takes an empty one. It counts as unfinished until
    /// [`Folder::finished`]: what a crash leaves until then is removed by the next attempt.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when a ledger or anything else is there already; the file system's.
    pub fn create(path: &Path) -> Result<Self> {
        Self::check_empty(path)?;
        fs::create_dir_all(path).map_err(|e| Error::io(path, &e))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|e| Error::io(path, &e))?;
        }
        let folder = Self::lock(path, Lock::Alone)?;
        // Another program may have made one before the lock was ours.
        Self::check_empty(path)?;
        folder.clear();
        let mark = path.join(UNFINISHED);
        File::create(&mark).map_err(|e| Error::io(&mark, &e))?;
        sync(path)?;
        Ok(folder)
    }

    /// Whether nothing is here but what an attempt that never ended left.
    fn check_empty(path: &Path) -> Result<()> {
        let usage = |problem: String| Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
        let entries = match fs::read_dir(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|e| Error::io(path, &e))?,
        };
        let names: std::io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
        let names = names.map_err(|e| Error::io(path, &e))?;
        let unfinished = Self::is_unfinished(path);
        for name in names.iter().map(|name| name.to_string_lossy()) {
            let ours = is_ours(&name);
            if ours && !unfinished {
                return usage("a ledger is here already; choose another folder".into());
            }
            if !(ours || ["lock", UNFINISHED].contains(&&*name) || unfinished && name == "exchange") {
                return usage(format!("expected a new or empty folder, found {name} in it; choose another"));
            }
        }
        Ok(())
    }

    /// A ring is written last, so a folder that has one is whole, whatever the mark says.
    fn is_unfinished(path: &Path) -> bool {
        path.join(UNFINISHED).exists() && !path.join("ring.json").exists() && !path.join("exchange.ready").exists()
    }

    /// What was begun in this folder is whole.
    ///
    /// # Errors
    /// The file system's.
    pub fn finished(&self) -> Result<()> {
        match fs::remove_file(self.file(UNFINISHED)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(&self.path, &e)),
            _ => sync(&self.path),
        }
    }

    /// Removes the files of a ledger that was not finished. Best effort: what stays is found again by name.
    pub fn clear(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if is_ours(&name.to_string_lossy()) || name == UNFINISHED {
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = fs::remove_dir_all(self.file("exchange"));
    }

    /// Whether a ledger or parts of one are here.
    pub fn holds_ledger(path: &Path) -> bool {
        let parts = FILES.iter().chain(&["exchange.ready"]).any(|name| path.join(name).exists());
        parts && !Self::is_unfinished(path)
    }

    /// Opens and locks a folder, and finishes what a crash left half exchanged.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a ledger in it, [`ErrorKind::Permission`] when others can enter it,
    /// [`ErrorKind::Limit`] when another program holds it alone.
    pub fn open(path: &Path, lock: Lock) -> Result<Self> {
        if !path.join("ring.json").is_file() && !path.join("exchange.ready").is_dir() {
            let problem = "no ledger is here; `codetta ledger init` makes one";
            return Err(Error::new(ErrorKind::NotFound, path.display().to_string(), problem));
        }
        Self::enter(path, lock)
    }

    /// The same where parts of a ledger are lost, for restoring them.
    ///
    /// # Errors
    /// As for [`Folder::open`].
    pub fn enter(path: &Path, lock: Lock) -> Result<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path).map_err(|e| Error::io(path, &e))?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                let problem =
                    format!("others can enter this ledger: expected mode 0700, got {mode:04o}; run chmod 700");
                return Err(Error::new(ErrorKind::Permission, path.display().to_string(), problem));
            }
        }
        if path.join("exchange.ready").is_dir() {
            let alone = Self::lock(path, Lock::Alone)?;
            alone.finish_exchange()?;
        }
        let folder = Self::lock(path, lock)?;
        // A crash before the files were ready: nothing of it counts. Files are prepared by one who holds the folder
        // alone, so whoever has any lock meets none but a crash's. They may hold a copy of the customers' keys, which
        // an erasure would miss.
        if cfg!(unix) || lock == Lock::Alone {
            folder.remove_exchange()?;
        }
        Ok(folder)
    }

    fn remove_exchange(&self) -> Result<()> {
        let exchange = self.file("exchange");
        match fs::remove_dir_all(&exchange) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(&exchange, &e)),
            _ => Ok(()),
        }
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
        Ok(Self { path: path.to_owned(), lock: file })
    }

    /// Lets others use the folder too: what it was held alone for is done.
    ///
    /// # Errors
    /// The file system's.
    pub fn share(&self) -> Result<()> {
        flock(&self.lock, Lock::Shared).map_err(|e| Error::io(&self.path, &e))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A fresh folder in which the next set of files is prepared.
    pub fn prepare_exchange(&self) -> Result<PathBuf> {
        self.remove_exchange()?;
        let next = self.path.join("exchange");
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

/// Whether a name is that of a ledger's file, of its log, or of one that was being written.
fn is_ours(name: &str) -> bool {
    let end = |rest: &str| ["", "-wal", "-shm", "-journal"].contains(&rest) || rest.ends_with(".partial");
    FILES.iter().any(|file| name.strip_prefix(file).is_some_and(end))
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
