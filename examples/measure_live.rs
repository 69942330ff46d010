//! Measures `codetta live` at the sound server: what a caller would hear, and when. `scripts/test-devices` runs it.
//!
//! usage: measure_live CODETTA COUNT      spoken answers into the virtual microphone
//!
//! The virtual line is one device of three channels (the microphone's feed, the speaker's two sides), so that one
//! recording holds both ends on one clock: the delay needs no allowance for buffers.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use codetta::audio::{Samples, resample};
use codetta::capture::{ReadOptions, decode, decode_stereo};
use codetta::judge::{Action, Band, Mood};
use codetta::outro::{Library, SampleCall, sample_calls};
use codetta::units::SampleRate;
use realfft::RealFftPlanner;

type Outcome<T> = Result<T, Box<dyn Error>>;

const RATE: SampleRate = SampleRate::SPEECH;
/// The first seconds of an outro, by which it is found in the recording.
const FINGERPRINT_S: f64 = 6.0;
const BAR_MS: f64 = 800.0;
/// A peak so many times the root mean square of its correlation is no accident: an outro that does not sound has about 5.
const FOUND: f32 = 15.0;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [codetta, count] => calls(codetta, count.parse()?),
        _ => Err("usage: measure_live CODETTA COUNT".into()),
    }
}

/// What one call came to.
struct Measured {
    delay_ms: f64,
    /// By the program's own log.
    after_speech_ms: f64,
    right: bool,
}

fn calls(codetta: &str, count: usize) -> Outcome<()> {
    let spoken: Vec<SampleCall> = sample_calls()?
        .into_iter()
        .filter(|call| !call.said.is_empty() && matches!(call.expect, Action::Outro | Action::Transfer))
        .collect();
    let library = Library::built_in()?;
    let outros = fingerprints(&library)?;
    let mut measured = Vec::new();
    for call in spoken.iter().cycle().take(count) {
        let result = one_call(codetta, call, &outros)?;
        let verdict = if result.right { "right" } else { "WRONG" };
        println!(
            "{:<14} {verdict} ending, first sample {:>5.0} ms after the last word (cue: {:.0} ms)",
            call.id, result.delay_ms, result.after_speech_ms
        );
        measured.push(result);
    }
    let mut delays: Vec<f64> = measured.iter().map(|one| one.delay_ms).collect();
    delays.sort_by(f64::total_cmp);
    histogram(&delays);
    let median = delays[delays.len() / 2];
    let wrong = measured.iter().filter(|one| !one.right).count();
    println!(
        "{count} answers: median {median:.0} ms, least {:.0}, most {:.0}; {wrong} wrong endings",
        delays[0],
        delays[delays.len() - 1]
    );
    println!("bar: median at most {BAR_MS:.0} ms: {}", if median <= BAR_MS { "met" } else { "MISSED" });
    // The delay depends on the machine; what is played does not.
    if wrong > 0 { Err(format!("{wrong} of {count} endings were wrong").into()) } else { Ok(()) }
}

/// Steps of 50 ms in which an answer fell; a gap is told in one line.
fn histogram(delays: &[f64]) {
    let mut bins = BTreeMap::<i64, usize>::new();
    delays.iter().for_each(|ms| *bins.entry((ms / 50.0).floor() as i64).or_default() += 1);
    let mut last = None;
    for (bin, count) in bins {
        if last.is_some_and(|last| last + 1 < bin) {
            println!("           …");
        }
        println!("{:>5} – {:<5} ms  {}", bin * 50, bin * 50 + 50, "█".repeat(count));
        last = Some(bin);
    }
}

/// Mono at 16 kHz, by name and mood.
fn fingerprints(library: &Library) -> Outcome<Vec<(String, Mood, Vec<f32>)>> {
    let mut all = Vec::new();
    for outro in library.outros() {
        let file = library.sound(&outro.file)?;
        let sound = decode_stereo(&file.bytes, &file.name)?.to_mono();
        let sound = resample(&sound.slice(0..sound.rate().frames(FINGERPRINT_S).0 as usize), RATE)?;
        all.push((outro.id.clone(), outro.mood, sound.into_data()));
    }
    Ok(all)
}

fn one_call(codetta: &str, call: &SampleCall, outros: &[(String, Mood, Vec<f32>)]) -> Outcome<Measured> {
    let file = call.sound()?;
    let answer = resample(&decode(&file.bytes, &file.name, &ReadOptions::default())?, RATE)?;
    let caller = Caller::connect(answer.data())?;
    let recorder = Recorder::start()?;
    let mut program = Command::new(codetta)
        .args(["live", "--headset", "--format", "json", "--lang", call.language.code()])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let events = events(&mut program)?;
    wait_for(&events, &["connected"])?;
    // A moment for the detector to learn the line, then the caller speaks over the greeting.
    std::thread::sleep(Duration::from_millis(700));
    caller.speak()?;
    let mut ending = wait_for(&events, &["outro", "waiting"])?;
    let mut over = false;
    let patience = || Instant::now() + Duration::from_secs_f64(FINGERPRINT_S + 1.0);
    let mut until = patience();
    while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
        match event["event"].as_str() {
            // Who goes on ("three … no, I meant four") is answered by another ending.
            Some("outro" | "waiting") => (ending, until) = (event, patience()),
            Some("over") => over = true,
            _ => {}
        }
    }
    // Ctrl-C: the call is hung up, the program leaves in peace.
    Command::new("kill").args(["-INT", &program.id().to_string()]).status()?;
    if !over {
        wait_for(&events, &["over"])?;
    }
    let status = program.wait()?;
    if !status.success() {
        return Err(format!("codetta left with {status} after Ctrl-C").into());
    }
    let (feed, speaker) = recorder.finish()?;

    let expected = match (call.expect, call.band) {
        (Action::Transfer, _) => Mood::Soothing,
        (_, Some(Band::Middle)) => Mood::Calm,
        _ => Mood::Bright,
    };
    let told = ending["id"].as_str().unwrap_or_default();
    let (_, mood, sound) = outros.iter().find(|(id, ..)| id == told).ok_or_else(|| format!("no outro {told}"))?;
    let (score, at) = find(&speaker, sound);
    let right = *mood == expected && score >= FOUND;
    if !right {
        println!("{}: {told} sounds with a score of {score:.0}, expected {expected:?}", call.id);
    }
    let end = last_word(&feed, at);
    Ok(Measured {
        delay_ms: (at as f64 - end as f64) / 16.0,
        after_speech_ms: ending["after_speech_ms"].as_f64().unwrap_or(f64::NAN),
        right,
    })
}

/// The program's events as they come.
fn events(program: &mut Child) -> Outcome<Receiver<serde_json::Value>> {
    let stdout = program.stdout.take().ok_or("no output")?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Ok(event) = serde_json::from_str(&line)
                && sender.send(event).is_err()
            {
                return;
            }
        }
    });
    Ok(receiver)
}

fn wait_for(events: &Receiver<serde_json::Value>, names: &[&str]) -> Outcome<serde_json::Value> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let event = events.recv_timeout(until.saturating_duration_since(Instant::now()));
        let event = event.map_err(|_| format!("no event {} came within a minute", names.join(" or ")))?;
        if event["event"] == "problem" {
            println!("problem at {} s: {}", event["at_s"], event["problem"]);
        }
        if names.iter().any(|name| event["event"] == *name) {
            return Ok(event);
        }
    }
}

/// The caller's end of the line: its noise all the time, as on a real one, and the answer once.
struct Caller {
    pacat: Child,
    speak: Sender<()>,
}

impl Caller {
    /// The noise is the last tenth of a second of the answer's recording, forth and back.
    fn connect(answer: &[f32]) -> Outcome<Self> {
        let mut pacat = Command::new("pacat")
            .args(["--playback", "-d", "mic_feed", "--raw", "--format=float32le", "--rate=16000", "--channels=1"])
            .args(["--latency-msec=100"])
            .stdin(Stdio::piped())
            .spawn()?;
        let mut line = pacat.stdin.take().ok_or("no input")?;
        let tail = &answer[answer.len().saturating_sub(1600)..];
        let noise: Vec<u8> = tail.iter().chain(tail.iter().rev()).flat_map(|sample| sample.to_le_bytes()).collect();
        let answer: Vec<u8> = answer.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let (speak, asked) = channel();
        std::thread::spawn(move || {
            // It ends with the process that it feeds.
            for block in noise.chunks(1280).cycle() {
                if asked.try_recv().is_ok() && line.write_all(&answer).is_err() || line.write_all(block).is_err() {
                    return;
                }
            }
        });
        Ok(Self { pacat, speak })
    }

    fn speak(&self) -> Outcome<()> {
        Ok(self.speak.send(())?)
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        // It may have left already; either way nothing is to be done about it.
        let _ = self.pacat.kill();
        let _ = self.pacat.wait();
    }
}

/// Both ends of the line, recorded.
struct Recorder {
    parec: Child,
    bytes: std::thread::JoinHandle<Vec<u8>>,
}

impl Recorder {
    fn start() -> Outcome<Self> {
        let mut parec = Command::new("parec")
            .args(["-d", "line.monitor", "--raw", "--format=float32le", "--rate=48000", "--channels=3"])
            .args(["--latency-msec=100", "--channel-map=front-left,front-right,lfe"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut stdout = parec.stdout.take().ok_or("no output")?;
        let bytes = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // A recording that is cut off in the middle of a frame is as good.
            let _ = stdout.read_to_end(&mut bytes);
            bytes
        });
        Ok(Self { parec, bytes })
    }

    /// The feed and the mean of the speaker's sides, at 16 kHz.
    fn finish(mut self) -> Outcome<(Vec<f32>, Vec<f32>)> {
        self.parec.kill()?;
        self.parec.wait()?;
        let bytes = self.bytes.join().map_err(|_| "the recorder stopped")?;
        let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let frames = bytes.chunks_exact(12);
        let feed: Vec<f32> = frames.clone().map(|frame| value(&frame[8..12])).collect();
        let speaker: Vec<f32> = frames.map(|frame| 0.5 * (value(&frame[0..4]) + value(&frame[4..8]))).collect();
        let at_16_khz = |data| resample(&Samples::new(data, SampleRate::STUDIO), RATE).map(Samples::into_data);
        Ok((at_16_khz(feed)?, at_16_khz(speaker)?))
    }
}

/// Where `wanted` lies best in `recording` (frames), and how clearly: the peak of the correlation over its root mean
/// square, by FFT. Spectra are whitened (generalised cross-correlation with phase transform, Knapp & Carter 1976): a
/// bar of music that comes again, a fade and words over it do not move the peak, as they do that of the plain one.
fn find(recording: &[f32], wanted: &[f32]) -> (f32, usize) {
    let size = (recording.len() + wanted.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let spectrum = |data: &[f32]| {
        let mut padded = data.to_vec();
        padded.resize(size, 0.0);
        let mut spectrum = forward.make_output_vec();
        forward.process(&mut padded, &mut spectrum).expect("the sizes are the planner's own");
        spectrum
    };
    let (all, part) = (spectrum(recording), spectrum(wanted));
    let mut product: Vec<_> = all.iter().zip(&part).map(|(a, b)| a * b.conj()).collect();
    // What neither of them has (above a telephone's band, say) is noise: it stays small.
    let mean = product.iter().map(|bin| bin.norm()).sum::<f32>() / product.len() as f32;
    product.iter_mut().for_each(|bin| *bin /= bin.norm() + 0.01 * mean + f32::MIN_POSITIVE);
    // Rounding leaves traces where a real signal has none.
    let last = product.len() - 1;
    (product[0].im, product[last].im) = (0.0, 0.0);
    let mut correlation = inverse.make_output_vec();
    inverse.process(&mut product, &mut correlation).expect("the sizes are the planner's own");
    correlation.truncate((recording.len() + 1).saturating_sub(wanted.len()).max(1));
    let power = correlation.iter().map(|c| f64::from(c * c)).sum::<f64>() / correlation.len() as f64;
    let (at, peak) = correlation.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap_or((0, &0.0));
    (peak / power.sqrt().max(f64::MIN_POSITIVE) as f32, at)
}

/// Where the last word ended that a pause follows before `sounded`, in frames: the caller may have gone on since.
/// A word is within 30 dB of the loudest, and 6 dB over the line's noise.
fn last_word(feed: &[f32], sounded: usize) -> usize {
    const PAUSE: usize = 25;
    let levels: Vec<f32> = feed[..sounded.min(feed.len())]
        .chunks(160)
        .map(|c| 10.0 * (c.iter().map(|s| s * s).sum::<f32>() / 160.0 + 1e-10).log10())
        .collect();
    if levels.is_empty() {
        return 0;
    }
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    // Before the line is connected there is nothing at all, which is no noise either.
    let (loudest, noise) = (sorted[sorted.len() - 1], sorted[sorted.len() / 4]);
    let threshold = (loudest - 30.0).max(noise + 6.0);
    let words: Vec<bool> = levels.iter().map(|level| *level > threshold).collect();
    let pauses = words.windows(PAUSE + 1).rposition(|window| window[0] && !window[1..].contains(&true));
    pauses.map_or(0, |frame| 160 * (frame + 1))
}
