//! What a run was made with: everything that its results depend on, so that a resumed run can be held to it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::listen::ListenerOptions;
use crate::model::{Manifest, sha256};
use crate::units::{Language, Scale};

/// A model by name and SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub name: String,
    pub sha256: String,
}

/// What results depend on beside the recordings. Written to `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of the program.
    pub codetta: String,
    pub input: String,
    pub language: Language,
    /// Whether answers that are clearly in the other language were heard in it.
    #[serde(default)]
    pub either_language: bool,
    pub scale: Scale,
    /// Whether words and voice are judged beside the rating.
    pub emotion: bool,
    /// Longest recording that is taken, seconds.
    pub max_seconds: f64,
    /// Processor threads for one answer: sums of floating-point numbers may depend on it. The number of answers done at
    /// a time is not among the settings, since nothing depends on it.
    pub threads_per_answer: usize,
    pub policy_hash: String,
    pub models: Vec<Model>,
}

impl Settings {
    /// Hashes of the models that `options` load: of those installed the manifest's, of a model of the user's own its own.
    ///
    /// # Errors
    /// Those of reading the user's own model.
    pub fn models(options: &ListenerOptions) -> Result<Vec<Model>> {
        let own = options.asr_model.as_deref();
        let installed =
            Manifest::embedded().files.iter().filter(|file| !(file.name.ends_with(".bin") && own.is_some()));
        let mut models: Vec<Model> =
            installed.map(|file| Model { name: file.name.clone(), sha256: file.sha256.clone() }).collect();
        if let Some(own) = own {
            let name = own.file_name().unwrap_or_default().to_string_lossy().into_owned();
            models.insert(0, Model { name, sha256: sha256(own)? });
        }
        Ok(models)
    }

    /// Notes the settings in `path`, or holds them against those of the run that is resumed.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], naming the settings that differ; those of the file system.
    pub fn keep(&self, path: &Path) -> Result<()> {
        let internal = |e: serde_json::Error| Error::new(ErrorKind::Internal, "settings", e.to_string());
        let mine = serde_json::to_value(self).map_err(internal)?;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let text = serde_json::to_string_pretty(&mine).map_err(internal)?;
                return crate::files::write_whole(path, text.as_bytes());
            }
            Err(e) => return Err(Error::io(path, &e)),
        };
        let subject = path.display().to_string();
        let theirs: serde_json::Value = serde_json::from_str(&text)
            .map_err(|e| Error::new(ErrorKind::Corrupt, subject.clone(), format!("not the settings of a run: {e}")))?;
        let fields = mine.as_object().into_iter().flatten();
        let differing: Vec<String> = fields
            .filter(|(name, value)| theirs.get(name.as_str()) != Some(*value))
            .map(|(name, value)| {
                format!("{name} was {}, is {value}", theirs.get(name).unwrap_or(&serde_json::Value::Null))
            })
            .collect();
        if differing.is_empty() {
            return Ok(());
        }
        let problem = format!(
            "this run cannot be resumed with other settings ({}); use the same, or another --out",
            differing.join("; ")
        );
        Err(Error::new(ErrorKind::Usage, subject, problem))
    }
}
