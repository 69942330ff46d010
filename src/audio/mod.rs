//! Sound as data: samples with their rate, resampling, loudness, and writing WAV.

mod g711;
mod loudness;
mod random;
mod resample;
mod samples;
mod stream_resampler;
mod telephone;
mod wav;
mod wav_file;

pub use loudness::{integrated_loudness, true_peak};
pub(crate) use random::Random;
pub use resample::resample;
pub use samples::{Samples, Stereo};
pub use stream_resampler::StreamResampler;
pub(crate) use telephone::CUT_OUT_S;
pub use telephone::{Line, telephone};
pub use wav::{write_wav, write_wav_stereo};
pub use wav_file::WavFile;
