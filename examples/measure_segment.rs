//! Measures voice detection and endpointing on a folder of speech: misses, false alarms, delay, cut-offs.
//!
//! ```text
//! cargo run --release --no-default-features --example measure_segment -- SPEECH_FOLDER... [--music FOLDER]
//! ```
//! Each folder is one set. Every clip is tried as it is and over simulated lines (8 kHz, mu-law, noise). The end of
//! speech is where the clean clip was last within 30 dB of its loudest frame; nobody has labelled it by ear.

use std::path::{Path, PathBuf};

use codetta::audio::{Line, Samples, resample, telephone};
use codetta::segment::{EndpointSettings, Endpointer, Event, FRAME, VoiceDetector, segment};
use codetta::{Result, SampleRate, capture};

const LINES: [(&str, Line); 4] = [
    ("clean 8 kHz", Line::Clean),
    ("mu-law", Line::MuLaw),
    ("+ 15 dB noise", Line::MuLawNoise(15.0)),
    ("+ 10 dB noise", Line::MuLawNoise(10.0)),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut folders = arguments.iter();
    let mut sets = Vec::new();
    let mut music = None;
    while let Some(argument) = folders.next() {
        if argument == "--music" { music = folders.next() } else { sets.push(argument) }
    }
    if sets.is_empty() {
        eprintln!("no folder of speech given: only synthetic sounds are measured");
    }
    println!("| set | line | clips | missed | in several parts | delay median ms | p95 ms | cut short |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut totals: Vec<Tally> = LINES.iter().map(|_| Tally::default()).collect();
    for set in sets {
        measure_set(Path::new(set), &mut totals)?;
    }
    for ((name, _), total) in LINES.iter().zip(&mut totals) {
        total.print("all", name);
    }
    false_alarms(music.map(Path::new))
}

#[derive(Default)]
struct Tally {
    clips: usize,
    missed: usize,
    parts: usize,
    cut: usize,
    delays: Vec<f64>,
}

impl Tally {
    fn print(&mut self, set: &str, line: &str) {
        self.delays.sort_by(f64::total_cmp);
        let quantile = |q: f64| {
            let last = self.delays.len().saturating_sub(1);
            self.delays.get((last as f64 * q).round() as usize).map_or("–".into(), |ms| format!("{ms:.0}"))
        };
        let (median, p95) = (quantile(0.5), quantile(0.95));
        println!(
            "| {set} | {line} | {} | {} | {} | {median} | {p95} | {} |",
            self.clips, self.missed, self.parts, self.cut
        );
    }

    fn add(&mut self, other: &Tally) {
        self.clips += other.clips;
        self.missed += other.missed;
        self.parts += other.parts;
        self.cut += other.cut;
        self.delays.extend(&other.delays);
    }
}

fn measure_set(folder: &Path, totals: &mut [Tally]) -> Result<()> {
    let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut raw = Tally::default();
    let mut tallies: Vec<Tally> = LINES.iter().map(|_| Tally::default()).collect();
    for path in recordings(folder) {
        let clip = capture::read(&path)?;
        let found = segment(&resample(&clip, SampleRate::SPEECH)?)?;
        let clip = in_a_quiet_room(&clip);
        raw.clips += 1;
        raw.missed += usize::from(found.is_empty());
        raw.parts += usize::from(found.len() > 1);
        // The seed is the file's name, so that a run can be repeated and a clip left out.
        let seed = path
            .to_string_lossy()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .bytes()
            .fold(7u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let end = speech_end(&resample(&telephone(&clip, Line::Clean, seed)?, SampleRate::SPEECH)?);
        for ((_, line), tally) in LINES.iter().zip(&mut tallies) {
            let (missed, cut) = (tally.missed, tally.cut);
            stream(&resample(&telephone(&clip, *line, seed)?, SampleRate::SPEECH)?, end, tally)?;
            if tally.missed > missed {
                eprintln!("missed: {} ({line:?})", path.display());
            }
            if tally.cut > cut {
                eprintln!("cut short: {} ({line:?})", path.display());
            }
        }
    }
    println!("| {name} | as it is, whole file | {} | {} | {} | – | – | – |", raw.clips, raw.missed, raw.parts);
    for (((line, _), tally), total) in LINES.iter().zip(&mut tallies).zip(totals) {
        tally.print(&name, line);
        total.add(tally);
    }
    Ok(())
}

/// The clip with 0.6 s before and 1.2 s after it, all over noise 40 dB below it.
fn in_a_quiet_room(clip: &Samples) -> Samples {
    let frames = |seconds| clip.rate().frames(seconds).0 as usize;
    let mut data = vec![0.0; frames(0.6)];
    data.extend_from_slice(clip.data());
    data.resize(data.len() + frames(1.2), 0.0);
    let hiss = noise(data.len(), 0.01 * clip.rms(), 0.0);
    data.iter_mut().zip(hiss).for_each(|(sample, hiss)| *sample += hiss);
    Samples::new(data, clip.rate())
}

/// Streams a clip frame by frame, on the sample clock.
fn stream(clip: &Samples, end: usize, tally: &mut Tally) -> Result<()> {
    let mut endpointer = Endpointer::new(&EndpointSettings::default(), VoiceDetector::live())?;
    let (mut ends, mut heard) = (Vec::new(), Vec::new());
    for (frame, samples) in clip.data().chunks(FRAME).enumerate() {
        for event in endpointer.push(samples) {
            if let Event::SpeechEnd(utterance) = event {
                ends.push((frame + 1) * FRAME);
                heard.push(utterance.span);
            }
        }
    }
    tally.clips += 1;
    tally.missed += usize::from(ends.is_empty());
    tally.parts += usize::from(ends.len() > 1);
    // Cut short: the first answer that is reported leaves out more than 32 ms of the speech.
    tally.cut += usize::from(heard.first().is_some_and(|span| (span.end.0 as usize) + 512 < end));
    tally.delays.extend(ends.last().map(|&at| (at as f64 - end as f64) / 16.0));
    Ok(())
}

/// One past the last frame within 30 dB of the loudest.
fn speech_end(clip: &Samples) -> usize {
    let energies: Vec<f32> = clip.data().chunks(FRAME).map(|frame| frame.iter().map(|s| s * s).sum()).collect();
    let loudest = energies.iter().fold(0.0f32, |a, &b| a.max(b));
    energies.iter().rposition(|&energy| energy >= loudest / 1000.0).map_or(0, |last| (last + 1) * FRAME)
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.sort();
    found
        .into_iter()
        .flat_map(|path| if path.is_dir() { recordings(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|e| e == "flac" || e == "wav" || e == "ogg"))
        .collect()
}

fn false_alarms(music: Option<&Path>) -> Result<()> {
    println!("\n| sound without speech | line | clips | seconds | taken for speech | seconds taken |");
    println!("|---|---|---|---|---|---|");
    let length = 5 * 16_000;
    let mut groups: Vec<(&str, Vec<Samples>)> = vec![("silence", vec![sound(vec![0.0; length])])];
    let levels = [-60.0f32, -45.0, -30.0, -20.0, -10.0].map(|decibels| 10f32.powf(decibels / 20.0));
    groups.push(("white noise", levels.iter().map(|&level| sound(noise(length, level, 0.0))).collect()));
    groups.push(("low noise", levels.iter().map(|&level| sound(noise(length, level, 0.95))).collect()));
    groups.push(("bursts of noise", levels.iter().map(|&level| sound(bursts(noise(length, level, 0.5)))).collect()));
    let pairs = [[697.0, 1209.0], [770.0, 1336.0], [852.0, 1477.0], [941.0, 1633.0]];
    let keys = pairs.iter().flat_map(|pair| levels.iter().map(|&level| sound(bursts(tones(pair, length, level)))));
    groups.push(("keypad tones", keys.collect()));
    let steady = [[350.0, 440.0], [440.0, 480.0], [425.0, 425.0], [1000.0, 1000.0]];
    let dial = steady.iter().flat_map(|pair| levels.iter().map(|&level| sound(tones(pair, length, level))));
    groups.push(("call progress tones", dial.collect()));
    let busy = steady.iter().map(|pair| sound(bursts(tones(pair, length, 0.1))));
    groups.push(("busy tones", busy.collect()));
    if let Some(folder) = music {
        let mut clips = Vec::new();
        for path in recordings(folder) {
            clips.push(resample(&capture::read(&path)?, SampleRate::SPEECH)?);
        }
        groups.push(("music", clips));
    }
    for (name, clips) in groups {
        for (line_name, line) in [("as it is", None), ("mu-law", Some(Line::MuLaw))] {
            let (mut taken, mut seconds, mut seconds_taken) = (0, 0.0, 0.0);
            for (seed, clip) in clips.iter().enumerate() {
                let heard = match line {
                    Some(line) => resample(&telephone(clip, line, seed as u64)?, SampleRate::SPEECH)?,
                    None => clip.clone(),
                };
                let found = segment(&heard)?;
                taken += usize::from(!found.is_empty());
                seconds += heard.seconds();
                seconds_taken += found.iter().map(|utterance| utterance.samples.seconds()).sum::<f64>();
            }
            println!("| {name} | {line_name} | {} | {seconds:.0} | {taken} | {seconds_taken:.1} |", clips.len());
        }
    }
    Ok(())
}

fn sound(data: Vec<f32>) -> Samples {
    Samples::new(data, SampleRate::SPEECH)
}

/// White noise, or low-pass noise the lower the nearer `memory` is to 1.
fn noise(length: usize, level: f32, memory: f32) -> Vec<f32> {
    let (mut seed, mut slow) = (4_242u32, 0.0f32);
    let scale = level * (3.0 * (1.0 - memory * memory)).sqrt() / (1.0 - memory);
    (0..length)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (seed >> 8) as f32 / (1 << 23) as f32 - 1.0;
            slow = memory * slow + (1.0 - memory) * white;
            scale * slow
        })
        .collect()
}

fn tones(hertz: &[f64], length: usize, level: f32) -> Vec<f32> {
    let wave = |i: usize| hertz.iter().map(|h| (std::f64::consts::TAU * h * i as f64 / 16_000.0).sin()).sum::<f64>();
    (0..length).map(|i| level * wave(i) as f32).collect()
}

/// 0.3 s of sound and 0.3 s of silence by turns.
fn bursts(mut data: Vec<f32>) -> Vec<f32> {
    data.iter_mut().enumerate().filter(|(i, _)| i / 4_800 % 2 == 1).for_each(|(_, sample)| *sample = 0.0);
    data
}
