//! In which format a device is opened: what it offers, in the order of our wishes, until it accepts one.

use cpal::SampleFormat;

use super::fault::error;
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// Sample formats that we convert, best first.
const FORMATS: [SampleFormat; 4] = [SampleFormat::F32, SampleFormat::I16, SampleFormat::I32, SampleFormat::U16];
/// A device that refuses this many formats is not asked further.
const MOST_TRIES: usize = 12;

/// One range of formats that a device offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub lowest_hertz: u32,
    pub highest_hertz: u32,
    pub channels: u16,
    pub sample_format: SampleFormat,
}

/// A format to run a stream in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub rate: SampleRate,
    pub channels: u16,
    pub sample_format: SampleFormat,
}

/// What to ask a device for, best first: the rate counts most (in the order of `rates`, then whatever is nearest to the
/// first of them), then the number of channels (the nearest to `channels`), then the sample format.
pub fn formats_to_try(offers: &[Offer], rates: &[SampleRate], channels: u16) -> Vec<Format> {
    let mut ranked = Vec::new();
    for offer in offers {
        let Some(sample_rank) = FORMATS.iter().position(|format| *format == offer.sample_format) else { continue };
        let channel_rank = offer.channels.abs_diff(channels);
        let range = offer.lowest_hertz..=offer.highest_hertz;
        let wished = rates.iter().enumerate().filter(|(_, rate)| range.contains(&rate.hertz()));
        let mut candidates: Vec<(usize, u32)> = wished.map(|(rank, rate)| (rank, rate.hertz())).collect();
        let first = rates.first().map_or(0, |rate| rate.hertz());
        let nearest = first.clamp(offer.lowest_hertz, offer.highest_hertz.max(offer.lowest_hertz));
        candidates.push((rates.len() + nearest.abs_diff(first) as usize, nearest));
        for (rate_rank, hertz) in candidates {
            let Ok(rate) = SampleRate::new(hertz) else { continue };
            let format = Format { rate, channels: offer.channels, sample_format: offer.sample_format };
            ranked.push(((rate_rank, channel_rank, sample_rank), format));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut formats: Vec<Format> = ranked.into_iter().map(|(_, format)| format).collect();
    formats.dedup();
    formats.truncate(MOST_TRIES);
    formats
}

/// Opens a stream in the first format that the device really accepts: some refuse what they offer.
///
/// # Errors
/// [`ErrorKind::Device`] with every format that was refused; another failure than a refusal at once.
pub(crate) fn open_first<S>(
    subject: &str,
    formats: &[Format],
    mut open: impl FnMut(Format) -> std::result::Result<S, cpal::Error>,
) -> Result<(S, Format)> {
    let mut refused = Vec::new();
    for &format in formats {
        match open(format) {
            Ok(stream) => return Ok((stream, format)),
            Err(e) if matches!(e.kind(), cpal::ErrorKind::UnsupportedConfig | cpal::ErrorKind::InvalidInput) => {
                tracing::debug!("{subject} refuses {} × {} {}", format.rate, format.channels, format.sample_format);
                refused.push(format!("{} × {} {}", format.rate, format.channels, format.sample_format));
            }
            Err(e) => return Err(error(subject, &e)),
        }
    }
    let tried = if refused.is_empty() { "it offers no format that we know".to_owned() } else { refused.join(", ") };
    let problem = format!("accepts no format that we can use ({tried}); choose another device");
    Err(Error::new(ErrorKind::Device, subject, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(lowest_hertz: u32, highest_hertz: u32, channels: u16, sample_format: SampleFormat) -> Offer {
        Offer { lowest_hertz, highest_hertz, channels, sample_format }
    }

    fn wishes() -> Vec<SampleRate> {
        [48_000, 44_100].map(|hertz| SampleRate::new(hertz).unwrap()).to_vec()
    }

    #[test]
    fn the_rate_counts_most_then_channels_then_the_sample_format() {
        let offers = [
            offer(44_100, 44_100, 2, SampleFormat::F32),
            offer(8_000, 48_000, 1, SampleFormat::F32),
            offer(8_000, 48_000, 2, SampleFormat::I16),
            offer(8_000, 48_000, 2, SampleFormat::F32),
            offer(8_000, 48_000, 2, SampleFormat::DsdU8),
        ];
        let formats = formats_to_try(&offers, &wishes(), 2);
        let seen: Vec<_> = formats.iter().map(|f| (f.rate.hertz(), f.channels, f.sample_format)).collect();
        assert_eq!(
            seen[..3],
            [(48_000, 2, SampleFormat::F32), (48_000, 2, SampleFormat::I16), (48_000, 1, SampleFormat::F32)]
        );
        assert!(seen.iter().all(|(_, _, format)| *format != SampleFormat::DsdU8));
    }

    #[test]
    fn a_device_with_another_rate_alone_is_taken_at_that() {
        let formats = formats_to_try(&[offer(96_000, 192_000, 2, SampleFormat::I32)], &wishes(), 2);
        assert_eq!(formats[0].rate.hertz(), 96_000);
    }

    /// A device that refuses the rate that it has offered.
    #[test]
    fn the_next_format_is_tried_when_the_device_refuses_the_rate() {
        let formats = formats_to_try(&[offer(8_000, 48_000, 2, SampleFormat::F32)], &wishes(), 2);
        let refusing = |format: Format| match format.rate.hertz() {
            48_000 => Err(cpal::Error::new(cpal::ErrorKind::UnsupportedConfig)),
            hertz => Ok(hertz),
        };
        let (opened, format) = open_first("speaker", &formats, refusing).unwrap();
        assert_eq!((opened, format.rate.hertz()), (44_100, 44_100));
    }

    #[test]
    fn a_device_that_refuses_everything_is_named_with_what_was_tried() {
        let formats = formats_to_try(&[offer(8_000, 48_000, 2, SampleFormat::F32)], &wishes(), 2);
        let mut tries = 0;
        let refuse = |_: Format| -> std::result::Result<(), _> {
            tries += 1;
            Err(cpal::Error::new(cpal::ErrorKind::UnsupportedConfig))
        };
        let failed = open_first("hw:7", &formats, refuse).unwrap_err();
        assert_eq!((failed.kind(), tries), (ErrorKind::Device, formats.len()));
        assert!(failed.to_string().contains("hw:7") && failed.to_string().contains("48000 Hz"), "{failed}");
        // A device that is busy is not asked for other formats.
        let busy = |_: Format| -> std::result::Result<(), _> { Err(cpal::Error::new(cpal::ErrorKind::DeviceBusy)) };
        let failed = open_first("hw:7", &formats, busy).unwrap_err();
        assert!(failed.to_string().contains("another program"), "{failed}");
        assert!(open_first("hw:7", &[], |_| Ok(())).is_err());
    }
}
