//! Everything that may sound in a call, made ready before it is needed: resampled, loudness-matched, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use crate::capture;
use crate::error::Result;
use crate::judge::{Mood, OutroQuery, Policy};
use crate::outro::{Fallback, Library, Outro, PlayHistory, PromptId, select};
use crate::play::{LoopMarks, Loudness, Sink, Track, TrackSettings};
use crate::units::{Language, Lufs};

/// Prompts stand as loud as the music when it is alone; the music steps back under them.
const VOICE: Lufs = Lufs(-18.0);
/// Blend at a loop's seam.
const SEAM_S: f64 = 0.05;

/// What is to be made ready.
#[derive(Clone, Debug)]
pub struct SoundsSettings {
    pub sink: Sink,
    pub language: Language,
    /// Brand of the library whose wishes come first.
    pub brand: Option<String>,
    /// Decides among outros that fit equally.
    pub seed: u64,
    /// Music while the caller is asked.
    pub bed: bool,
}

/// An outro that is ready, and how well it fits.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    pub(super) outro: Outro,
    pub(super) fallback: Fallback,
    pub(super) track: Arc<Track>,
}

/// The sounds of one call.
///
/// Once they are prepared, no file is read any more: one that is deleted in the middle of a call is still heard.
pub struct Sounds {
    sink: Sink,
    prompts: HashMap<PromptId, (Arc<Track>, String)>,
    bed: Option<Ready>,
    ahead: Vec<(OutroQuery, Ready)>,
    problems: Vec<String>,
}

impl Sounds {
    /// Decodes and prepares: takes a second or two, so do it before the call.
    ///
    /// An outro that cannot be read is told by [`Self::problems`]; another one stands in, a calmer one before a
    /// livelier one. The outros of `history` come last.
    ///
    /// # Errors
    /// Those of reading a prompt, or a library, brand or tone that does not exist, naming it; an outro's only if none
    /// at all can be read.
    pub fn prepare(
        library: &Library,
        policy: &Policy,
        settings: &SoundsSettings,
        history: &PlayHistory,
    ) -> Result<Self> {
        let mut prompts = HashMap::new();
        for id in PromptId::all() {
            let prompt = library.prompt(id, settings.language)?;
            let file = library.sound(&prompt.file)?;
            let sound = capture::decode_stereo(&file.bytes, &file.name)?;
            let track_settings = TrackSettings { loudness: Loudness::Match(VOICE), ..TrackSettings::default() };
            let track = Track::prepare("voice", &sound, settings.sink, &track_settings)?;
            prompts.insert(id, (Arc::new(track), prompt.text.clone()));
        }
        let mut sounds = Self { sink: settings.sink, prompts, bed: None, ahead: Vec::new(), problems: Vec::new() };
        let mut history = history.clone();
        if settings.bed {
            let query = OutroQuery { mood: Mood::Soothing, tone: None };
            sounds.bed = sounds.ready(library, settings, &query, &mut history, true)?;
        }
        for query in queries(policy) {
            if let Some(ready) = sounds.ready(library, settings, &query, &mut history, false)? {
                sounds.ahead.push((query, ready));
            }
        }
        Ok(sounds)
    }

    /// The best outro for a query that can really be read, made ready.
    fn ready(
        &mut self,
        library: &Library,
        settings: &SoundsSettings,
        query: &OutroQuery,
        history: &mut PlayHistory,
        is_bed: bool,
    ) -> Result<Option<Ready>> {
        let mut last = None;
        for _ in 0..library.outros().len() {
            let selection = select(library, query, settings.brand.as_deref(), history, settings.seed)?;
            let (outro, fallback) = (selection.outro.clone(), selection.fallback);
            // Chosen or unreadable: another one is next either way.
            history.played(&outro.id);
            if let Some((_, known)) = self.ahead.iter().find(|(_, known)| known.outro.id == outro.id) {
                return Ok(Some(Ready { fallback, ..known.clone() }));
            }
            match music_track(library, &outro, settings.sink, &outro.title, is_bed || query.mood == Mood::Soothing) {
                Ok(track) => return Ok(Some(Ready { outro, fallback, track })),
                Err(error) => {
                    self.problems.push(format!("{error}; another outro stands in"));
                    last = Some(error);
                }
            }
        }
        match last {
            Some(error) if self.ahead.is_empty() && !is_bed => Err(error),
            _ => Ok(None),
        }
    }

    /// What could not be read, in one line each.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// What the tracks were prepared for.
    pub fn sink(&self) -> Sink {
        self.sink
    }

    pub(super) fn bed(&self) -> Option<&Ready> {
        self.bed.as_ref()
    }

    pub(super) fn prompt(&self, id: PromptId) -> Option<&(Arc<Track>, String)> {
        self.prompts.get(&id)
    }

    /// The outro for a query: that of the query itself, else of its mood, else a calmer one, else any.
    pub(super) fn outro(&self, query: &OutroQuery) -> Option<&Ready> {
        let calmer = match query.mood {
            Mood::Bright => [Mood::Bright, Mood::Calm, Mood::Soothing],
            Mood::Calm => [Mood::Calm, Mood::Soothing, Mood::Bright],
            Mood::Soothing => [Mood::Soothing, Mood::Calm, Mood::Bright],
        };
        let exact = self.ahead.iter().find(|(known, _)| known == query);
        let by_mood = || calmer.iter().find_map(|mood| self.ahead.iter().find(|(known, _)| known.mood == *mood));
        exact.or_else(by_mood).map(|(_, ready)| ready)
    }
}

/// What a policy may ask for: its bands' moods and tones, and the calm ending when nobody is free.
fn queries(policy: &Policy) -> Vec<OutroQuery> {
    let bands = &policy.rules().bands;
    let mut queries: Vec<OutroQuery> = [&bands.best, &bands.middle, &bands.low]
        .into_iter()
        .map(|band| OutroQuery { mood: band.mood, tone: band.tone.clone() })
        .collect();
    for mood in [Mood::Calm, Mood::Soothing] {
        let plain = OutroQuery { mood, tone: None };
        if !queries.iter().any(|query| query.mood == mood) {
            queries.push(plain);
        }
    }
    queries.dedup();
    queries
}

/// An outro of the library, made ready for a sink; `looped` asks it to repeat at its marks.
///
/// # Errors
/// Those of reading it.
pub fn music_track(library: &Library, outro: &Outro, sink: Sink, name: &str, looped: bool) -> Result<Arc<Track>> {
    let file = library.sound(&outro.file)?;
    let sound = capture::decode_stereo(&file.bytes, &file.name)?;
    let marks = outro.loop_s().map(|(start_s, end_s)| LoopMarks { start_s, end_s, crossfade_s: SEAM_S });
    let settings = TrackSettings { looped: marks.filter(|_| looped), ending_s: outro.ending_s, ..Default::default() };
    Ok(Arc::new(Track::prepare(name, &sound, sink, &settings)?))
}
