//! Voice probability per 16 ms frame: the `earshot` network, held against the noise floor of the line.
//!
//! The network alone takes steady pink noise at telephone levels for voice (0.8 and more) and lets go of a word
//! about 100 ms late. So its probability counts only where the sound stands out of the noise, and not far below
//! the loudest speech just heard.

use earshot::Detector;

use super::tones::Tones;
use crate::audio::Samples;

/// Samples per detector frame: 16 ms at 16 kHz.
pub const FRAME: usize = 256;

/// No sound is louder: 24 dB over full scale.
const BOUND: f32 = 16.0;
/// Level of the loudest frames after the gain (mean square −20 dBFS).
const TARGET_ENERGY: f32 = 0.01;
/// The gain stays within ±30 dB, so that a quiet line stays quiet.
const MAX_GAIN: f32 = 31.6;
/// Telephone speech is near −26 dBFS: what live sound is lifted by.
const LIVE_GAIN: f32 = 2.0;
/// Noise under the sound (−76 dBFS): the network takes logarithms and was never shown digital silence.
const DITHER: f32 = 1.6e-4;
/// Frames of that noise before the sound, since the network's memory needs some context to settle.
const WARM_UP: usize = 30;

/// Weight of a new frame in the running level.
const SMOOTHING: f32 = 0.7;
/// Decibels over the noise floor where voice begins to count, and where it counts in full.
const GATE: (f32, f32) = (2.0, 5.0);
/// What is quieter than this (dBFS) is silence, so that a floor never lies at −∞.
const LOWEST_FLOOR: f32 = -66.0;
/// Share of the way that the floor follows a lower level, and a level just above it.
const FLOOR_FALL: f32 = 0.3;
const FLOOR_FOLLOW: f32 = 0.05;
/// Decibels a frame that the floor creeps up under lasting sound (1.9 dB a second).
const FLOOR_RISE: f32 = 0.03;
/// Frames whose mean is the first floor of a live line.
const FIRST_FRAMES: u32 = 4;
/// A recording whose level varies by less (dB) holds steady noise, or nothing.
const STEADY: f32 = 4.5;
/// At least so far (dB) below its loud parts lies the floor of any other recording, though cut close to its word.
const WORD_ABOVE_FLOOR: f32 = 10.0;
/// Sound so far (dB) below the loudest speech just heard is its echo or the room, and how fast that fades (dB a frame).
const BELOW_PEAK: f32 = 28.0;
const PEAK_FADE: f32 = 0.15;
/// From this probability on, a frame is heard and not only supposed to go on: the endpointer's default offset.
pub(super) const AUDIBLE: f32 = 0.3;
/// The probability of what may go on unheard: enough not to end an utterance, too little to begin one.
const HELD: f32 = 0.4;
/// How long that is on a live line, where speech is no more than the first of these (dB) louder than the floor: 64 ms.
/// From the second on, nothing is held. Chosen on development clips, so that the delay of the end stays below 450 ms.
const LONGEST_HOLD: f32 = 4.0;
const MASKING: (f32, f32) = (12.0, 22.0);

/// A streaming voice detector for one channel of 16 kHz sound. Neither allocates nor blocks once it is made.
pub struct VoiceDetector {
    network: Box<Detector>,
    tones: Tones,
    gain: f32,
    noise: u32,
    high_pass: (f32, f32),
    energy: f32,
    floor: f32,
    learning: u32,
    peak: f32,
    longest_hold: f32,
    hold: u32,
    /// How far the floor hides the weak end of what was last heard, 0..=1.
    masking: f32,
}

impl VoiceDetector {
    /// A detector for a live line: it learns the noise floor from the first 64 ms and follows it.
    pub fn live() -> Self {
        Self::with(LIVE_GAIN, LOWEST_FLOOR, FIRST_FRAMES, LONGEST_HOLD)
    }

    /// A detector for a recording of 16 kHz that is there as a whole: level and noise floor are known at once.
    pub fn for_recording(recording: &Samples) -> Self {
        let data = recording.data();
        let mut energies: Vec<f32> = data.chunks(FRAME).map(mean_square).filter(|&energy| energy > 0.0).collect();
        energies.sort_by(f32::total_cmp);
        let loud = energies.get(energies.len() * 95 / 100).copied().unwrap_or(0.0);
        let gain = (TARGET_ENERGY / loud.max(1e-9)).sqrt().clamp(1.0 / MAX_GAIN, MAX_GAIN);
        // The quietest 80 ms; in a recording cut close to its word that is still the word itself.
        let mut filter = (0.0, 0.0);
        let levels: Vec<f32> = data.chunks_exact(FRAME).map(|frame| filtered_energy(frame, &mut filter)).collect();
        let quietest = levels.windows(5).map(|five| five.iter().sum::<f32>() / 5.0).fold(f32::INFINITY, f32::min);
        let mut sorted = levels.clone();
        sorted.sort_by(f32::total_cmp);
        let loudest = decibels(sorted.get(sorted.len() * 95 / 100).copied().unwrap_or(0.0));
        let quietest = if quietest.is_finite() { decibels(quietest) } else { LOWEST_FLOOR };
        // Steady noise varies by some 3 dB; what varies more holds more than noise.
        let is_noise = loudest - quietest < STEADY;
        let floor = if is_noise { quietest } else { quietest.min(loudest - WORD_ABOVE_FLOOR) };
        // Its end is not waited for, so that nothing is gained by holding it.
        Self::with(gain, floor.max(LOWEST_FLOOR), 0, 0.0)
    }

    fn with(gain: f32, floor: f32, learning: u32, longest_hold: f32) -> Self {
        let mut detector = Self {
            network: Detector::default_boxed(),
            tones: Tones::new(),
            gain,
            noise: 0x9e37_79b9,
            high_pass: (0.0, 0.0),
            energy: 0.0,
            floor,
            learning,
            peak: LOWEST_FLOOR,
            longest_hold,
            hold: 0,
            masking: 0.0,
        };
        for _ in 0..WARM_UP {
            detector.network_probability(&[0.0; FRAME]);
        }
        detector
    }

    /// Probability in 0..=1 that this frame holds the caller's voice.
    pub fn predict(&mut self, frame: &[f32; FRAME]) -> f32 {
        let frame = &frame.map(bounded);
        let probability = self.network_probability(frame);
        let level = self.level(frame);
        let above = ((level - self.floor - GATE.0) / (GATE.1 - GATE.0)).clamp(0.0, 1.0);
        let gated = if self.tones.hold(frame) { 0.0 } else { probability * above };
        self.peak = if gated >= 0.5 { self.peak.max(level) } else { self.peak } - PEAK_FADE;
        let voiced = if level < self.peak - BELOW_PEAK { 0.0 } else { gated };
        self.held(voiced)
    }

    /// Whether the noise of a live line hides the weak end of what was last heard. Never so of a recording.
    pub fn hides_ends(&self) -> bool {
        self.longest_hold > 0.0 && self.masking > 0.0
    }

    /// A word's weak end lies under a noisy line's floor: for some frames after it was last heard it may still go on.
    fn held(&mut self, voiced: f32) -> f32 {
        if voiced >= AUDIBLE {
            self.masking = ((MASKING.1 - (self.peak - self.floor)) / (MASKING.1 - MASKING.0)).clamp(0.0, 1.0);
            self.hold = (self.longest_hold * self.masking).round() as u32;
            return voiced;
        }
        if self.hold == 0 {
            return voiced;
        }
        self.hold -= 1;
        voiced.max(HELD)
    }

    fn network_probability(&mut self, frame: &[f32; FRAME]) -> f32 {
        let mut prepared = [0.0f32; FRAME];
        for (to, &from) in prepared.iter_mut().zip(frame) {
            // Numerical Recipes' linear congruential generator: the same sound gives the same probabilities.
            self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (self.noise >> 8) as f32 / (1 << 23) as f32 - 1.0;
            *to = (from * self.gain + noise * DITHER).clamp(-1.0, 1.0);
        }
        self.network.predict_f32(&prepared).clamp(0.0, 1.0)
    }

    /// The running level in dBFS; moves the floor along.
    fn level(&mut self, frame: &[f32; FRAME]) -> f32 {
        let energy = filtered_energy(frame, &mut self.high_pass);
        self.energy += SMOOTHING * (energy - self.energy);
        let level = decibels(self.energy);
        if self.learning > 0 {
            let seen = (FIRST_FRAMES - self.learning) as f32;
            let mean = (10f32.powf(self.floor / 10.0) * seen + energy) / (seen + 1.0);
            self.floor = decibels(mean);
            self.learning -= 1;
        } else if level < self.floor {
            self.floor += FLOOR_FALL * (level - self.floor);
        } else if level < self.floor + GATE.0 {
            self.floor += FLOOR_FOLLOW * (level - self.floor);
        } else {
            self.floor += FLOOR_RISE;
        }
        self.floor = self.floor.max(LOWEST_FLOOR);
        level
    }
}

/// A damaged sample must not outlive its frame: the level and the floor have a memory.
pub(super) fn bounded(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-BOUND, BOUND) } else { 0.0 }
}

fn mean_square(frame: &[f32]) -> f32 {
    frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32
}

/// Mean square above some 200 Hz: hum and rumble are no part of the level. `state` is the last input and output.
fn filtered_energy(frame: &[f32], state: &mut (f32, f32)) -> f32 {
    let mut energy = 0.0;
    for &sample in frame {
        let output = sample - state.0 + 0.92 * state.1;
        *state = (sample, output);
        energy += output * output;
    }
    energy / frame.len().max(1) as f32
}

fn decibels(energy: f32) -> f32 {
    10.0 * (energy + 1e-12).log10()
}
