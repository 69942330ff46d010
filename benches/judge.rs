//! Cost of deciding: one turn with every source, a replay, and a whole call.

use std::hint::black_box;

use codetta::dialogue::{Call, CallSettings, Event};
use codetta::hear::RatingPosterior;
use codetta::judge::{DecisionRecord, Evidence, Keyed, Policy, RatingEvidence, RatingSource, decide, replay};
use codetta::sentiment::{SentimentLabel, TextSentiment};
use codetta::units::{Frames, Language};
use codetta::voice::VoiceEmotion;
use criterion::{Criterion, criterion_group, criterion_main};

fn evidence() -> Evidence {
    let posterior = RatingPosterior { levels: [0.01, 0.02, 0.02, 0.05, 0.85], none: 0.05 };
    let levels = [0.05, 0.05, 0.1, 0.3, 0.5];
    Evidence {
        rating: Some(RatingEvidence { posterior, source: RatingSource::Speech, raw_key: None }),
        text: Some(TextSentiment { levels, score: 0.575, label: SentimentLabel::Positive, confidence: 0.9 }),
        voice: Some(VoiceEmotion {
            angry: 0.05,
            sad: 0.05,
            neutral: 0.5,
            happy: 0.4,
            negative: 0.1,
            arousal: 0.5,
            valence: 0.3,
            confidence: 0.7,
        }),
        speech_s: 1.5,
        ..Evidence::silence(Language::Zh)
    }
}

fn benches(criterion: &mut Criterion) {
    let (evidence, policy) = (evidence(), Policy::default());
    criterion.bench_function("judge/decide", |b| b.iter(|| decide(black_box(&evidence), &policy)));
    let record = DecisionRecord::of(evidence, &policy, [].into()).to_json();
    criterion.bench_function("judge/replay", |b| b.iter(|| replay(black_box(&record), "record")));
    criterion.bench_function("judge/policy_parse", |b| b.iter(|| Policy::parse(black_box(Policy::DEFAULT_TOML), "p")));
    criterion.bench_function("dialogue/keyed_call", |b| {
        b.iter(|| {
            let mut call = Call::new(CallSettings::default(), policy.clone());
            for (at, event) in [
                Event::Connected,
                Event::PromptFinished,
                Event::PromptFinished,
                Event::KeyStarted,
                Event::Keyed(Keyed::Number(5)),
                Event::PromptFinished,
                Event::OutroFinished,
            ]
            .into_iter()
            .enumerate()
            {
                black_box(call.handle(Frames(at as u64 * 16_000), event));
            }
            assert!(call.is_over());
        });
    });
}

criterion_group!(judge, benches);
criterion_main!(judge);
