//! Turn-taking: who may speak, how long an answer is awaited, and when a turn is judged.

use super::command::Command;
use super::event::Event;
use super::report::{CallReport, Outcome};
use super::settings::CallSettings;
use crate::handoff::News;
use crate::judge::{Ask, Keyed, Policy, ReadBack, Spoken};
use crate::outro::PromptId;
use crate::sentiment::TextSentiment;
use crate::units::Frames;

/// A turn of more pieces than this is judged as it stands, so that a restless line cannot put it off for ever.
const MOST_PARTS: u8 = 3;

/// Where the call stands. Every stage but the first and the last has a deadline, so that no call is stuck.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// Nobody is on the line yet.
    Waiting,
    /// The notice is spoken.
    Greeting {
        until: Frames,
    },
    /// A question is out. While it is still being spoken the deadline is the prompt's, then the answer's.
    Asking {
        ask: Ask,
        speaking: bool,
        until: Frames,
    },
    /// The outro plays.
    Closing {
        until: Frames,
    },
    /// Soothing music plays, a human has been asked for.
    HandingOver {
        until: Frames,
    },
    Ended,
}

/// What has come of the turn so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pending {
    /// Utterances that have begun and whose answers are due: the caller may go on while the first is understood.
    pub(super) utterances: u8,
    /// Keys have begun and their outcome is due.
    pub(super) keying: bool,
    pub(super) spoken: Option<Spoken>,
    pub(super) keyed: Option<Keyed>,
    /// Utterances in this turn.
    parts: u8,
}

impl Pending {
    /// The turn is judged; whoever is speaking or keying right now goes on doing so into the next.
    pub(super) fn clear(&mut self) {
        (self.spoken, self.keyed, self.parts) = (None, None, 0);
    }
}

/// One call. Feed it events in the order of time; do what it commands.
///
/// Pure: no clock, no sound, no thread; the same events give the same commands.
#[derive(Clone, Debug)]
pub struct Call {
    pub(super) settings: CallSettings,
    pub(super) policy: Policy,
    pub(super) stage: Stage,
    pub(super) pending: Pending,
    /// What is pending is not clear and is judged then, unless the caller goes on.
    pub(super) hesitating_until: Option<Frames>,
    /// The caller has been asked something.
    pub(super) question_put: bool,
    pub(super) asked_back: u8,
    pub(super) read_backs: u8,
    /// The rating that was read back last, or that stands since the decision.
    pub(super) standing: Option<ReadBack>,
    pub(super) standing_key: Option<u8>,
    /// The most trustworthy sentiment so far: what the caller said once stays said.
    pub(super) words: Option<TextSentiment>,
    pub(super) now: Frames,
    /// Until then a decision may be corrected.
    pub(super) correctable_until: Frames,
    pub(super) callback_stored: bool,
    pub(super) report: CallReport,
}

impl Call {
    pub fn new(settings: CallSettings, policy: Policy) -> Self {
        let report = CallReport {
            language: settings.language,
            scale: settings.scale,
            consent: settings.consent,
            outcome: Outcome::Open,
            rating: None,
            raw_key: None,
            turns: Vec::new(),
            transfer: None,
            no_calls: false,
            hung_up: false,
            started_at: Frames(0),
            at: Frames(0),
        };
        Self {
            settings,
            policy,
            stage: Stage::Waiting,
            pending: Pending::default(),
            hesitating_until: None,
            question_put: false,
            asked_back: 0,
            read_backs: 0,
            standing: None,
            standing_key: None,
            words: None,
            now: Frames(0),
            correctable_until: Frames(0),
            callback_stored: false,
            report,
        }
    }

    /// What happened at `at`; deadlines that have passed by then are served first. A clock that jumps back is taken
    /// as standing still.
    pub fn handle(&mut self, at: Frames, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Some(due) = self.deadline().filter(|&due| due <= at) {
            self.now = self.now.max(due);
            self.serve_deadline(&mut commands);
        }
        self.now = self.now.max(at);
        self.take(event, &mut commands);
        commands
    }

    /// When [`Self::handle`] must be called at the latest, with [`Event::Tick`] if nothing else happens.
    pub fn deadline(&self) -> Option<Frames> {
        let stage = match self.stage {
            Stage::Waiting | Stage::Ended => return None,
            Stage::Greeting { until }
            | Stage::Asking { until, .. }
            | Stage::Closing { until }
            | Stage::HandingOver { until } => until,
        };
        Some(self.hesitating_until.map_or(stage, |until| until.min(stage)))
    }

    /// Whether an answer that is not clear waits for the caller to go on. What he says next replaces it, so it must be
    /// understood together with what it was said after.
    pub fn is_hesitating(&self) -> bool {
        self.hesitating_until.is_some()
    }

    pub fn is_over(&self) -> bool {
        self.stage == Stage::Ended
    }

    /// The report as the call stands.
    pub fn report(&self) -> CallReport {
        CallReport { at: self.now, ..self.report.clone() }
    }

    pub(super) fn in_seconds(&self, seconds: f64) -> Frames {
        self.settings.after(self.now, seconds)
    }

    pub(super) fn may_correct(&self) -> bool {
        self.now <= self.correctable_until
    }

    fn take(&mut self, event: Event, out: &mut Vec<Command>) {
        match (&self.stage, event) {
            (Stage::Ended, _) | (_, Event::Tick) => {}
            (Stage::Waiting, Event::Connected) => {
                self.report.started_at = self.now;
                self.stage = Stage::Greeting { until: self.in_seconds(self.settings.prompt_s) };
                out.push(Command::Play(PromptId::Greeting));
            }
            (_, Event::HungUp) => self.hung_up(out),
            (Stage::Waiting, _) | (_, Event::Connected) => {}
            (_, Event::EmotionDeclined) => {
                self.settings.consent.emotion = false;
                self.report.consent.emotion = false;
                self.words = None;
            }
            (Stage::Greeting { .. }, Event::PromptFinished) => self.greeted(out),
            (&Stage::Asking { ask, speaking: true, .. }, Event::PromptFinished) => self.await_answer(ask),
            (_, Event::PromptFinished) => {}
            (_, Event::SpeechStarted) => {
                self.pending.utterances = self.pending.utterances.saturating_add(1);
                self.hesitating_until = None;
                self.barge_in(out);
            }
            (_, Event::KeyStarted) => {
                (self.pending.keying, self.hesitating_until) = (true, None);
                self.barge_in(out);
            }
            (_, Event::Answered(spoken)) => {
                self.pending.utterances = self.pending.utterances.saturating_sub(1);
                self.hear_more(*spoken);
                self.pending.parts = self.pending.parts.saturating_add(1);
                self.gather(self.pending.keying, out);
            }
            (_, Event::Keyed(keyed)) => {
                self.pending.keying = false;
                self.pending.keyed = Some(keyed.after(self.pending.keyed));
                self.gather(self.pending.utterances > 0, out);
            }
            (_, Event::KeysLeft(keyed)) => self.pending.keyed = Some(keyed.after(self.pending.keyed)),
            (Stage::HandingOver { .. }, Event::Transfer(news)) => self.news_of_transfer(news, out),
            (Stage::Closing { .. }, Event::OutroFinished) => self.end(out),
            (_, Event::Transfer(_) | Event::OutroFinished) => {}
        }
    }

    fn serve_deadline(&mut self, out: &mut Vec<Command>) {
        if self.hesitating_until.take().is_some_and(|due| due <= self.now) {
            return self.judge(out);
        }
        match self.stage {
            Stage::Waiting | Stage::Ended => {}
            Stage::Greeting { .. } => self.greeted(out),
            Stage::Asking { ask, speaking: true, .. } => self.await_answer(ask),
            Stage::Asking { .. } => {
                // What has not come by now is not waited for again.
                (self.pending.utterances, self.pending.keying) = (0, false);
                self.judge(out);
            }
            Stage::Closing { .. } => self.end(out),
            Stage::HandingOver { .. } => {
                out.push(Command::CancelTransfer);
                self.news_of_transfer(News::NoAnswer, out);
            }
        }
    }

    /// The notice is over: the question follows, unless the caller is already answering.
    fn greeted(&mut self, out: &mut Vec<Command>) {
        if self.is_busy() || self.is_hesitating() {
            let until = self.in_seconds(self.settings.turn_s);
            self.stage = Stage::Asking { ask: Ask::Question, speaking: false, until };
        } else {
            self.ask(Ask::Question, PromptId::Question, out);
        }
    }

    pub(super) fn ask(&mut self, ask: Ask, prompt: PromptId, out: &mut Vec<Command>) {
        self.pending.clear();
        self.question_put = true;
        self.stage = Stage::Asking { ask, speaking: true, until: self.in_seconds(self.settings.prompt_s) };
        out.push(Command::Play(prompt));
    }

    /// Whether the caller is speaking or keying.
    fn is_busy(&self) -> bool {
        self.pending.utterances > 0 || self.pending.keying
    }

    fn await_answer(&mut self, ask: Ask) {
        let wait = if self.is_busy() { self.settings.turn_s } else { self.settings.answer_s };
        self.stage = Stage::Asking { ask, speaking: false, until: self.in_seconds(wait) };
    }

    /// The caller takes the turn: a question stops, the notice and the music go on.
    fn barge_in(&mut self, out: &mut Vec<Command>) {
        if let Stage::Asking { ask, speaking, .. } = self.stage {
            if speaking {
                out.push(Command::StopPrompt);
            }
            let until = self.in_seconds(self.settings.turn_s);
            self.stage = Stage::Asking { ask, speaking: false, until };
        }
    }

    /// Speech and keys at once: the one that is complete waits a little for the other, and words that are not clear wait
    /// for more of them. A human is never waited for.
    fn gather(&mut self, other_due: bool, out: &mut Vec<Command>) {
        self.hesitating_until = None;
        if let (&Stage::Asking { ask, .. }, true, false) = (&self.stage, other_due, self.asks_for_human()) {
            let until = self.in_seconds(self.settings.gather_s);
            self.stage = Stage::Asking { ask, speaking: false, until };
        } else if self.pending.parts <= MOST_PARTS && self.is_unclear() {
            let goes_on = self.pending.utterances > 0;
            let wait = if goes_on { self.settings.turn_s } else { self.settings.hesitation_s };
            self.hesitating_until = Some(self.in_seconds(wait));
        } else {
            self.judge(out);
        }
    }
}
