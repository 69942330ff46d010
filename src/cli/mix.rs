//! `codetta mix`: a loudness-matched crossfade from one sound into another.

use std::path::PathBuf;

use clap::Args;
use codetta::audio::write_wav_stereo;
use codetta::play::{Channels, CrossfadeSettings, Crossfaded, Sink, crossfade};
use codetta::units::SampleRate;
use codetta::{Result, capture};
use serde::Serialize;

use super::Status;
use super::output::Output;

#[derive(Args)]
pub struct MixArgs {
    /// The sound that fades out: WAV, FLAC, MP3 or Ogg
    #[arg(long, value_name = "FILE")]
    from: PathBuf,

    /// The sound that fades in
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// Second of the first sound at which the second one enters (default: so that both fades end together)
    #[arg(long, value_name = "SECONDS")]
    at: Option<f64>,

    /// Length of the fade
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0)]
    fade: f64,

    /// The WAV file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Sample rate of the result in hertz (default: the first sound's)
    #[arg(long, value_name = "HERTZ", value_parser = clap::value_parser!(u32).range(8_000..=192_000))]
    rate: Option<u32>,

    /// One channel, as for a telephone line
    #[arg(long)]
    mono: bool,

    /// Fade the sounds as they are: no loudness matching, no limiter
    #[arg(long)]
    as_is: bool,
}

#[derive(Serialize)]
struct Mixed<'a> {
    out: String,
    #[serde(flatten)]
    crossfade: &'a Crossfaded,
}

pub fn run(args: &MixArgs, output: &mut Output) -> Result<Status> {
    let from = capture::read_stereo(&args.from)?;
    let to = capture::read_stereo(&args.to)?;
    let rate = args.rate.map_or(Ok(from.rate()), SampleRate::new)?;
    let channels = if args.mono { Channels::Mono } else { Channels::Stereo };
    let settings = CrossfadeSettings {
        at_s: args.at,
        fade_s: args.fade,
        matched: !args.as_is,
        sink: Some(Sink { rate, channels }),
    };
    let mixed = crossfade(&from, &to, &settings)?;
    write_wav_stereo(&args.out, &mixed.sound)?;
    output.columns(&["out", "fade", "before", "after", "gains", "true peak"]);
    let record = Mixed { out: args.out.display().to_string(), crossfade: &mixed };
    let level = |value: Option<f32>, unit: &str| value.map_or("–".to_owned(), |v| format!("{v:.1} {unit}"));
    output.result(&record, || {
        vec![
            record.out.clone(),
            format!("{:.2}–{:.2} s", mixed.at_s, mixed.at_s + mixed.fade_s),
            level(mixed.before_lufs, "LUFS"),
            level(mixed.after_lufs, "LUFS"),
            format!("{:+.1} and {:+.1} dB", mixed.from_gain_db, mixed.to_gain_db),
            level(mixed.true_peak_dbtp, "dBTP"),
        ]
    })?;
    output.finish()?;
    Ok(Status::Done)
}
