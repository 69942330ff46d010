//! Any order of events: every call ends, every end has a report, and no asked-for human is refused.

use codetta::dialogue::{Call, CallSettings, Command, Event, Outcome};
use codetta::handoff::News;
use codetta::hear::{Heard, Intents, RatingPosterior, Transcript};
use codetta::judge::{Keyed, Policy, Spoken};
use codetta::sentiment::{SentimentLabel, TextSentiment};
use codetta::units::{Frames, Language, Scale};
use codetta::voice::VoiceEmotion;
use proptest::prelude::*;

use crate::world::CLOCK;

fn any_spoken() -> impl Strategy<Value = Spoken> {
    let text =
        prop::sample::select(vec!["五分", "按错了", "对", "不是，四分", "转人工", "four", "no", "yes", "agent", ""]);
    let numbers = prop::array::uniform8(0f32..1.0);
    (text, numbers, prop::array::uniform5(0f32..1.0), 0f32..3.0).prop_map(|(text, n, levels, speech_s)| Spoken {
        heard: Some(Heard {
            transcript: Transcript { text: text.to_owned(), language: Language::Zh },
            // Powers make clear ratings as likely as unclear ones.
            rating: RatingPosterior::from_weights(levels.map(|l| l.powi(12)), n[0].powi(12)),
            intents: Intents {
                human: n[1] * n[1],
                repeat: n[2] * n[2],
                later: n[3] * n[3],
                no_calls: n[1] * n[2],
                wrong_number: n[2] * n[3],
            },
        }),
        text: Some(TextSentiment { levels, score: 0.0, label: SentimentLabel::Neutral, confidence: n[4] }),
        voice: Some(VoiceEmotion {
            angry: n[5],
            sad: 0.0,
            neutral: 1.0 - n[5],
            happy: 0.0,
            negative: n[5],
            arousal: n[6],
            valence: 0.0,
            confidence: n[7],
        }),
        speech_s,
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => Just(Event::Connected),
        6 => Just(Event::PromptFinished),
        4 => Just(Event::SpeechStarted),
        6 => any_spoken().prop_map(|spoken| Event::Answered(Box::new(spoken))),
        2 => Just(Event::Answered(Box::default())),
        3 => Just(Event::KeyStarted),
        4 => (0u8..12).prop_map(|raw| Event::Keyed(if raw == 0 { Keyed::Human(None) } else { Keyed::Number(raw) })),
        1 => Just(Event::Keyed(Keyed::Invalid)),
        1 => Just(Event::EmotionDeclined),
        3 => prop::sample::select(vec![
            News::Ringing, News::Answered, News::Busy, News::NoAnswer, News::Failed,
        ]).prop_map(Event::Transfer),
        2 => Just(Event::OutroFinished),
        1 => Just(Event::HungUp),
        2 => Just(Event::Tick),
    ]
}

fn any_events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    // Gaps from nothing to half a minute.
    prop::collection::vec((prop_oneof![Just(0u64), 1u64..50_000, 50_000u64..500_000], any_event()), 0..40)
}

fn asks_for_human(event: &Event, policy: &Policy) -> bool {
    match event {
        Event::Keyed(keyed) => matches!(keyed, Keyed::Human(_)),
        Event::Answered(spoken) => spoken
            .heard
            .as_ref()
            .is_some_and(|heard| heard.intents.human >= 0.5 || !policy.words_said(&heard.transcript).is_empty()),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_call_ends_and_no_asked_for_human_is_refused(events in any_events(), reversed in any::<bool>()) {
        let scale: Scale = if reversed { "1..5:best=1" } else { "0..10:best=10" }.parse().unwrap();
        let policy = Policy::default();
        let settings = CallSettings { scale, clock: CLOCK, ..CallSettings::default() };
        let mut call = Call::new(settings, policy.clone());
        let mut commands = call.handle(Frames(0), Event::Connected);
        let mut at = 0;
        for (gap, event) in events {
            at += gap;
            let asks = asks_for_human(&event, &policy);
            let now = call.handle(Frames(at), Event::Tick);
            commands.extend(now);
            let before = call.report();
            let alive = !call.is_over();
            let now = call.handle(Frames(at), event);
            if asks && alive {
                let waits = before.outcome == Outcome::TransferRequested;
                let requested = now.iter().any(|command| matches!(command, Command::RequestTransfer(_)));
                let cancelled = now.iter().any(|command| matches!(command, Command::CancelTransfer));
                prop_assert!(requested || (waits && !cancelled), "{:?}", now);
            }
            commands.extend(now);
        }
        // Nothing more is heard of the world: the deadlines alone bring the call to its end.
        commands.extend(call.handle(Frames(at + CLOCK.frames(3600.0).0), Event::Tick));
        prop_assert!(call.is_over());
        prop_assert_eq!(call.deadline(), None);

        let report = call.report();
        prop_assert_ne!(report.outcome, Outcome::Open);
        prop_assert_ne!(report.outcome, Outcome::TransferRequested);
        let stored = commands.iter().rev().find_map(|command| match command {
            Command::Store(report) => Some(report.outcome),
            _ => None,
        });
        prop_assert_eq!(stored, Some(report.outcome));
        // The report is valid JSON that reads back to itself, whatever happened.
        let json = serde_json::to_string(&report).unwrap();
        prop_assert_eq!(serde_json::from_str::<codetta::dialogue::CallReport>(&json).unwrap(), report.clone());
        // A caller who stays hears an ending: music or a human.
        let ended_well = commands.iter().any(|c| matches!(c, Command::StartOutro(_) | Command::Connect));
        prop_assert!(ended_well || report.hung_up);
        // Requests are taken back or answered, never left open beside another.
        let mut open = 0i32;
        for command in &commands {
            match command {
                Command::RequestTransfer(_) => { open += 1; prop_assert!(open == 1); }
                Command::CancelTransfer | Command::Connect => open -= 1,
                Command::StoreCallback(_) | Command::StartOutro(_) => open = open.min(0).max(open - 1),
                _ => {}
            }
        }
        let callbacks = commands.iter().filter(|c| matches!(c, Command::StoreCallback(_))).count();
        prop_assert!(callbacks <= 1);
        prop_assert!(call.handle(Frames(u64::MAX), Event::SpeechStarted).is_empty(), "nothing after the end");
    }

    /// Asking is bounded, however unclear the answers are.
    #[test]
    fn a_mumbling_caller_is_not_asked_for_ever(p in 0f32..0.5, voice_s in 0f32..2.0) {
        let mut call = Call::new(CallSettings::default(), Policy::default());
        let (mut at, mut asked) = (0, 0);
        let mut commands = call.handle(Frames(0), Event::Connected);
        while !call.is_over() && at < CLOCK.frames(3600.0).0 {
            for command in commands.drain(..) {
                asked += usize::from(matches!(command, Command::Play(_)));
            }
            at += 32_000;
            commands = call.handle(Frames(at), Event::PromptFinished);
            let rating = RatingPosterior::from_weights([p, p, 0.1, 0.1, 0.1], 0.3);
            let transcript = Transcript { text: "嗯……".to_owned(), language: Language::Zh };
            let heard = Some(Heard { transcript, rating, intents: Intents::default() });
            let spoken = Spoken { heard, text: None, voice: None, speech_s: voice_s };
            at += 16_000;
            commands.extend(call.handle(Frames(at), Event::Answered(Box::new(spoken))));
        }
        prop_assert!(call.is_over());
        prop_assert!(asked <= 8, "{asked} prompts");
    }
}
