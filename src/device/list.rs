//! The devices of this machine, by the names that a user can choose them by.

use cpal::traits::{DeviceTrait, HostTrait};
use serde::Serialize;

use super::fault::error;
use super::format::Offer;
use crate::error::{Error, ErrorKind, Result};

/// Which way the sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Input,
    Output,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Self::Input => "microphone",
            Self::Output => "speaker",
        }
    }
}

/// A device as a user sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceInfo {
    /// What it is chosen by.
    pub name: String,
    /// What the system calls it.
    pub description: String,
    pub microphone: bool,
    pub speaker: bool,
    /// Taken when none is chosen.
    pub default_microphone: bool,
    pub default_speaker: bool,
}

/// All devices of this machine. An empty list is no error: a machine may have none.
///
/// # Errors
/// [`ErrorKind::Device`] when the sound system cannot be reached.
pub fn devices() -> Result<Vec<DeviceInfo>> {
    let host = cpal::default_host();
    let (input, output) = (host.default_input_device(), host.default_output_device());
    let found = host.devices().map_err(|e| error("sound system", &e))?;
    let mut all: Vec<DeviceInfo> = found
        .map(|device| DeviceInfo {
            name: name(&device),
            description: device.description().map_or_else(|_| String::new(), |d| d.name().to_owned()),
            microphone: device.supports_input(),
            speaker: device.supports_output(),
            default_microphone: input.as_ref() == Some(&device),
            default_speaker: output.as_ref() == Some(&device),
        })
        .filter(|info| info.microphone || info.speaker)
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The device that is meant: by its name, else the default one.
///
/// # Errors
/// [`ErrorKind::Device`] naming those that there are, when it is not there.
pub(crate) fn find(direction: Direction, wanted: Option<&str>) -> Result<(cpal::Device, String)> {
    let host = cpal::default_host();
    let device = match (wanted, direction) {
        (Some(wanted), _) => host.devices().map_err(|e| error(wanted, &e))?.find(|device| name(device) == wanted),
        (None, Direction::Input) => host.default_input_device(),
        (None, Direction::Output) => host.default_output_device(),
    };
    if let Some(device) = device {
        let name = name(&device);
        return Ok((device, name));
    }
    let usable = |info: &DeviceInfo| match direction {
        Direction::Input => info.microphone,
        Direction::Output => info.speaker,
    };
    let known: Vec<String> = devices()?.into_iter().filter(usable).map(|info| info.name).collect();
    let problem = match (known.is_empty(), direction) {
        (true, Direction::Input) => {
            "this machine has none; plug one in, or use --input FILE --realtime for a recording in its place".to_owned()
        }
        (true, Direction::Output) => "this machine has none; plug one in, or use --output FILE in its place".to_owned(),
        (false, _) => format!("expected one of {}", known.join(", ")),
    };
    Err(Error::new(ErrorKind::Device, wanted.unwrap_or(direction.name()), problem))
}

/// What a device says that it can do; empty when it does not say.
///
/// # Errors
/// [`ErrorKind::Device`] when it cannot be asked.
pub(crate) fn offers(device: &cpal::Device, direction: Direction, subject: &str) -> Result<Vec<Offer>> {
    let offer = |range: cpal::SupportedStreamConfigRange| Offer {
        lowest_hertz: range.min_sample_rate(),
        highest_hertz: range.max_sample_rate(),
        channels: range.channels(),
        sample_format: range.sample_format(),
    };
    let failed = |e: cpal::Error| error(subject, &e);
    Ok(match direction {
        Direction::Input => device.supported_input_configs().map_err(failed)?.map(offer).collect(),
        Direction::Output => device.supported_output_configs().map_err(failed)?.map(offer).collect(),
    })
}

fn name(device: &cpal::Device) -> String {
    device.id().map_or_else(|_| device.to_string(), |id| id.id().to_owned())
}
