//! `codetta live`: a whole call as it happens, with microphone and speaker or with recordings in their place.

mod ends;
mod kept;
#[cfg(feature = "microphone")]
mod layout;
#[cfg(feature = "microphone")]
mod picture;
mod plain;
#[cfg(feature = "microphone")]
mod terminal;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use codetta::call::{
    Conversation, ConversationSettings, Duplex, Request, Screen, Sounds, SoundsSettings, run as run_call, run_offline,
};
use codetta::dialogue::CallSettings;
use codetta::handoff::{Adapter, CommandAdapter, ConsoleAdapter, News};
use codetta::judge::{Consent, Policy};
use codetta::listen::Listener;
use codetta::outro::{Library, PlayHistory};
use codetta::{Error, ErrorKind, Result};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::Status;
use super::options::ListenOptions;
use super::output::Output;
use ends::Ends;
use kept::KeepOptions;

/// The demonstration's human: how many polls (20 ms each) until it rings, and until it is answered.
const RINGS_AFTER: u32 = 50;
const ANSWERED_AFTER: u32 = 350;

#[derive(Args)]
pub struct LiveArgs {
    /// List microphones and speakers, and do nothing else
    #[arg(long)]
    devices: bool,

    /// Microphone to listen to (default: the system's)
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    microphone: Option<String>,

    /// Speaker to play on (default: the system's)
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,

    /// The caller wears a headset: may speak over prompts and music (else words are heard only while nothing sounds)
    #[arg(long)]
    headset: bool,

    /// A recording in place of the microphone; it is a line of its own, so the caller may speak at any time
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,

    /// Play the recording in real time (else as fast as the machine can, which needs --output)
    #[arg(long, requires = "input")]
    realtime: bool,

    /// Write what the caller hears to this WAV file; with --input it takes the place of the speaker
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// A log line for each event, instead of the screen
    #[arg(long)]
    plain: bool,

    #[command(flatten)]
    keep: KeepOptions,

    /// Command that reaches a human: it is told the call on standard input and answers ringing, answered, busy,
    /// no_answer or failed (default: a human of the demonstration, who answers after seven seconds)
    #[arg(long, value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true, value_terminator = ";")]
    transfer: Vec<String>,

    /// Policy that turns evidence into a decision (default: the one built in)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Outros and prompts of your own: a folder with a library.toml
    #[arg(long, value_name = "FOLDER")]
    audio: Option<PathBuf>,

    /// Brand of the library whose outros come first
    #[arg(long, value_name = "NAME")]
    brand: Option<String>,

    /// Decides among outros that fit equally
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Write the screen as it stands a little after the ending began to this SVG file, and hang up
    #[arg(long, value_name = "FILE", hide = true)]
    picture: Option<PathBuf>,

    #[command(flatten)]
    listen: ListenOptions,
}

pub fn run(args: &LiveArgs, output: &mut Output) -> Result<Status> {
    if args.devices {
        return ends::list(output);
    }
    let offline = args.input.is_some() && !args.realtime;
    if offline && args.output.is_none() {
        let problem = "a recording that is not played with --realtime needs --output FILE for what the caller hears";
        return Err(Error::new(ErrorKind::Usage, "--input", problem));
    }
    let policy = args.policy.as_deref().map_or_else(|| Ok(Policy::default()), Policy::load)?;
    let library = Library::locate(args.audio.as_deref())?;
    let ends = Ends::open(args)?;
    let settings = SoundsSettings {
        sink: ends.format,
        language: args.listen.lang,
        brand: args.brand.clone(),
        seed: args.seed,
        bed: args.duplex() == Duplex::Full,
    };
    // The models on one thread, the sounds on another: the caller waits for neither.
    let (listener, sounds) = std::thread::scope(|scope| {
        let sounds = scope.spawn(|| Sounds::prepare(&library, &policy, &settings, &PlayHistory::default()));
        (Listener::load(&args.listen.listener()), sounds.join())
    });
    let sounds = sounds.map_err(|_| Error::new(ErrorKind::Internal, "sounds", "could not be prepared"))??;
    let listener = Arc::new(listener?);
    let Ends { source, mut sink, remote, caller, described, .. } = ends;
    let mut conversation = Conversation::new(
        ConversationSettings { name: call_name(), call: args.call_settings(), duplex: args.duplex() },
        policy,
        sounds,
        remote,
        args.adapter(),
        args.keep.keeper(&listener, args.brand.as_deref(), args.channel())?,
    )?;
    if offline {
        run_offline(&mut conversation, &caller, listener.as_ref(), sink.as_mut())?;
        let mut screen = plain::Plain::new(output);
        conversation.take_notes().iter().try_for_each(|note| screen.note(note))?;
        sink.close()?;
        return Ok(Status::Done);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| Error::new(ErrorKind::Internal, "runtime", e.to_string()))?;
    let (requests_in, requests) = unbounded_channel();
    let mut screen = args.screen(output, &described, requests_in.clone())?;
    runtime.spawn(hang_up_on_interrupt(requests_in));
    let held = runtime.block_on(run_call(&mut conversation, source, sink, listener, screen.as_mut(), requests));
    // Whatever a slow answer still computes, nobody waits for it.
    runtime.shutdown_background();
    drop(screen);
    held?;
    Ok(Status::Done)
}

/// The first Ctrl-C hangs up, so that the report is kept; a second one leaves at once.
async fn hang_up_on_interrupt(requests: UnboundedSender<Request>) {
    for turn in 0.. {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        if turn > 0 || requests.send(Request::HangUp).is_err() {
            std::process::exit(130);
        }
    }
}

impl LiveArgs {
    /// A recording is a line of its own: nothing of ours is in it.
    fn duplex(&self) -> Duplex {
        if self.headset || self.input.is_some() { Duplex::Full } else { Duplex::Half }
    }

    fn call_settings(&self) -> CallSettings {
        CallSettings {
            language: self.listen.lang,
            either_language: self.listen.either_lang,
            scale: self.listen.scale,
            consent: Consent { recording: !self.keep.no_recording, ..self.listen.consent() },
            ..CallSettings::default()
        }
    }

    fn adapter(&self) -> Box<dyn Adapter> {
        match self.transfer.split_first() {
            Some((program, arguments)) => Box::new(CommandAdapter::new(program, arguments)),
            None => {
                let script = vec![(RINGS_AFTER, News::Ringing), (ANSWERED_AFTER, News::Answered)];
                // The screen tells what happens; a second voice would write over it.
                Box::new(ConsoleAdapter::new(std::io::sink(), script))
            }
        }
    }

    /// What the caller is heard through, as a record names it.
    fn channel(&self) -> &'static str {
        if self.input.is_some() { "file" } else { "microphone" }
    }

    #[cfg(feature = "microphone")]
    fn screen<'a>(
        &self,
        output: &'a mut Output,
        described: &str,
        requests: UnboundedSender<Request>,
    ) -> Result<Box<dyn Screen + 'a>> {
        use std::io::IsTerminal;
        let heading = layout::Heading { language: self.listen.lang, line: described.to_owned() };
        if let Some(path) = &self.picture {
            return Ok(Box::new(picture::Picture::new(path.clone(), heading, requests)));
        }
        if self.plain || output.is_json() || !std::io::stdout().is_terminal() {
            return Ok(Box::new(plain::Plain::new(output)));
        }
        Ok(Box::new(terminal::Terminal::open(heading, requests)?))
    }

    /// Without the screen's library there are log lines.
    #[cfg(not(feature = "microphone"))]
    fn screen<'a>(&self, output: &'a mut Output, _: &str, _: UnboundedSender<Request>) -> Result<Box<dyn Screen + 'a>> {
        let _ = (self.plain, &self.picture);
        Ok(Box::new(plain::Plain::new(output)))
    }
}

/// Names the call by the moment at which it began.
fn call_name() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!("call-{}", since.map_or(0, |since| since.as_millis()))
}

/// For the screen: a reason in the language of the call.
#[cfg(feature = "microphone")]
fn reason_in(language: codetta::Language, reason: &codetta::judge::Reason) -> &str {
    match language {
        codetta::Language::Zh => &reason.zh,
        codetta::Language::En => &reason.en,
    }
}
