//! Measures hearing on the sets of a data folder: accuracy, acceptance, calibration and latency, per set and line.
//!
//! `cargo run --release --example measure_hearing -- DATA [--set NAME] [--threads N] [--dump FILE] …` (`--help` names all)
//!
//! DATA holds `manifest.jsonl` and the clips it names. `--every N` takes each N-th clip. `--dump` writes one JSON
//! line a clip (raw masses, posterior, transcript, milliseconds), from which `scripts/train/hearing` calibrates.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use codetta::audio::{Line, Samples, resample, telephone, write_wav};
use codetta::encoder::SpeechEncoder;
use codetta::hear::{AnswerSound, Options, Recogniser};
use codetta::model::Store;
use codetta::{Error, ErrorKind, Language, Result, SampleRate, Scale, capture, segment};
use serde::Deserialize;
use serde_json::json;

#[derive(Parser)]
struct Arguments {
    /// Folder with manifest.jsonl.
    data: PathBuf,
    /// A manifest elsewhere, with paths relative to DATA.
    #[arg(long)]
    manifest: Option<PathBuf>,
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// Only sets whose name contains this.
    #[arg(long, default_value = "")]
    set: String,
    #[arg(long)]
    dump: Option<PathBuf>,
    /// Let each clip be heard in the other language; its log odds are part of the dump, and the shares are told.
    #[arg(long)]
    either_lang: bool,
    /// Language of the calls, where it is not the clips' own.
    #[arg(long, value_enum)]
    call_lang: Option<Language>,
    #[arg(long)]
    model: Option<PathBuf>,
    /// Writes each clip, as it was heard, to this folder: for other recognisers.
    #[arg(long)]
    wav: Option<PathBuf>,
}

/// A clip of the manifest.
#[derive(Deserialize)]
struct Clip {
    path: String,
    dataset: String,
    lang: String,
    #[serde(default)]
    speaker: String,
    #[serde(default)]
    digit: Option<u8>,
    #[serde(default)]
    rating: Option<u8>,
    #[serde(default)]
    intent: Option<String>,
    #[serde(default)]
    take: Option<u32>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    group: Option<String>,
}

impl Clip {
    fn language(&self) -> Option<Language> {
        match self.lang.as_str() {
            "zh" => Some(Language::Zh),
            "en" => Some(Language::En),
            _ => None,
        }
    }

    /// The name of its set, or none if it says nothing about ratings.
    fn set(&self) -> Option<String> {
        let kind = |rated: bool| if rated { "ratings" } else { "others" };
        match self.dataset.as_str() {
            "fsdd" => {
                let part = if self.take? < 5 { "test" } else { "train" };
                Some(format!("fsdd {part} {}", kind(self.truth().is_some())))
            }
            "cmn" => Some(format!("cmn {}", kind(self.truth().is_some()))),
            "syllables" => Some(format!("{} {}", self.speaker, kind(self.truth().is_some()))),
            name if name.starts_with("tts") || name == "kok" || name == "not-speech" => {
                let rated = match self.group.as_deref() {
                    Some("digit") => "digits",
                    Some("words" | "correction") => "phrases",
                    _ => kind(self.truth().is_some()),
                };
                Some(format!("{name} {rated}"))
            }
            _ => None,
        }
    }

    fn truth(&self) -> Option<u8> {
        self.rating.or(self.digit).filter(|value| (1..=5).contains(value))
    }
}

/// Counts of one set on one line.
#[derive(Default)]
struct Tally {
    clips: usize,
    rated: usize,
    right: usize,
    accepted: usize,
    accepted_right: usize,
    accepted_rated: usize,
    /// Heard in another language than they were spoken in.
    strange: usize,
    milliseconds: Vec<f64>,
    /// Probability of the best outcome, and whether it was right.
    reliability: Vec<(f32, bool)>,
}

/// A rating is taken without asking back from this probability on: the policy's default.
const ACCEPT_FROM: f32 = 0.8;

fn main() -> Result<()> {
    codetta::neural::one_thread();
    let arguments = Arguments::parse();
    let manifest = arguments.manifest.clone().unwrap_or_else(|| arguments.data.join("manifest.jsonl"));
    let text = std::fs::read_to_string(&manifest).map_err(|e| Error::io(&manifest, &e))?;
    let model = match &arguments.model {
        Some(path) => path.clone(),
        None => Store::locate()?.path("ggml-whisper-base-q8_0.bin")?,
    };
    let mut recogniser = Recogniser::load(&model, arguments.threads)?;
    let encoder_file = Store::locate()?.path(codetta::encoder::FILE)?;
    let english = SpeechEncoder::load(&encoder_file)?;
    let mandarin = english.for_lines()?;
    let mut dump = match &arguments.dump {
        Some(path) => Some(std::fs::File::create(path).map_err(|e| Error::io(path, &e))?),
        None => None,
    };
    let mut tallies: std::collections::BTreeMap<(String, &str), Tally> = Default::default();
    for line in text.lines().step_by(arguments.every.max(1)) {
        let clip: Clip = serde_json::from_str(line)
            .map_err(|e| Error::new(ErrorKind::Corrupt, manifest.display().to_string(), e.to_string()))?;
        let (Some(language), Some(set)) = (clip.language(), clip.set()) else { continue };
        if !set.contains(&arguments.set) {
            continue;
        }
        for (name, line) in [("clean 8 kHz", Line::Clean), ("mu-law + 10 dB", Line::MuLawNoise(10.0))] {
            let sound = arrive(&arguments.data.join(&clip.path), line, &clip)?;
            let wav = format!("{}.wav", tallies.values().map(|tally| tally.clips).sum::<usize>());
            if let Some(folder) = &arguments.wav {
                write_wav(&folder.join(&wav), &sound)?;
            }
            let call_language = arguments.call_lang.unwrap_or(language);
            let row = measure(&mut recogniser, [&mandarin, &english], &sound, call_language, &arguments)?;
            if let Some(file) = &mut dump {
                writeln!(file, "{}", row.line(&clip, &set, name, &wav)).map_err(|e| Error::io(&manifest, &e))?;
            }
            tallies.entry((set.clone(), name)).or_default().add(&row, clip.truth(), language);
        }
    }
    report(tallies);
    Ok(())
}

struct Row {
    heard: Option<codetta::hear::Heard>,
    detail: serde_json::Value,
    milliseconds: f64,
}

impl Row {
    fn line(&self, clip: &Clip, set: &str, line: &str, wav: &str) -> serde_json::Value {
        json!({
            "path": clip.path, "wav": wav, "set": set, "line": line, "language": clip.lang, "speaker": clip.speaker,
            "truth": clip.truth(), "intent": clip.intent, "unit": clip.unit, "digit": clip.digit, "group": clip.group, "heard": self.heard,
            "detail": self.detail, "ms": self.milliseconds,
        })
    }
}

/// The clip as it arrives over the line, at 16 kHz.
fn arrive(path: &Path, line: Line, clip: &Clip) -> Result<Samples> {
    let seed = clip.path.bytes().map(u64::from).sum();
    resample(&telephone(&capture::read(path)?, line, seed)?, SampleRate::SPEECH)
}

/// As the program does it: on two threads one decodes while the other spells the sound (`listen/understanding.rs`).
fn measure(
    recogniser: &mut Recogniser,
    [mandarin, english]: [&SpeechEncoder; 2],
    sound: &Samples,
    language: Language,
    arguments: &Arguments,
) -> Result<Row> {
    let start = Instant::now();
    let (heard, detail) = match segment::speech(sound)? {
        None => (None, json!(null)),
        Some(utterance) => {
            let mut options = Options {
                deadline: Duration::from_secs(120),
                either_language: arguments.either_lang,
                ..Options::default()
            };
            let spelt = |spoken: Language| {
                let encoder = if spoken == Language::Zh { mandarin } else { english };
                let sound = AnswerSound::of_utterance(encoder, &utterance)?;
                Some(if arguments.either_lang { sound } else { sound.spell(spoken, Scale::default()) })
            };
            let (heard, detail) = match arguments.threads {
                0 | 1 => recogniser.hear_in_detail(&utterance, language, &options, spelt)?,
                threads => {
                    recogniser.encode(&utterance, language, &options)?;
                    options.decoding_threads = NonZeroUsize::new(threads - 1);
                    thread::scope(|scope| {
                        let sound = scope.spawn(|| spelt(language));
                        recogniser.decode(&options, |spoken| match spoken == language {
                            true => sound.join().ok().flatten(),
                            false => spelt(spoken),
                        })
                    })?
                }
            };
            (Some(heard), json!(detail))
        }
    };
    Ok(Row { heard, detail, milliseconds: start.elapsed().as_secs_f64() * 1e3 })
}

impl Tally {
    fn add(&mut self, row: &Row, truth: Option<u8>, spoken: Language) {
        self.clips += 1;
        self.strange += usize::from(row.heard.as_ref().is_some_and(|heard| heard.transcript.language != spoken));
        self.milliseconds.push(row.milliseconds);
        let best = row.heard.as_ref().and_then(|heard| heard.rating.best());
        let value = best.map(|(rating, _)| rating.value());
        let right = truth.is_some() && value == truth;
        self.rated += usize::from(truth.is_some());
        self.right += usize::from(right);
        if best.is_some_and(|(_, p)| p >= ACCEPT_FROM) {
            self.accepted += 1;
            self.accepted_right += usize::from(right);
            self.accepted_rated += usize::from(truth.is_some());
        }
        let none = row.heard.as_ref().map_or(1.0, |heard| heard.rating.none);
        self.reliability.push((best.map_or(none, |(_, p)| p), value == truth));
    }

    /// Expected calibration error over ten equal bins of probability.
    fn calibration_error(&self) -> f32 {
        let mut bins = [(0usize, 0f32, 0usize); 10];
        for (p, right) in &self.reliability {
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            *bin = (bin.0 + 1, bin.1 + p, bin.2 + usize::from(*right));
        }
        let gaps = bins.iter().map(|(_, p, right)| (p - *right as f32).abs());
        gaps.sum::<f32>() / self.reliability.len().max(1) as f32
    }
}

/// Wilson's 95 % interval of `hits` in `n`.
fn wilson(hits: usize, n: usize) -> String {
    if n == 0 {
        return "–".into();
    }
    let (p, n, z) = (hits as f64 / n as f64, n as f64, 1.96f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    format!("{p:.3} ({:.3}–{:.3})", (centre - half).max(0.0), (centre + half).min(1.0))
}

fn report(tallies: std::collections::BTreeMap<(String, &str), Tally>) {
    println!(
        "| set | line | n | top-1 (95 %) | accepted: right (95 %) | ratings accepted | others accepted | calibration error | other language | ms median / p95 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let share =
        |part: usize, all: usize| if all == 0 { "–".into() } else { format!("{:.3}", part as f64 / all as f64) };
    for ((set, line), mut tally) in tallies {
        tally.milliseconds.sort_by(f64::total_cmp);
        let at = |q: f64| tally.milliseconds[((tally.milliseconds.len() - 1) as f64 * q) as usize];
        println!(
            "| {set} | {line} | {} | {} | {} | {} | {} | {:.3} | {} | {:.0} / {:.0} |",
            tally.clips,
            wilson(tally.right, tally.rated),
            wilson(tally.accepted_right, tally.accepted),
            share(tally.accepted_rated, tally.rated),
            share(tally.accepted - tally.accepted_rated, tally.clips - tally.rated),
            tally.calibration_error(),
            tally.strange,
            at(0.5),
            at(0.95),
        );
    }
}
