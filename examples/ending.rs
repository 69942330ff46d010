//! A sound engineer's view: a bed, a fade, an outro, rendered by the mixer that plays live.
//!
//! `cargo run --release --no-default-features --example ending -- ending.wav`

use std::sync::Arc;

use codetta::audio::write_wav_stereo;
use codetta::capture::decode_stereo;
use codetta::judge::{Mood, OutroQuery};
use codetta::outro::{Library, PlayHistory, select};
use codetta::play::{EndingParts, MixerSettings, PlayPlan, Sink, Track, TrackSettings, render};

fn main() -> codetta::Result<()> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "ending.wav".to_owned());
    let library = Library::built_in()?;
    let mut history = PlayHistory::default();
    let mut track = |mood| -> codetta::Result<Arc<Track>> {
        let outro = select(&library, &OutroQuery { mood, tone: None }, None, &history, 1)?.outro;
        history.played(&outro.id);
        let file = library.sound(&outro.file)?;
        let sound = decode_stereo(&file.bytes, &file.name)?;
        Ok(Arc::new(Track::prepare(&outro.title, &sound, Sink::STUDIO, &TrackSettings::default())?))
    };
    let parts = EndingParts {
        bed: Some(track(Mood::Calm)?),
        prompts: Vec::new(),
        outro: track(Mood::Bright)?,
        answer_s: 6.0,
        fade_s: 3.0,
    };
    let sound = render(&PlayPlan::ending(parts, Sink::STUDIO), MixerSettings::default())?;
    write_wav_stereo(out.as_ref(), &sound)?;
    println!("{out}: {:.1} s", sound.seconds());
    Ok(())
}
