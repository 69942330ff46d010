//! Judging a turn: in each stage its own way, then acting on the decision.

use super::call::{Call, Stage};
use super::command::Command;
use super::reply::{Reply, reply, reply_to_read_back};
use super::report::TurnReport;
use crate::hear::{Transcript, ends_in_rating};
use crate::judge::{Action, Ask, Decision, Evidence, Keyed, ReadBack, Spoken, TurnContext, decide, wants_no_calls};
use crate::outro::PromptId;
use crate::sentiment::TextSentiment;
use crate::units::Frames;

impl Call {
    pub(super) fn asks_for_human(&self) -> bool {
        let evidence = self.evidence(None);
        let decision = decide(&evidence, &self.policy);
        // By a policy that listens for a human closely, something else may weigh more.
        decision.action == Action::Transfer && decision.reasons.iter().any(|reason| reason.code.starts_with("human."))
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

    /// Whether what was said would have to be asked back for, so that hearing more of it is worth a moment.
    pub(super) fn is_unclear(&self) -> bool {
        let unclear = |decision: Decision| {
            matches!(decision.action, Action::Confirm | Action::Reprompt) && !asks_to_repeat(&decision)
        };
        self.pending.spoken.is_some() && self.so_far().is_some_and(unclear)
    }

    /// What would be decided by what has come of an answer so far. None where no answer is awaited.
    fn so_far(&self) -> Option<Decision> {
        let read_back = match self.stage {
            Stage::Asking { ask: Ask::ReadBack, .. } => self.replied(),
            Stage::Asking { .. } | Stage::Greeting { .. } => None,
            Stage::Waiting | Stage::Closing { .. } | Stage::HandingOver { .. } | Stage::Ended => return None,
        };
        Some(decide(&self.evidence(read_back), &self.policy))
    }

    fn transcript(&self) -> Option<&Transcript> {
        self.pending.spoken.as_ref().and_then(|spoken| spoken.heard.as_ref()).map(|heard| &heard.transcript)
    }

    /// What was read back, and what the caller says to it.
    fn replied(&self) -> Option<ReadBack> {
        let affirmed = self.transcript().and_then(|transcript| match reply_to_read_back(transcript) {
            Reply::Yes => Some(true),
            // "No, five" gives a rating, be it the same; "five? No" denies it.
            Reply::No if ends_in_rating(&transcript.text, transcript.language, self.settings.scale) => None,
            Reply::No => Some(false),
            Reply::Other => None,
        });
        self.standing.map(|standing| ReadBack { affirmed, ..standing })
    }

    /// Judges what there is, each stage in its own way.
    pub(super) fn judge(&mut self, out: &mut Vec<Command>) {
        self.hesitating_until = None;
        self.note_no_calls(out);
        let reply = self.transcript().map(reply);
        match self.stage {
            Stage::Asking { ask: Ask::ReadBack, .. } => self.conclude(self.replied(), out),
            Stage::Asking { .. } => self.conclude(None, out),
            Stage::Greeting { .. } => {
                // Before the question, only what moves the call on counts.
                let early = decide(&self.evidence(None), &self.policy);
                if early.action == Action::Reprompt {
                    self.pending.clear();
                } else {
                    self.conclude(None, out);
                }
            }
            Stage::Closing { .. } => {
                // A human is never refused; and an answer that comes when the last question has been given up is taken.
                let late = self.standing.is_none() && decide(&self.evidence(None), &self.policy).rating.is_some();
                if self.asks_for_human() {
                    self.conclude(None, out);
                } else if self.may_correct() && (late || self.corrects(reply)) {
                    self.conclude(self.corrected(), out);
                } else {
                    self.note_other_key(out);
                    self.pending.clear();
                }
            }
            Stage::HandingOver { .. } => {
                if self.asks_for_human() {
                    // Already on the way, and now nothing takes it back.
                    self.correctable_until = Frames(0);
                } else if self.may_correct() && self.corrects(reply) {
                    out.push(Command::CancelTransfer);
                    self.conclude(self.corrected(), out);
                } else {
                    self.note_other_key(out);
                    self.note_late_rating(out);
                }
                self.pending.clear();
            }
            Stage::Waiting | Stage::Ended => {}
        }
    }

    /// Whether this turn takes back a rating that stands: by a key, or by words that say so.
    fn corrects(&self, reply: Option<Reply>) -> bool {
        let keyed = match self.pending.keyed {
            Some(Keyed::Number(raw)) => self.settings.scale.canonical(raw),
            _ => None,
        };
        // The same key once more is impatience.
        let another = keyed.is_some() && keyed != self.standing.map(|standing| standing.rating);
        another || reply == Some(Reply::No)
    }

    /// On a scale of more than five numbers another key may mean the same rating (9 and 10 of 10): what was keyed is put right,
    /// and what is under way goes on.
    fn note_other_key(&mut self, out: &mut Vec<Command>) {
        let (Some(Keyed::Number(raw)), Some(standing)) = (self.pending.keyed, self.standing) else { return };
        let same = self.settings.scale.canonical(raw) == Some(standing.rating);
        if same
            && self.may_correct()
            && self.standing_key.is_some_and(|key| key != raw)
            && self.report.raw_key.is_some()
        {
            (self.standing_key, self.report.raw_key) = (Some(raw), Some(raw));
            self.store(out);
        }
    }

    /// Takes what was understood. An answer that is clear and waits for keys outlasts a cough after it.
    pub(super) fn hear_more(&mut self, spoken: Spoken) {
        let was_clear = self.pending.spoken.is_some() && !self.is_unclear();
        let earlier = self.pending.spoken.replace(spoken).filter(|_| was_clear);
        if earlier.is_some() && self.so_far().is_some_and(|decision| decision.action == Action::Reprompt) {
            self.pending.spoken = earlier;
        }
    }

    /// The caller is gone: a rating that he gave, and that was not acted on yet, is kept.
    pub(super) fn note_last_rating(&mut self) {
        let read_back = self.replied().filter(|_| matches!(self.stage, Stage::Asking { ask: Ask::ReadBack, .. }));
        let evidence = self.evidence(read_back);
        let decision = decide(&evidence, &self.policy);
        let given = self.pending.keyed.is_some() || self.pending.spoken.is_some();
        if given && decision.rating.is_some() && decision.action != Action::Confirm {
            self.remember_rating(&evidence, &decision);
            self.report.turns.push(TurnReport { at: self.now, evidence, decision });
        }
    }

    fn corrected(&self) -> Option<ReadBack> {
        self.standing.map(|standing| ReadBack { affirmed: Some(false), ..standing })
    }

    /// Who waits for a human for another reason than a rating may still rate: it is kept, and changes nothing else.
    fn note_late_rating(&mut self, out: &mut Vec<Command>) {
        let evidence = self.evidence(None);
        let decision = decide(&evidence, &self.policy);
        if self.report.rating.is_none() && decision.rating.is_some() && decision.action != Action::Confirm {
            self.remember_rating(&evidence, &decision);
            self.store(out);
        }
    }

    /// Who says so while the music plays already is heard too.
    fn note_no_calls(&mut self, out: &mut Vec<Command>) {
        if !self.report.no_calls && wants_no_calls(&self.evidence(None), &self.policy) {
            self.report.no_calls = true;
            if matches!(self.stage, Stage::Closing { .. } | Stage::HandingOver { .. }) {
                self.store(out);
            }
        }
    }

    /// Judges the turn and acts on the decision.
    fn conclude(&mut self, read_back: Option<ReadBack>, out: &mut Vec<Command>) {
        let evidence = self.evidence(read_back);
        let decision = decide(&evidence, &self.policy);
        self.words = evidence.text;
        self.remember_rating(&evidence, &decision);
        self.pending.clear();
        self.report.turns.push(TurnReport { at: self.now, evidence, decision: decision.clone() });
        match (decision.action, decision.ask) {
            (Action::Confirm, _) => {
                self.read_backs = self.read_backs.saturating_add(1);
                let prompt = decision.rating.map_or(PromptId::Reprompt, PromptId::Readback);
                self.ask(Ask::ReadBack, prompt, out);
            }
            (Action::Reprompt, ask) => {
                // Who spoke before the question could be put is asked, not asked back.
                let first = !self.question_put;
                self.asked_back = self.asked_back.saturating_add(u8::from(!first));
                let repeat = asks_to_repeat(&decision);
                let prompt = match ask {
                    _ if first => PromptId::Question,
                    Some(Ask::Keypad) => PromptId::Keypad,
                    _ if repeat => PromptId::Question,
                    _ => PromptId::Reprompt,
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

fn asks_to_repeat(decision: &Decision) -> bool {
    decision.reasons.iter().any(|reason| reason.code == "repeat.asked")
}
