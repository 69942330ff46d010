//! `codetta mix`: crossfades from one sound file into another, and prints levels and true peak.

use std::path::PathBuf;

use clap::Args;
use codetta::audio::write_wav_stereo;
use codetta::capture::read_stereo;
use codetta::play::{Channels, CrossfadeSettings, Crossfaded, Sink, crossfade};
use codetta::{Error, ErrorKind, Result, SampleRate};
use serde::Serialize;

use super::Status;
use super::output::Output;

#[derive(Args)]
pub struct MixArgs {
    /// The sound to begin with
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The sound to fade into
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Second at which the fade begins [default: so that it ends with the first sound]
    #[arg(long, value_name = "SECONDS")]
    at: Option<f64>,
    /// Length of the fade
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    fade: f64,
    /// The WAV file to write (16-bit PCM stereo)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Sample rate of the result: 8000, 16000, 44100 or 48000 [default: the first sound's]
    #[arg(long, value_name = "HERTZ")]
    rate: Option<u32>,
    /// Fold both sounds down to one channel before their loudness is matched, as for a telephone
    #[arg(long)]
    mono: bool,
    /// Fade only: match no loudness, soften no edge, limit and measure nothing
    #[arg(long)]
    no_match: bool,
    /// Also write levels and gains over time, as JSON
    #[arg(long, value_name = "FILE")]
    timeline: Option<PathBuf>,
}

#[derive(Serialize)]
struct Record<'a> {
    out: String,
    seconds: f64,
    rate_hz: u32,
    #[serde(flatten)]
    mixed: &'a Crossfaded,
}

pub fn run(args: &MixArgs, output: &mut Output) -> Result<Status> {
    // Reading and converting take longer than mixing: both at once.
    let (from, to) = std::thread::scope(|scope| {
        let to = scope.spawn(|| read_stereo(&args.to));
        (read_stereo(&args.from), to.join())
    });
    let to = to.map_err(|_| Error::new(ErrorKind::Internal, args.to.display().to_string(), "could not be read"))?;
    let (from, to) = (from?, to?);
    let rate = args.rate.map_or(Ok(from.rate()), allowed_rate)?;
    let channels = if args.mono { Channels::Mono } else { Channels::Stereo };
    let settings = CrossfadeSettings {
        at_s: args.at,
        fade_s: args.fade,
        matched: !args.no_match,
        timeline: args.timeline.is_some(),
        sink: Some(Sink { rate, channels }),
    };
    let mixed = crossfade(&from, &to, &settings)?;
    write_wav_stereo(&args.out, &mixed.sound)?;
    if let (Some(path), Some(timeline)) = (&args.timeline, &mixed.timeline) {
        let text = serde_json::to_vec(timeline)
            .map_err(|e| Error::new(ErrorKind::Internal, "timeline", format!("cannot be written as JSON: {e}")))?;
        codetta::files::write_whole(path, &text)?;
    }
    let record = Record {
        out: args.out.display().to_string(),
        seconds: mixed.sound.seconds(),
        rate_hz: rate.hertz(),
        mixed: &mixed,
    };
    output.columns(&["out", "fade", "from", "to", "before", "after", "true peak"]);
    output.result(&record, || row(&record))?;
    output.finish()?;
    Ok(Status::Done)
}

fn row(record: &Record<'_>) -> Vec<String> {
    let mixed = record.mixed;
    let figure = |value: Option<f32>, unit: &str| value.map_or("–".to_owned(), |value| format!("{value:.1} {unit}"));
    let gained = |lufs: Option<f32>, gain: f32| format!("{} {gain:+.1} dB", figure(lufs, "LUFS"));
    vec![
        record.out.clone(),
        format!("{:.2} s at {:.2} s", mixed.fade_s, mixed.at_s),
        gained(mixed.from_lufs, mixed.from_gain_db),
        gained(mixed.to_lufs, mixed.to_gain_db),
        figure(mixed.before_lufs, "LUFS"),
        figure(mixed.after_lufs, "LUFS"),
        figure(mixed.true_peak_dbtp, "dBTP"),
    ]
}

fn allowed_rate(hertz: u32) -> Result<SampleRate> {
    if [8_000, 16_000, 44_100, 48_000].contains(&hertz) {
        return SampleRate::new(hertz);
    }
    Err(Error::new(ErrorKind::Usage, "--rate", format!("expected 8000, 16000, 44100 or 48000, got {hertz}")))
}
