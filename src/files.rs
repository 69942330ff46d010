//! Files that are written whole or not at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes to a temporary neighbour, flushes it to the disk, then renames it over `path`.
///
/// # Errors
/// The file system's, naming `path`. On error `path` is as it was and the neighbour is removed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, bytes, true)
}

/// As [`write_whole`], but the disk is not waited for: for what can be made again, such as a rendering.
///
/// # Errors
/// As [`write_whole`].
pub fn write_rendered(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, bytes, false)
}

fn write(path: &Path, bytes: &[u8], flushed: bool) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let neighbour = path.with_file_name(name);
    let written = fs::File::create(&neighbour)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| if flushed { file.sync_all() } else { Ok(()) }))
        .and_then(|()| fs::rename(&neighbour, path));
    written.map_err(|e| {
        // Best effort: the first error is the one worth reporting.
        let _ = fs::remove_file(&neighbour);
        Error::io(path, &e)
    })
}
