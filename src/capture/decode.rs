//! From bytes to samples, by symphonia: packet by packet, bounded, and without trust in the input.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Failure;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::default::formats::{FlacReader, MpaReader, OggReader, WavReader};

use super::mix::Sink;
use super::sniff::{Container, sniff};
use super::{Channel, ReadOptions, ogg, riff};
use crate::error::{Error, ErrorKind, Result};
use crate::units::SampleRate;

/// Sampling rates of recordings; outside of it a header lies or the resampler would work for nothing.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;
/// Frames kept at most, whatever the rate: 15 minutes at 48 kHz, 173 MB a channel.
const MAX_FRAMES: u64 = 900 * 48_000;
/// A file is read to its end before it is known to hold little sound, so its bytes have a bound too.
const MAX_BYTES: u64 = 2 << 30;
/// A recording may miss this much of its declared length (an encoder's last block) and still be whole.
const TOLERATED_SECONDS: f64 = 0.1;
/// One damaged sample in so many is replaced by silence; more make the file unusable.
const STRAY: u64 = 10_000;
/// Damaged packets tolerated: one in so many.
const DAMAGED: u64 = 10;
/// Float recordings may be hot, but samples beyond 24 dB over full scale were written with another scale.
const LARGEST: f32 = 16.0;

/// Decodes all of `source` (`length` bytes) into `sink` and returns its rate.
pub(super) fn run<S>(
    source: S,
    length: u64,
    name: &str,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<SampleRate>
where
    S: MediaSource + Read + Seek,
{
    options.check()?;
    // The decoder forbids unsafe code but may still panic on hostile input; a batch must outlive one bad file.
    let decoding = AssertUnwindSafe(|| Decoding { name, options, sink }.run(source, length));
    catch_unwind(decoding).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Corrupt, name, "the decoder gave up on damaged audio; replace or convert the file"))
    })
}

fn stream<'s>(source: impl MediaSource + 's) -> MediaSourceStream<'s> {
    MediaSourceStream::new(Box::new(source), Default::default())
}

struct Decoding<'a> {
    name: &'a str,
    options: &'a ReadOptions,
    sink: &'a mut dyn Sink,
}

/// What has been counted so far.
#[derive(Default)]
struct Tally {
    frames: u64,
    packets: u64,
    damaged: u64,
    stray: u64,
    peak: f32,
}

impl Tally {
    /// Notes the peak, and makes silence of what is not a number.
    fn check(&mut self, samples: &mut [f32]) {
        // Magnitudes order as their bits do: one integer maximum, many lanes at a time, finds what is not finite too.
        let bits = samples.iter().map(|s| (s.to_bits() & 0x7fff_ffff) as i32).fold(0, i32::max);
        let peak = f32::from_bits(bits as u32);
        if peak.is_finite() {
            self.peak = self.peak.max(peak);
            return;
        }
        for sample in samples {
            if sample.is_finite() {
                self.peak = self.peak.max(sample.abs());
            } else {
                self.stray += 1;
                *sample = 0.0;
            }
        }
    }
}

impl Decoding<'_> {
    fn error(&self, kind: ErrorKind, problem: impl Into<String>) -> Error {
        Error::new(kind, self.name, problem)
    }

    fn run<S: MediaSource>(mut self, mut source: S, length: u64) -> Result<SampleRate> {
        if length > MAX_BYTES {
            let problem = format!("expected at most {MAX_BYTES} bytes, got {length}; cut the recording into parts");
            return Err(self.error(ErrorKind::Limit, problem));
        }
        let container = sniff(&mut source, self.name)?;
        let formats = FormatOptions::default();
        let (mut declared, mut cut) = (None, false);
        let reader: Result<Box<dyn FormatReader + '_>, Failure> = match container {
            Container::Wave => {
                let (wave, extent) = riff::open(source, length, self.name)?;
                declared = extent.declared_frames;
                WavReader::try_new(stream(ReadOnlySource::new(wave)), formats).map(|r| Box::new(r) as _)
            }
            Container::Flac => FlacReader::try_new(stream(source), formats).map(|r| Box::new(r) as _),
            Container::Mp3 { .. } => MpaReader::try_new(stream(source), formats).map(|r| Box::new(r) as _),
            Container::Ogg => {
                cut = ogg::is_cut(&mut source, length).map_err(|e| Error::io(self.name.as_ref(), &e))?;
                OggReader::try_new(stream(source), formats).map(|r| Box::new(r) as _)
            }
        };
        let mut reader = reader.map_err(|e| self.failure(&e))?;
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or_else(|| self.error(ErrorKind::Corrupt, "the file holds no audio track; replace it"))?;
        if matches!(container, Container::Flac | Container::Mp3 { length_known: true }) {
            declared = track.num_frames;
        }
        let id = track.id;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters.ok_or_else(|| {
            self.error(ErrorKind::Corrupt, "the audio track does not say how it is coded; replace it")
        })?;
        let mut decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|e| self.failure(&e))?;
        let (rate, tally) = self.packets(reader.as_mut(), decoder.as_mut(), id)?;
        self.judge(rate, &tally, declared, cut)
    }

    /// Decodes packet by packet until the end, the limit, or too much damage.
    fn packets(
        &mut self,
        reader: &mut dyn FormatReader,
        decoder: &mut dyn AudioDecoder,
        track: u32,
    ) -> Result<(SampleRate, Tally)> {
        let mut tally = Tally::default();
        let mut spec: Option<(SampleRate, usize, u64)> = None;
        let mut interleaved: Vec<f32> = Vec::new();
        loop {
            let packet = match reader.next_packet() {
                Ok(Some(packet)) if packet.track_id != track => continue,
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                // A cut-off tail: what is declared decides whether that is a loss.
                Err(Failure::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(Failure::ResetRequired) => {
                    let problem = "expected one stream, got several chained ones; split the file";
                    return Err(self.error(ErrorKind::Unsupported, problem));
                }
                Err(Failure::DecodeError(_)) if tally.frames > 0 => {
                    tally.damaged += 1;
                    break;
                }
                Err(e) => return Err(self.failure(&e)),
            };
            tally.packets += 1;
            let buffer = match decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(Failure::DecodeError(_) | Failure::IoError(_)) => {
                    tally.damaged += 1;
                    continue;
                }
                Err(e) => return Err(self.failure(&e)),
            };
            if buffer.frames() == 0 {
                continue;
            }
            let channels = buffer.spec().channels().count();
            let (_, known_channels, limit) = match spec {
                Some(known) => known,
                None => *spec.insert(self.admit(buffer.spec().rate(), channels)?),
            };
            if channels != known_channels || spec.is_some_and(|(rate, ..)| rate.hertz() != buffer.spec().rate()) {
                tally.damaged += 1;
                continue;
            }
            buffer.copy_to_vec_interleaved(&mut interleaved);
            tally.frames += (interleaved.len() / channels) as u64;
            if tally.frames > limit {
                return Err(self.too_long(limit, spec.map(|(rate, ..)| rate)));
            }
            tally.check(&mut interleaved);
            self.sink.push(&interleaved, channels);
        }
        match spec {
            Some((rate, ..)) => Ok((rate, tally)),
            None if tally.damaged > 0 => {
                Err(self.error(ErrorKind::Corrupt, "no packet could be decoded; replace the file"))
            }
            None => Err(self.error(ErrorKind::Corrupt, "the file has a header but no audio frames; replace it")),
        }
    }

    /// Checks rate and channel choice, and tells the limit in frames.
    fn admit(&self, hertz: u32, channels: usize) -> Result<(SampleRate, usize, u64)> {
        if !RATES.contains(&hertz) {
            let problem = format!(
                "expected a rate of {} to {} Hz, the header says {hertz}; convert it",
                RATES.start(),
                RATES.end()
            );
            return Err(self.error(ErrorKind::Unsupported, problem));
        }
        match self.options.channel {
            Channel::Index(index) if index >= channels => {
                let problem = format!("channel {index} was asked for (counted from 0), the file has {channels}");
                return Err(self.error(ErrorKind::Usage, problem));
            }
            _ => {}
        }
        let rate = SampleRate::new(hertz)?;
        Ok((rate, channels, rate.frames(self.options.max_seconds).0.min(MAX_FRAMES)))
    }

    fn too_long(&self, limit: u64, rate: Option<SampleRate>) -> Error {
        let seconds = rate.map_or(self.options.max_seconds, |rate| limit as f64 / f64::from(rate.hertz()));
        let problem = format!("expected at most {seconds:.0} s of sound, the file holds more; cut it to the answer");
        self.error(ErrorKind::Limit, problem)
    }

    /// Whether what was decoded may be used.
    fn judge(&self, rate: SampleRate, tally: &Tally, declared: Option<u64>, cut: bool) -> Result<SampleRate> {
        if tally.damaged * DAMAGED > tally.packets {
            let problem = format!("{} of {} packets are damaged; replace the file", tally.damaged, tally.packets);
            return Err(self.error(ErrorKind::Corrupt, problem));
        }
        if tally.damaged > 0 {
            tracing::warn!(file = self.name, damaged = tally.damaged, "damaged packets were skipped");
        }
        if tally.stray * STRAY > tally.frames {
            let problem =
                format!("{} samples in {} frames are not finite numbers; replace the file", tally.stray, tally.frames);
            return Err(self.error(ErrorKind::Corrupt, problem));
        }
        if tally.peak > LARGEST {
            let problem =
                format!("expected samples within ±1, got {:.0}; write it again with full scale 1", tally.peak);
            return Err(self.error(ErrorKind::Corrupt, problem));
        }
        let seconds = |frames: u64| frames as f64 / f64::from(rate.hertz());
        let missing = declared.map_or(0.0, |declared| seconds(declared.saturating_sub(tally.frames)));
        if missing > TOLERATED_SECONDS || cut {
            let held = seconds(tally.frames);
            let problem = match declared {
                Some(declared) => {
                    format!("cut off: the header declares {:.2} s, {held:.2} s are there", seconds(declared))
                }
                None => format!("cut off in the middle of a page after {held:.2} s"),
            };
            if !self.options.accept_truncated {
                return Err(self.error(ErrorKind::Corrupt, format!("{problem}; fetch the whole file again")));
            }
            tracing::warn!(file = self.name, "{problem}");
        }
        Ok(rate)
    }

    fn failure(&self, failure: &Failure) -> Error {
        match failure {
            Failure::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                self.error(ErrorKind::Corrupt, "cut off: the file ends inside its header; fetch it again")
            }
            Failure::IoError(e) => Error::io(self.name.as_ref(), e),
            Failure::Unsupported(what) => {
                let problem = format!("{what}; convert it, for example: ffmpeg -i FILE -ar 16000 NEW.wav");
                self.error(ErrorKind::Unsupported, problem)
            }
            Failure::LimitError(what) => self.error(ErrorKind::Limit, format!("{what}; convert the file")),
            other => self.error(ErrorKind::Corrupt, format!("{other}; replace or convert the file")),
        }
    }
}
