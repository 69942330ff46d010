//! A small world around a call: prompts take two seconds, outros twelve, and the caller follows a script.

use std::collections::VecDeque;

use codetta::dialogue::{Call, CallReport, CallSettings, Command, Event};
use codetta::handoff::News;
use codetta::judge::Policy;
use codetta::units::{Frames, Language, SampleRate};

use crate::script::{Script, Step};

pub const CLOCK: SampleRate = SampleRate::SPEECH;
const PROMPT_S: f64 = 2.0;
const OUTRO_S: f64 = 12.0;
const TRANSFER_S: f64 = 5.0;

/// What a call came to.
pub struct Run {
    /// Every command with its time, in order.
    pub commands: Vec<(Frames, Command)>,
    pub report: CallReport,
    pub over: bool,
}

impl Run {
    pub fn prompts(&self) -> Vec<String> {
        let prompt = |command: &Command| match command {
            Command::Play(prompt) => Some(prompt.to_string()),
            _ => None,
        };
        self.commands.iter().filter_map(|(_, command)| prompt(command)).collect()
    }

    /// Music in order: moods of outros, "wait" for the music of a hand-over.
    pub fn music(&self) -> Vec<String> {
        let mood = |command: &Command| match command {
            Command::StartOutro(query) => Some(format!("{:?}", query.mood).to_lowercase()),
            Command::RequestTransfer(_) => Some("wait".to_owned()),
            _ => None,
        };
        self.commands.iter().filter_map(|(_, command)| mood(command)).collect()
    }

    pub fn log(&self) -> String {
        let line =
            |(at, command): &(Frames, Command)| format!("{} {}\n", at.0, serde_json::to_string(command).unwrap());
        self.commands.iter().map(line).collect()
    }
}

/// What will happen, unless it is taken back.
#[derive(Default)]
struct Agenda {
    planned: Vec<(Frames, u64, Event)>,
    next_id: u64,
}

impl Agenda {
    fn plan(&mut self, from: Frames, delay_s: f64, event: Event) -> u64 {
        self.next_id += 1;
        self.planned.push((Frames(from.0 + CLOCK.frames(delay_s).0), self.next_id, event));
        self.next_id
    }

    fn plan_step(&mut self, from: Frames, step: &Step, language: Language) {
        for (delay_s, event) in step.events(language) {
            self.plan(from, delay_s, event);
        }
    }

    fn drop(&mut self, unwanted: impl Fn(&Event) -> bool) {
        self.planned.retain(|(_, _, event)| !unwanted(event));
    }

    /// The next event up to `due`, or a tick then.
    fn next(&mut self, due: Option<Frames>) -> Option<(Frames, u64, Event)> {
        self.planned.sort_by_key(|(at, id, _)| (*at, *id));
        let planned = self.planned.first().map(|(at, ..)| *at);
        match (planned, due) {
            (Some(at), due) if due.is_none_or(|due| at <= due) => Some(self.planned.remove(0)),
            (_, due) => due.map(|due| (due, 0, Event::Tick)),
        }
    }
}

/// Runs a script in the world until the call is over or an hour has passed.
pub fn run(script: &Script, settings: CallSettings, policy: &Policy) -> Run {
    let mut call = Call::new(settings, policy.clone());
    let mut steps: VecDeque<&Step> = script.steps.iter().collect();
    let mut transfers: VecDeque<&String> = script.transfer.iter().collect();
    let mut agenda = Agenda::default();
    agenda.plan(Frames(0), 0.0, Event::Connected);
    let mut commands: Vec<(Frames, Command)> = Vec::new();
    // The prompt that is being spoken, and the event that ends it.
    let mut speaking: Option<(u64, String)> = None;
    while let Some((at, id, event)) = agenda.next(call.deadline()).filter(|(at, ..)| *at < CLOCK.frames(3600.0)) {
        let mut ended = None;
        if matches!(event, Event::PromptFinished) {
            // A prompt that was stopped or replaced has no end of its own.
            match speaking.take_if(|(end, _)| *end == id) {
                Some((_, name)) => ended = Some(name),
                None => continue,
            }
        }
        for command in call.handle(at, event) {
            match &command {
                Command::Play(prompt) => {
                    let name = prompt.to_string();
                    while steps.front().is_some_and(|step| step.during.as_ref() == Some(&name)) {
                        agenda.plan_step(at, steps.pop_front().unwrap(), settings.language);
                    }
                    speaking = Some((agenda.plan(at, PROMPT_S, Event::PromptFinished), name));
                }
                Command::StopPrompt => speaking = None,
                Command::StartOutro(_) => {
                    agenda.drop(|event| matches!(event, Event::OutroFinished));
                    agenda.plan(at, OUTRO_S, Event::OutroFinished);
                }
                Command::RequestTransfer(_) => {
                    agenda.drop(|event| matches!(event, Event::OutroFinished));
                    agenda.plan(at, 1.0, Event::Transfer(News::Ringing));
                    match transfers.pop_front().map_or("answered", String::as_str) {
                        "answered" => _ = agenda.plan(at, TRANSFER_S, Event::Transfer(News::Answered)),
                        "busy" => _ = agenda.plan(at, TRANSFER_S, Event::Transfer(News::Busy)),
                        "failed" => _ = agenda.plan(at, TRANSFER_S, Event::Transfer(News::Failed)),
                        "never" => {}
                        other => panic!("transfer {other}"),
                    }
                }
                Command::CancelTransfer => agenda.drop(|event| matches!(event, Event::Transfer(_))),
                _ => {}
            }
            commands.push((at, command));
        }
        if let Some(name) = ended {
            while steps.front().is_some_and(|step| step.after.as_ref() == Some(&name)) {
                agenda.plan_step(at, steps.pop_front().unwrap(), settings.language);
            }
        }
    }
    assert!(steps.is_empty(), "{}: {} steps were never reached", script.name, steps.len());
    Run { commands, report: call.report(), over: call.is_over() }
}
