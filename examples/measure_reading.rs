//! How answers are read: from texts alone, by the grammar, and by the grammar with the network beside it; or as they were heard.
//!
//! `cargo run --release --example measure_reading -- FILE... [--show]`
//!
//! A FILE (its name ends in `-zh.tsv` or `-en.tsv`, or is `zh.tsv` or `en.tsv`) has a line for each answer: the text, a tab, and what it means, as in `tests/data/answers`.
//! One that ends in `.jsonl` is a dump of `measure_hearing` whose clips have what they mean for their group (`scripts/measure-spoken`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use codetta::hear::{Heard, Intents, Request, read};
use codetta::{Error, ErrorKind, Language, Result, Scale};
use serde::Deserialize;

#[derive(Parser)]
struct Arguments {
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Every answer that is not read as it was meant.
    #[arg(long)]
    show: bool,
}

/// As the judge takes them by default.
const ACCEPT: f32 = 0.8;
const CONFIRM: f32 = 0.5;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    for file in &arguments.files {
        let language = if file.to_string_lossy().ends_with("zh.tsv") { Language::Zh } else { Language::En };
        let list = std::fs::read_to_string(file).map_err(|e| Error::io(file, &e))?;
        match file.extension().is_some_and(|extension| extension == "jsonl") {
            true => measure_heard(file, &list, arguments.show)?,
            false => measure(file, &list, language, arguments.show),
        }
    }
    Ok(())
}

/// A clip as `measure_hearing --dump` writes it.
#[derive(Deserialize)]
struct Clip {
    path: String,
    line: String,
    group: String,
    heard: Option<Heard>,
}

fn measure_heard(file: &Path, dump: &str, show: bool) -> Result<()> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for line in dump.lines() {
        let clip: Clip = serde_json::from_str(line)
            .map_err(|e| Error::new(ErrorKind::Corrupt, file.display().to_string(), e.to_string()))?;
        let nothing = || Heard::of_text("", Language::En, Scale::default());
        let heard = clip.heard.unwrap_or_else(nothing);
        let outcomes = outcomes(&heard, &clip.group);
        if show && !outcomes.iter().all(|outcome| as_meant(outcome)) {
            let Heard { transcript, rating, intents } = &heard;
            let (path, meant) = (&clip.path, &clip.group);
            println!(
                "  {path} | {} | {} | {meant} | {outcomes:?} {:?} {intents:?}",
                clip.line,
                transcript.text,
                rating.best()
            );
        }
        for outcome in outcomes {
            *counts.entry(outcome).or_default().entry(clip.line.clone()).or_default() += 1;
        }
    }
    println!("{}", file.display());
    for (outcome, by_line) in counts {
        let by_line: Vec<String> = by_line.iter().map(|(line, count)| format!("{line} {count:4}")).collect();
        println!("  {outcome:40} {}", by_line.join("  "));
    }
    Ok(())
}

fn as_meant(outcome: &str) -> bool {
    outcome.ends_with("right") || outcome.ends_with("none")
}

fn measure(file: &Path, list: &str, language: Language, show: bool) {
    let mut counts: [BTreeMap<String, usize>; 2] = Default::default();
    for line in list.lines() {
        let mut fields = line.split('\t');
        let (Some(text), Some(meant)) = (fields.next(), fields.next()) else { continue };
        let heard = Heard::of_text(text, language, Scale::default());
        for (heard, counts) in [&by_grammar(text, language), &heard].into_iter().zip(&mut counts) {
            for outcome in outcomes(heard, meant) {
                *counts.entry(outcome).or_default() += 1;
            }
        }
        let outcomes = outcomes(&heard, meant);
        if show && !outcomes.iter().all(|outcome| as_meant(outcome)) {
            println!("  {text} | {meant} | {outcomes:?} {:?} {:?}", heard.rating.best(), heard.intents);
        }
    }
    println!("{}: {} answers", file.display(), list.lines().count());
    let names: std::collections::BTreeSet<&String> = counts.iter().flat_map(BTreeMap::keys).collect();
    for name in names {
        let of = |which: usize| counts[which].get(name).copied().unwrap_or(0);
        println!("  {name:40} grammar {:4}  with the network {:4}", of(0), of(1));
    }
}

fn by_grammar(text: &str, language: Language) -> Heard {
    let answer = read(text, language, Scale::default());
    let mut heard = Heard::of_text("", language, Scale::default());
    if let Some(rating) = answer.rating {
        heard.rating = codetta::hear::RatingPosterior::certain(rating);
        heard.rating = if answer.implied { heard.rating.doubted(0.75) } else { heard.rating };
    }
    let p = |request| if answer.request == Some(request) { 1.0 } else { 0.0 };
    heard.intents = Intents {
        human: p(Request::Human),
        repeat: p(Request::Repeat),
        later: p(Request::Later),
        no_calls: p(Request::NoCalls),
        wrong_number: p(Request::WrongNumber),
    };
    heard
}

/// What becomes of the rating, and of the request.
fn outcomes(heard: &Heard, meant: &str) -> Vec<String> {
    let rating = meant.split('+').find_map(|part| part.trim_end_matches('?').parse::<u8>().ok());
    let request = meant.split('+').find(|part| part.parse::<u8>().is_err() && !part.ends_with('?') && *part != "none");
    let found = heard.rating.best().filter(|(_, p)| *p >= CONFIRM);
    let how = |p: f32| if p >= ACCEPT { "believed" } else { "asked back" };
    let of_rating = match (rating, found) {
        (Some(meant), Some((found, p))) if found.value() == meant => format!("rating {} right", how(p)),
        (Some(_), Some((_, p))) => format!("rating {} wrong", how(p)),
        (Some(_), None) => "rating not heard".to_owned(),
        (None, Some((_, p))) => format!("no rating, {} one", how(p)),
        (None, None) => "no rating, none".to_owned(),
    };
    let asked = Some(heard.intents.best()).filter(|(_, p)| *p >= CONFIRM).map(|(request, _)| request.name());
    let of_request = match (request, asked) {
        (Some(meant), Some(asked)) if meant == asked => "request right",
        (Some(_), Some(_)) => "request taken for another",
        (Some(_), None) => "request not heard",
        (None, Some(_)) => "no request, heard one",
        (None, None) => "no request, none",
    };
    vec![of_rating, of_request.to_owned()]
}
