//! A call in real time: the only asynchronous code. Understanding runs on blocking threads beside it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::conversation::Conversation;
use super::happening::Note;
use super::line::{LineState, Sink, Source, TAIL, after_tail};
use super::view::View;
use crate::error::{Error, ErrorKind, Result};
use crate::keypad::Key;
use crate::listen::{Answer, Listener, Terms};
use crate::segment::Utterance;
use crate::units::SampleRate;

/// How often the line is looked at: half a detector frame.
const STEP: Duration = Duration::from_millis(8);
/// A microphone that delivers nothing for so long has its place taken by silence, so that the call's clock goes on.
const STARVED: Duration = Duration::from_millis(300);
/// The same before its first sound: a sound server may take a while to begin.
const SLOW_START: Duration = Duration::from_millis(2_000);
/// A microphone that has delivered nothing for so long is gone.
const GONE: Duration = Duration::from_secs(5);
/// The screen is drawn so often.
const DRAW: Duration = Duration::from_millis(66);

/// Understands utterances; a listener, or something that stands in for one.
pub trait Understand: Send + Sync + 'static {
    /// # Errors
    /// When it could not be understood; the dialogue then asks again.
    fn understand(&self, utterance: &Utterance, terms: Terms) -> Result<Answer>;
}

impl Understand for Listener {
    fn understand(&self, utterance: &Utterance, terms: Terms) -> Result<Answer> {
        Listener::understand(self, utterance, terms)
    }
}

/// Shows a call as it happens.
pub trait Screen {
    /// # Errors
    /// When nothing can be shown any more (a closed pipe).
    fn note(&mut self, note: &Note) -> Result<()>;

    /// The state, some fifteen times a second.
    ///
    /// # Errors
    /// As [`Self::note`].
    fn draw(&mut self, view: &View) -> Result<()>;
}

/// What somebody at the screen may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    Key(Key),
    HangUp,
}

/// Holds a call to its end.
///
/// # Errors
/// [`ErrorKind::Device`] when a device is gone: the caller has then hung up as far as the report is concerned, and it
/// is stored. Those of the screen and of writing what is heard.
pub async fn run(
    conversation: &mut Conversation,
    mut source: Box<dyn Source>,
    mut sink: Box<dyn Sink>,
    listener: Arc<dyn Understand>,
    screen: &mut dyn Screen,
    mut requests: mpsc::UnboundedReceiver<Request>,
) -> Result<()> {
    let (answers_in, mut answers) = mpsc::unbounded_channel();
    let mut step = tokio::time::interval(STEP);
    step.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut heard_last, mut patience) = (Instant::now(), SLOW_START);
    let (mut sound, mut last_sound, mut last_drawn) = (Vec::new(), Instant::now(), Instant::now() - DRAW);
    let (mut starved, mut gone, mut asked) = (false, None, true);
    conversation.connect();
    while !conversation.is_over() && gone.is_none() {
        tokio::select! {
            biased;
            Some((id, answer)) = answers.recv() => conversation.understood(id, answer),
            request = requests.recv(), if asked => match request {
                Some(Request::Key(key)) => conversation.key(key)?,
                Some(Request::HangUp) => conversation.hang_up(),
                None => asked = false,
            },
            _ = step.tick() => {
                sound.clear();
                if source.read(&mut sound)? == LineState::Gone {
                    gone = Some("the microphone is gone");
                }
                if !sound.is_empty() {
                    (last_sound, heard_last, starved) = (Instant::now(), Instant::now(), false);
                    patience = STARVED;
                } else if last_sound.elapsed() > patience {
                    if !std::mem::replace(&mut starved, true) {
                        conversation.tell_problem("the microphone delivers no sound; silence stands in");
                    }
                    sound.resize(SampleRate::SPEECH.frames(last_sound.elapsed().as_secs_f64()).0 as usize, 0.0);
                    last_sound = Instant::now();
                    if heard_last.elapsed() > GONE {
                        gone = Some("the microphone is gone");
                    }
                }
                conversation.hear(&sound)?;
                if sink.follow(conversation.now())? == LineState::Gone {
                    gone = Some("the speaker is gone");
                }
                source.problems().into_iter().chain(sink.problems()).for_each(|p| conversation.tell_problem(p));
            }
        }
        if let Some(job) = conversation.next_job() {
            let (listener, answers) = (Arc::clone(&listener), answers_in.clone());
            tokio::task::spawn_blocking(move || {
                // Nobody waits for it any more when the call is over.
                let _ = answers.send((job.id, listener.understand(&job.utterance, job.terms)));
            });
        }
        show(conversation, screen, &mut last_drawn)?;
    }
    if gone.is_some() {
        conversation.hang_up();
    } else {
        // The clock stands still now; what fades away is heard to its end.
        tokio::time::sleep(TAIL).await;
        sink.follow(after_tail(conversation.now()))?;
    }
    for note in conversation.take_notes() {
        screen.note(&note)?;
    }
    screen.draw(conversation.view())?;
    sink.close()?;
    gone.map_or(Ok(()), |what| {
        let problem =
            "the call was ended and its report kept; plug it in or choose another (--devices), then call again";
        Err(Error::new(ErrorKind::Device, what, problem))
    })
}

fn show(conversation: &mut Conversation, screen: &mut dyn Screen, last_drawn: &mut Instant) -> Result<()> {
    for note in conversation.take_notes() {
        screen.note(&note)?;
    }
    if last_drawn.elapsed() >= DRAW {
        screen.draw(conversation.view())?;
        *last_drawn = Instant::now();
    }
    Ok(())
}
