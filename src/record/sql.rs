//! Opening SQLCipher databases, and what their errors mean to a user.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use sha2::{Digest, Sha256};

use super::key::Key;
use crate::error::{Error, ErrorKind, Result};

/// How long a write waits for another program's.
const BUSY: Duration = Duration::from_secs(5);

/// Random bytes of the system.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::new(ErrorKind::Internal, "random numbers", format!("the system gives none: {e}")))?;
    Ok(bytes)
}

/// SHA-256 of several parts, each preceded by its length, so that no two lists of parts give the same input.
pub(super) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Opens a database that must exist, with its raw key; nothing is read yet but the key is tried.
pub(super) fn open(path: &Path, key: &Key) -> Result<Connection> {
    connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Creates a database that must not exist, readable by its owner alone.
pub(super) fn create(path: &Path, key: &Key) -> Result<Connection> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map_err(|e| Error::io(path, &e))?;
    connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Starts SQLCipher once for the whole process, before the first database is opened.
///
/// SQLite calls itself ready before SQLCipher's part of its start has run (`isInit` is set ahead of
/// `SQLITE_EXTRA_INIT`), so a second thread that opens its first database meanwhile would find no cipher and fail at
/// the key. `OnceLock` lets nobody past until the first one is through.
fn start(path: &Path) -> Result<()> {
    static STARTED: OnceLock<std::result::Result<(), String>> = OnceLock::new();
    STARTED.get_or_init(|| Connection::open_in_memory().map(drop).map_err(|error| error.to_string())).clone().map_err(
        |error| {
            Error::new(ErrorKind::Internal, path.display().to_string(), format!("SQLCipher does not start: {error}"))
        },
    )
}

fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection> {
    let failed = |error: rusqlite::Error| sql_error(path, &error);
    start(path)?;
    if !path.is_file() {
        return Err(Error::new(ErrorKind::NotFound, path.display().to_string(), "expected a ledger's database here"));
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    // A raw key: no passphrase to stretch, so opening costs next to nothing.
    let mut statement = format!("PRAGMA key = \"x'{}'\"", key.hex());
    let keyed = connection.execute_batch(&statement);
    zeroize::Zeroize::zeroize(&mut statement);
    keyed.map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection
        .execute_batch(
            // Nothing may reach the disk but through SQLCipher: temporary tables and sorting stay in memory.
            "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
             PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;",
        )
        .map_err(failed)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(failed)?;
    Ok(connection)
}

/// Maps an error to what the user can do.
pub(super) fn sql_error(path: &Path, error: &rusqlite::Error) -> Error {
    let subject = path.display().to_string();
    let new = |kind, problem: String| Error::new(kind, subject.clone(), problem);
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => new(
            ErrorKind::Limit,
            format!(
                "another program has locked it for more than {} s, nothing was written; close that program or try again",
                BUSY.as_secs()
            ),
        ),
        Some(ErrorCode::DiskFull) => {
            new(ErrorKind::Write, "the disk is full, nothing was written; free some space and run again".into())
        }
        Some(ErrorCode::SystemIoFailure) => new(
            ErrorKind::Write,
            format!(
                "the disk refused to read or write ({error}), nothing was written; check space and disk, run again"
            ),
        ),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => new(
            ErrorKind::Corrupt,
            format!("a page was altered or damaged ({error}); run `codetta ledger verify`, then restore a backup"),
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            new(ErrorKind::Permission, format!("cannot be opened for writing ({error}); check its mode and owner"))
        }
        _ => new(ErrorKind::Internal, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_another_program_holds_is_said_and_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("calls.db"), Key::generate().unwrap());
        let other = create(&path, &key).unwrap();
        other.execute_batch("CREATE TABLE t (x); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)").unwrap();
        let ours = open(&path, &key).unwrap();
        ours.busy_timeout(Duration::ZERO).unwrap();
        let write = || ours.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (2); COMMIT");
        let error = sql_error(&path, &write().unwrap_err());
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.to_string().contains("another program has locked it"), "{error}");
        other.execute_batch("COMMIT").unwrap();
        write().unwrap();
        let sum: i64 = ours.query_row("SELECT sum(x) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(sum, 3);
    }
}
