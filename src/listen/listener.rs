//! The parts that listen, loaded once and shared by any number of answers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::keys::Keys;
#[cfg(feature = "whisper")]
use super::recognisers::Recognisers;
use super::timings::{Stage, Timings};
#[cfg(feature = "whisper")]
use super::understanding::default_threads;
use crate::audio::{CUT_OUT_S, Samples, resample};
#[cfg(feature = "whisper")]
use crate::encoder::{self, SpeechEncoder};
use crate::error::Result;
#[cfg(feature = "whisper")]
use crate::hear;
use crate::hear::Meaning;
use crate::keypad::{self, KeyPress};
use crate::model::{self, Manifest, Store};
use crate::segment::{self, Utterance};
use crate::sentiment::Sentiment;
use crate::units::{Language, SampleRate, Scale};
use crate::voice::VoiceScorer;

/// What the models are called in the store.
#[cfg(feature = "whisper")]
const RECOGNISER: &str = "ggml-whisper-base-q8_0.bin";
/// Silenced before and after each key, seconds: a detector's edges are those of its blocks.
const TONE_MARGIN_S: f64 = 0.02;

/// What a call is held in; it may differ from call to call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub language: Language,
    /// Scale the caller was asked on.
    pub scale: Scale,
    /// An answer that is clearly in the other language is heard in it.
    pub either_language: bool,
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
    pub(super) options: ListenerOptions,
    #[cfg(feature = "whisper")]
    pub(super) recognisers: Recognisers,
    /// By which Mandarin answers are known by their sound; English ones are by the voice's encoder.
    #[cfg(feature = "whisper")]
    pub(super) mandarin_ear: Option<SpeechEncoder>,
    pub(super) sentiment: Sentiment,
    pub(super) voice: Option<VoiceScorer>,
}

impl Listener {
    /// Loads the models.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] when a model is missing or damaged; the message names the command that repairs it.
    pub fn load(options: &ListenerOptions) -> Result<Self> {
        let store = Store::locate()?;
        let encoder = store.path(crate::encoder::FILE);
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
        #[cfg(feature = "whisper")]
        let mandarin_ear = voice.as_ref().map(|voice| voice.encoder().for_lines()).transpose()?;
        Ok(Self {
            options: options.clone(),
            #[cfg(feature = "whisper")]
            recognisers,
            #[cfg(feature = "whisper")]
            mandarin_ear,
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
        // Below that, keys cannot be looked for.
        let low = recording.rate().hertz() < SampleRate::TELEPHONE.hertz();
        let raised = low.then(|| resample(recording, SampleRate::TELEPHONE)).transpose()?;
        let recording = raised.as_ref().unwrap_or(recording);
        let presses = timings.time(Stage::Keypad, || keypad::detect(recording))?;
        let speech =
            timings.time(Stage::Resample, || resample(&without_keys(recording, &presses), SampleRate::SPEECH))?;
        let utterance = timings.time(Stage::Segment, || segment::speech(&speech))?;
        // The simulated line by which hearing was fitted pads just these.
        let cut_out = speech.seconds() < CUT_OUT_S;
        let mut answer = match &utterance {
            Some(utterance) if cut_out => self.hear_and_feel(utterance, &utterance.amid_quiet(), terms)?,
            Some(utterance) => self.hear_and_feel(utterance, utterance, terms)?,
            None => Answer::silent(terms),
        };
        answer.keys = Keys::read(presses, terms.scale)?;
        answer.timings.merge(&timings);
        answer.timings.set_total(start.elapsed());
        Ok(answer)
    }

    /// Understands one utterance that a voice detector has cut out: words and voice. Takes some 100 ms.
    ///
    /// # Errors
    /// As [`Self::listen`].
    pub fn understand(&self, utterance: &Utterance, terms: Terms) -> Result<Answer> {
        let start = Instant::now();
        let mut answer = self.hear_and_feel(utterance, utterance, terms)?;
        answer.timings.set_total(start.elapsed());
        Ok(answer)
    }

    /// SHA-256 of every model that takes part, by file name: what a decision record keeps. Reads a user's own model.
    ///
    /// # Errors
    /// The file system's.
    pub fn models(&self) -> Result<BTreeMap<String, String>> {
        let mut models = BTreeMap::new();
        let own = self.options.asr_model.as_deref();
        for file in &Manifest::embedded().files {
            let takes_part = if file.name == crate::encoder::FILE { self.voice.is_some() } else { own.is_none() };
            if takes_part && cfg!(feature = "whisper") {
                models.insert(file.name.clone(), file.sha256.clone());
            }
        }
        let (head, content) = VoiceScorer::own_head();
        let built_in = Sentiment::weights().into_iter().chain([Meaning::weights()]);
        let built_in = built_in.chain(self.voice.as_ref().map(|_| (head, content)));
        #[cfg(feature = "whisper")]
        let built_in = built_in.chain(self.mandarin_ear.iter().flat_map(|_| hear::weights().chain([encoder::ADAPTER])));
        models.extend(built_in.map(|(name, bytes)| (name.to_owned(), model::hexadecimal(&Sha256::digest(bytes)))));
        // What the user has put in place of ours.
        let trained = Store::locate()?.folder().join(head);
        for path in own.into_iter().chain(Some(trained.as_path()).filter(|path| path.is_file())) {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            models.insert(name, model::sha256(path)?);
        }
        Ok(models)
    }
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
