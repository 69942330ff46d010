//! One utterance: its words on one thread, its sound and voice on another.

#[cfg(feature = "whisper")]
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use super::answer::Answer;
use super::listener::{Listener, Terms};
use super::timings::{Stage, Timings};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "whisper")]
use crate::hear;
use crate::hear::{AnswerSound, Heard};
#[cfg(feature = "whisper")]
use crate::judge::words_beside_rating;
use crate::segment::Utterance;
use crate::sentiment::TextSentiment;
#[cfg(feature = "whisper")]
use crate::units::Language;
use crate::voice::{CallerSpeech, Prosody, VoiceEmotion};

impl Listener {
    /// Words on one thread, sound and voice on another: recognition is the longer, so that these cost no time. What is
    /// known by the sound is made first, and taken when the words are there.
    ///
    /// Recognition's threads spin when they wait for one another, so where there is no core left for the voice, that
    /// begins when the recogniser's encoder is done, and its decoder leaves the core to it.
    ///
    /// `heard` is the utterance as words are looked for in it; voice was fitted on recordings as they are.
    pub(super) fn hear_and_feel(&self, utterance: &Utterance, heard: &Utterance, terms: Terms) -> Result<Answer> {
        let (felt, heard) = thread::scope(|scope| {
            let (send, sound) = mpsc::sync_channel(1);
            let (encoded, begin) = mpsc::sync_channel(1);
            let felt = scope.spawn(move || {
                // The sender is dropped when recognition fails: then, too, it is the voice's turn.
                let _ = begin.recv();
                self.feel(utterance, heard, terms, send)
            });
            let heard = self.hear(heard, terms, encoded, sound);
            (felt.join(), heard)
        });
        let (voice, prosody, voice_timings) = felt.map_err(|_| {
            Error::new(ErrorKind::Internal, "voice analysis", "stopped unexpectedly; please report this recording")
        })?;
        let (heard, text, hear_timings) = heard?;
        let speech_s = utterance.speech_seconds();
        let mut answer = Answer { speech_s, heard, text, voice, prosody: Some(prosody), ..Answer::silent(terms) };
        answer.timings.merge(&voice_timings);
        answer.timings.merge(&hear_timings);
        Ok(answer)
    }

    fn feel(
        &self,
        utterance: &Utterance,
        heard: &Utterance,
        terms: Terms,
        sound: SyncSender<Option<AnswerSound>>,
    ) -> (Option<VoiceEmotion>, Prosody, Timings) {
        let mut timings = Timings::default();
        // Made here, while the recogniser looks for words, and part of its time only as far as it waits. Nobody takes it where
        // there is no recogniser, or it failed: that is its own error.
        let _ = sound.send(self.sound_of(heard, terms));
        let voice = timings.time(Stage::Voice, || {
            let caller = CallerSpeech::of_caller(utterance);
            self.voice.as_ref().map(|voice| voice.score(&caller))
        });
        let prosody = timings.time(Stage::Prosody, || Prosody::of(utterance));
        (voice, prosody, timings)
    }

    /// Spelt already, but where it is not known before the recogniser has chosen in which of two languages.
    #[cfg(feature = "whisper")]
    fn sound_of(&self, utterance: &Utterance, terms: Terms) -> Option<AnswerSound> {
        let encoder = match terms.language {
            Language::Zh => self.mandarin_ear.as_ref()?,
            Language::En => self.voice.as_ref()?.encoder(),
        };
        let sound = AnswerSound::of_utterance(encoder, utterance)?;
        Some(if terms.either_language { sound } else { sound.spell(terms.language, terms.scale) })
    }

    #[cfg(not(feature = "whisper"))]
    fn sound_of(&self, _utterance: &Utterance, _terms: Terms) -> Option<AnswerSound> {
        None
    }

    #[cfg(feature = "whisper")]
    fn hear(
        &self,
        utterance: &Utterance,
        terms: Terms,
        encoded: SyncSender<()>,
        sound: Receiver<Option<AnswerSound>>,
    ) -> Result<(Option<Heard>, Option<TextSentiment>, Timings)> {
        let mut timings = Timings::default();
        let heard = timings.time(Stage::Hear, || {
            let threads = default_threads(self.options.threads);
            let crowded = threads > 1 && threads >= cores();
            let decoding_threads = crowded.then_some(NonZeroUsize::MIN);
            let options = hear::Options {
                deadline: self.options.deadline,
                decoding_threads,
                scale: terms.scale,
                either_language: terms.either_language,
                ..Default::default()
            };
            let mut encoded = Some(encoded).filter(|_| crowded);
            // Without an encoder there is none, and the words stand alone. What was made by the encoder of the usual language is
            // nothing to the networks of the other.
            let sound = |language| match language == terms.language {
                true => sound.recv().ok().flatten(),
                false => self.sound_of(utterance, Terms { language, ..terms }),
            };
            self.recognisers.with(|recogniser| {
                recogniser.encode(utterance, terms.language, &options)?;
                drop(encoded.take());
                recogniser.decode(&options, sound).map(|(heard, _)| heard)
            })
        })?;
        let text = timings.time(Stage::Sentiment, || {
            // "No, sorry, I meant four" is a slip put right; the words of a rating are no displeasure.
            let beside = heard.rating.best().map(|_| words_beside_rating(&heard.transcript));
            self.sentiment.analyse(beside.as_deref().unwrap_or(&heard.transcript.text))
        });
        Ok((Some(heard), Some(text), timings))
    }

    /// Without a recogniser there are no words: keys and voice still count.
    #[cfg(not(feature = "whisper"))]
    fn hear(
        &self,
        _utterance: &Utterance,
        _terms: Terms,
        _encoded: SyncSender<()>,
        _sound: Receiver<Option<AnswerSound>>,
    ) -> Result<(Option<Heard>, Option<TextSentiment>, Timings)> {
        let _ = &self.sentiment;
        Ok((None, None, Timings::default()))
    }
}

/// Two threads are the fastest for one short answer on the machines that calls run on; more than the cores there are
/// makes the recogniser spin.
#[cfg(feature = "whisper")]
pub(super) fn default_threads(wanted: Option<NonZeroUsize>) -> usize {
    wanted.map_or(2, NonZeroUsize::get).clamp(1, cores())
}

#[cfg(feature = "whisper")]
fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
