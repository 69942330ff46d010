//! An open speaker.

use std::sync::Arc;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, FromSample, Sample, SampleFormat, SizedSample, StreamConfig};

use super::outlet::{Outlet, Tape, tape};
use crate::device::{self, DeviceState, Direction, Faults, Format, Watch};
use crate::error::Result;
use crate::play::{Channels, Mixer, MixerSettings, Remote, Sink};
use crate::units::SampleRate;

/// Frames of a device buffer: 20 ms.
const BUFFER_SECONDS: f64 = 0.02;
/// What the tape holds until it is fetched.
const TAPE_SECONDS: usize = 5;

/// A speaker that plays what its mixer is told to. Dropping it closes it.
pub struct Speaker {
    /// Held for its callbacks.
    _stream: cpal::Stream,
    name: String,
    format: Format,
    watch: Arc<Watch>,
    tape: Tape,
}

impl Speaker {
    /// Opens the speaker of this name, else the default one, and starts it; silent until the remote sends a cue. With
    /// `taped`, what is played can be fetched from [`Self::tape`].
    ///
    /// # Errors
    /// [`crate::ErrorKind::Device`] when it is not there, busy, or refuses every format; the message says what to do.
    pub fn open(name: Option<&str>, settings: MixerSettings, taped: bool) -> Result<(Self, Remote)> {
        let (device, name) = device::find(Direction::Output, name)?;
        let rates = [SampleRate::STUDIO, SampleRate::new(44_100)?, SampleRate::SPEECH, SampleRate::TELEPHONE];
        let offers = device::offers(&device, Direction::Output, &name)?;
        let formats = device::formats_to_try(&offers, &rates, 2);
        let watch = Arc::new(Watch::default());
        let ((stream, remote, tape), format) = device::open_first(&name, &formats, |format| {
            let (remote, mixer) = Mixer::new(format.rate, settings);
            let room = if taped { TAPE_SECONDS * format.rate.hertz() as usize } else { 0 };
            let (outlet, tape) = tape(mixer, usize::from(format.channels), room);
            let stream = open_as(&device, format, outlet, &watch)?;
            stream.play()?;
            Ok((stream, remote, tape))
        })?;
        Ok((Self { _stream: stream, name, format, watch, tape }, remote))
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The format that the device runs in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What tracks are to be prepared for.
    pub fn sink(&self) -> Sink {
        let channels = if self.format.channels == 1 { Channels::Mono } else { Channels::Stereo };
        Sink { rate: self.format.rate, channels }
    }

    /// What was played; empty unless it was opened so.
    pub fn tape(&mut self) -> &mut Tape {
        &mut self.tape
    }

    /// What has gone wrong so far.
    pub fn faults(&self) -> Faults {
        Faults { lost_frames: self.tape.missed(), ..self.watch.faults() }
    }

    pub fn state(&self) -> DeviceState {
        self.watch.state()
    }
}

fn open_as(
    device: &cpal::Device,
    format: Format,
    outlet: Outlet,
    watch: &Arc<Watch>,
) -> std::result::Result<cpal::Stream, cpal::Error> {
    match format.sample_format {
        SampleFormat::F32 => build::<f32>(device, format, outlet, watch),
        SampleFormat::I16 => build::<i16>(device, format, outlet, watch),
        SampleFormat::I32 => build::<i32>(device, format, outlet, watch),
        SampleFormat::U16 => build::<u16>(device, format, outlet, watch),
        _ => Err(cpal::Error::new(cpal::ErrorKind::UnsupportedConfig)),
    }
}

fn build<T>(
    device: &cpal::Device,
    format: Format,
    mut outlet: Outlet,
    watch: &Arc<Watch>,
) -> std::result::Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let config = StreamConfig {
        channels: format.channels,
        sample_rate: format.rate.hertz(),
        buffer_size: BufferSize::Fixed(format.rate.frames(BUFFER_SECONDS).0 as u32),
    };
    let alive = Arc::clone(watch);
    let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
        alive.alive();
        outlet.fill(data, T::EQUILIBRIUM, |s| s.to_sample::<T>());
    };
    device.build_output_stream(config, fill, watch.note(), None)
}
