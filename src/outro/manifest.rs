//! `library.toml`: strict reading. What is wrong is named with its file, its line and what is allowed.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::prompt::PromptId;
use crate::error::{Error, ErrorKind, Result};
use crate::judge::Mood;
use crate::units::{Language, Lufs};

/// The brand tone of an outro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Classical,
    Pop,
    Neutral,
    /// A soundscape: birds, rain, surf.
    Nature,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classical => "classical",
            Self::Pop => "pop",
            Self::Neutral => "neutral",
            Self::Nature => "nature",
        })
    }
}

/// A piece of closing music.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outro {
    pub id: String,
    pub title: String,
    /// Path relative to the library's folder, with `/`.
    pub file: String,
    pub mood: Mood,
    pub tone: Tone,
    /// Beats per minute; none for a soundscape.
    pub tempo_bpm: Option<f32>,
    /// Such as `D major`; none for a soundscape.
    pub key: Option<String>,
    /// Integrated loudness as measured when it was rendered.
    pub loudness_lufs: Lufs,
    pub licence: String,
    /// Where the closing cadence begins, seconds.
    pub ending_s: Option<f64>,
    /// The track may repeat from `loop_end_s` back to `loop_start_s` (seconds); the player blends the seam.
    pub loop_start_s: Option<f64>,
    pub loop_end_s: Option<f64>,
}

impl Outro {
    /// Start and end of the part that repeats, in seconds.
    pub fn loop_s(&self) -> Option<(f64, f64)> {
        self.loop_start_s.zip(self.loop_end_s)
    }
}

/// A spoken prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    pub id: PromptId,
    pub language: Language,
    /// What is said, word for word.
    pub text: String,
    /// Who says it: a synthesiser and its version, or a person.
    pub voice: String,
    pub licence: String,
    /// Path relative to the library's folder, with `/`.
    pub file: String,
}

/// What a brand wants to hear at the end of its calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    pub name: String,
    /// Taken where the query leaves the tone open.
    pub tone: Option<Tone>,
    /// The only outros of that mood for this brand; empty leaves the choice to the tone.
    #[serde(default)]
    pub bright: Vec<String>,
    #[serde(default)]
    pub calm: Vec<String>,
    #[serde(default)]
    pub soothing: Vec<String>,
}

impl Brand {
    /// Identifiers of the outros that this brand wants for a mood; empty when it has no wish.
    pub fn wishes(&self, mood: Mood) -> &[String] {
        match mood {
            Mood::Bright => &self.bright,
            Mood::Calm => &self.calm,
            Mood::Soothing => &self.soothing,
        }
    }
}

/// The whole file, checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Manifest {
    pub outros: Vec<Outro>,
    pub prompts: Vec<Prompt>,
    pub brands: Vec<Brand>,
    /// Line of each file's entry, for messages about that file.
    pub lines: HashMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: Spanned<u32>,
    #[serde(default, rename = "outro")]
    outros: Vec<Spanned<Outro>>,
    #[serde(default, rename = "prompt")]
    prompts: Vec<Spanned<Prompt>>,
    #[serde(default, rename = "brand")]
    brands: Vec<Spanned<Brand>>,
}

/// Reads and checks the text of a `library.toml`; `name` is the file that messages speak of.
pub(super) fn parse(text: &str, name: &str) -> Result<Manifest> {
    let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|&b| b == b'\n').count();
    let wrong = |line: usize, problem: String| Error::new(ErrorKind::Usage, format!("{name} line {line}"), problem);
    let written: Written = toml::from_str(text)
        .map_err(|e| wrong(e.span().map_or(1, |span| line_at(span.start)), e.message().to_owned()))?;
    if *written.format.get_ref() != 1 {
        let problem = format!("format {} is not known to this version, expected 1", written.format.get_ref());
        return Err(wrong(line_at(written.format.span().start), problem));
    }

    let mut lines = HashMap::new();
    let mut outros: Vec<Outro> = Vec::new();
    for entry in written.outros {
        let (line, outro) = (line_at(entry.span().start), entry.into_inner());
        check_outro(&outro).and_then(|()| check_path(&outro.file)).map_err(|problem| wrong(line, problem))?;
        if outros.iter().any(|known| known.id == outro.id) {
            return Err(wrong(line, format!("the outro {:?} is listed twice; give each an id of its own", outro.id)));
        }
        lines.insert(outro.file.clone(), line);
        outros.push(outro);
    }
    let mut prompts: Vec<Prompt> = Vec::new();
    for entry in written.prompts {
        let (line, prompt) = (line_at(entry.span().start), entry.into_inner());
        check_path(&prompt.file).map_err(|problem| wrong(line, problem))?;
        if prompts.iter().any(|known| known.id == prompt.id && known.language == prompt.language) {
            let problem = format!("the prompt {} ({}) is listed twice; keep one", prompt.id, prompt.language);
            return Err(wrong(line, problem));
        }
        lines.insert(prompt.file.clone(), line);
        prompts.push(prompt);
    }
    let mut brands: Vec<Brand> = Vec::new();
    for entry in written.brands {
        let (line, brand) = (line_at(entry.span().start), entry.into_inner());
        check_brand(&brand, &outros).map_err(|problem| wrong(line, problem))?;
        if brands.iter().any(|known| known.name == brand.name) {
            return Err(wrong(line, format!("the brand {:?} is listed twice; keep one", brand.name)));
        }
        brands.push(brand);
    }
    Ok(Manifest { outros, prompts, brands, lines })
}

fn check_outro(outro: &Outro) -> Result<(), String> {
    let id_is_plain = !outro.id.is_empty()
        && outro.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
    if !id_is_plain {
        return Err(format!("the id {:?} must be of lower-case letters, digits, - and _", outro.id));
    }
    if !outro.loudness_lufs.0.is_finite() {
        return Err(format!("loudness_lufs must be a number such as -20.0, got {}", outro.loudness_lufs.0));
    }
    match (outro.loop_start_s, outro.loop_end_s) {
        (None, None) => {}
        (Some(start), Some(end)) if start >= 0.0 && end - start >= 1.0 && end.is_finite() => {}
        (start, end) => {
            return Err(format!(
                "expected loop_start_s and loop_end_s together, at least 1 s apart, got {start:?} and {end:?}"
            ));
        }
    }
    if outro.ending_s.is_some_and(|ending| !ending.is_finite() || ending < 0.0) {
        return Err(format!("ending_s must be a time in seconds, got {:?}", outro.ending_s));
    }
    Ok(())
}

/// Sounds lie inside the library's folder: a library from elsewhere must not name a caller's files.
fn check_path(file: &str) -> Result<(), String> {
    let steps_out = file.split('/').any(|step| matches!(step, "" | "." | "..")) || file.contains(['\\', ':', '\0']);
    if steps_out {
        return Err(format!("the file {file:?} must be a relative path inside the library's folder, with /"));
    }
    Ok(())
}

fn check_brand(brand: &Brand, outros: &[Outro]) -> Result<(), String> {
    for mood in [Mood::Bright, Mood::Calm, Mood::Soothing] {
        for id in brand.wishes(mood) {
            if !outros.iter().any(|outro| outro.id == *id) {
                let allowed: Vec<&str> = outros.iter().map(|outro| outro.id.as_str()).collect();
                return Err(format!(
                    "unknown outro {id:?} for the brand {:?}, expected one of {}",
                    brand.name,
                    allowed.join(", ")
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTRO: &str = "format = 1\n\n[[outro]]\nid = \"a\"\ntitle = \"A\"\nfile = \"outros/a.ogg\"\nmood = \"calm\"\n\
                         tone = \"pop\"\nloudness_lufs = -20.0\nlicence = \"MIT\"\n";

    fn problem(text: &str) -> String {
        parse(text, "library.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_minimal_library_is_read() {
        let manifest = parse(OUTRO, "library.toml").unwrap();
        assert_eq!(manifest.outros[0].tone, Tone::Pop);
        assert_eq!(manifest.lines["outros/a.ogg"], 3);
    }

    #[test]
    fn what_is_wrong_is_named_with_line_and_what_is_allowed() {
        let unknown_field = problem(&OUTRO.replace("title", "titel"));
        assert!(unknown_field.starts_with("library.toml line 5: unknown field `titel`"), "{unknown_field}");
        assert!(unknown_field.contains("`title`"), "{unknown_field}");

        let unknown_mood = problem(&OUTRO.replace("\"calm\"", "\"jolly\""));
        assert!(unknown_mood.starts_with("library.toml line 7:"), "{unknown_mood}");
        assert!(unknown_mood.contains("`bright`"), "{unknown_mood}");

        let unknown_outro = problem(&format!("{OUTRO}\n[[brand]]\nname = \"acme\"\ncalm = [\"b\"]\n"));
        assert!(unknown_outro.starts_with("library.toml line 12: unknown outro \"b\""), "{unknown_outro}");
        assert!(unknown_outro.ends_with("expected one of a"), "{unknown_outro}");

        let twice = problem(&OUTRO.replace("format = 1\n", "").repeat(2).replacen("\n[[", "format = 1\n\n[[", 1));
        assert!(twice.contains("listed twice"), "{twice}");
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused() {
        for path in ["../a.ogg", "/etc/passwd", "a//b.ogg", "c:a.ogg", "a\\\\b.ogg", ""] {
            let text = OUTRO.replace("outros/a.ogg", path);
            assert!(problem(&text).contains("inside the library's folder"), "{path}");
        }
    }

    #[test]
    fn loop_marks_come_in_pairs_and_in_order() {
        for marks in
            ["loop_start_s = 1.0\n", "loop_start_s = 5.0\nloop_end_s = 4.0\n", "loop_end_s = inf\nloop_start_s = 0.0\n"]
        {
            assert!(problem(&format!("{OUTRO}{marks}")).contains("loop_start_s and loop_end_s together"), "{marks}");
        }
        assert!(parse(&format!("{OUTRO}loop_start_s = 0.0\nloop_end_s = 4.0\n"), "x").is_ok());
    }
}
