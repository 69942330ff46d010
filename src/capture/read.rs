//! Recordings from disk or memory as samples.

use std::fs::{self, File};
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use symphonia::core::io::MediaSource;

use super::mix::{Mono, Pair};
use super::{Channel, ReadOptions, decode as decoder};
use crate::audio::{Samples, Stereo};
use crate::error::{Error, ErrorKind, Result};

/// Reads a recording as mono sound at its own rate, with default options.
///
/// # Errors
/// As [`read_with`].
pub fn read(path: &Path) -> Result<Samples> {
    read_with(path, &ReadOptions::default())
}

/// Reads a recording as mono sound at its own rate: WAV (PCM 8, 16, 24, 32 bit, float 32 and 64 bit, G.711 A-law
/// and mu-law, plain or extensible, RF64), FLAC, MP3, Ogg Vorbis. The content decides, not the name.
///
/// Blocking; memory is bounded by `max_seconds` and by 43.2 million frames, whatever the header says.
///
/// # Errors
/// One line that names the file: [`ErrorKind::NotFound`], [`ErrorKind::Permission`], [`ErrorKind::Usage`] (a
/// folder, a pipe or a device, a channel that is not there), [`ErrorKind::Unsupported`] (another codec, a rate
/// outside 4 to 192 kHz), [`ErrorKind::Limit`] (too long), [`ErrorKind::Corrupt`] (not audio, empty, cut off,
/// damaged, more than one sample in 10,000 not a number).
pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Samples> {
    let name = path.display().to_string();
    mono(|| open(path), &name, options)
}

/// Reads a recording's first two channels at its own rate; a mono one is on both sides.
///
/// # Errors
/// As [`read_with`].
pub fn read_stereo(path: &Path) -> Result<Stereo> {
    let (file, length) = open(path)?;
    stereo(file, length, &path.display().to_string())
}

/// As [`read_with`], from memory. `name` stands for the recording in errors.
///
/// # Errors
/// As [`read_with`], but for those of the file system.
pub fn decode(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Samples> {
    mono(|| Ok((Cursor::new(bytes), bytes.len() as u64)), name, options)
}

/// As [`read_stereo`], from memory. `name` stands for the recording in errors.
///
/// # Errors
/// As [`decode`].
pub fn decode_stereo(bytes: &[u8], name: &str) -> Result<Stereo> {
    stereo(Cursor::new(bytes), bytes.len() as u64, name)
}

/// `open` is called once more where the channels cancel and one of them is decoded instead.
fn mono<S>(open: impl Fn() -> Result<(S, u64)>, name: &str, options: &ReadOptions) -> Result<Samples>
where
    S: MediaSource + Read + Seek,
{
    let (source, length) = open()?;
    let mut sink = Mono::new(options.channel);
    let rate = decoder::run(source, length, name, options, &mut sink)?;
    let Some(loudest) = sink.cancelled() else { return Ok(Samples::new(sink.data, rate)) };
    tracing::warn!(file = name, channel = loudest, "the channels cancel each other; the loudest one is taken");
    drop(sink);
    let (source, length) = open()?;
    let mut sink = Mono::new(Channel::Index(loudest));
    let options = ReadOptions { channel: Channel::Index(loudest), ..*options };
    let rate = decoder::run(source, length, name, &options, &mut sink)?;
    Ok(Samples::new(sink.data, rate))
}

fn stereo<S: MediaSource + Read + Seek>(source: S, length: u64, name: &str) -> Result<Stereo> {
    let mut sink = Pair::default();
    let rate = decoder::run(source, length, name, &ReadOptions::default(), &mut sink)?;
    Ok(Stereo::new(sink.left, sink.right, rate))
}

/// Opens a regular file. Anything else is refused before it is opened: a pipe would block for ever.
fn open(path: &Path) -> Result<(File, u64)> {
    let io = |e: std::io::Error| Error::io(path, &e);
    let kind = fs::metadata(path).map_err(io)?.file_type();
    if !kind.is_file() {
        let got = if kind.is_dir() { "a folder" } else { "a pipe or device; save the sound to a file first" };
        let problem = format!("expected an audio file, got {got}");
        return Err(Error::new(ErrorKind::Usage, path.display().to_string(), problem));
    }
    let file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    Ok((file, length))
}
