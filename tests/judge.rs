//! The judge's promises, as a supervisor would put them.

use codetta::hear::{Intents, RatingPosterior, Transcript};
use codetta::judge::{
    Action, Ask, Band, Consent, Decision, Evidence, FollowUp, Mood, Policy, RatingEvidence, RatingSource, ReadBack,
    beyond_plain_rating, decide,
};
use codetta::sentiment::{SentimentLabel, TextSentiment};
use codetta::units::{Language, Rating};
use codetta::voice::VoiceEmotion;
use proptest::prelude::*;

fn spoken(value: u8, p: f32) -> RatingEvidence {
    let mut levels = [0.0; 5];
    levels[usize::from(value) - 1] = p;
    let posterior = RatingPosterior { levels, none: 1.0 - p };
    RatingEvidence { posterior, source: RatingSource::Speech, raw_key: None }
}

fn keyed(value: u8) -> RatingEvidence {
    let posterior = RatingPosterior::certain(Rating::new(value).unwrap());
    RatingEvidence { posterior, source: RatingSource::Keypad, raw_key: Some(value) }
}

fn words(levels: [f32; 5]) -> TextSentiment {
    let score = levels.iter().zip([-1.0, -0.5, 0.0, 0.5, 1.0]).map(|(p, x)| p * x).sum::<f32>();
    let label = match score {
        s if s < -0.2 => SentimentLabel::Negative,
        s if s > 0.2 => SentimentLabel::Positive,
        _ => SentimentLabel::Neutral,
    };
    TextSentiment { levels, score, label, confidence: 1.0 }
}

const BAD: [f32; 5] = [0.90, 0.08, 0.01, 0.005, 0.005];
const FLAT: [f32; 5] = [0.1, 0.2, 0.4, 0.2, 0.1];
const GOOD: [f32; 5] = [0.005, 0.005, 0.01, 0.08, 0.90];

fn voice(angry: f32, confidence: f32) -> VoiceEmotion {
    let rest = (1.0 - angry) / 3.0;
    VoiceEmotion {
        angry,
        sad: rest,
        neutral: rest,
        happy: rest,
        negative: (angry + rest).min(1.0),
        arousal: angry,
        valence: 0.0,
        confidence,
    }
}

fn turn(rating: Option<RatingEvidence>) -> Evidence {
    Evidence { rating, speech_s: 1.0, ..Evidence::silence(Language::Zh) }
}

fn judged(evidence: &Evidence) -> Decision {
    decide(evidence, &Policy::default())
}

#[test]
fn each_band_has_its_ending() {
    let endings = [
        (1, Action::Transfer, Mood::Soothing, Band::Low),
        (2, Action::Transfer, Mood::Soothing, Band::Low),
        (3, Action::Outro, Mood::Calm, Band::Middle),
        (4, Action::Outro, Mood::Bright, Band::Best),
        (5, Action::Outro, Mood::Bright, Band::Best),
    ];
    for (value, action, mood, band) in endings {
        for rating in [spoken(value, 0.95), keyed(value)] {
            let decision = judged(&turn(Some(rating)));
            assert_eq!((decision.action, decision.band), (action, Some(band)), "{value}");
            assert_eq!(decision.outro.unwrap().mood, mood);
            assert_eq!(decision.rating.unwrap().value(), value);
            assert_eq!(decision.follow_up == Some(FollowUp::Log), band == Band::Middle);
        }
    }
}

#[test]
fn how_surely_a_rating_was_heard_decides_whether_it_stands() {
    for (p, action) in [(0.9f32, Action::Outro), (0.7, Action::Confirm), (0.45, Action::Reprompt)] {
        let rating = RatingEvidence {
            posterior: RatingPosterior { levels: [0.0, 0.0, (0.95 - p) / 2.0, (0.95 - p) / 2.0, p], none: 0.05 },
            source: RatingSource::Speech,
            raw_key: None,
        };
        assert_eq!(judged(&turn(Some(rating))).action, action, "p {p}");
    }
}

#[test]
fn a_contradiction_is_read_back_once_and_never_blended() {
    for (rating, levels) in [(spoken(5, 0.99), BAD), (keyed(5), BAD), (spoken(1, 0.99), GOOD), (keyed(1), GOOD)] {
        let stated = rating.posterior.best().unwrap().0;
        let evidence = Evidence { text: Some(words(levels)), ..turn(Some(rating)) };
        let decision = judged(&evidence);
        assert_eq!((decision.action, decision.ask), (Action::Confirm, Some(Ask::ReadBack)));
        assert_eq!(decision.rating, Some(stated), "the rating itself is left as it was stated");
        assert_eq!(decision.reasons[0].code, "contradiction");

        let read_back = Some(ReadBack { rating: stated, source: rating.source, affirmed: Some(true) });
        let again = judged(&Evidence { rating: None, read_back, ..evidence });
        assert_ne!(again.action, Action::Confirm, "only once");
        assert_eq!(again.rating, Some(stated));
    }
}

#[test]
fn a_read_back_can_be_corrected_denied_or_left_unanswered() {
    let read_back =
        |affirmed| Some(ReadBack { rating: Rating::new(1).unwrap(), source: RatingSource::Speech, affirmed });
    let corrected = judged(&Evidence { read_back: read_back(Some(false)), ..turn(Some(spoken(4, 0.9))) });
    assert_eq!((corrected.action, corrected.rating.unwrap().value()), (Action::Outro, 4));
    let denied = judged(&Evidence { read_back: read_back(Some(false)), ..turn(None) });
    assert_eq!((denied.action, denied.ask), (Action::Reprompt, Some(Ask::Question)));
    let unanswered = judged(&Evidence { read_back: read_back(None), ..Evidence::silence(Language::En) });
    assert_eq!((unanswered.action, unanswered.rating.unwrap().value()), (Action::Transfer, 1));
}

#[test]
fn strong_anger_reaches_a_human_but_does_not_overrule_a_good_rating_unasked() {
    let angry = Some(voice(0.93, 0.8));
    for rating in [None, Some(spoken(3, 0.95)), Some(spoken(1, 0.95))] {
        let decision = judged(&Evidence { voice: angry, ..turn(rating) });
        assert_eq!(decision.action, Action::Transfer, "{rating:?}");
    }
    let five = Evidence { voice: angry, ..turn(Some(spoken(5, 0.99))) };
    assert_eq!(judged(&five).action, Action::Confirm);
    // Still angry in the answer to the read-back.
    let read_back =
        Some(ReadBack { rating: Rating::new(5).unwrap(), source: RatingSource::Speech, affirmed: Some(true) });
    assert_eq!(judged(&Evidence { read_back, ..five.clone() }).action, Action::Transfer);
    // A voice heard too briefly to trust changes nothing.
    assert_eq!(
        judged(&Evidence { voice: Some(voice(0.93, 0.3)), ..turn(Some(spoken(5, 0.99))) }).action,
        Action::Outro
    );
}

#[test]
fn warm_words_beside_a_best_rating_outweigh_a_loud_voice() {
    let loud = Evidence { voice: Some(voice(0.93, 0.8)), ..turn(Some(spoken(5, 0.99))) };
    let warm = Evidence { text: Some(words(GOOD)), ..loud.clone() };
    assert_eq!(judged(&warm).action, Action::Outro);
    for other in [FLAT, BAD] {
        assert_eq!(judged(&Evidence { text: Some(words(other)), ..loud.clone() }).action, Action::Confirm);
    }
    // Not beside a middling rating, and not without one.
    for rating in [None, Some(spoken(3, 0.95))] {
        assert_eq!(judged(&Evidence { rating, ..warm.clone() }).action, Action::Transfer);
    }
}

#[test]
fn an_unhappy_caller_without_a_rating_reaches_a_human_and_a_happy_one_is_asked() {
    assert_eq!(judged(&Evidence { text: Some(words(BAD)), ..turn(None) }).action, Action::Transfer);
    assert_eq!(judged(&Evidence { text: Some(words(GOOD)), ..turn(None) }).action, Action::Reprompt);
    assert_eq!(judged(&Evidence { text: Some(words(FLAT)), ..turn(None) }).action, Action::Reprompt);
    assert_eq!(judged(&Evidence { text: Some(words(BAD)), ..turn(Some(spoken(3, 0.95))) }).action, Action::Transfer);
}

#[test]
fn silence_is_asked_again_then_for_a_key_then_stored_as_no_response() {
    let at = |asked_back| judged(&Evidence { asked_back, ..Evidence::silence(Language::Zh) });
    assert_eq!((at(0).ask, at(1).ask, at(2).ask), (Some(Ask::Question), Some(Ask::Question), Some(Ask::Keypad)));
    let end = at(3);
    assert_eq!((end.action, end.follow_up, end.rating), (Action::Outro, Some(FollowUp::NoResponse), None));
    assert_eq!(at(u8::MAX).action, Action::Outro);

    let human = Policy::parse("[limits]\nafter = \"transfer\"", "test").unwrap();
    let end = decide(&Evidence { asked_back: 3, ..Evidence::silence(Language::Zh) }, &human);
    assert_eq!(end.action, Action::Transfer);
}

#[test]
fn opinions_without_a_number_end_by_what_they_say_after_all_asking() {
    let end = judged(&Evidence { asked_back: 3, text: Some(words(GOOD)), ..turn(None) });
    assert_eq!((end.action, end.band, end.rating), (Action::Outro, Some(Band::Best), None));
    assert_eq!(end.outro.unwrap().mood, Mood::Bright);
}

#[test]
fn later_is_honoured_and_repeat_repeats() {
    let later = Intents { later: 0.9, ..Intents::default() };
    let decision = judged(&Evidence { intents: later, ..turn(None) });
    assert_eq!((decision.action, decision.follow_up), (Action::Outro, Some(FollowUp::CallLater)));
    let repeat = Intents { repeat: 0.9, ..Intents::default() };
    let decision = judged(&Evidence { intents: repeat, ..turn(None) });
    assert_eq!((decision.action, decision.reasons[0].code.as_str()), (Action::Reprompt, "repeat.asked"));
}

#[test]
fn who_wants_no_calls_is_left_in_peace_whatever_he_feels() {
    let asked = Evidence { intents: Intents { no_calls: 0.9, ..Intents::default() }, ..turn(None) };
    let angry = Evidence { voice: Some(voice(0.95, 0.9)), ..asked.clone() };
    for evidence in [&asked, &angry] {
        let decision = judged(evidence);
        assert_eq!((decision.action, decision.follow_up), (Action::Outro, Some(FollowUp::NoCalls)));
        assert_eq!((decision.rating, decision.reasons[0].code.as_str()), (None, "no_calls.asked"));
    }
    // A rating counts as ever, and a human is given who is asked for; the wish is kept with either.
    let rated = judged(&Evidence { rating: Some(spoken(3, 0.99)), ..asked.clone() });
    assert_eq!((rated.rating.map(Rating::value), rated.follow_up), (Some(3), Some(FollowUp::NoCalls)));
    let human = Evidence { human_key: true, ..asked };
    assert_eq!((judged(&human).action, judged(&human).follow_up), (Action::Transfer, Some(FollowUp::NoCalls)));
}

#[test]
fn who_was_called_by_mistake_is_asked_nothing_more() {
    let mistaken = Evidence { intents: Intents { wrong_number: 0.9, ..Intents::default() }, ..turn(None) };
    let angry = Evidence { voice: Some(voice(0.95, 0.9)), ..mistaken.clone() };
    for evidence in [&mistaken, &angry] {
        let decision = judged(evidence);
        assert_eq!((decision.action, decision.follow_up), (Action::Outro, Some(FollowUp::WrongNumber)));
        assert_eq!(decision.reasons[0].code, "wrong_number");
    }
    let less_than_even = Evidence { intents: Intents { wrong_number: 0.4, ..Intents::default() }, ..turn(None) };
    assert_eq!(judged(&less_than_even).action, Action::Reprompt);
    // Who rates has been served; and of a rating that was read back, the number is what is wrong.
    assert_eq!(judged(&Evidence { rating: Some(spoken(5, 0.99)), ..mistaken.clone() }).follow_up, None);
    let read_back = ReadBack { rating: Rating::new(3).unwrap(), source: RatingSource::Speech, affirmed: Some(false) };
    assert_eq!(judged(&Evidence { read_back: Some(read_back), ..mistaken }).action, Action::Reprompt);
}

#[test]
fn key_and_speech_that_differ_are_read_back_and_the_key_is_what_is_read() {
    let beside = Some(spoken(1, 0.95).posterior);
    let decision = judged(&Evidence { spoken_beside_key: beside, ..turn(Some(keyed(5))) });
    assert_eq!((decision.action, decision.rating.unwrap().value()), (Action::Confirm, 5));
    let agreeing = Some(spoken(5, 0.95).posterior);
    assert_eq!(judged(&Evidence { spoken_beside_key: agreeing, ..turn(Some(keyed(5))) }).action, Action::Outro);
}

#[test]
fn without_consent_to_emotion_only_the_rating_speaks() {
    let consent = Consent { recording: true, emotion: false };
    let bare = Evidence { consent, ..turn(Some(spoken(5, 0.95))) };
    let full = Evidence { text: Some(words(BAD)), voice: Some(voice(0.99, 1.0)), ..bare.clone() };
    assert_eq!(judged(&bare), judged(&full));
    assert!(judged(&bare).reasons.iter().any(|reason| reason.code == "consent.rating_only"));
}

#[test]
fn the_text_of_a_plain_rating_is_no_second_vote() {
    let confidence = |text: &str, language, rating: Option<u8>| {
        let transcript = Transcript { text: text.to_owned(), language };
        beyond_plain_rating(words(GOOD), &transcript, rating.map(|r| Rating::new(r).unwrap())).confidence
    };
    for plain in ["五分", "5分。", "我给五分", "嗯，五分吧", "非常满意", "满分", ""] {
        assert_eq!(confidence(plain, Language::Zh, Some(5)), 0.0, "{plain}");
    }
    for plain in ["five", "I'd say five", "5 out of 5.", "Very satisfied!"] {
        assert_eq!(confidence(plain, Language::En, Some(5)), 0.0, "{plain}");
    }
    assert_eq!(confidence("不满意", Language::Zh, Some(2)), 0.0);
    for telling in ["五分，师傅态度很好", "一分，非常满意", "等了三天都没人来"] {
        assert_eq!(confidence(telling, Language::Zh, Some(1)), 1.0, "{telling}");
    }
    assert_eq!(confidence("不满意", Language::Zh, Some(4)), 1.0, "满意 within 不满意 is not the rating 4");
    assert_eq!(confidence("four, but they came too late", Language::En, Some(4)), 1.0);
}

#[test]
fn of_a_keyed_call_in_which_nothing_was_said_only_the_key_is_told() {
    let silent = TextSentiment { confidence: 0.0, ..words(FLAT) };
    let evidence = Evidence { text: Some(silent), voice: Some(voice(0.05, 0.0)), ..turn(Some(keyed(2))) };
    let reasons = judged(&evidence).reasons;
    assert_eq!(reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>(), ["rating.keyed"]);
    let doubtful = TextSentiment { confidence: 0.2, ..words(BAD) };
    let reasons = judged(&Evidence { text: Some(doubtful), ..evidence }).reasons;
    assert_eq!(
        reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>(),
        ["rating.keyed", "text.negative"]
    );
}

#[test]
fn a_mild_complaint_beside_a_four_explains_it_and_is_not_read_back() {
    let after = |text: &str, language, rating: u8| {
        let transcript = Transcript { text: text.to_owned(), language };
        let text = beyond_plain_rating(words([0.01, 0.94, 0.02, 0.02, 0.01]), &transcript, Rating::new(rating).ok());
        judged(&Evidence { text: Some(text), ..turn(Some(spoken(rating, 0.95))) }).action
    };
    for (text, language) in [
        ("四分，有点贵", Language::Zh),
        ("四分，扣一分是因为太慢", Language::Zh),
        ("four, he was a little late", Language::En),
        ("four, it could have been faster", Language::En),
        ("four, one point off for the mess", Language::En),
    ] {
        assert_eq!(after(text, language, 4), Action::Outro, "{text}");
        assert_eq!(after(text, language, 5), Action::Confirm, "{text}, but five");
    }
    assert_eq!(after("四分，太差了", Language::Zh, 4), Action::Confirm);
    assert_eq!(after("four, it was awful", Language::En, 4), Action::Confirm);
}

#[test]
fn the_policys_own_words_bring_a_human_unless_refused() {
    let policy = Policy::default();
    let said = |text: &str, language| policy.words_said(&Transcript { text: text.to_owned(), language });
    for (text, language) in [
        ("我要投诉你们", Language::Zh),
        ("请帮我转人工。", Language::Zh),
        ("請幫我轉人工", Language::Zh),
        ("I want an agent!", Language::En),
        ("let me talk to a human please", Language::En),
        ("ＴＲＡＮＳＦＥＲ ME", Language::En),
    ] {
        let words = said(text, language);
        assert_eq!(words, ["human"], "{text}");
        let decision = judged(&Evidence { words, ..turn(Some(spoken(5, 0.99))) });
        assert_eq!(decision.action, Action::Transfer);
    }
    for (text, language) in [
        ("不用转人工", Language::Zh),
        ("五分", Language::Zh),
        ("我不是要投诉", Language::Zh),
        ("没有要投诉", Language::Zh),
        ("don't transfer me please", Language::En),
        ("I don't need an agent", Language::En),
        ("I would not like to complain", Language::En),
        ("no, I don't really want to talk to a human", Language::En),
        // Who praises them asks for nobody.
        ("五分，人工客服很好", Language::Zh),
        ("五分，没什么可投诉的", Language::Zh),
        ("five, the agent was very helpful", Language::En),
        ("I can't complain, five", Language::En),
    ] {
        assert!(said(text, language).is_empty(), "{text}");
    }
}

prop_compose! {
    fn any_rating()(levels in prop::array::uniform5(0f32..1.0), none in 0f32..1.0, key in any::<bool>()) -> RatingEvidence {
        let source = if key { RatingSource::Keypad } else { RatingSource::Speech };
        RatingEvidence { posterior: RatingPosterior::from_weights(levels, none), source, raw_key: None }
    }
}

prop_compose! {
    fn any_evidence()(
        rating in prop::option::of(any_rating()),
        beside in prop::option::of(any_rating()),
        requests in prop::array::uniform5(0f32..1.0),
        human_key in prop::bool::weighted(0.1),
        levels in prop::option::of(prop::array::uniform5(0f32..1.0)),
        feeling in prop::option::of((0f32..1.0, 0f32..1.0)),
        emotion in any::<bool>(),
        asked_back in 0u8..6,
        read_back in prop::option::of((1u8..=5, prop::option::of(any::<bool>()))),
    ) -> Evidence {
        let [human, repeat, later, no_calls, wrong_number] = requests;
        Evidence {
            language: Language::En,
            rating,
            spoken_beside_key: beside.map(|b| b.posterior),
            intents: Intents { human, repeat, later, no_calls, wrong_number },
            human_key,
            words: vec![],
            text: levels.map(|levels| words(RatingPosterior::from_weights(levels, 0.0).levels)),
            voice: feeling.map(|(angry, confidence)| voice(angry, confidence)),
            consent: Consent { recording: true, emotion },
            speech_s: 1.0,
            asked_back,
            read_backs: 0,
            read_back: read_back.map(|(rating, affirmed)| ReadBack {
                rating: Rating::new(rating).unwrap(), source: RatingSource::Speech, affirmed,
            }),
        }
    }
}

proptest! {
    #[test]
    fn an_asked_for_human_is_never_refused(evidence in any_evidence()) {
        let asked = evidence.human_key || evidence.intents.human >= 0.5;
        let decision = judged(&evidence);
        prop_assert!(!asked || decision.action == Action::Transfer);
        prop_assert!(!asked || decision.reasons[0].code.starts_with("human"), "{:?}", decision.reasons);
    }

    #[test]
    fn a_decision_is_complete_and_the_same_every_time(evidence in any_evidence()) {
        let decision = judged(&evidence);
        prop_assert_eq!(&decision, &judged(&evidence));
        let ends = matches!(decision.action, Action::Outro | Action::Transfer);
        prop_assert_eq!(ends, decision.outro.is_some());
        prop_assert_eq!(!ends, decision.ask.is_some());
        prop_assert!((decision.satisfaction.iter().sum::<f32>() - 1.0).abs() < 1e-3);
        prop_assert!((decision.reasons.iter().map(|r| r.weight).sum::<f32>() - 1.0).abs() < 1e-3);
        prop_assert!(decision.reasons.is_sorted_by(|a, b| a.weight >= b.weight));
        prop_assert!((1.0..=5.0).contains(&decision.mean));
        prop_assert!((0.0..=2.33).contains(&decision.entropy_bits));
    }

    #[test]
    fn asking_ends(evidence in any_evidence()) {
        let late = Evidence { asked_back: 3, read_back: evidence.read_back.or(Some(ReadBack {
            rating: Rating::new(3).unwrap(), source: RatingSource::Speech, affirmed: None,
        })), ..evidence };
        prop_assert!(matches!(judged(&late).action, Action::Outro | Action::Transfer));
    }

    #[test]
    fn worse_feeling_never_raises_the_estimate(rating in 1u8..=5, angry in 0.1f32..0.9, more in 0f32..0.1, confidence in 0f32..1.0) {
        let mild = judged(&Evidence { voice: Some(voice(angry, confidence)), ..turn(Some(spoken(rating, 0.9))) });
        let worse = judged(&Evidence { voice: Some(voice(angry + more, confidence)), ..turn(Some(spoken(rating, 0.9))) });
        prop_assert!(worse.mean <= mild.mean);
    }

    #[test]
    fn numbers_that_are_none_never_panic(x in prop::array::uniform5(prop::num::f32::ANY), y in prop::num::f32::ANY) {
        let mut evidence = turn(Some(RatingEvidence {
            posterior: RatingPosterior { levels: x, none: y }, source: RatingSource::Speech, raw_key: None,
        }));
        evidence.text = Some(TextSentiment { levels: x, score: y, label: SentimentLabel::Neutral, confidence: y });
        evidence.voice = Some(VoiceEmotion {
            angry: y, sad: y, neutral: y, happy: y, negative: y, arousal: y, valence: y, confidence: y,
        });
        evidence.intents = Intents { human: y, repeat: y, later: y, no_calls: y, wrong_number: y };
        let decision = judged(&evidence);
        prop_assert!(decision.satisfaction.iter().all(|p| p.is_finite()));
    }
}
