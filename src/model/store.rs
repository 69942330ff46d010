//! The folder in which model files lie, and whether they are whole.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::{Manifest, ModelFile};
use crate::error::{Error, ErrorKind, Result};

/// What a user runs when a model is missing or damaged.
const REPAIR: &str = "run scripts/setup, or codetta models import WHEEL… with the wheels named by codetta models list";

/// The folder of model files: `CODETTA_MODELS`, else `models` in the platform's data directory.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// What is known of a model file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Length (and hash, where it was asked for) are as the manifest says.
    Whole,
    Missing,
    /// What differs, with expected and actual.
    Damaged(String),
}

impl Store {
    /// The store of this user. Nothing is created or read yet.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] where the platform has no home directory and `CODETTA_MODELS` is not set.
    pub fn locate() -> Result<Self> {
        if let Some(folder) = std::env::var_os("CODETTA_MODELS").filter(|folder| !folder.is_empty()) {
            return Ok(Self::at(folder));
        }
        let directories = directories::ProjectDirs::from("", "", "codetta").ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                "CODETTA_MODELS",
                "this user has no home directory; set it to a folder for model files",
            )
        })?;
        Ok(Self::at(directories.data_dir().join("models")))
    }

    /// The store in `folder`.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Path of a file named in the manifest, after a check of its length, which costs microseconds.
    /// The hash was checked when the file was written, and [`Store::verify`] checks it again.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if it is missing or has another length; the message names the command that repairs it.
    /// [`ErrorKind::Internal`] for a name that the manifest does not know.
    pub fn path(&self, name: &str) -> Result<PathBuf> {
        let file = Manifest::embedded()
            .file(name)
            .ok_or_else(|| Error::new(ErrorKind::Internal, name, "not in the manifest of models"))?;
        let path = self.folder.join(name);
        match self.length(file) {
            State::Whole => Ok(path),
            State::Missing => {
                Err(Error::new(ErrorKind::Model, path.display().to_string(), format!("model is missing; {REPAIR}")))
            }
            State::Damaged(how) => Err(Error::new(
                ErrorKind::Model,
                path.display().to_string(),
                format!("model is damaged: {how}; {REPAIR}"),
            )),
        }
    }

    /// Whether `file` is there and has the right length.
    pub fn length(&self, file: &ModelFile) -> State {
        let path = self.folder.join(&file.name);
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.len() == file.bytes => State::Whole,
            Ok(metadata) => State::Damaged(format!("expected {} bytes, got {}", file.bytes, metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::Missing,
            Err(error) => State::Damaged(error.to_string()),
        }
    }

    /// Whether `file` is there and is, byte for byte, what the manifest names. Reads the whole file.
    pub fn verify(&self, file: &ModelFile) -> State {
        let state = self.length(file);
        if state != State::Whole {
            return state;
        }
        match sha256(&self.folder.join(&file.name)) {
            Ok(actual) if actual == file.sha256 => State::Whole,
            Ok(actual) => State::Damaged(format!("expected SHA-256 {}, got {actual}", file.sha256)),
            Err(error) => State::Damaged(error.to_string()),
        }
    }
}

/// SHA-256 of a file in lower-case hexadecimal, read in pieces.
pub(crate) fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 20];
    loop {
        let count = file.read(&mut buffer).map_err(|e| Error::io(path, &e))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    Ok(hexadecimal(&hasher.finalize()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_short_model_names_the_command_that_repairs_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let name = &Manifest::embedded().files[0].name;
        for content in [None, Some(&b"short"[..])] {
            if let Some(content) = content {
                std::fs::write(folder.path().join(name), content).unwrap();
            }
            let error = store.path(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Model);
            assert!(error.to_string().contains("scripts/setup") && error.to_string().contains(name), "{error}");
        }
        assert!(matches!(store.verify(&Manifest::embedded().files[0]), State::Damaged(_)));
        assert_eq!(store.path("nothing.bin").unwrap_err().kind(), ErrorKind::Internal);
    }

    #[test]
    fn verification_sees_one_changed_byte() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), b"weights").unwrap();
        let mut file = ModelFile {
            name: "x".into(),
            role: String::new(),
            bytes: 7,
            sha256: sha256(&folder.path().join("x")).unwrap(),
            licence: String::new(),
            source: String::new(),
            derived_from: String::new(),
        };
        let store = Store::at(folder.path());
        assert_eq!(store.verify(&file), State::Whole);
        std::fs::write(folder.path().join("x"), b"weightz").unwrap();
        assert!(matches!(store.verify(&file), State::Damaged(_)));
        file.name = "y".into();
        assert_eq!(store.verify(&file), State::Missing);
    }
}
