//! `codetta voice train`: fits the emotion head on recordings that carry an emotion and a speaker.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Status;
use super::output::Output;
use super::voice::caller_speech;
use codetta::files::write_whole;
use codetta::model::Store;
use codetta::voice::{
    CallerChannel, DEFAULT_STRENGTH, EmotionLabel, LabelledVector, TrainingReport, VoiceFeatures, train_head,
};
use codetta::{Error, ErrorKind, Result};

/// The manifest's word for speech that carries no label and should score alike.
const ORDINARY: &str = "ordinary";

#[derive(Args)]
pub struct TrainArgs {
    /// One JSON object a line: {"path": …, "emotion": …, "speaker": …}. Paths are relative to this file. Emotions:
    /// angry, sad, neutral, happy, bored, fearful, disgusted, surprised; "not speech" for music and noise; "ordinary" for
    /// everyday speech of other voices and languages, which tells the head what is no emotion
    #[arg(long)]
    manifest: PathBuf,
    /// Where the head goes. Put it into the models folder as voice-head.json to use it
    #[arg(long)]
    output: PathBuf,
    /// Which channel of stereo recordings is the caller's
    #[arg(long, alias = "channel", value_enum, value_name = "SIDE")]
    caller: Option<CallerChannel>,
    /// Leave this speaker out, to judge the head on him afterwards
    #[arg(long)]
    without_speaker: Option<String>,
    /// Keep the recordings' vectors in this file, and take from it those that are already there
    #[arg(long)]
    vectors: Option<PathBuf>,
    /// Weight of the data against the penalty on weights
    #[arg(long, default_value_t = DEFAULT_STRENGTH)]
    strength: f64,
    /// Stored in the head: where its data come from and under which licence
    #[arg(long, default_value = "trained by codetta voice train")]
    origin: String,
}

#[derive(Debug, Deserialize)]
struct ManifestRow {
    path: PathBuf,
    emotion: String,
    speaker: String,
}

/// A recording as kept in the vectors file. None where no speech was found.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    path: PathBuf,
    features: Option<Features>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Features {
    vector: Vec<f32>,
    /// Of speech.
    seconds: f32,
}

/// Fits and writes the head, then prints how it does on speakers that it was not trained on.
///
/// # Errors
/// [`ErrorKind::Usage`] about a manifest row; those of reading recordings, of [`train_head`] and of writing.
pub fn run(args: &TrainArgs, output: &mut Output) -> Result<Status> {
    let rows = read_manifest(&args.manifest)?;
    let features = features(args, &rows)?;
    let (mut examples, mut ordinary) = (Vec::new(), Vec::new());
    for (row, features) in rows.iter().zip(features) {
        let features = features.filter(|_| args.without_speaker.as_ref() != Some(&row.speaker));
        if row.emotion.trim() == ORDINARY {
            ordinary.extend(features.map(|features| features.vector));
            continue;
        }
        let label: EmotionLabel =
            row.emotion.parse().map_err(|e: Error| e.about(args.manifest.display().to_string()))?;
        if let Some(Features { vector, seconds }) = features {
            examples.push(LabelledVector { vector, seconds, label, speaker: row.speaker.clone() });
        }
    }
    let (head, report) = train_head(&examples, &ordinary, args.strength, &args.origin)?;
    write_whole(&args.output, &head)?;
    output.columns(&["on speakers not trained on", "figure"]);
    output.result(&report, || rows_of(&report))?;
    output.finish()?;
    Ok(Status::Done)
}

fn read_manifest(path: &Path) -> Result<Vec<ManifestRow>> {
    let text = fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(i, line)| {
        serde_json::from_str(line).map_err(|e| {
            let problem = format!("line {}: expected {{\"path\", \"emotion\", \"speaker\"}}: {e}", i + 1);
            Error::new(ErrorKind::Usage, path.display().to_string(), problem)
        })
    })
    .collect()
}

fn features(args: &TrainArgs, rows: &[ManifestRow]) -> Result<Vec<Option<Features>>> {
    let mut kept: HashMap<PathBuf, Option<Features>> = HashMap::new();
    if let Some(file) = args.vectors.as_ref().filter(|file| file.is_file()) {
        let text = fs::read_to_string(file).map_err(|e| Error::io(file, &e))?;
        for line in text.lines() {
            let wrong = |e| Error::new(ErrorKind::Corrupt, file.display().to_string(), format!("{e}; delete it"));
            let row: Kept = serde_json::from_str(line).map_err(wrong)?;
            kept.insert(row.path, row.features);
        }
    }
    let voice = VoiceFeatures::load(&Store::locate()?.path(codetta::encoder::FILE)?)?;
    let folder = args.manifest.parent().unwrap_or(Path::new("."));
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} recordings, {eta} left").ok();
    let progress = ProgressBar::new(rows.len() as u64).with_style(style.unwrap_or_else(ProgressStyle::default_bar));
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        progress.inc(1);
        if let Some(features) = kept.get(&row.path) {
            found.push(features.clone());
            continue;
        }
        let speech = caller_speech(&folder.join(&row.path), args.caller, false)?;
        found.push(
            speech
                .map(|speech| Features { vector: voice.vector(&speech), seconds: speech.utterance().speech_seconds() }),
        );
    }
    progress.finish_and_clear();
    if let Some(file) = &args.vectors {
        let line = |(row, features): (&ManifestRow, &Option<Features>)| {
            json!({ "path": row.path, "features": features }).to_string() + "\n"
        };
        write_whole(file, rows.iter().zip(&found).map(line).collect::<String>().as_bytes())?;
    }
    Ok(found)
}

/// The report as two cells: names of figures, and their values, a line each.
fn rows_of(report: &TrainingReport) -> Vec<String> {
    let mut names: Vec<String> =
        ["recordings", "ordinary speech", "speakers", "unweighted average recall"].map(str::to_owned).to_vec();
    names.extend(["negative against rest, AUC", "its calibration error", "temperature"].map(str::to_owned));
    names.extend(report.labels.iter().map(|label| format!("{label}, recognised as {}", list(&report.labels))));
    let area = report.negative_area_under_curve.map_or("–".to_owned(), |a| format!("{a:.3}"));
    let mut values = vec![
        report.recordings.to_string(),
        report.ordinary.to_string(),
        report.speakers.to_string(),
        format!("{:.3}", report.unweighted_average_recall),
        area,
        format!("{:.3}", report.negative_calibration_error),
        format!("{:.3}", report.temperature),
    ];
    values.extend(report.confusion.iter().map(|row| list(row)));
    vec![names.join("\n"), values.join("\n")]
}

fn list(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
