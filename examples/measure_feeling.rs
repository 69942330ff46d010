//! Cost of feeling on this machine: latency of words and of a voice, resident memory of both models together.
//!
//! `RAYON_NUM_THREADS=2 cargo run --release --no-default-features --example measure_feeling`

use std::time::Instant;

use codetta::model::Store;
use codetta::segment::speech;
use codetta::sentiment::Sentiment;
use codetta::voice::{CallerSpeech, Prosody, VoiceScorer};
use codetta::{SampleRate, audio, capture};

/// Of 8, 24, 22, 24, 13 and 24 word pieces, with the marks of begin and end.
const TEXTS: [&str; 6] = [
    "服务很好，谢谢。",
    "师傅态度挺好的，就是等了三天才来，第二天又漏水了，希望处理。",
    "外卖送来的时候已经凉了，而且少了一份汤，打电话也没有人接。",
    "The technician was friendly enough, but after three days now it is still leaking.",
    "I have no complaints at all, thanks.",
    "They said someone would call me back on Monday and I am still waiting here.",
];

fn main() -> codetta::Result<()> {
    println!("{} threads", std::env::var("RAYON_NUM_THREADS").unwrap_or_else(|_| "all".to_owned()));
    println!("resident before: {:.0} MB", resident_mb());
    let sentiment = Sentiment::embedded()?;
    let before_voice = resident_mb();
    let scorer = VoiceScorer::load(&Store::locate()?.path("whisper-base-encoder3.safetensors")?)?;
    let call = capture::read("audio/calls/angry-en.wav".as_ref())?;
    let call = audio::resample(&call, SampleRate::SPEECH)?;
    let two_seconds = call.slice(0..32_000);
    let Some(utterance) = speech(&two_seconds)? else { unreachable!("somebody speaks in the sample call") };
    let heard = CallerSpeech::of_caller(&utterance);
    let mut number = 0;
    report("text, 8 to 24 pieces in turn", || {
        number += 1;
        sentiment.analyse(TEXTS[number % TEXTS.len()]);
    });
    report("text, 24 pieces", || {
        sentiment.analyse(TEXTS[1]);
    });
    let seconds = utterance.samples.seconds();
    report(&format!("vocal emotion of {seconds:.2} s"), || {
        scorer.score(&heard);
    });
    let prosody = report(&format!("prosody of {seconds:.2} s"), || {
        Prosody::of(&utterance);
    });
    println!("prosody, real-time factor: {:.4}", prosody / 1e3 / seconds);
    println!("resident with text alone: {before_voice:.0} MB, with both models: {:.0} MB", resident_mb());
    Ok(())
}

/// Prints the median and the 95th percentile of 300 runs, milliseconds; returns the median.
fn report(what: &str, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..320)
        .map(|_| {
            let begin = Instant::now();
            run();
            1e3 * begin.elapsed().as_secs_f64()
        })
        .skip(20)
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("{what}: median {median:.1} ms, p95 {:.1} ms", times[times.len() * 95 / 100]);
    median
}

/// Resident memory of this process, as Linux tells it; 0 elsewhere.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
