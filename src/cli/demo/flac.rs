//! Sound as FLAC, small enough to live inside a page.

use codetta::audio::{Samples, Stereo, resample};
use codetta::units::SampleRate;
use codetta::{Error, ErrorKind, Result};
use flacenc::component::BitRepr;
use flacenc::error::Verify;

/// Half the studio rate: enough for a page, at half the size; the WAV beside it has all.
const PAGE_HERTZ: u32 = 24_000;

/// 16-bit stereo FLAC at 24 kHz.
///
/// # Errors
/// [`ErrorKind::Internal`] if the encoder refuses; `name` says which call.
pub fn encode(sound: &Stereo, name: &str) -> Result<Vec<u8>> {
    let rate = SampleRate::new(PAGE_HERTZ)?;
    let channel = |data: &[f32]| resample(&Samples::new(data.to_vec(), sound.rate()), rate);
    let (left, right) = (channel(sound.left())?, channel(sound.right())?);
    encode_channels(&[left.data(), right.data()], rate, name)
}

/// 16-bit mono FLAC at the sound's own rate.
///
/// # Errors
/// As [`encode`].
pub fn encode_mono(sound: &Samples, name: &str) -> Result<Vec<u8>> {
    encode_channels(&[sound.data()], sound.rate(), name)
}

fn encode_channels(channels: &[&[f32]], rate: SampleRate, name: &str) -> Result<Vec<u8>> {
    let failed = |what: &str| Error::new(ErrorKind::Internal, name, format!("cannot be written as FLAC: {what}"));
    let integer = |sample: f32| (sample.clamp(-1.0, 1.0) * 32767.0).round() as i32;
    let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
    let interleaved: Vec<i32> =
        (0..frames).flat_map(|frame| channels.iter().map(move |channel| integer(channel[frame]))).collect();
    let config = flacenc::config::Encoder::default().into_verified().map_err(|_| failed("its settings are unsound"))?;
    let source = flacenc::source::MemSource::from_samples(&interleaved, channels.len(), 16, rate.hertz() as usize);
    let stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|e| failed(&format!("{e:?}")))?;
    let mut sink = flacenc::bitsink::ByteSink::new();
    stream.write(&mut sink).map_err(|e| failed(&format!("{e:?}")))?;
    Ok(sink.into_inner())
}
