//! Doing what the dialogue asks for: sound, hand-over, and what is kept.

use super::conversation::Conversation;
use super::happening::Happening;
use super::sounds::Ready;
use crate::dialogue::{CallReport, Command, Event};
use crate::handoff::{CallbackReason, Handoff, HandoffRequest};
use crate::judge::OutroQuery;
use crate::outro::{Fallback, Outro};
use crate::record::OutroPlayed;
use crate::units::Frames;

impl Conversation {
    /// Gives the dialogue an event and carries out what it commands, in order.
    pub(super) fn handle(&mut self, event: Event) {
        let now = self.now();
        let commands = self.call.handle(now, event);
        self.tell_decisions();
        for command in commands {
            self.carry_out(command, now);
        }
        if self.call.is_over() && self.view.outcome.is_none() {
            let CallReport { outcome, hung_up, no_calls, .. } = self.call.report();
            self.view.outcome = Some(outcome);
            self.note(Happening::Over { outcome, hung_up, no_calls });
        }
    }

    fn tell_decisions(&mut self) {
        let turns = self.call.report().turns;
        for turn in turns.iter().skip(self.turns_told) {
            self.note(Happening::Decided { decision: Box::new(turn.decision.clone()) });
            self.view.decision = Some(turn.decision.clone());
            if turn.evidence.rating.is_some() {
                self.view.rating = turn.evidence.rating.map(|rating| rating.posterior);
            }
        }
        self.turns_told = turns.len();
    }

    fn carry_out(&mut self, command: Command, now: Frames) {
        match command {
            Command::Play(prompt) => {
                let spoken = self.stage.speak(prompt, now);
                let text = self.report_problem(spoken).unwrap_or_default();
                self.view.prompt_text.clone_from(&text);
                self.note(Happening::Prompt { prompt, text });
            }
            Command::StopPrompt => {
                let hushed = self.stage.hush();
                self.report_problem(hushed);
                self.note(Happening::PromptStopped);
            }
            Command::Store(report) => {
                let kept = self.keeper.report(&self.name, &report, &self.particulars);
                self.report_problem(kept);
            }
            Command::StartOutro(query) => {
                let started = self.stage.outro(&query, now);
                let ready = self.report_problem(started).flatten();
                self.tell_outro(ready, &query);
            }
            Command::RequestTransfer(query) => {
                let started = self.stage.wait_music(&query);
                let after_speech_ms = self.after_last_word_ms();
                self.view.after_speech_ms = after_speech_ms;
                self.particulars.after_speech_ms = after_speech_ms;
                if let Some(Ready { outro, .. }) = self.report_problem(started).flatten() {
                    self.particulars.outro = Some(played(&outro));
                    self.note(Happening::Waiting { id: outro.id, title: outro.title, after_speech_ms });
                }
                self.request_transfer(now);
            }
            Command::CancelTransfer => {
                if let Some(mut handoff) = self.handoff.take() {
                    handoff.cancel();
                    // What it failed of is still wanted for the task to call back.
                    self.handoff = Some(handoff);
                }
            }
            Command::StoreCallback(reason) => self.store_callback(reason),
            Command::Connect => {
                let faded = self.stage.fade_away();
                self.report_problem(faded);
                self.note(Happening::HumanConnected);
            }
            Command::HangUp => {}
        }
    }

    fn tell_outro(&mut self, ready: Option<Ready>, query: &OutroQuery) {
        let Some(Ready { outro, fallback, .. }) = ready else {
            return self
                .note(Happening::Problem { problem: "no outro can be played; the closing words stand alone".into() });
        };
        let after_speech_ms = self.after_last_word_ms();
        self.view.after_speech_ms = after_speech_ms;
        self.particulars.after_speech_ms = after_speech_ms;
        let asked = outro.mood == query.mood && fallback == Fallback::None;
        let substitute = (!asked).then(|| {
            let why = if outro.mood == query.mood { fallback } else { Fallback::OtherMood };
            why.to_string()
        });
        self.particulars.outro = Some(played(&outro));
        self.note(Happening::Outro { id: outro.id, title: outro.title, mood: outro.mood, substitute, after_speech_ms });
    }

    fn request_transfer(&mut self, now: Frames) {
        let report = self.call.report();
        let decision = report.turns.last().map(|turn| &turn.decision);
        let request = HandoffRequest {
            call: self.name.clone(),
            language: report.language,
            rating: report.rating,
            band: decision.and_then(|decision| decision.band),
            reasons: decision.map_or_else(Vec::new, |decision| decision.reasons.clone()),
        };
        let patience = self.settings.clock.frames(self.settings.transfer_s);
        self.handoff = Some(Handoff::begin(self.adapter.as_mut(), &request, now, patience));
    }

    fn store_callback(&mut self, reason: CallbackReason) {
        let problem = self.handoff.as_ref().and_then(|handoff| handoff.problem().map(str::to_owned));
        let report = self.call.report();
        let kept = self.keeper.call_back(&self.name, reason, &report, problem.as_deref());
        if self.report_problem(kept).is_some() {
            self.note(Happening::CallbackStored { reason });
        }
        if let Some(problem) = problem {
            self.note(Happening::Problem { problem });
        }
    }
}

fn played(outro: &Outro) -> OutroPlayed {
    OutroPlayed { id: outro.id.clone(), mood: outro.mood, tone: Some(outro.tone.to_string()) }
}
