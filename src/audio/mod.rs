//! Sound as data: samples with their rate, resampling, loudness, and writing WAV.

mod g711;
mod loudness;
mod resample;
mod samples;
mod telephone;
mod wav;

pub use loudness::{integrated_loudness, true_peak};
pub use resample::resample;
pub use samples::{Samples, Stereo};
pub use telephone::{Line, telephone};
pub use wav::{write_wav, write_wav_stereo};
