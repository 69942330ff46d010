//! Telephone keys as they reach a receiver: timing, twist, detuning, level, noise and damage, all seeded.

#![allow(dead_code)] // Each user (tests, bench, case writer) needs a part of it.

use std::f64::consts::TAU;

use codetta::SampleRate;
use codetta::audio::Samples;
use codetta::keypad::{Key, KeyPress};

const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// A small generator (splitmix64): the same cases on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0..1
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn gaussian(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-300).ln()).sqrt() * (TAU * self.unit()).cos()
    }
}

/// What happens to the sound after the keys are laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Damage {
    None,
    /// Hard clipping at this share of the sound's peak.
    Clip(f64),
    Offset(f64),
    Reverse,
    EightBit,
    MuLaw,
}

/// One way of sending keys.
#[derive(Clone, Copy, Debug)]
pub struct Sending {
    pub tone_ms: f64,
    pub pause_ms: f64,
    /// Relative detuning of row and column.
    pub row_error: f64,
    pub column_error: f64,
    /// Level of row over column.
    pub row_over_column_db: f64,
    /// Peak amplitude of the stronger tone.
    pub level_dbfs: f64,
    /// Power of both tones over white noise in 0–4 kHz.
    pub snr_db: Option<f64>,
    /// A hole in the middle part of each tone.
    pub hole_ms: f64,
    pub damage: Damage,
    /// Every key is sent twice in a row.
    pub doubled: bool,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            tone_ms: 60.0,
            pause_ms: 60.0,
            row_error: 0.0,
            column_error: 0.0,
            row_over_column_db: 0.0,
            level_dbfs: -15.0,
            snr_db: None,
            hole_ms: 0.0,
            damage: Damage::None,
            doubled: false,
        }
    }
}

/// The sound and what was sent in it.
pub struct Sent {
    pub sound: Samples,
    pub presses: Vec<KeyPress>,
}

impl Sent {
    pub fn digits(&self) -> String {
        self.presses.iter().map(|press| press.digit.to_string()).collect()
    }
}

/// Sends all sixteen keys `rounds` times, each round in a new order; phases and starts are random to the sample's part.
pub fn send(sending: &Sending, rounds: usize, rate: SampleRate, seed: u64) -> Sent {
    let mut random = Random(seed);
    let hertz = f64::from(rate.hertz());
    let mut keys = Vec::new();
    for _ in 0..rounds {
        let mut order: Vec<usize> = (0..16).collect();
        for i in (1..16).rev() {
            order.swap(i, (random.next() % (i as u64 + 1)) as usize);
        }
        keys.extend(order.iter().flat_map(|&key| std::iter::repeat_n(key, if sending.doubled { 2 } else { 1 })));
    }
    let stronger = 10f64.powf(sending.level_dbfs / 20.0);
    let weaker = stronger * 10f64.powf(-sending.row_over_column_db.abs() / 20.0);
    let (row_level, column_level) =
        if sending.row_over_column_db >= 0.0 { (stronger, weaker) } else { (weaker, stronger) };
    let mut presses = Vec::new();
    let mut sound = Vec::new();
    let mut time = 0.1 + 0.02 * random.unit();
    for key in keys {
        let (start, end) = (time, time + sending.tone_ms / 1000.0);
        let row = TAU * ROWS[key / 4] * (1.0 + sending.row_error);
        let column = TAU * COLUMNS[key % 4] * (1.0 + sending.column_error);
        let (row_phase, column_phase) = (TAU * random.unit(), TAU * random.unit());
        let hole = start + (end - start - sending.hole_ms / 1000.0) * (0.25 + 0.5 * random.unit());
        sound.resize((end * hertz).ceil() as usize, 0.0);
        for (i, sample) in sound.iter_mut().enumerate().skip((start * hertz).ceil() as usize) {
            let t = i as f64 / hertz;
            if !(hole..hole + sending.hole_ms / 1000.0).contains(&t) {
                let t = t - start;
                *sample = row_level * (row * t + row_phase).sin() + column_level * (column * t + column_phase).sin();
            }
        }
        presses.push(KeyPress { digit: Key::ALL[key], start_s: start, end_s: end });
        // The pause is never shorter than asked, and no two keys meet a block alike.
        time = end + sending.pause_ms / 1000.0 + 0.013 * random.unit();
    }
    sound.resize(sound.len() + (0.15 * hertz) as usize, 0.0);
    if let Some(snr) = sending.snr_db {
        let power = 0.5 * (row_level * row_level + column_level * column_level);
        // The same noise density at any rate.
        let deviation = (power * 10f64.powf(-snr / 10.0) * hertz / 8_000.0).sqrt();
        for sample in &mut sound {
            *sample += deviation * random.gaussian();
        }
    }
    damage(&mut sound, sending.damage);
    Sent { sound: Samples::new(sound.iter().map(|&s| s as f32).collect(), rate), presses }
}

fn damage(sound: &mut [f64], damage: Damage) {
    let peak = sound.iter().fold(0.0f64, |peak, s| peak.max(s.abs()));
    for sample in sound {
        *sample = match damage {
            Damage::None => *sample,
            Damage::Clip(share) => sample.clamp(-share * peak, share * peak),
            Damage::Offset(offset) => *sample + offset,
            Damage::Reverse => -*sample,
            Damage::EightBit => (*sample * 127.0).round() / 127.0,
            Damage::MuLaw => mu_law(*sample),
        };
    }
}

/// There and back through 8-bit mu-law (the continuous law of ITU-T G.711, quantised to 255 levels).
fn mu_law(sample: f64) -> f64 {
    let mu = 255.0f64;
    let code = ((1.0 + mu * sample.abs().min(1.0)).ln() / (1.0 + mu).ln() * 127.0).round() / 127.0;
    sample.signum() * ((1.0 + mu).powf(code) - 1.0) / mu
}

/// How many of the keys sent were found in their order, and how many were reported beyond them.
pub fn score(sent: &str, got: &str) -> (usize, usize) {
    let (sent, got): (Vec<char>, Vec<char>) = (sent.chars().collect(), got.chars().collect());
    // Longest common subsequence, row by row.
    let mut row = vec![0usize; got.len() + 1];
    for &s in &sent {
        let mut diagonal = 0;
        for (i, &g) in got.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] = if s == g { diagonal + 1 } else { above.max(row[i]) };
            diagonal = above;
        }
    }
    (row[got.len()], got.len() - row[got.len()])
}
