//! An open microphone.

use std::sync::Arc;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, FromSample, SampleFormat, SizedSample, StreamConfig};

use super::inlet::{Inlet, Outcome, inlet};
use crate::audio::StreamResampler;
use crate::device::{self, DeviceState, Direction, Faults, Format, Watch};
use crate::error::Result;
use crate::units::SampleRate;

/// What is captured and not yet fetched: ten seconds.
const RING_SECONDS: usize = 10;
/// Frames of a device buffer: 40 ms. The default may be as long as a second. With 20 ms, the ALSA plugin of a PulseAudio
/// server tells of parts of a buffer, and waiting for the rest costs half a core (DESIGN.md, Live).
const BUFFER_SECONDS: f64 = 0.04;

/// A microphone that runs, as 16 kHz mono. Dropping it closes it.
pub struct Microphone {
    /// Held for its callbacks.
    _stream: cpal::Stream,
    name: String,
    format: Format,
    outcome: Outcome,
    resampler: StreamResampler,
    raw: Vec<f32>,
    watch: Arc<Watch>,
}

impl Microphone {
    /// Opens the microphone of this name, else the default one, and starts it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Device`] when it is not there, busy, or refuses every format; the message says what to do.
    pub fn open(name: Option<&str>) -> Result<Self> {
        let (device, name) = device::find(Direction::Input, name)?;
        let rates = [SampleRate::SPEECH, SampleRate::STUDIO, SampleRate::TELEPHONE];
        let formats = device::formats_to_try(&device::offers(&device, Direction::Input, &name)?, &rates, 1);
        let watch = Arc::new(Watch::default());
        let ((stream, outcome), format) = device::open_first(&name, &formats, |format| {
            let (inlet, outcome) = inlet(RING_SECONDS * format.rate.hertz() as usize, usize::from(format.channels));
            let stream = open_as(&device, format, inlet, &watch)?;
            stream.play()?;
            Ok((stream, outcome))
        })?;
        let resampler = StreamResampler::new(format.rate, SampleRate::SPEECH)?;
        Ok(Self { _stream: stream, name, format, outcome, resampler, raw: Vec::new(), watch })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The format that the device itself runs in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Appends what has come in since the last call, as 16 kHz mono. Does not wait.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the resampler breaks its promise.
    pub fn read(&mut self, out: &mut Vec<f32>) -> Result<()> {
        self.raw.clear();
        self.outcome.drain(&mut self.raw);
        self.resampler.push(&self.raw, out)
    }

    /// What has gone wrong so far.
    pub fn faults(&self) -> Faults {
        Faults { lost_frames: self.outcome.lost(), ..self.watch.faults() }
    }

    pub fn state(&self) -> DeviceState {
        self.watch.state()
    }
}

fn open_as(
    device: &cpal::Device,
    format: Format,
    inlet: Inlet,
    watch: &Arc<Watch>,
) -> std::result::Result<cpal::Stream, cpal::Error> {
    match format.sample_format {
        SampleFormat::F32 => build::<f32>(device, format, inlet, watch),
        SampleFormat::I16 => build::<i16>(device, format, inlet, watch),
        SampleFormat::I32 => build::<i32>(device, format, inlet, watch),
        SampleFormat::U16 => build::<u16>(device, format, inlet, watch),
        _ => Err(cpal::Error::new(cpal::ErrorKind::UnsupportedConfig)),
    }
}

fn build<T>(
    device: &cpal::Device,
    format: Format,
    mut inlet: Inlet,
    watch: &Arc<Watch>,
) -> std::result::Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let config = StreamConfig {
        channels: format.channels,
        sample_rate: format.rate.hertz(),
        buffer_size: BufferSize::Fixed(format.rate.frames(BUFFER_SECONDS).0 as u32),
    };
    let alive = Arc::clone(watch);
    let take = move |data: &[T], _: &cpal::InputCallbackInfo| {
        alive.alive();
        inlet.take(data, |value| value.to_sample::<f32>());
    };
    device.build_input_stream(config, take, watch.note(), None)
}
