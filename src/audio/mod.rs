//! Sound as data: samples with their rate, resampling, loudness, and writing WAV.

mod loudness;
mod resample;
mod samples;
mod wav;

pub use loudness::{integrated_loudness, true_peak};
pub use resample::resample;
pub use samples::{Samples, Stereo};
pub use wav::{write_wav, write_wav_stereo};
