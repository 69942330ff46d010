//! The digit gatherer, as a caller with a keypad meets it, and under arbitrary orders of events.

use codetta::Scale;
use codetta::keypad::{Failure, GatherPolicy, Gatherer, Key, Keyed, Outcome, Retry, Step, ZeroKey};
use proptest::prelude::*;

fn scale(text: &str) -> Scale {
    text.parse().unwrap()
}

fn key(character: char) -> Key {
    Key::new(character).unwrap()
}

fn on(text: &str) -> GatherPolicy {
    GatherPolicy { scale: scale(text), ..GatherPolicy::default() }
}

/// Keys 200 ms apart after the prompt, then silence until something comes of it.
fn keyed(policy: GatherPolicy, keys: &str) -> Step {
    let mut gatherer = Gatherer::new(policy, 0).unwrap();
    let mut now = 1_000;
    assert_eq!(gatherer.prompt_ended(now), Step::Wait);
    for character in keys.chars() {
        now += 200;
        let step = gatherer.key(key(character), now);
        if step != Step::Wait {
            return step;
        }
    }
    gatherer.tick(gatherer.deadline().unwrap())
}

fn answer(policy: GatherPolicy, keys: &str) -> Option<(u8, u8)> {
    match keyed(policy, keys) {
        Step::Done(Outcome::Digits(Keyed { raw, rating })) => Some((raw, rating.value())),
        _ => None,
    }
}

fn failure(policy: GatherPolicy, keys: &str) -> Option<Failure> {
    match keyed(policy, keys) {
        Step::AskAgain { failure, .. } => Some(failure),
        _ => None,
    }
}

#[test]
fn every_answer_of_every_scale_can_be_keyed() {
    for (text, worst) in [("1..5:best=5", 1), ("1..5:best=1", 5), ("1..10:best=10", 1), ("1..10:best=1", 10)] {
        let policy = on(text);
        for raw in policy.scale.min()..=policy.scale.max() {
            let expected = Some((raw, policy.scale.canonical(raw).unwrap().value()));
            for end in ["", "#"] {
                assert_eq!(answer(policy.clone(), &format!("{raw}{end}")), expected, "{raw}{end} on {text}");
            }
        }
        assert_eq!(answer(policy, &worst.to_string()), Some((worst, 1)));
    }
    let nps = GatherPolicy { zero: ZeroKey::Rating, ..on("0..10:best=10") };
    for raw in 0..=10 {
        assert_eq!(answer(nps.clone(), &raw.to_string()).unwrap().0, raw);
    }
}

#[test]
fn zero_is_a_human_on_every_scale_unless_told_otherwise() {
    let human = |policy: GatherPolicy, keys: &str| match keyed(policy, keys) {
        Step::Done(Outcome::Human { keyed }) => Some(keyed.map(|keyed| keyed.raw)),
        _ => None,
    };
    for text in ["1..5:best=5", "1..5:best=1", "1..10:best=10"] {
        for zero in [ZeroKey::HumanAndRating, ZeroKey::Human, ZeroKey::Rating] {
            assert_eq!(human(GatherPolicy { zero, ..on(text) }, "0"), Some(None), "{text} {zero:?}");
        }
    }
    let nps = |zero| GatherPolicy { zero, ..on("0..10:best=10") };
    assert_eq!(human(nps(ZeroKey::HumanAndRating), "0"), Some(Some(0)));
    assert_eq!(human(nps(ZeroKey::Human), "0"), Some(None));
    assert_eq!(human(nps(ZeroKey::Rating), "0"), None);
    // The 0 of a 10 is no request; a 0 that makes no answer is one, and what was keyed before it is kept.
    assert_eq!(answer(nps(ZeroKey::Human), "10"), Some((10, 5)));
    assert_eq!(answer(on("1..10:best=10"), "10"), Some((10, 5)));
    assert_eq!(human(on("1..5:best=5"), "40"), Some(Some(4)));
    assert_eq!(human(on("1..5:best=5"), "440"), Some(None));
}

#[test]
fn each_failure_has_its_name() {
    let policy = || on("1..5:best=5");
    assert_eq!(failure(policy(), ""), Some(Failure::NoInput));
    assert_eq!(failure(policy(), "7"), Some(Failure::Invalid));
    assert_eq!(failure(policy(), "#"), Some(Failure::Invalid));
    assert_eq!(failure(policy(), "A"), Some(Failure::Invalid));
    assert_eq!(failure(policy(), "45"), Some(Failure::TooMany));
    assert_eq!(failure(policy(), "45123"), Some(Failure::TooMany), "the rest of a burst answers nothing");
    assert_eq!(failure(on("0..10:best=10"), "53"), Some(Failure::Invalid));
    assert_eq!(failure(on("0..10:best=10"), "101"), Some(Failure::TooMany));
    assert_eq!(answer(policy(), "5*4"), Some((4, 4)), "a slip of the hand can be taken back");
    assert_eq!(answer(policy(), "45*4"), Some((4, 4)));
    assert_eq!(failure(policy(), "5*"), Some(Failure::NoInput));
}

#[test]
fn the_first_key_stops_the_first_timer_and_digits_count_when_the_second_fires() {
    let policy = on("1..10:best=10");
    let mut gatherer = Gatherer::new(policy.clone(), 0).unwrap();
    gatherer.prompt_ended(1_000);
    let first_deadline = gatherer.deadline().unwrap();
    assert_eq!(first_deadline, 1_000 + u64::from(policy.first_key_ms));
    assert_eq!(gatherer.key(key('1'), first_deadline), Step::Wait, "a key at the very deadline counts");
    let second_deadline = gatherer.deadline().unwrap();
    assert_eq!(second_deadline, first_deadline + u64::from(policy.between_keys_ms));
    assert_eq!(gatherer.tick(second_deadline - 1), Step::Wait);
    assert!(matches!(gatherer.tick(second_deadline), Step::Done(Outcome::Digits(Keyed { raw: 1, .. }))));
    assert_eq!(gatherer.deadline(), None);
}

#[test]
fn keys_over_the_prompt_count_and_late_keys_answer_the_next_attempt() {
    let mut gatherer = Gatherer::new(on("1..5:best=5"), 0).unwrap();
    assert_eq!(gatherer.key(key('4'), 300), Step::Wait);
    assert_eq!(gatherer.prompt_ended(350), Step::Wait, "the prompt's end does not restart anything");
    assert!(matches!(gatherer.tick(700), Step::Done(Outcome::Digits(Keyed { raw: 4, .. }))));

    let mut gatherer = Gatherer::new(on("1..5:best=5"), 0).unwrap();
    gatherer.prompt_ended(0);
    assert_eq!(gatherer.key(key('2'), 60_000), Step::Wait, "nobody ticked; the key is not lost");
    assert!(matches!(gatherer.tick(61_000), Step::Done(Outcome::Digits(Keyed { raw: 2, .. }))));
}

#[test]
fn each_failure_has_its_own_retries_and_the_last_one_is_no_response() {
    let retry = |retries, prompt: &str| Retry { retries, prompt: prompt.to_owned() };
    let policy = GatherPolicy { no_input: retry(1, "a"), invalid: retry(0, "b"), ..GatherPolicy::default() };
    let mut gatherer = Gatherer::new(policy, 0).unwrap();
    let step = gatherer.tick(gatherer.deadline().unwrap());
    assert_eq!(step, Step::AskAgain { failure: Failure::NoInput, attempt: 2 });
    assert_eq!(gatherer.policy().retry(Failure::NoInput).prompt, "a");
    let now = gatherer.deadline().unwrap() - 1;
    gatherer.key(key('9'), now);
    let over = Step::Done(Outcome::NoResponse { last: Failure::Invalid });
    assert_eq!(gatherer.tick(gatherer.deadline().unwrap()), over);
    assert_eq!(gatherer.key(key('5'), now + 10_000), over, "it stays over");
    assert_eq!(gatherer.prompt_ended(now + 10_000), over);
}

#[test]
fn settings_that_cannot_work_are_named() {
    let usual = GatherPolicy::default;
    let wrong = [
        ("first_key_ms", GatherPolicy { first_key_ms: 0, ..usual() }),
        ("between_keys_ms", GatherPolicy { between_keys_ms: 10_000_000, ..usual() }),
        ("max_digits", GatherPolicy { max_digits: Some(1), ..on("0..10:best=10") }),
        ("max_digits", GatherPolicy { max_digits: Some(3), ..usual() }),
        ("terminator", GatherPolicy { terminator: Key::new('5'), ..usual() }),
        ("clear", GatherPolicy { clear: Key::new('#'), ..usual() }),
    ];
    for (setting, policy) in wrong {
        assert_eq!(Gatherer::new(policy, 0).unwrap_err().subject(), setting);
    }
    let strict: Result<GatherPolicy, _> = serde_json::from_str(r#"{"first_key": 3}"#);
    assert!(strict.is_err());
    let text = serde_json::to_string(&usual()).unwrap();
    assert_eq!(serde_json::from_str::<GatherPolicy>(&text).unwrap(), usual());
}

#[derive(Clone, Debug)]
enum Event {
    Key(Key),
    PromptEnded,
    Tick,
    Deadline,
}

fn event() -> impl Strategy<Value = (Event, i64)> {
    let what = prop_oneof![
        6 => (0usize..16).prop_map(|i| Event::Key(Key::ALL[i])),
        2 => Just(Event::PromptEnded),
        2 => Just(Event::Tick),
        1 => Just(Event::Deadline),
    ];
    // Clocks that stand still, jump ahead and even fall back.
    (what, prop_oneof![4 => 0i64..600, 2 => 600i64..9_000, 1 => -500i64..0, 1 => Just(i64::from(u32::MAX))])
}

fn policy() -> impl Strategy<Value = GatherPolicy> {
    let scales = ["1..5:best=5", "1..5:best=1", "1..10:best=10", "0..10:best=10", "0..1:best=0", "7..12:best=7"];
    let zeros = [ZeroKey::HumanAndRating, ZeroKey::Human, ZeroKey::Rating];
    (0..scales.len(), 0..zeros.len(), 0u32..800, 1u32..4_000, 0u8..3, any::<bool>()).prop_map(
        move |(s, z, settle_ms, between_keys_ms, retries, keys)| GatherPolicy {
            settle_ms,
            between_keys_ms,
            zero: zeros[z],
            terminator: Key::new('#').filter(|_| keys),
            clear: Key::new('*').filter(|_| keys),
            no_input: Retry { retries, prompt: String::new() },
            ..on(scales[s])
        },
    )
}

proptest! {
    /// Whatever happens, in whatever order: nothing panics, what is over stays over, and ticks alone end every call
    /// within as many attempts as there are retries.
    #[test]
    fn no_state_is_stuck(policy in policy(), events in prop::collection::vec(event(), 0..60)) {
        let longest = 1 + u16::from(policy.no_input.retries + policy.invalid.retries + policy.too_many.retries);
        let mut gatherer = Gatherer::new(policy, 0).unwrap();
        let mut now: u64 = 0;
        let mut over = None;
        for (event, after) in events {
            now = now.saturating_add_signed(after);
            let step = match event {
                Event::Key(key) => gatherer.key(key, now),
                Event::PromptEnded => gatherer.prompt_ended(now),
                Event::Tick => gatherer.tick(now),
                Event::Deadline => gatherer.tick(gatherer.deadline().unwrap_or(now)),
            };
            if let Some(over) = over {
                prop_assert_eq!(step, over);
            }
            match step {
                Step::Done(_) => over = Some(step),
                Step::AskAgain { attempt, .. } => prop_assert!((2..=longest).contains(&attempt)),
                Step::Wait => prop_assert!(gatherer.deadline().is_some()),
            }
        }
        let mut ticks = 0;
        while let Some(deadline) = gatherer.deadline() {
            prop_assert!(ticks <= longest, "still waiting after {ticks} deadlines");
            gatherer.tick(deadline);
            ticks += 1;
        }
    }

    /// An answer keyed alone is never lost: over or after the prompt, with or without the terminator, on time or
    /// late, after any number of failed attempts.
    #[test]
    fn no_valid_answer_is_lost(
        policy in policy(), pick in any::<prop::sample::Index>(), failed in 0u8..3, over_prompt: bool, end: bool,
        late in prop_oneof![Just(0u64), 1u64..100_000], pace in 0u64..400,
    ) {
        let answers: Vec<u8> = (policy.scale.min()..=policy.scale.max()).filter(|&raw| raw > 0).collect();
        let raw = answers[pick.index(answers.len())];
        let end = end && policy.terminator.is_some();
        // One attempt may still be lost to a late key before the answer begins.
        let policy = GatherPolicy { no_input: Retry { retries: failed + 1, prompt: String::new() }, ..policy };
        let pace = pace.min(u64::from(policy.between_keys_ms));
        let mut gatherer = Gatherer::new(policy, 0).unwrap();
        for _ in 0..failed {
            gatherer.tick(gatherer.deadline().unwrap());
        }
        let mut now = gatherer.deadline().unwrap() - 30_000;
        if !over_prompt {
            gatherer.prompt_ended(now);
        }
        now += late;
        let mut step = Step::Wait;
        for character in format!("{raw}{}", if end { "#" } else { "" }).chars() {
            step = gatherer.key(key(character), now);
            now += pace;
        }
        if step == Step::Wait {
            step = gatherer.tick(gatherer.deadline().unwrap());
        }
        prop_assert!(matches!(step, Step::Done(Outcome::Digits(keyed)) if keyed.raw == raw), "{raw}: {step:?}");
    }

    /// Whoever presses 0 first gets a human, unless 0 is an answer and nothing else.
    #[test]
    fn no_human_is_refused(policy in policy(), waited in 0u64..200_000) {
        let is_answer = policy.zero == ZeroKey::Rating && policy.scale.min() == 0;
        let mut gatherer = Gatherer::new(policy, 0).unwrap();
        while gatherer.deadline().is_some_and(|deadline| deadline < waited) {
            gatherer.tick(gatherer.deadline().unwrap());
        }
        if gatherer.deadline().is_some() && !is_answer {
            let human = matches!(gatherer.key(key('0'), waited), Step::Done(Outcome::Human { .. }));
            prop_assert!(human);
        }
    }
}
