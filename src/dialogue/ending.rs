//! How a call ends: outro, a human, a task to call back, or the caller's own hanging up. Always with a report.

use super::call::{Call, Stage};
use super::command::Command;
use super::report::Outcome;
use crate::handoff::{CallbackReason, News};
use crate::judge::{Decision, FollowUp, Mood, OutroQuery};
use crate::outro::PromptId;
use crate::units::Frames;

impl Call {
    /// Report first, then music with the closing words over it.
    pub(super) fn close(&mut self, decision: &Decision, out: &mut Vec<Command>) {
        let query = decision.outro.clone().unwrap_or(OutroQuery { mood: Mood::Calm, tone: None });
        self.report.outcome = match decision.follow_up {
            Some(FollowUp::NoResponse) => Outcome::NoResponse,
            Some(FollowUp::CallLater) => Outcome::CallLater,
            Some(FollowUp::WrongNumber) => Outcome::WrongNumber,
            Some(FollowUp::NoCalls) if decision.rating.is_none() => Outcome::NoCalls,
            _ => Outcome::Outro(query.mood),
        };
        self.store(out);
        if decision.follow_up == Some(FollowUp::CallLater) {
            self.store_callback(CallbackReason::CallLater, out);
        }
        out.push(Command::StartOutro(query));
        out.push(Command::Play(decision.band.map_or(PromptId::Goodbye, PromptId::Thanks)));
        self.correctable_until = self.in_seconds(self.settings.correction_s);
        self.stage = Stage::Closing { until: self.in_seconds(self.settings.outro_s) };
    }

    /// Report first, then soothing music and the request for a human.
    pub(super) fn hand_over(&mut self, decision: &Decision, out: &mut Vec<Command>) {
        let query = decision.outro.clone().unwrap_or(OutroQuery { mood: Mood::Soothing, tone: None });
        self.report.outcome = Outcome::TransferRequested;
        self.report.transfer = None;
        self.store(out);
        out.push(Command::RequestTransfer(query));
        out.push(Command::Play(PromptId::Transfer));
        // A mistaken low rating may be taken back; a human who was asked for, or whom feeling called for, stays.
        let other = ["human.", "voice.anger", "feeling.unhappy"];
        let by_rating = decision.rating.is_some()
            && !decision.reasons.iter().any(|reason| other.iter().any(|code| reason.code.starts_with(code)));
        self.correctable_until = if by_rating { self.in_seconds(self.settings.correction_s) } else { Frames(0) };
        self.stage = Stage::HandingOver { until: self.in_seconds(self.settings.transfer_s) };
    }

    pub(super) fn news_of_transfer(&mut self, news: News, out: &mut Vec<Command>) {
        self.report.transfer = Some(news);
        match news {
            News::Ringing => {}
            News::Answered => {
                self.report.outcome = Outcome::Transferred;
                self.store(out);
                out.push(Command::Connect);
                self.stage = Stage::Ended;
            }
            News::Busy | News::NoAnswer | News::Failed => {
                self.report.outcome = self.without_a_human();
                self.store(out);
                self.store_callback(CallbackReason::NobodyFree, out);
                out.push(Command::StartOutro(OutroQuery { mood: Mood::Calm, tone: None }));
                // What must not be promised is not said.
                let promise = if self.report.no_calls { PromptId::Goodbye } else { PromptId::NobodyFree };
                out.push(Command::Play(promise));
                self.correctable_until = Frames(0);
                self.stage = Stage::Closing { until: self.in_seconds(self.settings.outro_s) };
            }
        }
    }

    pub(super) fn hung_up(&mut self, out: &mut Vec<Command>) {
        self.report.hung_up = true;
        match self.stage {
            Stage::HandingOver { .. } => {
                out.push(Command::CancelTransfer);
                self.report.outcome = self.without_a_human();
                self.store_callback(CallbackReason::HungUpWaiting, out);
            }
            // What was decided stays decided.
            Stage::Closing { .. } => {}
            _ => {
                self.note_last_rating();
                self.report.outcome = Outcome::HungUp;
            }
        }
        self.store(out);
        self.stage = Stage::Ended;
    }

    pub(super) fn end(&mut self, out: &mut Vec<Command>) {
        self.store(out);
        out.push(Command::HangUp);
        self.stage = Stage::Ended;
    }

    pub(super) fn store(&self, out: &mut Vec<Command>) {
        out.push(Command::Store(Box::new(self.report())));
    }

    /// Nobody took the call: somebody calls back, unless the caller will have no calls.
    fn without_a_human(&self) -> Outcome {
        if self.report.no_calls { Outcome::NoCalls } else { Outcome::CallbackStored }
    }

    /// At most one task a call, whatever happens in it; none for who wants no calls.
    fn store_callback(&mut self, reason: CallbackReason, out: &mut Vec<Command>) {
        if !self.callback_stored && !self.report.no_calls {
            self.callback_stored = true;
            out.push(Command::StoreCallback(reason));
        }
    }
}
