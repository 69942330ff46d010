//! Voice probability per 16 ms frame, by the `earshot` network, with the level brought to what it was trained on.

use earshot::Detector;

/// Samples per detector frame: 16 ms at 16 kHz.
pub const FRAME: usize = 256;

/// Level of the loudest frames after the gain (mean square −20 dBFS).
const TARGET_ENERGY: f32 = 0.01;
/// The gain never lifts by more than 30 dB, so that a quiet line stays quiet.
const MAX_GAIN: f32 = 31.6;
/// Noise under the sound (−76 dBFS): the network takes logarithms and was never shown digital silence.
const DITHER: f32 = 1.6e-4;
/// Frames of that noise before the sound, since the network's memory needs some context to settle.
const WARM_UP: usize = 30;

/// A streaming voice detector for one channel of 16 kHz sound.
pub struct VoiceDetector {
    network: Box<Detector>,
    gain: f32,
    noise: u32,
}

impl VoiceDetector {
    /// A detector for sound whose loudest frames have this mean square, 0..=1.
    pub fn for_level(loudest_energy: f32) -> Self {
        let gain = (TARGET_ENERGY / loudest_energy.max(1e-9)).sqrt().min(MAX_GAIN);
        let mut detector = Self { network: Detector::default_boxed(), gain, noise: 0x9e37_79b9 };
        for _ in 0..WARM_UP {
            detector.predict(&[0.0; FRAME]);
        }
        detector
    }

    /// Probability in 0..=1 that this frame holds voice.
    pub fn predict(&mut self, frame: &[f32; FRAME]) -> f32 {
        let mut prepared = [0.0f32; FRAME];
        for (to, &from) in prepared.iter_mut().zip(frame) {
            // Numerical Recipes' linear congruential generator: the same sound gives the same probabilities.
            self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (self.noise >> 8) as f32 / (1 << 23) as f32 - 1.0;
            *to = (from * self.gain + noise * DITHER).clamp(-1.0, 1.0);
        }
        self.network.predict_f32(&prepared).clamp(0.0, 1.0)
    }
}
