//! Programme loudness and true peak after EBU R 128 (ITU-R BS.1770-4), by the `ebur128` crate.

use ebur128::{EbuR128, Mode};

use super::Stereo;
use crate::error::{Error, ErrorKind, Result};
use crate::units::{Decibels, Lufs};

fn meter(sound: &Stereo, mode: Mode) -> Result<EbuR128> {
    let failed = |e: ebur128::Error| Error::new(ErrorKind::Internal, "loudness meter", format!("{e}"));
    let mut meter = EbuR128::new(2, sound.rate().hertz(), mode).map_err(failed)?;
    meter.add_frames_planar_f32(&[sound.left(), sound.right()]).map_err(failed)?;
    Ok(meter)
}

/// Gated integrated loudness. −∞ for silence and for sounds under the 400 ms of one gating block.
///
/// # Errors
/// [`ErrorKind::Internal`] if the meter refuses the rate (below 16 Hz or above 2.8 MHz).
pub fn integrated_loudness(sound: &Stereo) -> Result<Lufs> {
    let failed = |e: ebur128::Error| Error::new(ErrorKind::Internal, "loudness meter", format!("{e}"));
    Ok(Lufs(meter(sound, Mode::I)?.loudness_global().map_err(failed)? as f32))
}

/// Largest inter-sample peak of both channels, by the meter's oversampling (dBTP). −∞ for silence.
///
/// # Errors
/// [`ErrorKind::Internal`] if the meter refuses the rate.
pub fn true_peak(sound: &Stereo) -> Result<Decibels> {
    let failed = |e: ebur128::Error| Error::new(ErrorKind::Internal, "loudness meter", format!("{e}"));
    let meter = meter(sound, Mode::TRUE_PEAK)?;
    let left = meter.true_peak(0).map_err(failed)?;
    let right = meter.true_peak(1).map_err(failed)?;
    Ok(Decibels::from_amplitude(left.max(right) as f32))
}
