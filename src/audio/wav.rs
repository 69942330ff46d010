//! Writing WAV files (16-bit PCM), whole or not at all.

use std::io::Cursor;
use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Samples, Stereo};
use crate::error::{Error, ErrorKind, Result};

/// Writes mono 16-bit PCM; samples beyond full scale are clipped.
///
/// # Errors
/// The file system's, with the path; a partly written file is never left under `path`.
pub fn write_wav(path: &Path, sound: &Samples) -> Result<()> {
    write(path, 1, sound.rate().hertz(), sound.data().iter().copied())
}

/// Writes interleaved stereo 16-bit PCM; samples beyond full scale are clipped.
///
/// # Errors
/// The file system's, with the path; a partly written file is never left under `path`.
pub fn write_wav_stereo(path: &Path, sound: &Stereo) -> Result<()> {
    let interleaved = sound.left().iter().zip(sound.right()).flat_map(|(&l, &r)| [l, r]);
    write(path, 2, sound.rate().hertz(), interleaved)
}

fn write(path: &Path, channels: u16, sample_rate: u32, samples: impl Iterator<Item = f32>) -> Result<()> {
    let spec = WavSpec { channels, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut bytes = Cursor::new(Vec::new());
    let failed = |e: hound::Error| Error::new(ErrorKind::Limit, path.display().to_string(), format!("{e}"));
    let mut writer = WavWriter::new(&mut bytes, spec).map_err(failed)?;
    for sample in samples {
        writer.write_sample((sample.clamp(-1.0, 1.0) * 32767.0).round() as i16).map_err(failed)?;
    }
    writer.finalize().map_err(failed)?;
    crate::files::write_whole(path, bytes.get_ref())
}
