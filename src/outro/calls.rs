//! The sample calls of the demo: recorded answers, and what should come of them.

use std::borrow::Cow;

use serde::Deserialize;

use super::embedded;
use super::library::SoundFile;
use crate::error::{Error, ErrorKind, Result};
use crate::judge::{Action, Band};
use crate::units::Language;

/// A caller's recorded answer (synthetic, telephone quality) that comes with the program.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleCall {
    pub id: String,
    /// Path relative to the folder of sounds, with `/`.
    pub file: String,
    pub language: Language,
    /// What it is there to show, in one line.
    pub shows: String,
    /// What the caller says, word for word; empty for keys or silence alone.
    pub said: String,
    /// Keys pressed: their tones are in the sound.
    #[serde(default)]
    pub keys: String,
    /// What a sensible judge does on this turn alone.
    pub expect: Action,
    /// The band of the stated rating, if a rating is stated.
    pub band: Option<Band>,
}

impl SampleCall {
    /// The encoded recording.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the program lacks it, which a test rules out.
    pub fn sound(&self) -> Result<SoundFile> {
        let name = format!("built-in {}", self.file);
        match embedded::file(&self.file) {
            Some(bytes) => Ok(SoundFile { name, bytes: Cow::Borrowed(bytes) }),
            None => Err(Error::new(ErrorKind::Internal, name, "the sample call is not in the program")),
        }
    }
}

/// The sample calls that come with the program, in the order of `audio/calls/calls.toml`.
///
/// # Errors
/// [`ErrorKind::Internal`] if the list is unsound, which a test rules out.
pub fn sample_calls() -> Result<Vec<SampleCall>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        #[serde(rename = "call")]
        calls: Vec<SampleCall>,
    }
    let name = "calls/calls.toml";
    let unsound = |problem: String| Error::new(ErrorKind::Internal, format!("built-in {name}"), problem);
    let text = embedded::file(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| unsound("expected UTF-8 text in the program".to_owned()))?;
    let written: Written = toml::from_str(text).map_err(|e| unsound(e.message().to_owned()))?;
    Ok(written.calls)
}
