//! From states to one vector per utterance: mean and standard deviation over speech.

use crate::encoder::{BLOCKS, SpeechEncoder, States};

const SPEECH_PROBABILITY: f32 = 0.5;
/// With fewer speech states than this, the voice detector is not to be followed and all states count.
const FEWEST_STATES: usize = 5;

/// Values of a pooled vector.
pub(super) fn pooled_width(encoder: &SpeechEncoder) -> usize {
    2 * BLOCKS * encoder.width()
}

/// One vector for an utterance: for each pooled block, the means and then the standard deviations of its states over
/// speech frames.
pub(super) fn pooled_vector(encoder: &SpeechEncoder, states: &States) -> Vec<f32> {
    let mut vector = Vec::with_capacity(pooled_width(encoder));
    for block in states.blocks() {
        let speech = block.rows().zip(states.speech()).filter(|(_, p)| **p >= SPEECH_PROBABILITY);
        let speech: Vec<&[f32]> = speech.map(|(row, _)| row).collect();
        let kept = if speech.len() >= FEWEST_STATES { speech } else { block.rows().collect() };
        vector.extend(mean_and_deviation(&kept, encoder.width()));
    }
    vector
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_by_hand() {
        let pooled = mean_and_deviation(&[&[1.0, 5.0], &[3.0, 5.0]], 2);
        assert_eq!(pooled, [2.0, 5.0, 1.0, 0.0]);
        assert_eq!(mean_and_deviation(&[], 2), [0.0; 4]);
    }
}
