//! Measures whether a microphone loses sound beside busy threads. `scripts/test-devices` runs it on a virtual one.
//!
//! usage: measure_capture SECONDS BUSY     a counted sequence through the microphone, beside BUSY busy threads

use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use codetta::capture::Microphone;
use codetta::units::{Frames, SampleRate};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [seconds, busy] => capture(seconds.parse()?, busy.parse()?),
        _ => Err("usage: measure_capture SECONDS BUSY".into()),
    }
}

/// Feeds a sequence in which every sample tells its successor, and looks for jumps in what the microphone brings.
fn capture(seconds: u64, busy: usize) -> Result<(), Box<dyn Error>> {
    let next = |value: i16| value.wrapping_mul(5).wrapping_add(1);
    let mut pacat = Command::new("pacat")
        .args(["--playback", "-d", "counted", "--raw", "--format=s16le", "--rate=16000", "--channels=1"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut feed = pacat.stdin.take().ok_or("no input")?;
    std::thread::spawn(move || {
        let mut value = 1i16;
        loop {
            let block: Vec<u8> = (0..1600)
                .flat_map(|_| {
                    value = next(value);
                    value.to_le_bytes()
                })
                .collect();
            if feed.write_all(&block).is_err() {
                return;
            }
        }
    });
    let mut microphone = Microphone::open(None)?;
    for _ in 0..busy {
        std::thread::spawn(|| {
            loop {
                std::hint::black_box((0..10_000u64).sum::<u64>());
            }
        });
    }
    let index: HashMap<i16, i64> = (0..65_536i64)
        .scan(0i16, |value, i| {
            let now = *value;
            *value = next(now);
            Some((now, i))
        })
        .collect();
    let before_zero = index.iter().find(|(_, i)| **i == 65_535).map_or(0, |(value, _)| *value);
    let (mut sound, mut last, mut in_step) = (Vec::new(), 0i16, 0u32);
    let (mut frames, mut jumps, mut lost, mut starved) = (0u64, 0u64, 0i64, 0u64);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(seconds) {
        std::thread::sleep(Duration::from_millis(20));
        sound.clear();
        microphone.read(&mut sound)?;
        for sample in &sound {
            let value = (sample * 32_768.0).round() as i16;
            frames += 1;
            if value == 0 && last != before_zero {
                // The feed had nothing to give: silence, no loss.
                starved += 1;
                continue;
            }
            if value == next(last) {
                in_step += 1;
            } else if in_step > 64 {
                jumps += 1;
                lost += (index[&value] - index[&last] - 1).rem_euclid(65_536);
            }
            last = value;
        }
    }
    pacat.kill()?;
    pacat.wait()?;
    let faults = microphone.faults();
    println!(
        "capture: {frames} frames in {seconds} s ({:.1} s of sound) under {} busy threads: {jumps} jumps, {lost} frames lost \
         ({} late buffers, {} not fetched; the feed itself gave nothing for {starved} frames)",
        Frames(frames).seconds(SampleRate::SPEECH),
        busy,
        faults.late_buffers,
        faults.lost_frames,
    );
    if in_step < 1600 {
        return Err("the counted sequence did not arrive unchanged".into());
    }
    if jumps > 0 { Err(format!("{lost} frames were lost in {jumps} places").into()) } else { Ok(()) }
}
