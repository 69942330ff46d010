//! Call and hand-over joined as an integrator would: whatever the adapter does, the caller hears an ending.

use codetta::dialogue::{Call, CallSettings, Command, Event, Outcome};
use codetta::handoff::{Adapter, CallbackFile, CallbackReason, CallbackTask, Handoff, HandoffRequest, Line, News};
use codetta::judge::{Keyed, Policy};
use codetta::units::Frames;

use crate::world::CLOCK;

/// Says its news, then nothing, for ever.
struct Says(Vec<News>);

impl Adapter for Says {
    fn request(&mut self, _: &HandoffRequest) -> codetta::Result<Box<dyn Line>> {
        Ok(Box::new(Says(self.0.clone())))
    }
}

impl Line for Says {
    fn poll(&mut self) -> Option<News> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    fn cancel(&mut self) {}
}

/// An unhappy caller keys 1, then waits. Patience of the hand-over in seconds; the call's own is 60.
fn unhappy_call(mut adapter: Says, patience_s: f64, callbacks: &CallbackFile) -> (Vec<Command>, Outcome, f64) {
    let mut call = Call::new(CallSettings { clock: CLOCK, ..CallSettings::default() }, Policy::default());
    let mut handoff: Option<Handoff> = None;
    let mut done = Vec::new();
    let mut at = Frames(0);
    let mut due = vec![(0.0, Event::Connected), (2.0, Event::PromptFinished), (3.0, Event::Keyed(Keyed::Number(1)))];
    while !call.is_over() {
        let next = due.first().map(|(s, _)| CLOCK.frames(*s));
        let deadlines = [next, call.deadline(), handoff.as_ref().and_then(Handoff::deadline)];
        at = deadlines.into_iter().flatten().min().expect("a call that is not over has a deadline");
        let mut events = Vec::new();
        while due.first().is_some_and(|(s, _)| CLOCK.frames(*s) <= at) {
            events.push(due.remove(0).1);
        }
        if let Some(handoff) = &mut handoff {
            events.extend(std::iter::from_fn(|| handoff.poll(at)).map(Event::Transfer));
        }
        events.push(Event::Tick);
        for command in events.into_iter().flat_map(|event| call.handle(at, event)).collect::<Vec<_>>() {
            match &command {
                Command::RequestTransfer(_) => {
                    let report = call.report();
                    let request = HandoffRequest {
                        call: "call-1".to_owned(),
                        language: report.language,
                        rating: report.rating,
                        band: None,
                        reasons: report.turns.last().unwrap().decision.reasons.clone(),
                    };
                    handoff = Some(Handoff::begin(&mut adapter, &request, at, CLOCK.frames(patience_s)));
                }
                Command::CancelTransfer => handoff.iter_mut().for_each(Handoff::cancel),
                Command::StoreCallback(reason) => {
                    let problem = handoff.as_ref().and_then(|h| h.problem().map(str::to_owned));
                    let (call_name, report) = ("call-1".to_owned(), call.report());
                    let (language, rating) = (report.language, report.rating);
                    let task =
                        CallbackTask { call: call_name, reason: *reason, language, rating, created_unix_s: 0, problem };
                    callbacks.append(&task).unwrap();
                }
                _ => {}
            }
            done.push(command);
        }
        // The handoff is polled at its own times too: once a second while it is on its way.
        if handoff.as_ref().is_some_and(|h| h.deadline().is_some()) && due.is_empty() {
            due.push((at.seconds(CLOCK) + 1.0, Event::Tick));
        }
    }
    (done, call.report().outcome, at.seconds(CLOCK))
}

#[test]
fn a_hanging_adapter_is_bounded_reported_and_the_caller_hears_an_ending() {
    for (patience_s, news) in [(20.0, vec![]), (20.0, vec![News::Ringing]), (3600.0, vec![News::Ringing])] {
        let folder = tempfile::tempdir().unwrap();
        let callbacks = CallbackFile::new(folder.path().join("callbacks.jsonl"));
        let (commands, outcome, seconds) = unhappy_call(Says(news), patience_s, &callbacks);
        assert_eq!(outcome, Outcome::CallbackStored);
        let spoken: Vec<String> = commands
            .iter()
            .filter_map(|command| match command {
                Command::Play(prompt) => Some(prompt.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(spoken, ["greeting", "question", "transfer", "nobody-free"]);
        assert!(commands.iter().any(|command| matches!(command, Command::StartOutro(_))));
        assert!(seconds <= 3.0 + 60.0 + 60.0 + 1.0, "{seconds} s");
        let tasks = callbacks.tasks().unwrap();
        assert_eq!(tasks.len(), 1);
        assert_eq!((tasks[0].reason, tasks[0].rating.map(|r| r.value())), (CallbackReason::NobodyFree, Some(1)));
        assert_eq!(tasks[0].problem.is_some(), patience_s < 60.0, "what the hand-over failed of is in the task");
    }
}

#[test]
fn an_adapter_that_answers_connects_and_leaves_no_task() {
    let folder = tempfile::tempdir().unwrap();
    let callbacks = CallbackFile::new(folder.path().join("callbacks.jsonl"));
    let (commands, outcome, _) = unhappy_call(Says(vec![News::Ringing, News::Answered]), 20.0, &callbacks);
    assert_eq!(outcome, Outcome::Transferred);
    assert_eq!(commands.last(), Some(&Command::Connect));
    assert!(callbacks.tasks().unwrap().is_empty());
}
