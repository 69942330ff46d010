//! States of one utterance, at a level of its own.

use super::speech_encoder::{BLOCKS, SAMPLES_PER_STATE, SpeechEncoder};
use crate::neural::Matrix;
use crate::segment::Utterance;

/// Root mean square that speech is brought to before the encoder: −26 dB re full scale, the nominal level of
/// telephone speech (ITU-T P.56 active level). Loudness then says nothing: it is the line's and the handset's.
const NOMINAL_LEVEL: f32 = 0.05;
/// Frames this far (as power) below the loudest are not active speech: 30 dB.
const ACTIVE_POWER: f32 = 1e-3;
/// The last seconds of a long answer are looked at, so that cost is bounded: how it ends is what it leaves behind.
const LONGEST_S: f64 = 15.0;
const VOICE_FRAME: usize = 256;

/// What the encoder makes of the last 15 s of an utterance, each block's states with the voice probability of each.
#[derive(Clone, Debug)]
pub struct States {
    blocks: [Matrix; BLOCKS],
    speech: Vec<f32>,
}

impl States {
    /// Encodes an utterance, brought to a nominal level first.
    ///
    /// Takes about as long as a thirtieth of the speech on one core. Blocking: not for a real-time thread.
    pub fn of(encoder: &SpeechEncoder, utterance: &Utterance) -> Self {
        let all = utterance.samples.data();
        let longest = utterance.samples.rate().frames(LONGEST_S).0 as usize;
        // Whole voice frames are skipped, so that the frame probabilities stay aligned.
        let skipped = all.len().saturating_sub(longest).div_ceil(VOICE_FRAME);
        let data = &all[(skipped * VOICE_FRAME).min(all.len())..];
        let level = active_level(data);
        let gain = if level > 0.0 { NOMINAL_LEVEL / level } else { 1.0 };
        let levelled: Vec<f32> = data.iter().map(|x| x * gain).collect();
        let blocks = encoder.last_states(&levelled);
        let probability = |state: usize| {
            let frame = skipped + (state * SAMPLES_PER_STATE + SAMPLES_PER_STATE / 2) / VOICE_FRAME;
            utterance.speech_frames.get(frame).copied().unwrap_or(0.0)
        };
        let speech = (0..blocks[0].len()).map(probability).collect();
        Self { blocks, speech }
    }

    /// The voice probability at each state (one per 20 ms), 0..=1.
    pub fn speech(&self) -> &[f32] {
        &self.speech
    }

    /// One row per state, `[states, blocks · width]`: what each block makes of it, side by side.
    pub fn side_by_side(&self) -> Matrix {
        Matrix::side_by_side(&self.blocks)
    }

    /// For each block, one row of the encoder's width per state.
    pub fn blocks(&self) -> &[Matrix; BLOCKS] {
        &self.blocks
    }
}

/// Root mean square over the 20 ms frames within 30 dB of the loudest; 0 for silence.
pub fn active_level(data: &[f32]) -> f32 {
    let powers: Vec<f32> =
        data.chunks(320).map(|chunk| chunk.iter().map(|x| x * x).sum::<f32>() / chunk.len() as f32).collect();
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let active: Vec<f32> = powers.into_iter().filter(|&p| p >= loudest * ACTIVE_POWER).collect();
    (active.iter().sum::<f32>() / active.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_do_not_lower_the_active_level() {
        let speech = vec![0.1f32; 3200];
        let with_pause: Vec<f32> = speech.iter().copied().chain(vec![1e-4; 16000]).collect();
        assert!((active_level(&speech) - active_level(&with_pause)).abs() < 1e-6);
        assert_eq!(active_level(&[0.0; 500]), 0.0);
        assert_eq!(active_level(&[]), 0.0);
    }
}
