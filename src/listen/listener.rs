//! The parts that listen, loaded once and shared by any number of answers.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::answer::{Answer, Keyed};
#[cfg(feature = "whisper")]
use super::recognisers::Recognisers;
use super::timings::{Stage, Timings};
use crate::audio::{Samples, resample};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "whisper")]
use crate::hear;
use crate::hear::Heard;
#[cfg(feature = "whisper")]
use crate::judge::{beyond_plain_rating, words_beside_rating};
use crate::keypad::{self, KeyPress};
use crate::model::Store;
use crate::segment::{self, Utterance};
use crate::sentiment::{Sentiment, TextSentiment};
use crate::units::{Language, SampleRate, Scale};
use crate::voice::{CallerSpeech, Prosody, VoiceEmotion, VoiceScorer};

/// What the models are called in the store.
#[cfg(feature = "whisper")]
const RECOGNISER: &str = "ggml-whisper-base-q8_0.bin";
const ENCODER: &str = "whisper-base-encoder3.safetensors";
/// Silenced before and after each key, seconds: a detector's edges are those of its blocks.
const TONE_MARGIN_S: f64 = 0.02;

/// What a call is held in; it may differ from call to call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub language: Language,
    /// Scale the caller was asked on.
    pub scale: Scale,
}

/// How the models are loaded and run.
#[derive(Clone, Debug)]
pub struct ListenerOptions {
    /// Processor threads for one answer; none takes two, or one on a single core.
    pub threads: Option<NonZeroUsize>,
    /// A whisper.cpp model of the user's own.
    pub asr_model: Option<PathBuf>,
    /// Longest time that recognition may take before it gives up.
    pub deadline: Duration,
    /// Answers that are recognised at the same time. They share the weights; each has `threads` of its own and some
    /// 40 MB of working memory.
    pub at_once: NonZeroUsize,
}

impl Default for ListenerOptions {
    fn default() -> Self {
        Self { threads: None, asr_model: None, deadline: Duration::from_secs(30), at_once: NonZeroUsize::MIN }
    }
}

/// The parts that listen, loaded once. As many answers as [`ListenerOptions::at_once`] says are recognised at a time;
/// the rest runs beside it.
pub struct Listener {
    options: ListenerOptions,
    #[cfg(feature = "whisper")]
    recognisers: Recognisers,
    sentiment: Sentiment,
    voice: Option<VoiceScorer>,
}

impl Listener {
    /// Loads the models.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] when a model is missing or damaged; the message names the command that repairs it.
    pub fn load(options: &ListenerOptions) -> Result<Self> {
        let store = Store::locate()?;
        let encoder = store.path(ENCODER);
        #[cfg(feature = "whisper")]
        let recognisers = {
            let model = match &options.asr_model {
                Some(own) => own.clone(),
                None => store.path(RECOGNISER)?,
            };
            Recognisers::load(&model, default_threads(options.threads), options.at_once)?
        };
        // Recognition cannot do without its model; with a recogniser of the user's own, the voice scorer may be absent.
        let voice = match (encoder, &options.asr_model) {
            (Ok(encoder), _) => Some(VoiceScorer::load(&encoder)?),
            (Err(error), None) if cfg!(feature = "whisper") => return Err(error),
            (Err(error), _) => {
                tracing::warn!("no vocal emotion: {error}");
                None
            }
        };
        Ok(Self {
            options: options.clone(),
            #[cfg(feature = "whisper")]
            recognisers,
            sentiment: Sentiment::embedded()?,
            voice,
        })
    }

    pub fn options(&self) -> &ListenerOptions {
        &self.options
    }

    /// Listens to one answer, at any sample rate: keys, words and voice.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Limit`] when recognition passes its deadline; [`crate::ErrorKind::Internal`] otherwise.
    pub fn listen(&self, recording: &Samples, terms: Terms) -> Result<Answer> {
        let start = Instant::now();
        let mut timings = Timings::default();
        let presses = timings.time(Stage::Keypad, || keypad::detect(recording))?;
        let speech =
            timings.time(Stage::Resample, || resample(&without_keys(recording, &presses), SampleRate::SPEECH))?;
        let utterance = timings.time(Stage::Segment, || segment::speech(&speech))?;
        let mut answer = Answer {
            language: terms.language,
            heard: None,
            keyed: Keyed::read(presses, terms.scale),
            text: None,
            voice: None,
            prosody: None,
            speech_s: 0.0,
            timings,
        };
        if let Some(utterance) = utterance {
            answer.speech_s = utterance.speech_seconds();
            self.hear_and_feel(&utterance, terms, &mut answer)?;
        }
        answer.timings.set_total(start.elapsed());
        Ok(answer)
    }

    /// Words on one thread, voice on another: recognition is the longer, so that feeling costs no time.
    fn hear_and_feel(&self, utterance: &Utterance, terms: Terms, answer: &mut Answer) -> Result<()> {
        let (felt, heard) = thread::scope(|scope| {
            let felt = scope.spawn(|| self.feel(utterance));
            let heard = self.hear(utterance, terms);
            (felt.join(), heard)
        });
        let (voice, prosody, voice_timings) = felt.map_err(|_| {
            Error::new(ErrorKind::Internal, "voice analysis", "stopped unexpectedly; please report this recording")
        })??;
        let (heard, text, hear_timings) = heard?;
        (answer.heard, answer.text, answer.voice, answer.prosody) = (heard, text, voice, Some(prosody));
        answer.timings.merge(&voice_timings);
        answer.timings.merge(&hear_timings);
        Ok(())
    }

    fn feel(&self, utterance: &Utterance) -> Result<(Option<VoiceEmotion>, Prosody, Timings)> {
        let mut timings = Timings::default();
        let prosody = timings.time(Stage::Prosody, || Prosody::of(utterance));
        let voice = timings.time(Stage::Voice, || {
            self.voice.as_ref().map(|scorer| scorer.score(&CallerSpeech::of_caller(utterance))).transpose()
        })?;
        Ok((voice, prosody, timings))
    }

    #[cfg(feature = "whisper")]
    fn hear(&self, utterance: &Utterance, terms: Terms) -> Result<(Option<Heard>, Option<TextSentiment>, Timings)> {
        let mut timings = Timings::default();
        let heard = timings.time(Stage::Hear, || {
            let options = hear::Options { deadline: self.options.deadline, ..Default::default() };
            self.recognisers.with(|recogniser| recogniser.hear(utterance, terms.language, &options))
        })?;
        let rating = heard.rating.best().map(|(rating, _)| rating);
        let text = timings.time(Stage::Sentiment, || {
            // "No, sorry, I meant four" is a slip put right; the words of a rating are no displeasure.
            let beside = rating.map(|_| words_beside_rating(&heard.transcript));
            let words = beside.as_deref().unwrap_or(&heard.transcript.text);
            beyond_plain_rating(self.sentiment.analyse(words), &heard.transcript, rating)
        });
        Ok((Some(heard), Some(text), timings))
    }

    /// Without a recogniser there are no words: keys and voice still count.
    #[cfg(not(feature = "whisper"))]
    fn hear(&self, _utterance: &Utterance, _terms: Terms) -> Result<(Option<Heard>, Option<TextSentiment>, Timings)> {
        let _ = &self.sentiment;
        Ok((None, None, Timings::default()))
    }
}

/// Two threads are the fastest for one short answer on the machines that calls run on; more than the cores there are
/// makes the recogniser spin.
#[cfg(feature = "whisper")]
fn default_threads(wanted: Option<NonZeroUsize>) -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    wanted.map_or(2, NonZeroUsize::get).clamp(1, cores)
}

/// The recording with its tones silenced, so that no key is taken for speech.
fn without_keys(recording: &Samples, presses: &[KeyPress]) -> Samples {
    if presses.is_empty() {
        return recording.clone();
    }
    let rate = recording.rate();
    let mut data = recording.data().to_vec();
    for press in presses {
        let start = rate.frames(press.start_s - TONE_MARGIN_S).0 as usize;
        let end = (rate.frames(press.end_s + TONE_MARGIN_S).0 as usize).min(data.len());
        data[start.min(end)..end].fill(0.0);
    }
    Samples::new(data, rate)
}
