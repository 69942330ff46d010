//! Which outro fits: by mood and tone, least recently played first, seeded; a substitute says that it is one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::library::Library;
use super::manifest::{Outro, Tone};
use crate::error::{Error, ErrorKind, Result};
use crate::judge::{Mood, OutroQuery};

/// What has been played, oldest first. A caller keeps it between calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlayHistory {
    outros: Vec<String>,
}

impl PlayHistory {
    /// Notes that an outro was played. One line an outro is kept, so that a history never grows past the library.
    pub fn played(&mut self, id: &str) {
        self.outros.retain(|known| known != id);
        self.outros.push(id.to_owned());
    }

    /// 0 for an outro that was never played; then larger the later it was played.
    fn recency(&self, id: &str) -> usize {
        self.outros.iter().position(|known| known == id).map_or(0, |place| place + 1)
    }
}

/// How far a selection had to leave the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// As asked.
    None,
    /// The tone is missing in this mood: a neutral outro stands in.
    NeutralTone,
    /// Neither the tone nor a neutral one is there in this mood: any tone.
    AnyTone,
    /// The mood is missing: a calmer one stands in, or, when there is nothing else, a livelier one.
    OtherMood,
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "as asked",
            Self::NeutralTone => "no outro of that tone in this mood: a neutral one stands in",
            Self::AnyTone => "no outro of that tone in this mood, nor a neutral one: another tone stands in",
            Self::OtherMood => "no outro of that mood: another mood stands in",
        })
    }
}

/// The chosen outro and how well it fits the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection<'a> {
    pub outro: &'a Outro,
    pub fallback: Fallback,
}

/// Chooses an outro: pure, the same arguments give the same outro.
///
/// A brand's wishes for the mood come first; then mood and tone (the query's, else the brand's, else any); then the
/// neutral tone; then any tone; then another mood. Among those that fit equally, the one whose last play lies furthest
/// back is taken, and `seed` decides among several that were never played.
///
/// # Errors
/// [`ErrorKind::Usage`] for an unknown tone or brand (with those that there are), or a library without outros.
pub fn select<'a>(
    library: &'a Library,
    query: &OutroQuery,
    brand: Option<&str>,
    history: &PlayHistory,
    seed: u64,
) -> Result<Selection<'a>> {
    let brand = brand.map(|name| library.brand(name)).transpose()?;
    let asked = query.tone.as_deref().map(tone_named).transpose()?;
    let tone = asked.or(brand.and_then(|brand| brand.tone));
    let pick = |fits: &dyn Fn(&Outro) -> bool| least_recent(library.outros(), fits, history, seed);

    let wishes = brand.map_or(&[][..], |brand| brand.wishes(query.mood));
    let mut choices = vec![(Fallback::None, pick(&|outro| wishes.contains(&outro.id)))];
    for (mood, fallback) in moods(query.mood) {
        let in_mood = |outro: &Outro| outro.mood == mood;
        let fallback_to = |step| if fallback == Fallback::None { step } else { fallback };
        match tone {
            Some(tone) => choices.extend([
                (fallback, pick(&|outro| in_mood(outro) && outro.tone == tone)),
                (fallback_to(Fallback::NeutralTone), pick(&|outro| in_mood(outro) && outro.tone == Tone::Neutral)),
                (fallback_to(Fallback::AnyTone), pick(&in_mood)),
            ]),
            None => choices.push((fallback, pick(&in_mood))),
        }
    }
    choices
        .into_iter()
        .find_map(|(fallback, outro)| outro.map(|outro| Selection { outro, fallback }))
        .ok_or_else(|| Error::new(ErrorKind::Usage, library.name(), "has no [[outro]]; add at least one"))
}

/// The mood asked for, then the next best: an unhappy caller gets a calm outro before a bright one.
fn moods(asked: Mood) -> [(Mood, Fallback); 3] {
    let others = match asked {
        Mood::Bright => [Mood::Calm, Mood::Soothing],
        Mood::Calm => [Mood::Soothing, Mood::Bright],
        Mood::Soothing => [Mood::Calm, Mood::Bright],
    };
    [(asked, Fallback::None), (others[0], Fallback::OtherMood), (others[1], Fallback::OtherMood)]
}

fn tone_named(name: &str) -> Result<Tone> {
    let all = [Tone::Classical, Tone::Pop, Tone::Neutral, Tone::Nature];
    all.into_iter().find(|tone| tone.to_string() == name).ok_or_else(|| {
        let problem = format!("expected one of classical, pop, neutral, nature, got {name:?}");
        Error::new(ErrorKind::Usage, "tone", problem)
    })
}

fn least_recent<'a>(
    outros: &'a [Outro],
    fits: &dyn Fn(&Outro) -> bool,
    history: &PlayHistory,
    seed: u64,
) -> Option<&'a Outro> {
    outros.iter().filter(|outro| fits(outro)).min_by_key(|outro| (history.recency(&outro.id), lot(&outro.id, seed)))
}

/// A lot for a name: FNV-1a over the name, stirred with the seed by SplitMix64. Stable across versions and platforms,
/// unlike the standard library's hasher.
fn lot(id: &str, seed: u64) -> u64 {
    let name = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut mixed = name ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    /// A library of the given moods and tones; the files exist, their content does not matter here.
    fn library(entries: &[(&str, &str, &str)], brands: &str) -> (tempfile::TempDir, Library) {
        let folder = tempfile::tempdir().unwrap();
        let mut list = "format = 1\n".to_owned();
        for (id, mood, tone) in entries {
            list += &format!(
                "[[outro]]\nid = \"{id}\"\ntitle = \"{id}\"\nfile = \"{id}.wav\"\nmood = \"{mood}\"\ntone = \"{tone}\"\n\
                 loudness_lufs = -20.0\nlicence = \"own\"\n"
            );
            fs::write(folder.path().join(format!("{id}.wav")), b"RIFF").unwrap();
        }
        fs::write(folder.path().join("library.toml"), list + brands).unwrap();
        let library = Library::open(folder.path()).unwrap();
        (folder, library)
    }

    fn query(mood: Mood, tone: Option<&str>) -> OutroQuery {
        OutroQuery { mood, tone: tone.map(str::to_owned) }
    }

    #[test]
    fn a_missing_tone_or_mood_is_replaced_and_said() {
        let entries = [("a", "bright", "pop"), ("b", "bright", "neutral"), ("c", "calm", "classical")];
        let (_folder, library) = library(&entries, "");
        let none = PlayHistory::default();
        let choose = |mood, tone| {
            let selection = select(&library, &query(mood, tone), None, &none, 1).unwrap();
            (selection.outro.id.as_str(), selection.fallback)
        };
        assert_eq!(choose(Mood::Bright, Some("pop")), ("a", Fallback::None));
        assert_eq!(choose(Mood::Bright, Some("classical")), ("b", Fallback::NeutralTone));
        assert_eq!(choose(Mood::Calm, Some("pop")), ("c", Fallback::AnyTone));
        assert_eq!(choose(Mood::Calm, None), ("c", Fallback::None));
        // An unhappy caller gets the calm piece, not a bright one of the right tone.
        assert_eq!(choose(Mood::Soothing, Some("pop")), ("c", Fallback::OtherMood));
        assert!(select(&library, &query(Mood::Calm, Some("metal")), None, &none, 1).is_err());
    }

    #[test]
    fn a_brand_has_its_own_tone_and_its_own_outros() {
        let entries =
            [("a", "bright", "pop"), ("b", "bright", "neutral"), ("c", "calm", "pop"), ("d", "calm", "neutral")];
        let brands = "[[brand]]\nname = \"acme\"\ntone = \"pop\"\nbright = [\"b\"]\n";
        let (_folder, library) = library(&entries, brands);
        let none = PlayHistory::default();
        let choose =
            |mood, tone| select(&library, &query(mood, tone), Some("acme"), &none, 3).unwrap().outro.id.clone();
        assert_eq!(choose(Mood::Bright, Some("pop")), "b");
        assert_eq!(choose(Mood::Calm, None), "c");
        assert_eq!(choose(Mood::Calm, Some("neutral")), "d");
        assert!(select(&library, &query(Mood::Calm, None), Some("other"), &none, 3).is_err());
    }

    #[test]
    fn an_empty_library_is_an_error() {
        let (_folder, library) = library(&[], "");
        assert!(select(&library, &query(Mood::Calm, None), None, &PlayHistory::default(), 0).is_err());
    }

    #[test]
    fn the_built_in_sounds_answer_every_query_without_leaving_the_mood() {
        let library = Library::built_in().unwrap();
        for mood in [Mood::Bright, Mood::Calm, Mood::Soothing] {
            for tone in [None, Some("classical"), Some("pop"), Some("neutral"), Some("nature")] {
                let selection = select(&library, &query(mood, tone), None, &PlayHistory::default(), 7).unwrap();
                assert_eq!((selection.outro.mood, selection.fallback), (mood, Fallback::None), "{mood:?} {tone:?}");
            }
        }
    }

    proptest! {
        /// Whatever was played before: the same call gives the same outro, each of n outros comes once in n calls, and
        /// never twice in a row.
        #[test]
        fn rotation_is_fair_and_repeatable(count in 1usize..7, seed: u64, before in prop::collection::vec(0usize..9, 0..12)) {
            let names: Vec<String> = (0..count).map(|i| format!("o{i}")).collect();
            let entries: Vec<(&str, &str, &str)> = names.iter().map(|name| (name.as_str(), "calm", "pop")).collect();
            let (_folder, library) = library(&entries, "");
            let mut history = PlayHistory::default();
            for index in before {
                history.played(&format!("o{index}"));
            }
            let mut heard = Vec::new();
            for _ in 0..2 * count {
                let ask = || select(&library, &query(Mood::Calm, Some("pop")), None, &history, seed).unwrap().outro.id.clone();
                let id = ask();
                prop_assert_eq!(&ask(), &id);
                heard.push(id.clone());
                history.played(&id);
            }
            for round in heard.windows(count) {
                let mut sorted = round.to_vec();
                sorted.sort();
                sorted.dedup();
                prop_assert_eq!(sorted.len(), count, "{:?}", heard);
            }
        }

        /// Different seeds begin differently: no outro is always first.
        #[test]
        fn every_outro_is_first_for_some_seed(count in 2usize..6) {
            let names: Vec<String> = (0..count).map(|i| format!("o{i}")).collect();
            let entries: Vec<(&str, &str, &str)> = names.iter().map(|name| (name.as_str(), "calm", "pop")).collect();
            let (_folder, library) = library(&entries, "");
            let history = PlayHistory::default();
            let first: std::collections::HashSet<String> = (0..200)
                .map(|seed| select(&library, &query(Mood::Calm, None), None, &history, seed).unwrap().outro.id.clone())
                .collect();
            prop_assert_eq!(first.len(), count);
        }
    }
}
