//! A WAV file that grows while something plays: 16-bit PCM stereo, under its own name only when it is whole.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// Writes frame by frame into a neighbour of its path; [`Self::finish`] gives it its name.
pub struct WavFile {
    path: PathBuf,
    neighbour: PathBuf,
    writer: Option<WavWriter<BufWriter<File>>>,
}

impl WavFile {
    /// # Errors
    /// The file system's, naming the path.
    pub fn create(path: &Path, rate: SampleRate) -> Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.partial", std::process::id()));
        let neighbour = path.with_file_name(name);
        let spec =
            WavSpec { channels: 2, sample_rate: rate.hertz(), bits_per_sample: 16, sample_format: SampleFormat::Int };
        let file = File::create(&neighbour).map_err(|e| Error::io(path, &e))?;
        let writer = WavWriter::new(BufWriter::new(file), spec).map_err(|e| failed(path, &e))?;
        Ok(Self { path: path.to_owned(), neighbour, writer: Some(writer) })
    }

    /// Samples beyond full scale are clipped.
    ///
    /// # Errors
    /// The file system's, naming the path.
    pub fn push(&mut self, frame: [f32; 2]) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        for sample in frame {
            let scaled = (sample.clamp(-1.0, 1.0) * 32767.0).round() as i16;
            writer.write_sample(scaled).map_err(|e| failed(&self.path, &e))?;
        }
        Ok(())
    }

    /// # Errors
    /// The file system's, naming the path.
    pub fn finish(mut self) -> Result<()> {
        if let Some(writer) = self.writer.take() {
            writer.finalize().map_err(|e| failed(&self.path, &e))?;
            std::fs::rename(&self.neighbour, &self.path).map_err(|e| Error::io(&self.path, &e))?;
        }
        Ok(())
    }
}

impl Drop for WavFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            // It was never finished: better no file than half of one.
            let _ = std::fs::remove_file(&self.neighbour);
        }
    }
}

fn failed(path: &Path, error: &hound::Error) -> Error {
    match error {
        hound::Error::IoError(error) => Error::io(path, error),
        other => Error::new(ErrorKind::Limit, path.display().to_string(), other.to_string()),
    }
}
