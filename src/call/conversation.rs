//! The wiring of one call: sound, answers and news go in, cues and tasks come out; time is the caller's sound.

use super::ear::{Duplex, Ear, Heard};
use super::happening::{Happening, Note};
use super::keeper::Keeper;
use super::sounds::Sounds;
use super::stage::{Over, Stage};
use super::view::{Speech, View};
use crate::dialogue::{Call, CallReport, CallSettings, Event};
use crate::error::Result;
use crate::handoff::{Adapter, Handoff};
use crate::judge::{Policy, Spoken};
use crate::keypad::Key;
use crate::listen::{Answer, Terms};
use crate::play::Remote;
use crate::segment::Utterance;
use crate::units::{Frames, SampleRate};

/// The caller's sound is taken in pieces of 20 ms: times are as fine as that.
const PIECE: usize = 320;

/// How one call is held.
#[derive(Clone, Debug, Default)]
pub struct ConversationSettings {
    /// The integrator's own name for the call; it names what is stored.
    pub name: String,
    /// Its clock is set to 16 kHz: that of the caller's sound.
    pub call: CallSettings,
    pub duplex: Duplex,
}

/// An utterance to understand. Give the answer to [`Conversation::understood`].
#[derive(Clone, Debug)]
pub struct Job {
    pub id: u64,
    pub utterance: Utterance,
    pub terms: Terms,
}

/// One call.
///
/// Deterministic: the same sound, answers (at the same points of the sound) and news give the same call.
pub struct Conversation {
    pub(super) name: String,
    pub(super) settings: CallSettings,
    pub(super) call: Call,
    ear: Ear,
    pub(super) stage: Stage,
    pub(super) adapter: Box<dyn Adapter>,
    pub(super) handoff: Option<Handoff>,
    pub(super) keeper: Box<dyn Keeper>,
    job: Option<Job>,
    /// The utterance that is being understood, and its answer as soon as it is there.
    understanding: Option<u64>,
    answer: Option<Answer>,
    /// When its last voiced frame was, once it is known to be the whole answer.
    ended: Option<Frames>,
    /// When the caller last said or keyed something that was complete.
    pub(super) last_word: Option<Frames>,
    pub(super) turns_told: usize,
    pub(super) view: View,
    notes: Vec<Note>,
}

impl Conversation {
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the detectors refuse 16 kHz, which a test rules out.
    pub fn new(
        settings: ConversationSettings,
        policy: Policy,
        sounds: Sounds,
        remote: Remote,
        adapter: Box<dyn Adapter>,
        keeper: Box<dyn Keeper>,
    ) -> Result<Self> {
        let ConversationSettings { name, call, duplex } = settings;
        let call = CallSettings { clock: SampleRate::SPEECH, ..call };
        let problems = sounds.problems().to_vec();
        let mut conversation = Self {
            name,
            ear: Ear::new(duplex, call.scale)?,
            stage: Stage::new(remote, sounds, call.clock),
            settings: call,
            call: Call::new(call, policy),
            adapter,
            handoff: None,
            keeper,
            job: None,
            understanding: None,
            answer: None,
            ended: None,
            last_word: None,
            turns_told: 0,
            view: View::default(),
            notes: Vec::new(),
        };
        for problem in problems {
            conversation.note(Happening::Problem { problem });
        }
        Ok(conversation)
    }

    /// The caller is on the line.
    pub fn connect(&mut self) {
        self.note(Happening::Connected);
        let opened = self.stage.open();
        self.report_problem(opened);
        self.handle(Event::Connected);
        self.look();
    }

    /// The caller's next sound: 16 kHz, any number of samples.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Internal`] if the key timers are unsound, which a test rules out.
    pub fn hear(&mut self, samples: &[f32]) -> Result<()> {
        for piece in samples.chunks(PIECE) {
            let we_sound = !self.stage.is_silent();
            let heard = self.ear.hear(piece, we_sound)?;
            self.take(heard);
            self.pass_time();
            self.view.show_level(piece);
        }
        self.look();
        Ok(())
    }

    /// A key that the call leg signals, or that was typed.
    ///
    /// # Errors
    /// As [`Self::hear`].
    pub fn key(&mut self, key: Key) -> Result<()> {
        let heard = self.ear.signalled(key)?;
        self.take(heard);
        self.look();
        Ok(())
    }

    /// The next utterance to understand. An older one that was not fetched is in vain by then.
    pub fn next_job(&mut self) -> Option<Job> {
        self.job.take()
    }

    /// What an utterance told. Answers that nobody waits for any more are dropped.
    pub fn understood(&mut self, id: u64, answer: Result<Answer>) {
        if self.understanding != Some(id) {
            return;
        }
        match answer {
            Ok(answer) => self.answer = Some(answer),
            Err(error) => {
                // Nothing usable was said, as far as we know: the dialogue asks again.
                self.note(Happening::Problem { problem: error.to_string() });
                self.answer = Some(Answer::silent(self.terms()));
            }
        }
        self.answer_if_complete();
        self.look();
    }

    /// The caller is gone.
    pub fn hang_up(&mut self) {
        self.handle(Event::HungUp);
        self.look();
    }

    /// Something went wrong outside: told, and nothing else.
    pub fn tell_problem(&mut self, problem: String) {
        self.note(Happening::Problem { problem });
    }

    pub fn is_over(&self) -> bool {
        self.call.is_over()
    }

    /// The report as the call stands.
    pub fn report(&self) -> CallReport {
        self.call.report()
    }

    pub fn view(&self) -> &View {
        &self.view
    }

    /// What happened since the last call of this.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    pub(super) fn now(&self) -> Frames {
        self.ear.now()
    }

    pub(super) fn note(&mut self, happening: Happening) {
        let at_s = self.now().seconds(self.settings.clock);
        self.notes.push(Note { at_s, happening });
    }

    pub(super) fn report_problem<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.note(Happening::Problem { problem: error.to_string() })).ok()
    }

    fn terms(&self) -> Terms {
        Terms { language: self.settings.language, scale: self.settings.scale }
    }

    fn take(&mut self, heard: Vec<Heard>) {
        for heard in heard {
            match heard {
                Heard::SpeechStarted => {
                    self.note(Happening::SpeechStarted);
                    self.handle(Event::SpeechStarted);
                }
                Heard::Understand(id, utterance) => {
                    let terms = self.terms();
                    self.job = Some(Job { id, utterance, terms });
                    (self.understanding, self.answer, self.ended) = (Some(id), None, None);
                }
                Heard::Resumed => {
                    self.note(Happening::SpeechResumed);
                    (self.job, self.understanding, self.answer) = (None, None, None);
                }
                Heard::SpeechEnded(id, last_voiced) => {
                    self.note(Happening::SpeechEnded);
                    if self.understanding == Some(id) {
                        self.ended = Some(last_voiced);
                        self.answer_if_complete();
                    }
                }
                Heard::Key(key) => {
                    self.note(Happening::Key { key });
                    self.view.keys.push(char::from(key));
                    self.last_word = Some(self.now());
                }
                Heard::KeysBegan => self.handle(Event::KeyStarted),
                Heard::Keyed(keyed) => {
                    self.note(Happening::Keyed { keyed });
                    self.handle(Event::Keyed(keyed));
                }
            }
        }
    }

    /// The caller has ended and was understood: whichever came last.
    fn answer_if_complete(&mut self) {
        let (Some(last_voiced), Some(answer)) = (self.ended, self.answer.take_if(|_| self.ended.is_some())) else {
            return;
        };
        (self.understanding, self.ended) = (None, None);
        self.last_word = Some(last_voiced);
        let spoken: Spoken = answer.spoken();
        self.view.transcript = spoken.heard.as_ref().map(|heard| heard.transcript.clone());
        self.view.rating = spoken.heard.as_ref().map(|heard| heard.rating);
        (self.view.sentiment, self.view.voice) = (spoken.text, spoken.voice);
        self.note(Happening::Understood {
            transcript: self.view.transcript.clone(),
            rating: self.view.rating,
            sentiment: spoken.text,
            voice: spoken.voice,
            after_speech_ms: self.after_last_word_ms().unwrap_or_default(),
        });
        self.handle(Event::Answered(Box::new(spoken)));
    }

    pub(super) fn after_last_word_ms(&self) -> Option<f64> {
        let milliseconds = |frames: u64| Frames(frames).seconds(self.settings.clock) * 1000.0;
        self.last_word.map(|word| milliseconds(self.now().0.saturating_sub(word.0)))
    }

    fn pass_time(&mut self) {
        let now = self.now();
        while let Some(over) = self.stage.over(now) {
            self.handle(match over {
                Over::Prompt => Event::PromptFinished,
                Over::Outro => Event::OutroFinished,
            });
        }
        while let Some(news) = self.handoff.as_mut().and_then(|handoff| handoff.poll(now)) {
            self.note(Happening::Transfer { news });
            self.view.transfer = Some(news);
            self.handle(Event::Transfer(news));
        }
        if self.call.deadline().is_some_and(|due| due <= now) {
            self.handle(Event::Tick);
        }
        self.stage.collect();
    }

    fn look(&mut self) {
        let speech = match (self.ear.is_speaking(), self.ended.is_some(), self.ear.is_open()) {
            (true, ..) => Speech::Speaking,
            (_, true, _) => Speech::Understanding,
            (_, _, true) => Speech::Listening,
            _ => Speech::Closed,
        };
        self.view.speech = speech;
        self.view.clock_s = self.now().seconds(self.settings.clock);
        self.view.prompt = self.stage.prompt;
        self.view.show_music(&self.stage.music);
    }
}
