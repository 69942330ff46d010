//! Text sentiment: one utterance (18 to 24 word pieces), loading, and finding keywords and needs.

use std::hint::black_box;

use codetta::sentiment::{KeywordFinder, Sentiment};
use criterion::{Criterion, criterion_group, criterion_main};

const MANDARIN: &str = "师傅态度挺好的，就是等了三天才来，修完第二天又开始漏水了，希望你们能早点派人处理。";
const ENGLISH: &str = "The technician was friendly enough, but I waited three days and it is still leaking.";

fn benches(c: &mut Criterion) {
    let sentiment = Sentiment::embedded().expect("the embedded weights are sound");
    c.bench_function("sentiment/mandarin", |b| b.iter(|| sentiment.analyse(black_box(MANDARIN))));
    c.bench_function("sentiment/english", |b| b.iter(|| sentiment.analyse(black_box(ENGLISH))));
    c.bench_function("sentiment/short", |b| b.iter(|| sentiment.analyse(black_box("挺好的"))));
    let finder = KeywordFinder::new().expect("the lexicon is sound");
    c.bench_function("sentiment/keywords and needs", |b| b.iter(|| finder.keywords_and_needs(black_box(MANDARIN))));
    let mut slow = c.benchmark_group("sentiment");
    slow.sample_size(10);
    slow.bench_function("load", |b| b.iter(Sentiment::embedded));
    slow.finish();
}

criterion_group!(sentiment, benches);
criterion_main!(sentiment);
