//! The library: the sounds built into the program, with a user's own folder laid over them.

use std::borrow::Cow;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::embedded;
use super::manifest::{self, Brand, Manifest, Outro, Prompt};
use super::prompt::PromptId;
use crate::error::{Error, ErrorKind, Result};
use crate::units::Language;

/// Environment variable that names a folder of own sounds.
pub const AUDIO_VARIABLE: &str = "CODETTA_AUDIO";

/// The list's own name, in the folder and in messages.
const LIST: &str = "library.toml";

/// What a replacement may be: the formats that reading a recording knows.
const EXTENSIONS: [&str; 5] = ["ogg", "flac", "wav", "mp3", "oga"];

/// A sound in its container, not yet decoded: bounded, so that a mistaken file cannot fill the memory.
const LARGEST_FILE: u64 = 64 << 20;

/// An encoded sound file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundFile {
    /// Path or built-in name: what messages about this sound should say. Its extension is the format.
    pub name: String,
    pub bytes: Cow<'static, [u8]>,
}

/// Outros, prompts and brands, and where their sounds lie.
#[derive(Clone, Debug)]
pub struct Library {
    manifest: Manifest,
    folder: Option<PathBuf>,
    name: String,
}

impl Library {
    /// The sounds that come with the program.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] if the built-in list is unsound, which a test rules out.
    pub fn built_in() -> Result<Self> {
        let name = format!("built-in {LIST}");
        let text = embedded::file(LIST)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .ok_or_else(|| Error::new(ErrorKind::Internal, &name, "expected UTF-8 text in the program"))?;
        Ok(Self { manifest: manifest::parse(text, &name)?, folder: None, name })
    }

    /// A folder of own sounds, laid over those that come with the program.
    ///
    /// A `library.toml` in the folder replaces the built-in list. Each listed file is looked for in the folder (under
    /// its own name, then with another of the extensions wav, flac, mp3, ogg), then among the built-in sounds.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without the folder; [`ErrorKind::Usage`] with file and line for an unsound list;
    /// [`ErrorKind::NotFound`] with file and line for a listed sound that is nowhere.
    pub fn open(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            let problem = "expected a folder with own sounds (outros/…, prompts/…, or a library.toml); check the path";
            return Err(Error::new(ErrorKind::NotFound, folder.display().to_string(), problem));
        }
        let path = folder.join(LIST);
        let library = match fs::read_to_string(&path) {
            Ok(text) => {
                let name = path.display().to_string();
                Self { manifest: manifest::parse(&text, &name)?, folder: Some(folder.to_owned()), name }
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                Self { folder: Some(folder.to_owned()), ..Self::built_in()? }
            }
            Err(e) => return Err(Error::io(&path, &e)),
        };
        library.check_files()?;
        Ok(library)
    }

    /// The library of `folder`, else of the folder that [`AUDIO_VARIABLE`] names, else the built-in one.
    ///
    /// # Errors
    /// As [`Library::open`] and [`Library::built_in`].
    pub fn locate(folder: Option<&Path>) -> Result<Self> {
        match (folder, std::env::var_os(AUDIO_VARIABLE)) {
            (Some(folder), _) => Self::open(folder),
            (None, Some(folder)) if !folder.is_empty() => Self::open(Path::new(&folder)),
            _ => Self::built_in(),
        }
    }

    /// Path of the list, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// In the order of the list.
    pub fn outros(&self) -> &[Outro] {
        &self.manifest.outros
    }

    /// In the order of the list.
    pub fn prompts(&self) -> &[Prompt] {
        &self.manifest.prompts
    }

    /// In the order of the list.
    pub fn brands(&self) -> &[Brand] {
        &self.manifest.brands
    }

    /// # Errors
    /// [`ErrorKind::Usage`] with the known outros if there is none of that name.
    pub fn outro(&self, id: &str) -> Result<&Outro> {
        self.outros().iter().find(|outro| outro.id == id).ok_or_else(|| {
            let known = self.outros().iter().map(|outro| outro.id.as_str()).collect::<Vec<_>>().join(", ");
            Error::new(ErrorKind::Usage, &self.name, format!("unknown outro {id:?}, expected one of {known}"))
        })
    }

    /// # Errors
    /// [`ErrorKind::Usage`] if the list has no such prompt in that language.
    pub fn prompt(&self, id: PromptId, language: Language) -> Result<&Prompt> {
        self.prompts().iter().find(|prompt| prompt.id == id && prompt.language == language).ok_or_else(|| {
            let problem = format!("there is no prompt {id} for {language}; add a [[prompt]] entry with that id");
            Error::new(ErrorKind::Usage, &self.name, problem)
        })
    }

    /// # Errors
    /// [`ErrorKind::Usage`] with the known brands if there is none of that name.
    pub fn brand(&self, name: &str) -> Result<&Brand> {
        self.brands().iter().find(|brand| brand.name == name).ok_or_else(|| {
            let known = self.brands().iter().map(|brand| brand.name.as_str()).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "none (the list has no [[brand]])".to_owned() } else { known };
            Error::new(ErrorKind::Usage, &self.name, format!("unknown brand {name:?}, expected one of {known}"))
        })
    }

    /// The encoded sound of an outro or prompt, by its `file`.
    ///
    /// Not for the audio thread: reads the disk for a user's own sounds.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] with the list's line if the file is nowhere; [`ErrorKind::Limit`] above 64 MiB; the
    /// file system's otherwise.
    pub fn sound(&self, file: &str) -> Result<SoundFile> {
        if let Some(path) = self.own_file(file) {
            return read_bounded(&path);
        }
        match embedded::file(file) {
            Some(bytes) => Ok(SoundFile { name: format!("built-in {file}"), bytes: Cow::Borrowed(bytes) }),
            None => Err(self.missing(file)),
        }
    }

    /// The file in the user's folder that stands for `file`, if there is one.
    fn own_file(&self, file: &str) -> Option<PathBuf> {
        let path = self.folder.as_ref()?.join(file);
        let others = EXTENSIONS.iter().map(|extension| path.with_extension(extension));
        std::iter::once(path.clone()).chain(others).find(|candidate| candidate.is_file())
    }

    fn check_files(&self) -> Result<()> {
        let outros = self.outros().iter().map(|outro| &outro.file);
        let prompts = self.prompts().iter().map(|prompt| &prompt.file);
        match outros.chain(prompts).find(|file| self.own_file(file).is_none() && embedded::file(file).is_none()) {
            Some(file) => Err(self.missing(file)),
            None => Ok(()),
        }
    }

    fn missing(&self, file: &str) -> Error {
        let line = self.manifest.lines.get(file).map_or(String::new(), |line| format!(" line {line}"));
        let beside = self.folder.as_ref().map_or(String::new(), |folder| format!(" in {}", folder.display()));
        let problem = format!(
            "the file {file:?} is not there; put a recording of that name{beside} (.wav, .flac, .mp3 or .ogg), or \
             correct the entry"
        );
        Error::new(ErrorKind::NotFound, format!("{}{line}", self.name), problem)
    }
}

fn read_bounded(path: &Path) -> Result<SoundFile> {
    let name = path.display().to_string();
    let file = fs::File::open(path).map_err(|e| Error::io(path, &e))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|e| Error::io(path, &e))?;
    if bytes.len() as u64 > LARGEST_FILE {
        let problem = format!("a sound of the library may have {} MiB, this has more; shorten it", LARGEST_FILE >> 20);
        return Err(Error::new(ErrorKind::Limit, name, problem));
    }
    Ok(SoundFile { name, bytes: Cow::Owned(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_library_is_whole() {
        let library = Library::built_in().unwrap();
        library.check_files().unwrap();
        for language in [Language::Zh, Language::En] {
            for id in PromptId::all() {
                let prompt = library.prompt(id, language).unwrap();
                assert!(library.sound(&prompt.file).unwrap().bytes.starts_with(b"OggS"), "{id} {language}");
            }
        }
    }

    #[test]
    fn an_own_recording_takes_the_place_of_a_built_in_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("outros")).unwrap();
        fs::write(folder.path().join("outros/bright-pop.wav"), b"RIFF mine").unwrap();
        let library = Library::open(folder.path()).unwrap();
        let sound = library.sound(&library.outro("bright-pop").unwrap().file).unwrap();
        assert_eq!(sound.bytes.as_ref(), b"RIFF mine");
        assert!(sound.name.ends_with("bright-pop.wav"), "{}", sound.name);
        let other = library.sound(&library.outro("bright-classical").unwrap().file).unwrap();
        assert!(other.name.starts_with("built-in"), "{}", other.name);
    }

    #[test]
    fn a_list_that_names_a_missing_file_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let list = "format = 1\n[[outro]]\nid = \"mine\"\ntitle = \"Mine\"\nfile = \"mine.ogg\"\nmood = \"calm\"\n\
                    tone = \"pop\"\nloudness_lufs = -20.0\nlicence = \"own\"\n";
        fs::write(folder.path().join("library.toml"), list).unwrap();
        let error = Library::open(folder.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("library.toml line 2: the file \"mine.ogg\""), "{error}");
        fs::write(folder.path().join("mine.flac"), b"fLaC").unwrap();
        assert_eq!(Library::open(folder.path()).unwrap().outros().len(), 1);
    }

    #[test]
    fn an_unknown_outro_or_brand_lists_what_there_is() {
        let library = Library::built_in().unwrap();
        let error = library.outro("disco").unwrap_err().to_string();
        assert!(error.contains("unknown outro \"disco\"") && error.contains("bright-pop"), "{error}");
        assert!(library.brand("acme").unwrap_err().to_string().contains("expected one of"));
        assert!(Library::open(Path::new("no/such/folder")).is_err());
    }
}
