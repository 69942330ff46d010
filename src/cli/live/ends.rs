//! The two ends of the line, as the command line asks for them.

use codetta::audio::{Samples, WavFile, resample};
use codetta::call::{Recorded, Rendered, Sink, Source};
use codetta::play::{Mixer, MixerSettings, Remote, Sink as Format};
use codetta::{Result, SampleRate, capture};

use super::LiveArgs;
use crate::cli::Status;
use crate::cli::output::Output;

/// Both ends, open.
pub struct Ends {
    pub source: Box<dyn Source>,
    pub sink: Box<dyn Sink>,
    pub remote: Remote,
    /// What tracks are prepared for.
    pub format: Format,
    /// The recording in place of a microphone; empty without one.
    pub caller: Samples,
    /// In words, for the screen.
    pub described: String,
}

impl Ends {
    pub fn open(args: &LiveArgs) -> Result<Self> {
        let caller = match &args.input {
            Some(path) => resample(&capture::read(path)?, SampleRate::SPEECH)?,
            None => Samples::new(Vec::new(), SampleRate::SPEECH),
        };
        let (sink, remote, format, ours): (Box<dyn Sink>, _, _, _) = match (&args.input, &args.output) {
            (Some(_), Some(path)) => {
                let (remote, mixer) = Mixer::new(Format::STUDIO.rate, MixerSettings::default());
                let file = WavFile::create(path, Format::STUDIO.rate)?;
                let sink = Rendered::new(mixer, Format::STUDIO.rate, Some(file));
                (Box::new(sink), remote, Format::STUDIO, path.display().to_string())
            }
            _ => devices::speaker(args)?,
        };
        let (source, theirs): (Box<dyn Source>, _) = match &args.input {
            Some(path) => (Box::new(Recorded::new(caller.clone())), path.display().to_string()),
            None => devices::microphone(args)?,
        };
        Ok(Self { source, sink, remote, format, caller, described: format!("{theirs} → {ours}") })
    }
}

/// Prints the devices that there are.
pub fn list(output: &mut Output) -> Result<Status> {
    devices::list(output)
}

#[cfg(feature = "microphone")]
mod devices {
    use codetta::audio::WavFile;
    use codetta::call::{MicrophoneSource, Sink, Source, SpeakerSink};
    use codetta::play::{MixerSettings, Remote, Sink as Format, Speaker};
    use codetta::{Result, capture};

    use crate::cli::Status;
    use crate::cli::live::LiveArgs;
    use crate::cli::output::Output;

    pub fn speaker(args: &LiveArgs) -> Result<(Box<dyn Sink>, Remote, Format, String)> {
        let taped = args.output.is_some();
        let (speaker, remote) = Speaker::open(args.speaker.as_deref(), MixerSettings::default(), taped)?;
        let (format, name) = (speaker.sink(), speaker.name().to_owned());
        let file = args.output.as_deref().map(|path| WavFile::create(path, format.rate)).transpose()?;
        Ok((Box::new(SpeakerSink::new(speaker, file)), remote, format, name))
    }

    pub fn microphone(args: &LiveArgs) -> Result<(Box<dyn Source>, String)> {
        let microphone = capture::Microphone::open(args.microphone.as_deref())?;
        let name = microphone.name().to_owned();
        Ok((Box::new(MicrophoneSource::new(microphone)), name))
    }

    pub fn list(output: &mut Output) -> Result<Status> {
        let devices = codetta::device::devices()?;
        output.columns(&["name", "microphone", "speaker", "description"]);
        let word = |is_there: bool, is_default: bool| match (is_there, is_default) {
            (true, true) => "default",
            (true, false) => "yes",
            (false, _) => "",
        };
        for device in &devices {
            output.result(device, || {
                let microphone = word(device.microphone, device.default_microphone).to_owned();
                let speaker = word(device.speaker, device.default_speaker).to_owned();
                vec![device.name.clone(), microphone, speaker, device.description.clone()]
            })?;
        }
        output.finish()?;
        if devices.is_empty() {
            eprintln!("codetta: no sound device was found; --input FILE and --output FILE work without one");
        }
        Ok(Status::Done)
    }
}

/// The twin for a build without devices.
#[cfg(not(feature = "microphone"))]
mod devices {
    use codetta::call::{Sink, Source};
    use codetta::play::{Remote, Sink as Format};
    use codetta::{Error, ErrorKind, Result};

    use crate::cli::Status;
    use crate::cli::live::LiveArgs;
    use crate::cli::output::Output;

    fn without<T>() -> Result<T> {
        let problem = "this build has none (feature `microphone`); use --input FILE with --output FILE";
        Err(Error::new(ErrorKind::Unsupported, "sound devices", problem))
    }

    pub fn speaker(args: &LiveArgs) -> Result<(Box<dyn Sink>, Remote, Format, String)> {
        let _ = &args.speaker;
        without()
    }

    pub fn microphone(args: &LiveArgs) -> Result<(Box<dyn Source>, String)> {
        let _ = &args.microphone;
        without()
    }

    pub fn list(_: &mut Output) -> Result<Status> {
        without()
    }
}
