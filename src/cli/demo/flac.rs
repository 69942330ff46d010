//! Sound as FLAC, small enough to live inside a page.

use codetta::audio::{Samples, resample};
use codetta::units::SampleRate;
use codetta::{Error, ErrorKind, Result};
use flacenc::component::BitRepr;
use flacenc::error::Verify;

/// Wide-band speech in one channel: enough to judge an ending by, and a page of a size to send; the WAV beside it has
/// all.
const PAGE_HERTZ: u32 = 16_000;

/// 16-bit mono FLAC at 16 kHz.
///
/// # Errors
/// [`ErrorKind::Internal`] if the encoder refuses; `name` says of what.
pub fn encode(sound: &Samples, name: &str) -> Result<Vec<u8>> {
    let failed = |what: &str| Error::new(ErrorKind::Internal, name, format!("cannot be written as FLAC: {what}"));
    let rate = SampleRate::new(PAGE_HERTZ)?;
    let mono = resample(sound, rate)?;
    let integers: Vec<i32> = mono.data().iter().map(|s| (s.clamp(-1.0, 1.0) * 32767.0).round() as i32).collect();
    let config = flacenc::config::Encoder::default().into_verified().map_err(|_| failed("its settings are unsound"))?;
    let source = flacenc::source::MemSource::from_samples(&integers, 1, 16, PAGE_HERTZ as usize);
    let stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|e| failed(&format!("{e:?}")))?;
    let mut sink = flacenc::bitsink::ByteSink::new();
    stream.write(&mut sink).map_err(|e| failed(&format!("{e:?}")))?;
    Ok(sink.into_inner())
}
