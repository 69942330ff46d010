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
    let samples = sound.data().iter().copied();
    write(path, 1, sound.rate().hertz(), sound.data().len(), samples)
}

/// Writes interleaved stereo 16-bit PCM; samples beyond full scale are clipped.
///
/// # Errors
/// The file system's, with the path; a partly written file is never left under `path`.
pub fn write_wav_stereo(path: &Path, sound: &Stereo) -> Result<()> {
    let interleaved = sound.left().iter().zip(sound.right()).flat_map(|(&l, &r)| [l, r]);
    write(path, 2, sound.rate().hertz(), 2 * sound.left().len(), interleaved)
}

/// More than hound's header takes.
const HEADER_BYTES: usize = 128;

fn write(path: &Path, channels: u16, sample_rate: u32, count: usize, samples: impl Iterator<Item = f32>) -> Result<()> {
    let spec = WavSpec { channels, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut bytes = Cursor::new(Vec::with_capacity(2 * count + HEADER_BYTES));
    let failed = |e: hound::Error| Error::new(ErrorKind::Limit, path.display().to_string(), format!("{e}"));
    let mut writer = WavWriter::new(&mut bytes, spec).map_err(failed)?;
    let too_long = |_| Error::new(ErrorKind::Limit, path.display().to_string(), "a WAV file holds at most 4 GiB");
    let mut fast = writer.get_i16_writer(u32::try_from(count).map_err(too_long)?);
    // Internal iteration: interleaving two channels becomes a plain loop.
    samples.for_each(|sample| {
        // Rounds half away from zero as `round` does, which is a library call for each sample on plain x86-64.
        let scaled = sample.clamp(-1.0, 1.0) * 32767.0;
        fast.write_sample((scaled + 0.5f32.copysign(scaled)) as i16);
    });
    fast.flush().map_err(failed)?;
    writer.finalize().map_err(failed)?;
    crate::files::write_rendered(path, bytes.get_ref())
}
