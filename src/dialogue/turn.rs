//! Judging a turn: in each stage its own way, then acting on the decision.

use super::call::{Call, Pending, Stage};
use super::command::{Command, Prompt};
use super::reply::{Reply, reply};
use super::report::TurnReport;
use crate::judge::{Action, Ask, Decision, Evidence, Keyed, ReadBack, Spoken, TurnContext, decide};
use crate::sentiment::TextSentiment;
use crate::units::Frames;

impl Call {
    pub(super) fn asks_for_human(&self) -> bool {
        let evidence = self.evidence(None);
        let decision = decide(&evidence, &self.policy);
        decision.action == Action::Transfer && decision.reasons.first().is_some_and(|r| r.code.starts_with("human."))
    }

    /// The evidence of the turn as it stands, answering `read_back`.
    fn evidence(&self, read_back: Option<ReadBack>) -> Evidence {
        let context = TurnContext {
            language: self.settings.language,
            scale: self.settings.scale,
            consent: self.settings.consent,
            asked_back: self.asked_back,
            read_backs: self.read_backs,
            read_back,
        };
        let silence = Spoken::default();
        let spoken = self.pending.spoken.as_ref().unwrap_or(&silence);
        let mut evidence = Evidence::of_turn(spoken, self.pending.keyed, &context, &self.policy);
        let trust = |text: &Option<TextSentiment>| text.map_or(-1.0, |text| text.confidence);
        if trust(&self.words) > trust(&evidence.text) {
            evidence.text = self.words;
        }
        evidence
    }

    /// Judges what there is, each stage in its own way.
    pub(super) fn judge(&mut self, out: &mut Vec<Command>) {
        let reply = self.pending.spoken.as_ref().and_then(|s| s.heard.as_ref()).map(|h| reply(&h.transcript));
        match self.stage {
            Stage::Asking { ask: Ask::ReadBack, .. } => {
                let affirmed = match reply {
                    Some(Reply::Yes) => Some(true),
                    Some(Reply::No) => Some(false),
                    _ => None,
                };
                self.conclude(self.standing.map(|standing| ReadBack { affirmed, ..standing }), out);
            }
            Stage::Asking { .. } => self.conclude(None, out),
            Stage::Greeting { .. } => {
                // Before the question, only what moves the call on counts.
                let early = decide(&self.evidence(None), &self.policy);
                if early.action == Action::Reprompt {
                    self.pending = Pending::default();
                } else {
                    self.conclude(None, out);
                }
            }
            Stage::Closing { .. } | Stage::HandingOver { .. } => {
                let keyed_rating = matches!(self.pending.keyed, Some(Keyed::Number(raw))
                    if self.settings.scale.canonical(raw).is_some());
                // An answer that comes when the last question has been given up is taken too.
                let late = self.standing.is_none() && decide(&self.evidence(None), &self.policy).rating.is_some();
                let corrects = self.may_correct() && (keyed_rating || late || reply == Some(Reply::No));
                let waits_for_human = matches!(self.stage, Stage::HandingOver { .. });
                if self.asks_for_human() {
                    // The rating that stands stays; whoever waits already goes on waiting.
                    if waits_for_human {
                        self.correctable_until = Frames(0);
                        self.pending = Pending::default();
                    } else {
                        self.conclude(None, out);
                    }
                } else if corrects {
                    if waits_for_human {
                        out.push(Command::CancelTransfer);
                    }
                    self.conclude(self.standing.map(|s| ReadBack { affirmed: Some(false), ..s }), out);
                } else {
                    self.pending = Pending::default();
                }
            }
            Stage::Waiting | Stage::Ended => {}
        }
    }

    /// Judges the turn and acts on the decision.
    fn conclude(&mut self, read_back: Option<ReadBack>, out: &mut Vec<Command>) {
        let evidence = self.evidence(read_back);
        let decision = decide(&evidence, &self.policy);
        self.words = evidence.text;
        self.remember_rating(&evidence, &decision);
        self.pending = Pending { spoken: None, keyed: None, ..std::mem::take(&mut self.pending) };
        self.report.turns.push(TurnReport { at: self.now, evidence, decision: decision.clone() });
        match (decision.action, decision.ask) {
            (Action::Confirm, _) => {
                self.read_backs = self.read_backs.saturating_add(1);
                let prompt = decision.rating.map_or(Prompt::Reprompt, Prompt::Readback);
                self.ask(Ask::ReadBack, prompt, out);
            }
            (Action::Reprompt, ask) => {
                self.asked_back = self.asked_back.saturating_add(1);
                let repeat = decision.reasons.first().is_some_and(|reason| reason.code == "repeat.asked");
                let prompt = match ask {
                    Some(Ask::Keypad) => Prompt::Keypad,
                    _ if repeat => Prompt::Question,
                    _ => Prompt::Reprompt,
                };
                self.ask(ask.unwrap_or(Ask::Question), prompt, out);
            }
            (Action::Outro, _) => self.close(&decision, out),
            (Action::Transfer, _) => self.hand_over(&decision, out),
        }
    }

    fn remember_rating(&mut self, evidence: &Evidence, decision: &Decision) {
        let Some(rating) = decision.rating else {
            // A human asked for after a decision leaves the rating standing; a denied one does not stand.
            if decision.action != Action::Transfer {
                (self.standing, self.report.rating, self.report.raw_key) = (None, None, None);
            }
            return;
        };
        let said_now = evidence.rating.filter(|said| said.posterior.best().is_some_and(|(best, _)| best == rating));
        if let Some(said) = said_now {
            self.standing = Some(ReadBack { rating, source: said.source, affirmed: None });
            self.standing_key = said.raw_key;
        }
        if decision.action != Action::Confirm {
            (self.report.rating, self.report.raw_key) = (Some(rating), self.standing_key);
        }
    }
}
