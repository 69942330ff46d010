//! From states to one vector per utterance: mean and standard deviation over speech.

use super::encoder::{POOLED_BLOCKS, SAMPLES_PER_STATE, SpeechEncoder};
use crate::error::{Error, ErrorKind, Result};
use crate::segment::Utterance;

/// Root mean square that speech is brought to before the encoder: −26 dB re full scale, the nominal level of
/// telephone speech (ITU-T P.56 active level). Loudness then says nothing: it is the line's and the handset's.
const NOMINAL_LEVEL: f32 = 0.05;
/// Frames this far (as power) below the loudest are not active speech: 30 dB.
const ACTIVE_POWER: f32 = 1e-3;
/// The last seconds of a long answer are looked at, so that cost is bounded: how it ends is what it leaves behind.
const LONGEST_S: f64 = 15.0;
const VOICE_FRAME: usize = 256;
const SPEECH_PROBABILITY: f32 = 0.5;
/// With fewer speech states than this, the voice detector is not to be followed and all states count.
const FEWEST_STATES: usize = 5;

/// Values of a pooled vector.
pub(super) fn pooled_width(encoder: &SpeechEncoder) -> usize {
    2 * POOLED_BLOCKS * encoder.width()
}

/// One vector for an utterance: for each pooled block, the means and then the standard deviations of its states over
/// speech frames.
///
/// # Errors
/// [`ErrorKind::Model`] when the encoder's weights do not fit together.
pub(super) fn pooled_vector(encoder: &SpeechEncoder, utterance: &Utterance) -> Result<Vec<f32>> {
    let all = utterance.samples.data();
    let longest = utterance.samples.rate().frames(LONGEST_S).0 as usize;
    // Whole voice frames are skipped, so that the frame probabilities stay aligned.
    let skipped = all.len().saturating_sub(longest).div_ceil(VOICE_FRAME);
    let data = &all[(skipped * VOICE_FRAME).min(all.len())..];
    let level = active_level(data);
    let gain = if level > 0.0 { NOMINAL_LEVEL / level } else { 1.0 };
    let levelled: Vec<f32> = data.iter().map(|x| x * gain).collect();
    let states = encoder.last_states(&levelled)?;
    let mut vector = Vec::with_capacity(pooled_width(encoder));
    for block in states {
        let rows: Vec<Vec<f32>> =
            block.to_vec2().map_err(|e| Error::new(ErrorKind::Internal, "voice encoder", e.to_string()))?;
        let is_speech = |state: usize| {
            let frame = skipped + (state * SAMPLES_PER_STATE + SAMPLES_PER_STATE / 2) / VOICE_FRAME;
            utterance.speech_frames.get(frame).is_some_and(|&p| p >= SPEECH_PROBABILITY)
        };
        let speech: Vec<&[f32]> = (0..rows.len()).filter(|&i| is_speech(i)).map(|i| &rows[i][..]).collect();
        let kept = if speech.len() >= FEWEST_STATES { speech } else { rows.iter().map(|row| &row[..]).collect() };
        vector.extend(mean_and_deviation(&kept, encoder.width()));
    }
    Ok(vector)
}

fn mean_and_deviation(rows: &[&[f32]], width: usize) -> Vec<f32> {
    let count = rows.len().max(1) as f64;
    let mut sums = vec![0.0f64; width];
    let mut squares = vec![0.0f64; width];
    for row in rows {
        for (x, (sum, square)) in row.iter().zip(sums.iter_mut().zip(&mut squares)) {
            *sum += f64::from(*x);
            *square += f64::from(*x) * f64::from(*x);
        }
    }
    let means = sums.iter().map(|sum| (sum / count) as f32);
    let deviations = sums.iter().zip(&squares).map(|(sum, square)| {
        let mean = sum / count;
        (square / count - mean * mean).max(0.0).sqrt() as f32
    });
    means.clone().chain(deviations).collect()
}

/// Root mean square over the 20 ms frames within 30 dB of the loudest; 0 for silence.
pub(super) fn active_level(data: &[f32]) -> f32 {
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
    fn mean_and_deviation_by_hand() {
        let pooled = mean_and_deviation(&[&[1.0, 5.0], &[3.0, 5.0]], 2);
        assert_eq!(pooled, [2.0, 5.0, 1.0, 0.0]);
        assert_eq!(mean_and_deviation(&[], 2), [0.0; 4]);
    }

    #[test]
    fn pauses_do_not_lower_the_active_level() {
        let speech = vec![0.1f32; 3200];
        let with_pause: Vec<f32> = speech.iter().copied().chain(vec![1e-4; 16000]).collect();
        assert!((active_level(&speech) - active_level(&with_pause)).abs() < 1e-6);
        assert_eq!(active_level(&[0.0; 500]), 0.0);
        assert_eq!(active_level(&[]), 0.0);
    }
}
