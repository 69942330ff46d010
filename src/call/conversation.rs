//! The wiring of one call: sound, answers and news go in, cues and tasks come out; time is the caller's sound.

use super::ear::{Ear, Heard};
use super::happening::{Happening, Note};
use super::keeper::{Keeper, Particulars};
use super::settings::{ConversationSettings, Job};
use super::sounds::Sounds;
use super::stage::{Over, Stage};
use super::understanding::Understanding;
use super::view::{Speech, View};
use crate::dialogue::{Call, CallReport, CallSettings, Event};
use crate::error::Result;
use crate::handoff::{Adapter, Handoff};
use crate::judge::{Policy, Spoken};
use crate::keypad::Key;
use crate::listen::{Answer, Terms};
use crate::play::Remote;
use crate::units::{Frames, SampleRate};

/// The caller's sound is taken in pieces of 20 ms: times are as fine as that.
const PIECE: usize = 320;

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
    /// What the keeper is told beside the report.
    pub(super) particulars: Particulars,
    understanding: Understanding,
    /// The utterance that is understood ahead of its end, and its answer as soon as it is there.
    ahead: Option<(u64, Option<Answer>)>,
    /// Whole utterances whose answers are not there yet, with the time of their last voiced frame.
    awaited: Vec<(u64, Frames)>,
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
            particulars: Particulars::default(),
            understanding: Understanding::default(),
            ahead: None,
            awaited: Vec::new(),
            last_word: None,
            turns_told: 0,
            view: View::default(),
            notes: Vec::new(),
        };
        problems.into_iter().for_each(|problem| conversation.tell_problem(problem));
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

    /// The next utterance to understand, if there is one.
    pub fn next_job(&mut self) -> Option<Job> {
        self.understanding.next()
    }

    /// What an utterance told. Answers that nobody waits for any more are dropped.
    pub fn understood(&mut self, id: u64, answer: Result<Answer>) {
        if !self.understanding.accept(id) {
            return;
        }
        let is_ahead = self.ahead.as_ref().is_some_and(|(ahead, _)| *ahead == id);
        let awaited = self.awaited.iter().position(|(awaited, _)| *awaited == id);
        if !is_ahead && awaited.is_none() {
            return;
        }
        let answer = answer.unwrap_or_else(|error| {
            // Nothing usable was said, as far as we know: the dialogue asks again.
            self.tell_problem(error.to_string());
            Answer::silent(self.terms())
        });
        match awaited {
            Some(place) => {
                let (_, last_voiced) = self.awaited.remove(place);
                self.answered(id, &answer, last_voiced);
            }
            None => self.ahead = Some((id, Some(answer))),
        }
        self.look();
    }

    /// The caller is gone: what sounds fades away.
    pub fn hang_up(&mut self) {
        for keyed in self.ear.keys_left() {
            self.note(Happening::Keyed { keyed });
            self.handle(Event::KeysLeft(keyed));
        }
        self.handle(Event::HungUp);
        let faded = self.stage.fade_away();
        self.report_problem(faded);
        self.look();
    }

    /// Something went wrong outside: told, and nothing else.
    pub fn tell_problem(&mut self, problem: impl Into<String>) {
        self.note(Happening::Problem { problem: problem.into() });
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
        result.map_err(|error| self.tell_problem(error.to_string())).ok()
    }

    fn terms(&self) -> Terms {
        let CallSettings { language, scale, either_language, .. } = self.settings;
        Terms { language, scale, either_language }
    }

    fn take(&mut self, heard: Vec<Heard>) {
        for heard in heard {
            match heard {
                Heard::SpeechStarted => {
                    self.note(Happening::SpeechStarted);
                    self.understanding.speech_started(self.call.is_hesitating());
                    self.handle(Event::SpeechStarted);
                }
                Heard::Understand(id, utterance) => {
                    let terms = self.terms();
                    self.understanding.add(id, utterance, terms);
                    self.ahead = Some((id, None));
                }
                Heard::Resumed => {
                    self.note(Happening::SpeechResumed);
                    if let Some((vain, _)) = self.ahead.take() {
                        self.understanding.forget(vain);
                    }
                }
                Heard::SpeechEnded(id, last_voiced) => {
                    self.note(Happening::SpeechEnded);
                    match self.ahead.take_if(|(ahead, _)| *ahead == id) {
                        Some((_, Some(answer))) => self.answered(id, &answer, last_voiced),
                        _ => self.awaited.push((id, last_voiced)),
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
    fn answered(&mut self, id: u64, answer: &Answer, last_voiced: Frames) {
        self.last_word = Some(last_voiced);
        let spoken: Spoken = answer.spoken();
        self.view.transcript = spoken.heard.as_ref().map(|heard| heard.transcript.clone());
        self.particulars
            .said
            .extend(self.view.transcript.iter().map(|t| t.text.clone()).filter(|text| !text.is_empty()));
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
        let anew = self.understanding.taken(id, self.call.is_hesitating(), self.terms());
        if let Some((_, answer)) = self.ahead.as_mut().filter(|(ahead, _)| anew.contains(ahead)) {
            *answer = None;
        }
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
        let speech = match (self.ear.is_speaking(), !self.awaited.is_empty(), self.ear.is_open()) {
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
